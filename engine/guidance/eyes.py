"""The eyes of a face in another pose: lids that close and open, eyeballs that turn.

A warp of a photo cannot close an eye, because the photo shows no skin there, nor turn it, because
it shows only a part of the iris. So once per photo each eye is completed: the skin without the eye,
the white without the iris, the whole iris. For a pose they are put together between the rims of
the lids, which the head model moves.

Everything happens in the *plane of the eye*: through the corners of the lids, origin between them,
x along them to the image's right, y down the face, in decimetres of the head.
"""

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.face.head_model import head_model
from engine.face.parts import PartLabel
from engine.face.posed_head import PosedHead
from engine.guidance.patches import LUMA, Patch, Plane, Tones, Window, sample
from engine.guidance.warp2d import smooth_step
from engine.imaging.filling import filled

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

# Dense landmarks along the rims of the right and the left lids, to the image's right.
_UPPER = (
    (33, 246, 161, 160, 159, 158, 157, 173, 133),
    (362, 398, 384, 385, 386, 387, 388, 466, 263),
)
_LOWER = (
    (33, 7, 163, 144, 145, 153, 154, 155, 133),
    (362, 382, 381, 380, 374, 373, 390, 249, 263),
)
_COLUMNS = np.linspace(-0.6, 0.6, 41)  # where the rims are sampled, widths of the eye
_MIDDLE = np.abs(_COLUMNS) < 0.5
_EDGE_ON = 0.3  # area of the plane in the picture, of its area from the front: drawn from
_UNSEEN = 0.25  # visible share of the opening below which something covers the eye

# Lengths in decimetres.
_AROUND = (0.1, 0.16, 0.12)  # of the eye, in the source: beside, above, below
_SEARCHED = 0.09  # from the middle of the opening: where its rims are looked for
_LASHES, _BELOW = 0.03, 0.018  # above and below the opening: what the skin is completed over
_DROP = 0.055  # how much lower than the open eye's lower rim the lids of a shut eye meet
_LARGEST_SAG = 0.05  # of the arc in which the lids meet
_LINE = (0.006, 0.014)  # widths of the lash line above and below the rim
_SHADOW = 0.02  # depth of the upper lid's shadow on a turned eyeball
_GRAIN = 0.012  # sigma that divides the skin's colour from its grain
_IRIS = 0.0585
_BALL = 0.12  # from the centre of the eyeball to the iris

_MOVED = (0.004, 0.012)  # movement of the lids: not drawn, fully drawn
_TURNED = (0.01, 0.05)  # the same for the gaze, length of the difference of directions
_SHUT = 0.08  # of its opening: an eye that is open less is shut

_DARK = np.array([0.6, 0.85])  # brightness of lashes and shadows, of the white of the eye

_SEARCH_SCALE = 170.0  # pixels per decimetre of the search for the iris
_BROWN = ((0.0, 0.4, 0.9), ((0.05, 0.04, 0.04), (0.12, 0.08, 0.05), (0.22, 0.14, 0.09)))


class Eyes:
    """Both eyes of a source, completed once per photo.

    pixels  (S, S, 3) uint8, the crop, at any size: also at the photo's own
    parts   (N, N, 6) probabilities of the crop's parts, at any size; None: the head's rims count
    head    the source's head, pixels of the crop
    """

    def __init__(self, pixels: NDArray[np.uint8], parts: Floats | None, head: PosedHead) -> None:
        tones = Tones(pixels)
        found = [_Eye.found(pixels, parts, head, tones, side) for side in (0, 1)]
        self._eyes = [eye for eye in found if eye is not None]
        seen = [eye for eye in self._eyes if eye.iris_seen]
        for eye in self._eyes:
            if seen and not eye.iris_seen:
                eye.complete_iris(seen[0])
        self._size = pixels.shape[0]

    def patches(self, target: PosedHead) -> list[Patch]:
        """What changes for a target head, pixels of the crop; [] if nothing does."""
        drawn = (eye.patch(target, self._size) for eye in self._eyes)
        return [patch for patch in drawn if patch is not None]

    def paint(self, layers: Floats, target: PosedHead) -> None:
        """Draw the eyes over a picture (3, S, S) in [0, 1] of a target head, in place."""
        for patch in self.patches(target):
            patch.paint(layers)


