"""The sheet: hair, ears and neck, and the face beneath its 3D warp, as the source shows them.

A grid of points over the person's head, each with the depth of the head's volume. The points on the
head follow its movement fully; down the neck the movement ends. Where the movement stretches the
sheet too much, it becomes transparent; what is behind it shows instead.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.smoothing import smooth_step
from engine.face.head_model import head_model
from engine.face.parts import PartLabel
from engine.face.posed_head import PosedHead
from engine.guidance.coarse import coarse_surface
from engine.guidance.layers import BARE, Layer, Motion, MovedMesh, grid
from engine.guidance.volume import Volume
from engine.guidance.warp2d import grid_triangles
from engine.imaging.filling import filled
from engine.imaging.raster import Drawing, ascending, draw
from engine.imaging.resampling import enlarged, sampled

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

_CELLS = (0.05, 0.1)  # decimetres: of the coarse head, on the face and beside it
_STEP = 2  # pixels at half size between the sheet's points
# Lengths in decimetres, head coordinates (see `engine.face.head`).
_NECK = (0.45, 1.2)  # y over which the movement of the neck's skin ends
_WORN = (0.0, 0.4)  # y over which that of hats and collars ends
_SCARF = 0.3  # how much higher that of scarves and high collars ends
_COVERED = -0.6  # y of clothes that cover the head
_HANGING = (0.5, 1.5)  # y over which that of hair ends
_HAIR_END = 0.5  # share of the movement that hair keeps
_COLLAR = 0.25  # distance to clothes from which on the neck moves freely
_REACH = (0.6, 1.1)  # distance to the head: full movement up to, none from
_BARE_NECK = (0.35, 0.6)  # y over which the neck of a head without hair begins
_BARE_FROM = (-0.5, -0.25)  # y from which skin has the depth of a head without hair
_IN_FRONT = 0.04  # of hair before the volume
_DEFORMED = 0.4  # distance to the head up to which its deformation continues
_STRETCH = (3.0, 6.0)  # from full opacity to none
_BARE_STRETCH = (1.5, 2.2)  # the same where the head's surface is drawn behind
_WISPS = 31  # pixels at half size: window in which hair has wisps
_LAST = 1e4  # more than the depth of any triangle, pixels
_RIM = 0.06  # share of the crop's side over which the movement fades to zero at the border

_NEAR_EARS = np.ones((9, 9), np.uint8)  # pixels at half size
_OUTLINE = np.ones((9, 9), np.uint8)  # pixels at full size: at an outline, detail is the outline's

_FROM_BYTES = np.float32(1 / 255)


class Sheet:
    """The sheet of a source, computed once per photo.

    pixels  (S, S, 3) uint8
    parts   (S, S, 6) probabilities of `PartLabel`    labels  (G, G, 6) the same at half size
    head    in pixels at half size

    alpha    (S, S) the opacity of the moving person in the source
    follows  (G, G) in [0, 1]: share of the head's movement
    """

    def __init__(
        self,
        pixels: NDArray[np.uint8],
        parts: Floats,
        labels: Floats,
        head: PosedHead,
        volume: Volume,
    ) -> None:
        self._full, self._size, self._head = len(pixels), len(labels), head
        mean = head_model().surface
        seen = head.seen[: len(mean.vertices)].astype(np.float32)
        drawing = draw(seen[:, :2], seen[:, 2], mean.triangles, self._size, self._size)
        bare = _depth(drawing, seen[:, 2:], self._size)
        self.follows, depth, distance, shown = self._shaped(labels, volume, bare)
        moves = enlarged(smooth_step(self.follows, 0.02, 0.1).astype(np.float32))
        moving = (1 - parts[..., PartLabel.BACKGROUND]) * moves[: self._full, : self._full]
        opacity = _bytes(moving)
        self.alpha = opacity * _FROM_BYTES
        self._textured = np.dstack(
            [_cleaned(pixels, self.alpha, parts[..., PartLabel.HAIR]), opacity]
        )
        inner = cv2.erode((self.alpha > 0.95).astype(np.float32), _OUTLINE)
        self._inner = np.asarray(cv2.blur(inner, (3, 3)), np.float32)
        self._within = np.asarray(cv2.blur(inner, (9, 9)), np.float32)
        if volume.bare:  # ears before a bare skull are no old outline
            ears = enlarged(np.asarray(cv2.dilate(volume.ears, _NEAR_EARS), np.float32))
            np.maximum(self._within, ears[: self._full, : self._full], out=self._within)
        self._placed_on(self.follows, depth, distance, _stiff(labels), shown)

    def _shaped(
        self, labels: Floats, volume: Volume, bare: tuple[Floats, Floats]
    ) -> tuple[Floats, Floats, Floats, Floats]:
        """(G, G) each: share of the movement, depth in pixels, distance to the head, opacity.

        A skull without hair is drawn as the head's surface, with ears that turn, not as a sheet.

        bare  as of `_depth`, of the head without hair
        """
        pose, size = self._head.pose, self._size
        hair, clothes = labels[..., PartLabel.HAIR], labels[..., PartLabel.CLOTHES]
        skin = labels[..., BARE].sum(axis=2)
        beside = (volume.covered < 0.5).astype(np.uint8)
        distance = cv2.distanceTransform(beside, cv2.DIST_L2, 5) / np.float32(pose.scale)
        edge = filled((volume.depth * volume.covered)[..., None], volume.covered)[..., 0]
        near = distance.clip(None, 0.75)
        round_off = 0.35 * np.sqrt(near * (1.5 - near))
        fall = np.where(hair > skin, round_off, 0.33 * near) * pose.scale
        depth = np.where(beside > 0, edge - fall, volume.depth)
        depth += _IN_FRONT * pose.scale * hair
        depth += self._bareness(hair, skin, clothes) * (_continued(*bare, pose.scale) - depth)
        depth = cv2.GaussianBlur(depth.astype(np.float32), (0, 0), 1.0)
        points = np.column_stack([grid(size).reshape(-1, 2), depth.ravel()])
        placed = ((points - (*pose.shift, 0)) @ pose.rotation / pose.scale).reshape(size, size, 3)
        y, z = placed[..., 1], placed[..., 2]
        worn = (clothes > 0.5).astype(np.uint8)
        to_clothes = cv2.distanceTransform(1 - worn, cv2.DIST_L2, 5) / pose.scale
        behind = ((0.45 - z) / 0.3).clip(0, 1) * volume.covered + (1 - volume.covered)
        low = smooth_step(y, *_NECK)
        stays = np.maximum(
            low, (1 - smooth_step(to_clothes, 0, _COLLAR)) * smooth_step(y, 0.3, 0.6)
        )
        reach = 1 - smooth_step(distance, *_REACH)
        of_skin = (1 - stays * behind) * reach
        of_clothes = (1 - smooth_step(y + _SCARF * _scarf(clothes, y), *_WORN)) * reach
        of_hair = 1 - (1 - _HAIR_END) * smooth_step(y, *_HANGING)
        total = (hair + skin + clothes).clip(1e-3)
        follows = (hair * of_hair + skin * of_skin + clothes * of_clothes) / total
        spread = ((hair + skin + clothes) > 0.05).astype(np.float32)
        follows = filled((follows * spread)[..., None].astype(np.float32), spread)[..., 0]
        to_border = np.minimum(grid(size), size - 1 - grid(size)).min(axis=2) / (size - 1)
        follows = follows * smooth_step(to_border, 0, _RIM)
        shown = np.ones((size, size), np.float32)
        if volume.bare:
            ears = cv2.dilate(volume.ears, _NEAR_EARS)
            of_head = cv2.dilate(volume.covered * skin, np.ones((5, 5), np.uint8)) * (1 - ears)
            shown -= of_head * (1 - smooth_step(y, *_BARE_NECK)).astype(np.float32)
        return follows.astype(np.float32), np.asarray(depth, np.float32), distance, shown

    def _bareness(self, hair: Floats, skin: Floats, clothes: Floats) -> Floats:
        """(G, G) in [0, 1]: where ears and cheeks are, whose depth is that of the head without
        hair."""
        pose = self._head.pose
        up = (grid(self._size) - pose.shift.astype(np.float32)) @ pose.rotation[:2, 1] / pose.scale
        share = skin / (hair + skin + clothes).clip(0.1) * smooth_step(up, *_BARE_FROM)
        return np.asarray(cv2.GaussianBlur(share.astype(np.float32), (0, 0), 1.0), np.float32)

    def _placed_on(
        self, follows: Floats, depth: Floats, distance: Floats, stiff: Floats, shown: Floats
    ) -> None:
        """Set the sheet's points, triangles and their places on the head."""
        size = self._size
        steps = np.arange(0, size + _STEP - 1, _STEP).clip(None, size - 1)
        self._side = len(steps)
        rows, columns = (part.ravel() for part in np.meshgrid(steps, steps, indexing="ij"))
        self._follows = follows[rows, columns].astype(np.float64)
        self._pixels = rows, columns
        solid = np.column_stack([columns, rows, depth[rows, columns]]).astype(np.float64)
        pose = self._head.pose
        self._placed = (solid - (*pose.shift, 0)) @ pose.rotation / pose.scale
        self._solid = pose.project(self._placed)
        self._surface_share = 1 - shown[rows, columns]
        self._deforms = 1 - smooth_step(distance[rows, columns], 0, _DEFORMED)
        self._deforms *= 1 - stiff[rows, columns]
        self._surface = coarse_surface(*_CELLS)
        self._rest = self._head.mesh[self._surface.vertices]
        seen = pose.project(self._rest).astype(np.float32)
        drawing = draw(seen[:, :2], seen[:, 2], self._surface.triangles, size, size)
        nearest = _nearest(drawing, rows * size + columns, size)
        self._on_head = nearest.weighting(self._surface.triangles, len(self._rest))
        there = cv2.dilate(self.alpha, np.ones((21, 21), np.uint8)) > 0.01
        scale = self._full / size
        to_full = [(steps * scale).astype(int).clip(0, self._full - 1)] * 2
        kept = there[np.ix_(*to_full)].ravel()
        triangles = grid_triangles(self._side)
        kept_triangles = triangles[kept[triangles].any(axis=1)]
        self._used, numbers = np.unique(kept_triangles, return_inverse=True)
        self._triangles = numbers.reshape(-1, 3).astype(np.int32)

    def mesh(self, target: PosedHead, body: Floats | None = None) -> MovedMesh:
        """The sheet moved to the target; its value is the opacity that the stretch leaves.

        body  as of `engine.guidance.body.Body.moved`
        """
        turned = target.pose.project(self._placed)
        change = turned - self._solid
        change[:, :2] += self._deformation(target) * self._deforms[:, None]
        change *= self._follows[:, None]
        if body is not None:
            change[:, :2] += (1 - self._follows[:, None]) * body[self._pixels]
        end = self._solid + change
        stretch = self._stretch(end)
        opaque = 1 - smooth_step(stretch, *_STRETCH)
        opaque -= self._surface_share * (opaque - 1 + smooth_step(stretch, *_BARE_STRETCH))
        change, end, opaque = (values.take(self._used, axis=0) for values in (change, end, opaque))
        corners = np.ascontiguousarray(self._triangles.T, np.intp)
        (ax, bx, cx), (ay, by, cy), z = (axis.take(corners) for axis in np.ascontiguousarray(end.T))
        folded = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax) <= 0
        values = np.column_stack([change[:, :2], opaque]).astype(np.float32)
        order = ascending((z.sum(axis=0) - _LAST * folded).astype(np.float32))
        triangles = self._triangles[order]
        points = end[:, :2].astype(np.float32)
        return MovedMesh(points, None, values, triangles, self._full)

    def _stretch(self, end: Array) -> Array:
        """(P,) the largest distance of each point to its neighbours, of the distance at rest."""
        x, y = np.ascontiguousarray(end[:, :2].T.reshape(2, self._side, self._side), np.float32)
        stretch = np.zeros_like(x)
        for a, b in ((np.s_[1:], np.s_[:-1]), (np.s_[:, 1:], np.s_[:, :-1])):
            length = np.sqrt((x[a] - x[b]) ** 2 + (y[a] - y[b]) ** 2)
            np.maximum(stretch[a], length, out=stretch[a])
            np.maximum(stretch[b], length, out=stretch[b])
        return np.asarray(stretch.ravel() / _STEP)

    def _deformation(self, target: PosedHead) -> Floats:
        """(P, 2) how the head's deformation moves the points, pixels."""
        bent = target.mesh.take(self._surface.vertices, axis=0) - self._rest
        moved = np.asarray(bent @ (target.pose.scale * target.pose.rotation[:2].T), np.float32)
        return np.asarray(self._on_head @ moved)

    def layer(self, motion: Motion, behind: Callable[[], Floats] | None = None) -> Layer:
        """The sheet as a layer.

        behind  computes the opacity (H', W') of the head's layer behind it: at an old outline that
                is within the head now, the source's pixels are partly those of the old background
        """
        shown = sampled(self._textured, motion.places)
        colours = cv2.cvtColor(shown, cv2.COLOR_RGBA2RGB) * _FROM_BYTES
        alpha = motion.coverage * motion.value(0)
        alpha *= np.asarray(cv2.extractChannel(shown, 3)) * _FROM_BYTES
        motion.soften(alpha, colours)
        window, places = motion.full_window, motion.places

        def fine() -> Floats:
            assert behind is not None
            return 1 - behind() * (1 - sampled(self._inner, places))

        fine_detail = None if behind is None else fine
        return Layer("hair, ears and neck", window, colours, alpha, places, fine=fine_detail)

    def within(self, motion: Motion) -> Floats:
        """(H', W') 0 at the outline that the sheet has in the source, 1 farther inside."""
        return sampled(self._within, motion.places)


