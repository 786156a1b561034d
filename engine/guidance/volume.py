"""The head with its hair as a volume, and what of it the source does not show.

The bent head's vertices are moved outwards until the head's outline is the hair's. The volume gives
hair a depth, and behind the layers that show the source it is drawn itself: scalp and skin in
the colours of the nearest hair and skin, where a turned head shows what the source hides.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.smoothing import smooth_step
from engine.face.head_model import head_model
from engine.face.parts import PartLabel
from engine.face.posed_head import PosedHead
from engine.guidance.coarse import coarse_surface
from engine.guidance.face import continued, ear_share, face_share, neighbours, normals
from engine.guidance.layers import BARE, Layer, Motion, MovedMesh, grid, smaller
from engine.guidance.outline import CENTRE, EARS, SCALP, Outline
from engine.guidance.warp2d import neck_fade_at
from engine.imaging.filling import filled
from engine.imaging.raster import draw
from engine.imaging.resampling import four_channels, sampled

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

# Lengths in decimetres, head coordinates (see `engine.face.head`).
_CELLS = (0.1, 0.12)  # of the coarse surface, on the face and beside it
_BARE_CELLS = (0.04, 0.1)  # the same for a head whose ears are drawn
_LOBES = -0.05  # y from which what is that wide is a lobe
_SHRINK = 0.07  # the face's part is drawn smaller, so that it does not stick out
_TOLERANCE = 0.08  # of the depth, for what the source shows
_HAIRLINE = (0.3, 0.4)  # a scalp reaches to this z forwards and this y downwards
_HAIRY = (0.1, 0.35)  # share of hair on the visible scalp: the rest is bald, has hair
_SPREADING = 6  # steps over which the scalp's edge is smoothed
_NECK_STARTS = (0.5, 0.7)  # y over which the volume becomes the neck, which clothes cover
_COLLAR = (0.4, 0.8)  # probability of clothes: nothing before the neck, something
_NECK_END = (1.0, 1.25)  # y over which the invented neck ends

_HOLLOW = 12  # steps over which hollows of ears are found
_DARKENING = 0.08  # decimetres of a hollow that darken to 1 / e
_RELIEF = (0.45, 1.15)  # limits of this factor
_COVERED = 0.985  # opacity of layers in front that hide all
_ROW = 64  # pixels sampled in a row
_SMOOTH = 4  # pixels at half size: blur of the invented skin
_LEAST_HAIR = 120  # pixels: a source with less has none
_INNER = (11, 5)  # pixels: windows all hair
_STRANDS = 4  # pixels: Gaussian that separates strands from the colour of hair


class Volume:
    """The volume of a source, computed once per photo.

    photo   (S, S, 3) float32 in [0, 1]    parts  (S, S, 6) probabilities of `PartLabel`
    labels  (G, G, 6) the same at half size    head  in pixels at half size

    lower   (V, 3) where the source's skull and neck are, from those of the head; decimetres
    bare    whether neither hair nor a hat covers the skull

    Of its drawing in the source, (G, G) each: depth, pixels; covered, 1 where it is, else 0; ears,
    their share
    """

    def __init__(self, photo: Floats, parts: Floats, labels: Floats, head: PosedHead) -> None:
        mean = head_model().surface
        self._full, self._size, self._head = len(photo), len(labels), head
        self._triangles = mean.triangles
        self._bent = head.mesh[: len(mean.vertices)]
        hair = labels[..., PartLabel.HAIR]
        skin = labels[..., BARE].sum(axis=2)
        clothes = smooth_step(labels[..., PartLabel.CLOTHES], *_COLLAR)
        self._clothes = np.asarray(clothes, np.float32)
        outline = Outline.of(labels, head)
        self._solid, self.lower, self.bare = outline.solid, outline.lower, outline.bare
        self._under = CENTRE + (self._solid - CENTRE) * (1 - _SHRINK * face_share()[:, None])
        self._fade = neck_fade_at(mean.vertices)[:, None]
        self._places = head.pose.project(self._under)
        self.depth, self.covered, self.ears = self._drawn()
        self._hair = Hair.of(photo, parts[..., PartLabel.HAIR])
        colours, share = self._painted(smaller(photo), hair, skin)
        y = mean.vertices[:, 1]
        opacity, neck = 1 - smooth_step(y, *_NECK_END), smooth_step(y, *_NECK_STARTS)
        if not self.bare:
            opacity *= self._fitting(labels)
        surface = coarse_surface(*(_BARE_CELLS if self.bare else _CELLS))
        rows = self._rows = surface.vertices
        self._coarse = surface.triangles
        self._values = np.column_stack([colours, share, opacity, neck])[rows]
        self._rest, self._moving = self._bent[rows], (self._under[rows], self._fade[rows])
        self._rest_seen = head.pose.project(self._moving[0])

    def _drawn(self) -> tuple[Floats, Floats, Floats]:
        """(G, G) each: depth of the nearest surface in the source, pixels; 1 where there is any;
        share of ears."""
        seen = self._head.pose.project(self._solid).astype(np.float32)
        values = np.column_stack([seen[:, 2], np.ones(len(seen)), ear_share()])
        size = self._size
        drawing = draw(seen[:, :2], seen[:, 2], self._triangles, size, size)
        found = np.zeros((size * size, 3), np.float32)
        found[drawing.pixels] = drawing.interpolate(values.astype(np.float32), self._triangles)
        depth, covered, ears = found.T.reshape(3, size, size).copy()
        return depth, (covered > 0).astype(np.float32), ears

    def _painted(self, picture: Floats, hair: Floats, skin: Floats) -> tuple[Floats, Floats]:
        """Of the vertices: colours (V, 3) of the skin, share (V,) of hair.

        Skin that the source hides continues the nearest that it shows, along the surface: a neck in
        the shade of the jaw has not the colours of the cheek that hides it, and a shaved scalp
        continues the shaved one that is seen, not the ear.
        """
        seen = self._seen()
        colours = self._continued(picture, skin, seen)
        x, y, z = head_model().surface.vertices.T
        ears = (np.abs(x) > EARS) & (y > -SCALP)
        scalp = ((z < _HAIRLINE[0]) & (y < _HAIRLINE[1]) & ~ears).astype(np.float32)
        for _ in range(_SPREADING):
            scalp = neighbours() @ scalp
        shaved = self._continued(picture, hair + skin, seen & ~ears)
        colours += scalp[:, None] * (shaved - colours)
        if self.bare:
            colours *= _relief(self._bent)[:, None]
        share = np.zeros(len(colours), np.float32)
        if self._hair is not None:
            places = self._places[None, :, :2].astype(np.float32)
            seen &= sampled(hair + skin, places)[0] > 0.8
            share = _hair_share(sampled(hair, places)[0], seen)
            share *= (1 - face_share()).astype(np.float32)
        return colours, share

    def _continued(self, picture: Floats, part: Floats, seen: NDArray[np.bool_]) -> Floats:
        """(V, 3) the colours of the vertices: of a part (G, G) of the source at those that are
        ``seen`` (V,), continued from there along the surface."""
        inner = (cv2.erode(part, np.ones((3, 3), np.uint8)) > 0.9).astype(np.float32)
        places = self._places[None, :, :2].astype(np.float32)
        smooth = cv2.GaussianBlur(filled(picture * inner[..., None], inner), (0, 0), _SMOOTH)
        colours = sampled(np.asarray(smooth, np.float32), places)[0]
        return continued(colours, seen & (sampled(inner, places)[0] > 0.5))

    def _fitting(self, labels: Floats) -> Floats:
        """(V,) 0 where the flattened lobe of an ear would stick out of the person in the source;
        else 1."""
        behind = cv2.dilate(labels[..., PartLabel.BACKGROUND], np.ones((3, 3), np.uint8))
        places = self._places[None, :, :2].astype(np.float32)
        x, y, _ = head_model().surface.vertices.T
        lobes = (np.abs(x) > EARS) & (y > _LOBES)
        inside = sampled(np.asarray(behind, np.float32), places)[0] < 0.5
        return np.asarray(inside | ~lobes, np.float32)

    def _seen(self) -> NDArray[np.bool_]:
        """(V,) whether the source shows a vertex of the volume."""
        seen = self._head.pose.project(self._solid)
        column, row = seen[:, :2].round().astype(int).T.clip(0, self._size - 1)
        nearest = self.depth[row, column] - _TOLERANCE * self._head.pose.scale
        return np.asarray(seen[:, 2] > nearest)

    def mesh(self, target: PosedHead, body: Floats | None = None) -> MovedMesh:
        """The volume in the target pose; values: colours of the skin (3), share of hair, opacity,
        share of the neck.

        body  as of `engine.guidance.body.Body.moved`
        """
        under, fade = self._moving
        end = target.pose.project(under + (target.mesh.take(self._rows, axis=0) - self._rest))
        end = self._rest_seen + fade * (end - self._rest_seen)
        if body is not None:
            places = self._rest_seen[None, :, :2].astype(np.float32)
            end[:, :2] += (1 - fade) * sampled(body, places)[0]
        shift = (end - self._rest_seen)[:, :2]
        values = np.concatenate([shift, self._values], axis=1, dtype=np.float32)
        points, depth = np.split(end.astype(np.float32), [2], axis=1)
        return MovedMesh(points, depth[:, 0], values, self._coarse, self._full, front_only=True)

    def layer(self, motion: Motion, covered: Floats) -> Layer:
        """What the source does not show of the moved head.

        covered  (H', W') opacity of the layers in front: where it hides all, hair is not drawn
        """
        *skin, share, opacity, neck = motion.values
        window = motion.full_window
        colours = motion.enlarged(np.asarray(cv2.merge(skin), np.float32))
        opacity = opacity * (1 - neck * self._clothes[motion.window.slices])
        alpha = motion.enlarged(opacity) * motion.coverage
        if self._hair is None:
            return Layer("unseen", window, colours, alpha)
        hairy, hair = motion.enlarged(share), self._hair
        pixels = np.flatnonzero((alpha > 0) & (hairy > 0) & (covered < _COVERED))
        if len(pixels):  # of most poses a few narrow stripes
            at = np.zeros((-(-len(pixels) // _ROW), _ROW, 2), np.float32)
            places, count = at.reshape(-1, 2), len(pixels)
            places[:count, 1], places[:count, 0] = np.divmod(pixels, window.width)
            shift = sampled(cv2.merge(tuple(motion.shift)), 0.5 * at - np.float32(0.25))
            at += np.array((window.left, window.top), np.float32) - 2 * shift
            picture = sampled(hair.picture, at).reshape(-1, 4)[:count, :3]
            bare, kept = colours.reshape(-1, 3), hairy.ravel().take(pixels)[:, None]
            bare[pixels] = picture + (1 - kept) * (bare.take(pixels, axis=0) - picture)
        return Layer(
            "unseen", window, colours, alpha, lambda: sampled(hair.places, motion.places), hairy
        )


@dataclass(frozen=True, eq=False)
class Hair:
    """A source's hair as if it covered the whole crop.

    picture  (S, S, 4) float32 in [0, 1], of which three channels count
    places   (S, S, 2) float32: where the source shows the hair whose strands are drawn there
    """

    picture: Floats
    places: Floats

    @classmethod
    def of(cls, photo: Floats, hair: Floats) -> "Hair | None":
        """From the photo (S, S, 3) and the probability of hair (S, S); None if there is none.

        Beside the hair, colours continue smoothly, and strands are those beyond the hair's edge,
        mirrored there.
        """
        for width in _INNER:  # inside of outlines, if hair is wide enough
            known = (cv2.erode(hair, np.ones((width, width), np.uint8)) > 0.9).astype(np.float32)
            if known.sum() > _LEAST_HAIR:
                break
        else:
            return None
        near = cv2.GaussianBlur(known, (0, 0), _STRANDS)
        smooth = cv2.GaussianBlur(photo * known[..., None], (0, 0), _STRANDS)
        smooth = filled(smooth / near.clip(1e-3)[..., None] * known[..., None], known)
        own = grid(len(photo))
        _, labels = cv2.distanceTransformWithLabels(
            (1 - known).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
        )
        inside = known > 0
        ends = np.zeros((labels.max() + 1, 2), np.float32)
        ends[labels[inside]] = own[inside]
        end = ends[labels]
        places = end.copy()
        for less in (4, 2, 1):
            beyond = end + (end - own) / less
            there = sampled(known, beyond) * (beyond == beyond.clip(0, len(photo) - 1)).all(axis=2)
            np.copyto(places, beyond, where=there[..., None] > 0.99)
        strands = sampled((photo - smooth) * known[..., None], places)
        return cls(four_channels((smooth + strands).clip(0, 1)), places)


def _relief(mesh: Array) -> Floats:
    """(V,) factors of the light on the ears of a mesh (V, 3): their hollows are dark."""
    smooth = mesh
    for _ in range(_HOLLOW):
        smooth = neighbours() @ smooth
    hollow = ((smooth - mesh) * normals(mesh)).sum(axis=1)
    factor = np.exp(-(hollow / _DARKENING)).clip(*_RELIEF)
    return np.asarray(1 + ear_share() * (factor - 1), np.float32)


def _hair_share(share: Floats, seen: NDArray[np.bool_]) -> Floats:
    """(V,) hair, 1, or skin, 0, from the source's ``share`` at the vertices that it shows; others
    as their mirror images, or else as a scalp with as much hair as the part that shows."""
    mirror = head_model().surface.mirror
    known = seen | seen[mirror]
    share = np.where(seen, share, share[mirror])
    _, y, z = head_model().surface.vertices.T
    scalp = (z < _HAIRLINE[0]) & (y < _HAIRLINE[1])
    above = known & scalp & (y < CENTRE[1])
    hairy = smooth_step(share[above].mean(), *_HAIRY) if above.any() else 1.0
    share = np.where(known, share, hairy * scalp)
    for _ in range(_SPREADING):
        share = np.where(known, share, neighbours() @ share)
    return share.astype(np.float32)