@dataclass(frozen=True, eq=False)
class _Rims:
    """Rims of the lids: y (41,) of the upper and the lower one at the places x (41,)."""

    x: Array
    upper: Array
    lower: Array

    @property
    def gap(self) -> Array:
        return np.asarray((self.lower - self.upper).clip(0))

    def lines(self, x: Floats) -> tuple[Floats, Floats]:
        """y of the upper and the lower rim at places x (H, W)."""
        upper, lower = (np.interp(x.ravel(), self.x, y) for y in (self.upper, self.lower))
        return upper.reshape(x.shape).astype(np.float32), lower.reshape(x.shape).astype(np.float32)

    def grown(self, above: Array | float, below: Array | float) -> Self:
        return type(self)(self.x, self.upper - above, self.lower + below)

    def inside(self, x: Floats, y: Floats, scale: float) -> Floats:
        """(H, W) 1 between the rims at places (H, W), 0 outside, antialiased.

        scale  pixels per decimetre
        """
        return _between(y, *self.lines(x), scale)


class _Eye:
    """One eye of a source. side: 0 for the person's right one, 1 for the left one."""

    def __init__(
        self, pixels: NDArray[np.uint8], window: Window, label: Floats | None, head: PosedHead,
        tones: Tones, side: int,
    ) -> None:  # fmt: skip
        self._side, self._tones = side, tones
        self._places = _rim_places(side)
        self._width = _width(self._places.of(head.mesh))
        self._plane, self._mesh_rims = self._rims_of(head)
        self._gaze, self._scale = _direction(head, side), head.pose.scale
        self._window, self._pixels = window, window.cut(pixels)
        self._x, self._y = self._plane.grid(window)
        self._rims = self._mesh_rims if label is None else self._visible_rims(label)
        self._complete_skin()
        ball = head_model().eyeballs(head.mesh, head.expression)[side]
        expected = self._plane.places(head.pose.project(ball.pupil[None])[0, :2])
        self._iris, self._radius = self._find_iris(expected)
        self._complete_white()
        self.complete_iris()

    @classmethod
    def found(
        cls, pixels: NDArray[np.uint8], parts: Floats | None, head: PosedHead, tones: Tones,
        side: int,
    ) -> "_Eye | None":  # fmt: skip
        """None where the source does not show the eye: from the side, outside, or covered."""
        rims = _rim_places(side).of(head.mesh)
        plane, width = _plane(head, rims, _width(rims)), _width(rims)
        beside, above, below = _AROUND
        right = width / 2 + beside
        corners = [(-right, -above), (right, -above), (-right, below), (right, below)]
        window = Window.around(plane.pixels(np.array(corners)), 1, len(pixels))
        if window is None or not _faces(plane, head):
            return None
        label = None
        if parts is not None:
            label = window.label(parts, PartLabel.EYES, len(pixels))
            seen = head.pose.project(rims)[:, :2]
            opening = window.mask([np.concatenate([seen[:9], seen[:8:-1]])])
            wide = float(opening.sum()) > 0.04 * width * head.pose.scale**2
            if wide and float((label * opening).sum()) < _UNSEEN * float(opening.sum()):
                return None
        return cls(pixels, window, label, head, tones, side)

    # The source

    def _rims_of(self, head: PosedHead) -> tuple[Plane, _Rims]:
        """The plane of the eye of a head, and the rims of its mesh in it."""
        rims = self._places.of(head.mesh)
        plane = _plane(head, rims, self._width)
        seen = plane.places(head.pose.project(rims)[:, :2])
        x = _COLUMNS * self._width
        upper, lower = (
            np.interp(x, np.maximum.accumulate(rim[:, 0]), rim[:, 1]) for rim in (seen[:9], seen[9:])
        )
        return plane, _Rims(x, upper, lower)

    def _visible_rims(self, label: Floats) -> _Rims:
        """The rims that the label (H, W) of the eye shows: they lie beside the mesh's."""
        mesh, step = self._mesh_rims, 0.004
        steps = np.arange(-_SEARCHED, _SEARCHED, step)[:, None]
        middle = (mesh.upper + mesh.lower) / 2
        y = (middle + steps).astype(np.float32)
        x = np.broadcast_to(mesh.x.astype(np.float32), y.shape)
        seen = sample(label, self._plane.sampling(x, y, self._window))
        above, below = (seen[rows[:, 0]].sum(axis=0) * step for rows in (steps < 0, steps >= 0))
        return _Rims(mesh.x, middle - _smoothed(above), middle + _smoothed(below))

    def _complete_skin(self) -> None:
        """The source without the eye and its lashes: skin of the surroundings with its grain."""
        pixels, scale = self._pixels, self._scale
        inner = smooth_step(0.62 * self._width - np.abs(self._rims.x), 0, 0.08)
        covered = self._rims.grown(_LASHES * inner, _BELOW * inner)
        hole = (covered.inside(self._x, self._y, scale) > 0.02).astype(np.float32)
        hole = cv2.dilate(hole, np.ones((3, 3)))
        smooth = cv2.GaussianBlur(pixels, (0, 0), max(_GRAIN * scale, 0.8))
        light = smooth @ LUMA
        ring = (hole == 0) & (cv2.blur(hole, (2 * round(0.06 * scale) + 3,) * 2) > 0)
        self._light = float(np.median(light[ring] if ring.any() else light))
        # Neither brows nor frames of glasses, nor shadows, belong on the lid.
        known = (1 - hole) * smooth_step(light / max(self._light, 1e-3), 0.75, 1)
        skin = filled(pixels, known.astype(np.float32))
        skin = cv2.GaussianBlur(skin, (0, 0), 0.02 * scale)
        upper, lower = covered.lines(self._x)
        below = 2 * (lower + 0.012) - self._y  # mirrored at the lower lid
        places = self._plane.sampling(self._x, below, self._window)
        grain = sample(pixels - smooth, places, cv2.BORDER_REFLECT)
        down = ((self._y - upper) / (lower - upper).clip(0.01)).clip(0, 1)
        bulge = 1 + 0.1 * np.sin(np.pi * down) * (1 - down)  # lit from above
        skin = (skin * bulge[..., None] + 0.6 * grain).clip(0, 1)
        soft = cv2.GaussianBlur(hole, (0, 0), max(0.006 * scale, 0.5))[..., None]
        self._skin = np.asarray(pixels + soft * (skin - pixels), np.float32)
        self._hole = np.asarray(cv2.GaussianBlur(hole, (0, 0), max(0.012 * scale, 0.7)), np.float32)
        rim = self._rims.grown(0.012, 0).inside(self._x, self._y, scale)
        rim *= 1 - self._rims.grown(-0.006, 0).inside(self._x, self._y, scale)
        dark = pixels[rim > 0.5]
        lashes = np.percentile(dark, 20, axis=0) if len(dark) else self._skin.mean(axis=(0, 1)) / 3
        self._lashes = np.asarray(0.8 * lashes, np.float32)

    def _find_iris(self, expected: Array) -> tuple[Array, float]:
        """Place and radius of the iris: the disc that is darkest against its surroundings.

        expected  (2,) where the mesh has the pupil
        """
        across, down = self._width / 2, 0.1
        steps = (np.arange(-half, half, 1 / _SEARCH_SCALE, np.float32) for half in (across, down))
        x, y = np.meshgrid(*steps)
        light = sample(self._pixels @ LUMA, self._plane.sampling(x, y, self._window))
        light = cv2.GaussianBlur(light, (0, 0), 1.2)
        seen = self._rims.grown(-0.006, -0.002).inside(x, y, _SEARCH_SCALE)
        contrast = max(float(light[seen > 0.5].std()) if (seen > 0.5).any() else 1.0, 0.02)
        away = ((x - expected[0]) / 0.06) ** 2 + ((y - expected[1]) / 0.05) ** 2
        best = -np.inf
        found, radius = expected, _IRIS
        for size in (0.92 * _IRIS, _IRIS, 1.08 * _IRIS):
            reach = int(np.ceil(1.45 * size * _SEARCH_SCALE))
            offsets = np.arange(-reach, reach + 1) / (size * _SEARCH_SCALE)
            distance = np.hypot(offsets, offsets[:, None])
            disc, rim, ring = (
                _ring_mean(light, seen, (distance >= low) & (distance < high))
                for low, high in ((0.0, 1.0), (0.8, 1.0), (1.05, 1.4))
            )
            darker = (ring[0] - disc[0]) + 0.7 * (ring[0] - rim[0])
            score = darker / contrast * (ring[1] > 0.02) + 0.35 * disc[1].clip(None, 0.8)
            score = np.where(disc[1] < 0.3, -np.inf, score - 0.25 * away)
            at = np.unravel_index(score.argmax(), score.shape)
            if score[at] > best:
                best, found, radius = score[at], np.array([x[at], y[at]], np.float64), size
        return found, radius

    def _complete_white(self) -> None:
        """The source with the white of the eye where the iris is."""
        x, y, pixels = self._x, self._y, self._pixels
        self._opening = self._rims.inside(x, y, self._scale)
        self._within = self._rims.grown(-0.012, -0.006).inside(x, y, self._scale)
        distance = np.hypot(x - self._iris[0], y - self._iris[1]) / self._radius
        known = self._within * (distance > 1.12)
        colours = pixels[known > (0.5 if (known > 0.5).sum() > 2 else 0.1)]
        if len(colours) > 2:
            light = colours @ LUMA
            usual = np.median(colours[light >= np.percentile(light, 65)], axis=0)
            usual = 0.5 * usual + 0.5 * self._tones.of(np.full(3, usual @ LUMA))  # nearly white
            white = 0.3 * filled(pixels, known.astype(np.float32)) + 0.7 * usual
        else:
            usual = self._tones.of(np.full(3, min(1.1 * self._light, 1.0)))
            white = np.broadcast_to(usual, pixels.shape)
        own = self._within * (distance > 1.05) * smooth_step(pixels @ LUMA, *_DARK * (usual @ LUMA))
        own = cv2.GaussianBlur(own, (0, 0), 0.5)[..., None]
        self._white = np.asarray(white + own * (pixels - white), np.float32)

    def complete_iris(self, other: "_Eye | None" = None) -> None:
        """The source with the whole iris: what the lids hide has the colours of its distance.

        other  the eye whose colours are taken; None: the own, if enough of it is seen
        """
        distance = np.hypot(self._x - self._iris[0], self._y - self._iris[1]) / self._radius
        if other is None:
            self._profile = self._radial_profile(distance)
            self.iris_seen = self._profile is not None
        else:
            self._profile = other._profile  # noqa: SLF001
        at, colours = self._profile or (np.array(_BROWN[0]), self._tones.of(np.array(_BROWN[1])))
        iris = np.stack([np.interp(distance, at, channel) for channel in colours.T], axis=2)
        own = cv2.GaussianBlur(self._within * (distance < 1.15), (0, 0), 0.5)[..., None]
        own = own * np.float32(self.iris_seen)
        self._disc = np.asarray(iris + own * (self._pixels - iris), np.float32)

    def _radial_profile(self, distance: Floats) -> tuple[Array, Array] | None:
        """Distances (K,) from the centre of the iris, radii, and median colours (K, 3) there."""
        seen = self._within > 0.5
        at, colours = [], []
        for middle in np.linspace(0.07, 1.03, 8):
            here = self._pixels[seen & (np.abs(distance - middle) < 0.13)]
            if len(here) > 1:
                at.append(middle)
                colours.append(np.percentile(here, 40, axis=0))  # without reflections
        return (np.array(at), np.array(colours)) if len(at) > 3 else None

    # The target

    def patch(self, target: PosedHead, size: int) -> Patch | None:
        """What changes for a target head in a picture of side ``size``; None if nothing does."""
        plane, mesh_rims = self._rims_of(target)
        rims = self._moved_rims(mesh_rims)
        direction = _direction(target, self._side)
        turn = direction - self._gaze
        moved = np.abs([rims.upper - self._rims.upper, rims.lower - self._rims.lower])[:, _MIDDLE]
        turned = float(smooth_step(np.linalg.norm(turn), *_TURNED))
        lids = float(smooth_step(moved.max(), *_MOVED))
        if max(turned, lids) == 0 or not _faces(plane, target):
            return None
        right = self._width / 2 + 0.07
        box = np.array([(-right, -0.12), (right, -0.12), (-right, 0.1), (right, 0.1)])
        window = Window.around(plane.pixels(box), 0, size)
        if window is None:
            return None
        scale = target.pose.scale
        x, y = plane.grid(window)
        places = self._plane.sampling(x, y, self._window)
        upper, lower = rims.lines(x)
        colours = sample(self._skin, places)
        offset = scale * (target.pose.rotation @ turn)[:2] * _BALL
        centre = self._iris + plane.places(plane.centre + offset)
        widened = rims.gap.sum() > self._rims.gap.sum()
        own = sample(self._within if widened else self._opening, places) * np.float32(1 - turned)
        ball = self._eyeball(x, y, places, centre, direction, scale)
        shade = 0.35 * np.exp((upper - y).clip(None, 0) / _SHADOW) + 0.3 * (2 * x / self._width) ** 2
        ball *= (1 - turned * shade.clip(0, 0.5))[..., None]
        ball += own[..., None] * (sample(self._pixels, places) - ball)
        # The lashes and the skin at the rim move with it.
        along = smooth_step(0.54 * self._width - np.abs(x), 0, 0.06).astype(np.float32)
        above = upper - y
        rim = self._plane.sampling(x, self._rims.lines(x)[0] - above, self._window)
        band = (1 - above * np.float32(1 / _LASHES)).clip(0, 1) * (above * np.float32(scale) + 1).clip(0, 1) * along
        colours += band[..., None] * (sample(self._pixels, rim) - colours)
        opening = _between(y, upper, lower, scale)
        colours += opening[..., None] * (ball - colours)
        widths = np.maximum(_LINE, 0.8 / scale)
        line = np.exp(-((above / np.where(above > 0, *widths)) ** 2)) * along
        colours += 0.6 * line[..., None] * (self._lashes - colours)
        around = np.minimum(_LASHES - above, lower + 0.02 - y) * np.float32(1 / 0.015)
        around = np.maximum(sample(self._hole, places), around.clip(0, 1) * along)
        alpha = np.maximum(around * np.float32(lids), opening * np.float32(turned))
        return Patch(window, colours, np.asarray(alpha * _soft_border(window), np.float32))

    def _moved_rims(self, mesh: _Rims) -> _Rims:
        """The visible rims, from those of the target's mesh.

        They move as the mesh's do, but their gap closes when the mesh's does.
        """
        before, after = self._mesh_rims.gap, mesh.gap
        trusted = before >= 0.35 * before.max()
        share = np.interp(mesh.x, mesh.x[trusted], after[trusted] / before[trusted].clip(0.004))
        narrow = self._rims.gap * ((share - _SHUT) / (1 - _SHUT)).clip(0, 1)
        gap = np.where(share < 1, narrow, self._rims.gap + (after - before).clip(0))
        lower = self._rims.lower + (mesh.lower - self._mesh_rims.lower)
        # Lids meet in a smooth arc, lower than the rim of the open eye.
        bend, slope, level = np.polyfit(mesh.x[_MIDDLE], lower[_MIDDLE], 2)
        bend = max(bend, -_LARGEST_SAG / (self._width / 2) ** 2)
        arc = np.polyval((bend, slope, level + _DROP), mesh.x)
        lower += (1 - (2 * share).clip(0, 1)) * (arc - lower)
        return _Rims(mesh.x, lower - gap, lower)

    def _eyeball(
        self, x: Floats, y: Floats, places: Floats, centre: Array, direction: Array, scale: float
    ) -> Floats:
        """Colours (H, W, 3) of the eyeball at places x, y, with the iris at ``centre``."""
        across, down = x - np.float32(centre[0]), y - np.float32(centre[1])
        turn = _foreshortening(self._gaze) @ np.linalg.inv(_foreshortening(direction))
        (a, b), (c, d) = turn.astype(np.float32)
        across, down = a * across + b * down, c * across + d * down
        distance = np.hypot(across, down) / np.float32(self._radius)
        left, top = self._iris.astype(np.float32)
        disc = sample(self._disc, self._plane.sampling(across + left, down + top, self._window))
        edge = max(0.09, 0.8 / (self._radius * scale))
        ball = sample(self._white, places)
        ball += ((1.03 - distance) / np.float32(edge) + 0.5).clip(0, 1)[..., None] * (disc - ball)
        return ball