def _nearest(drawing: Drawing, pixels: NDArray[np.int64], size: int) -> Drawing:
    """A drawing at each of these pixels (P,), or where it is nearest to them."""
    free = np.ones(size * size, np.uint8)
    free[drawing.pixels] = 0
    _, labels = cv2.distanceTransformWithLabels(
        free.reshape(size, size), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    index = np.zeros(labels.max() + 1, np.int64)
    index[labels.ravel()[drawing.pixels]] = np.arange(len(drawing.pixels))
    found = index[labels.ravel()[pixels]]
    return Drawing(*(part[found] for part in vars(drawing).values()))


def _bytes(share: Floats) -> NDArray[np.uint8]:
    return (255 * share.clip(0, 1)).round().astype(np.uint8)


def _scarf(clothes: Floats, y: Array) -> Floats:
    """(G, G) 1 on clothes that hang together with those at the picture's lower border, if they do
    not cover the head, too; else 0. ``y`` (G, G) is in head coordinates."""
    _, labels = cv2.connectedComponents((clothes > 0.5).astype(np.uint8))
    below = np.unique(labels[-2:])
    body = np.isin(labels, below[below > 0])
    covered = (body & (y < _COVERED)).any()
    return (body & (not covered)).astype(np.float32)


def _depth(drawing: Drawing, depth: Floats, size: int) -> tuple[Floats, Floats]:
    """(G, G) each: the depth of what is drawn, from that of its vertices (V, 1), and where it is 1,
    else 0."""
    found, covered = np.zeros((2, size * size), np.float32)
    found[drawing.pixels] = drawing.interpolate(depth, head_model().surface.triangles)[:, 0]
    covered[drawing.pixels] = 1
    return found.reshape(size, size), covered.reshape(size, size)


def _continued(depth: Floats, covered: Floats, scale: float) -> Floats:
    """(G, G) a depth that goes on beside what it is known of, falling."""
    beside = cv2.distanceTransform((covered < 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    edge = filled((depth * covered)[..., None], covered)[..., 0]
    fall = 0.33 * np.minimum(beside, np.float32(0.75 * scale))
    return np.where(covered > 0, depth, edge - fall).astype(np.float32)


def _stiff(labels: Floats) -> Floats:
    """(G, G) in [0, 1]: hair and the wisps beside it, which an expression does not move."""
    hair = np.ascontiguousarray(labels[..., PartLabel.HAIR])
    near = cv2.dilate(hair, np.ones((_WISPS, _WISPS), np.uint8))
    return np.asarray(np.maximum(hair, near * labels[..., PartLabel.BACKGROUND]), np.float32)


def _cleaned(pixels: NDArray[np.uint8], alpha: Floats, hair: Floats) -> NDArray[np.uint8]:
    """The pixels with those at the soft edge of ``alpha`` replaced by the nearest inside, those of
    wisps by the nearest of ``hair`` (S, S)."""
    square = np.ones((3, 3), np.uint8)
    inner = np.asarray(cv2.erode((alpha > 0.95).astype(np.uint8), square), np.uint8)
    if not inner.any():
        return pixels
    result = _nearest_colours(pixels, inner)
    of_hair = np.asarray(inner * (hair > 0.9), np.uint8)
    wisps = (inner == 0) & (hair > 0.5 * np.maximum(alpha, 0.02))
    if of_hair.any() and wisps.any():
        result[wisps] = _nearest_colours(pixels, of_hair)[wisps]
    return np.where(inner[..., None] > 0, pixels, result)


def _nearest_colours(pixels: NDArray[np.uint8], known: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(S, S, 3) of each pixel the nearest one's that is known (S, S), 0 or 1."""
    _, nearest = cv2.distanceTransformWithLabels(
        1 - known, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    colours = np.zeros((nearest.max() + 1, 3), np.uint8)
    colours[nearest[known > 0]] = pixels[known > 0]
    return np.asarray(colours.take(np.asarray(nearest, np.intp), axis=0), np.uint8)