def _rim_places(side: int):  # noqa: ANN202
    return head_model().dense_places.at((*_UPPER[side], *_LOWER[side]))


def _width(rims: Array) -> float:
    return float(np.linalg.norm(rims[8] - rims[0]))


def _plane(head: PosedHead, rims: Array, width: float) -> Plane:
    """The plane of an eye. rims: (18, 3) head coordinates; width: the source's eye, decimetres."""
    across = (rims[8] - rims[0]) / width
    along = across / np.linalg.norm(across)
    down = np.array([0.0, 1.0, 0.0]) - along * along[1]
    down /= np.linalg.norm(down)
    axes = head.pose.scale * head.pose.rotation[:2] @ np.column_stack([across, down])
    return Plane(head.pose.project(rims[[0, 8]].mean(axis=0)[None])[0, :2], axes)


def _faces(plane: Plane, head: PosedHead) -> bool:
    return float(np.linalg.det(plane.axes)) > _EDGE_ON * head.pose.scale**2


def _direction(head: PosedHead, side: int) -> Array:
    """(3,) where an eye looks, head coordinates."""
    yaw, pitch = np.radians(head.expression.gaze[side])
    return np.array([np.sin(yaw) * np.cos(pitch), -np.sin(pitch), np.cos(yaw) * np.cos(pitch)])


def _foreshortening(direction: Array) -> Array:
    """(2, 2): places on an iris that looks straight ahead to places on one with this direction."""
    sideways = direction[:2] / max(float(np.linalg.norm(direction[:2])), 1e-6)
    return np.asarray(np.eye(2) - (1 - direction[2]) * np.outer(sideways, sideways))


def _ring_mean(light: Floats, seen: Floats, ring: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Mean of what is seen in a ring around each pixel, and the seen share of the ring."""
    kernel = (ring / ring.sum()).astype(np.float32)
    share, total = (
        cv2.filter2D(values, -1, kernel, borderType=cv2.BORDER_CONSTANT)
        for values in (seen, light * seen)
    )
    return np.asarray(total / share.clip(1e-4), np.float32), np.asarray(share, np.float32)


def _between(y: Floats, upper: Floats, lower: Floats, scale: float) -> Floats:
    """(H, W) 1 where y is between two lines, 0 outside, antialiased."""
    pixels = np.float32(scale)
    inside = (np.minimum(y - upper, lower - y) * pixels + np.float32(0.5)).clip(0, 1)
    return np.asarray(inside * ((lower - upper) * pixels).clip(0, 1), np.float32)


def _smoothed(values: Array) -> Array:
    return np.convolve(np.pad(values, 2, "edge"), np.array([1, 2, 3, 2, 1]) / 9, "valid")


def _soft_border(window: Window) -> Floats:
    """(H, W) rising from 0 at the window's border to 1 three pixels inside."""
    down, across = (
        (np.minimum(np.arange(n), np.arange(n)[::-1]) / np.float32(3)).clip(0, 1)
        for n in (window.height, window.width)
    )
    return np.asarray(down[:, None] * across, np.float32)
