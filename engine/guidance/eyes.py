"""The eyes of a face in another pose: lids that close and open, eyeballs that turn.

A warp of a photo cannot close an eye, because the photo shows no skin there, nor turn it, because
it shows only a part of the iris. So once per photo each eye is completed: the skin without the eye,
the white without the iris, the whole iris. For a pose they are put together between the rims of
the lids, which the head model moves. Places are on the plane of the eye (`engine.guidance.lids`).
"""

from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.smoothing import smooth_step
from engine.face.head import HeadPose
from engine.face.head_model import head_model
from engine.face.landmarks import flipped
from engine.face.parts import PartLabel
from engine.face.posed_head import PosedHead
from engine.guidance.iris import SEARCH_SCALE, Iris, foreshortening
from engine.guidance.lids import EyePlane, between
from engine.guidance.patches import LUMA, Patch, Tones, Window, blended, blurred
from engine.imaging.filling import filled
from engine.imaging.resampling import sampled

Array = NDArray[np.floating]
Floats = NDArray[np.float32]

_FAR = 0.85  # of what is shown of an eye, of the other: it is shown badly
_BETTER = (1.1, 1.35)  # how much more of such an eye a target shows: own, mirror image
_SHUT = (0.4, 0.7)  # share of the opening that is left: rare in photos, common
_LOOKING_AWAY = (0.08, 0.16)  # sine of the turn of an eye: common in photos, rare
# Lengths in decimetres.
_AROUND = (0.16, 0.16, 0.12)  # beside, above, below the eye: what is taken from the source
_DRAWN = (0.13, 0.12, 0.1)  # the same: where the target may be drawn
_LASHES, _BELOW = 0.045, 0.022  # above and below the opening: what the skin is completed over
_RIM = (0.028, 0.014)  # above and below the opening: what moves with the lids; fades as far again
_WITHIN = (-0.012, -0.014)  # above and below the opening: where no lash or lid is seen
_LASHES_UP = (0.2, 0.6)  # share of the opening: lashes hardly move with the lid, move with it
_LINE = (0.006, 0.014)  # widths of the lash line above and below the rim
_LINE_SHARE = 0.6  # its share in the colours
_THINNEST = 0.8  # pixels: least width of lines and edges
_SHADOW = 0.02  # depth of the upper lid's shadow on a turned eyeball
_UNDER_LID, _IN_CORNERS, _DARKEST = 0.35, 0.15, 0.5  # the shadow there, at most; of 1
_LIMBUS = 0.09  # width of the iris' edge, of its radius
_SOFT = 0.025  # width of the edge of what is drawn
_GRAIN = 0.012  # sigma that divides the skin's colour from its grain

_MOVED = (0.015, 0.035)  # movement of the lids: not drawn, fully drawn
_TURNED = (0.01, 0.05)  # the same for the gaze, length of the difference of directions
_WIDE = 0.04  # mean height of the mesh's opening: from it on, it should be seen
_UNSEEN = 0.25  # seen share of it below which something covers the eye

_WHITE = 0.8  # brightness of the white, of the skin around, at least: lashes throw shadows
_OWN_SKIN = np.array([0.8, 1.05])  # brightness of shadows, of skin; of the usual around the eye
_OWN_WHITE = np.array([0.6, 0.85])  # the same for lashes and the white of the eye


class Eyes:
    """Both eyes of a source, completed once per photo.

    pixels  (S, S, 3) uint8, the crop, at any size: also at the photo's own
    parts   (N, N, 6) probabilities of the crop's parts, at any size; None: the head's rims count
    head    the source's head, pixels of the crop
    """

    def __init__(self, pixels: NDArray[np.uint8], parts: Floats | None, head: PosedHead) -> None:
        self._size = len(pixels)
        self._eyes = []
        tones = Tones(pixels)
        for side in (0, 1):
            at = EyePlane.of(head, side)
            window = at.window(*_AROUND, self._size)
            if window is None or not at.faces(head.pose.scale):
                continue
            label = parts if parts is None else window.label(parts, PartLabel.EYES, self._size)
            if not _covered(at, window, label, head.pose.scale):
                self._eyes.append(_Eye(window.cut(pixels), window, label, head, at, tones))
        self._eyes += self._mirrored_eyes(pixels, parts, head, tones)
        seen = [eye.iris for eye in self._eyes if eye.iris.seen]
        for eye in self._eyes:
            if seen and not eye.iris.seen:
                eye.complete_iris(seen[0])

    def _mirrored_eyes(
        self, pixels: NDArray[np.uint8], parts: Floats | None, head: PosedHead, tones: Tones
    ) -> list["_Eye"]:
        """The mirror image of the eye that a turned head shows well, for the other one."""
        scale, size = head.pose.scale, self._size
        seen = [EyePlane.of(head, side).shown(scale) for side in (0, 1)]
        far = int(np.argmin(seen))
        if seen[far] > _FAR * seen[1 - far]:
            return []
        other = _mirrored(head, size)
        at = EyePlane.of(other, far)
        window = at.window(*_AROUND, size)
        if window is None:
            return []
        picture = np.ascontiguousarray(pixels[:, ::-1])
        label = None if parts is None else window.label(parts[:, ::-1], PartLabel.EYES, size)
        if _covered(at, window, label, scale):
            return []
        return [_Eye(window.cut(picture), window, label, other, at, tones, shown=seen[far])]

    def patches(self, target: PosedHead) -> list[Patch]:
        """What changes for a target head, pixels of the crop; [] if nothing does."""
        drawn = (eye.patch(target, self._size) for eye in self._eyes)
        return [patch for patch in drawn if patch is not None]

    def paint(self, layers: Floats, target: PosedHead) -> None:
        """Draw the eyes over a picture (3, S, S) in [0, 1] of a target head, in place."""
        for patch in self.patches(target):
            patch.paint(layers)


def _covered(eye: EyePlane, window: Window, label: Floats | None, scale: float) -> bool:
    """Whether hair or dark glasses cover an eye that should be open."""
    if label is None:
        return False
    opening = eye.rims.inside(*eye.plane.grid(window), scale)
    area = float(opening.sum())
    return area > _WIDE * eye.width * scale**2 and float((label * opening).sum()) < _UNSEEN * area


class _Eye:
    """One eye of a source.

    pixels  (H, W, 3) in [0, 1] of the window    label  (H, W) of the eye; None: unknown
    head    the source's                         eye    the source's, in the whole picture
    shown   `EyePlane.shown` of the source's own eye, if this is the other one's mirror image: the
            more of it a target shows, the more it replaces the own; None: it is the own
    """

    def __init__(
        self, pixels: Floats, window: Window, label: Floats | None, head: PosedHead,
        eye: EyePlane, tones: Tones, shown: float | None = None,
    ) -> None:  # fmt: skip
        self._own_shown = shown
        self._pixels, self._window, self._tones = pixels, window, tones
        self._eye, self._plane, self._width = eye, eye.plane, eye.width
        self._gaze, self._scale = _direction(head, eye.side), head.pose.scale
        self._pupil = _pupil(head, eye)
        self._x, self._y = self._plane.grid(window)
        self._rims = eye.rims if label is None else eye.rims.visible(label, eye.plane, window)
        self._opening = self._rims.inside(self._x, self._y, self._scale)
        self._within = self._rims.grown(*_WITHIN).inside(self._x, self._y, self._scale)
        self._light = self._complete_skin()
        self._lashes = self._lash_colour()
        self.iris = self._find_iris()
        self._complete_white()
        self.complete_iris(self.iris)

    # The source

    def _complete_skin(self) -> float:
        """The source without the eye and its lashes: skin of the surroundings with its grain.

        Returns the brightness of the skin around.
        """
        pixels, scale = self._pixels, self._scale
        inner = self._eye.around(self._rims.x)
        covered = self._rims.grown(_LASHES * inner, _BELOW * inner)
        hole = (covered.inside(self._x, self._y, scale) > 0.02).astype(np.float32)
        hole = np.asarray(cv2.dilate(hole, np.ones((3, 3))), np.float32)
        smooth = blurred(pixels, max(_GRAIN * scale, 0.8))
        light = smooth @ LUMA
        ring = (hole == 0) & (cv2.blur(hole, (2 * round(0.06 * scale) + 3,) * 2) > 0)
        usual = float(np.percentile(light[ring] if ring.any() else light, 60))
        # Neither brows nor frames of glasses, nor shadows, belong on the lid.
        known = (1 - hole) * smooth_step(light / max(usual, 1e-3), *_OWN_SKIN)
        skin = blurred(filled(pixels, known.astype(np.float32)), 0.02 * scale)
        upper, lower = covered.lines(self._x)
        below = 2 * (lower + 0.012) - self._y  # mirrored at the lower lid
        places = self._plane.sampling(self._x, below, self._window)
        grain = sampled(pixels - smooth, places, cv2.BORDER_REFLECT)
        down = ((self._y - upper) / (lower - upper).clip(0.01)).clip(0, 1)
        bulge = 1 + 0.1 * np.sin(np.pi * down) * (1 - down)  # lit from above
        skin = (skin * bulge[..., None] + 0.6 * grain).clip(0, 1)
        self._skin = blended(pixels, skin, blurred(hole, max(0.006 * scale, 0.5)))
        return usual

    def _lash_colour(self) -> Floats:
        """(3,) a dark colour at the upper rim."""
        rim = self._rims.grown(0.012, 0).inside(self._x, self._y, self._scale)
        rim *= 1 - self._rims.grown(-0.006, 0).inside(self._x, self._y, self._scale)
        dark = self._pixels[rim > 0.5]
        if not len(dark):
            return np.asarray(self._skin.mean(axis=(0, 1)) / 4, np.float32)
        return np.asarray(0.8 * np.percentile(dark, 20, axis=0), np.float32)

    def _find_iris(self) -> Iris:
        steps = (np.arange(-half, half, 1 / SEARCH_SCALE) for half in (self._width / 2, 0.1))
        x, y = (places.astype(np.float32) for places in np.meshgrid(*steps))
        light = sampled(self._pixels @ LUMA, self._plane.sampling(x, y, self._window))
        seen = self._rims.grown(-0.006, -0.002).inside(x, y, SEARCH_SCALE)
        iris = Iris.found(light, seen, x, y, self._pupil)
        distance = iris.distance(self._x, self._y)
        iris = iris.coloured(self._pixels, self._within > 0.5, distance)
        return iris if iris.seen else replace(iris, colours=self._tones.of(iris.colours))

    def _complete_white(self) -> None:
        """The source with the white of the eye where the iris is."""
        pixels, distance = self._pixels, self.iris.distance(self._x, self._y)
        known = self._within * (distance > 1.12)
        colours = pixels[known > (0.5 if (known > 0.5).sum() > 2 else 0.1)]
        if len(colours) > 2:
            light = colours @ LUMA
            usual = np.median(colours[light >= np.percentile(light, 65)], axis=0)
            usual = 0.5 * usual + 0.5 * self._tones.of(np.full(3, usual @ LUMA))  # nearly white
            usual = usual * max(_WHITE * self._light / max(float(usual @ LUMA), 1e-3), 1.0)
            white = 0.3 * filled(pixels, known.astype(np.float32)) + 0.7 * usual
        else:
            usual = self._tones.of(np.full(3, min(1.1 * self._light, 1.0)))
            white = np.broadcast_to(usual, pixels.shape)
        own = known * smooth_step(pixels @ LUMA, *_OWN_WHITE * float(usual @ LUMA))
        self._white = blended(white, pixels, blurred(own, 0.5))

    def complete_iris(self, like: Iris) -> None:
        """The source with the whole iris: what the lids hide has the colours of ``like``."""
        distance = self.iris.distance(self._x, self._y)
        disc = like.disc(distance)
        own = self.iris.seen * blurred(self._within * (distance < 1.15), 0.5)
        self._disc = blended(disc, self._pixels, own)

    # The target

    def patch(self, target: PosedHead, size: int) -> Patch | None:
        """What changes for a target head in a picture of side ``size``; None if nothing does."""
        eye, scale = EyePlane.of(target, self._eye.side, self._width), target.pose.scale
        rims = self._rims.moved(self._eye.rims, eye.rims)
        turn = _direction(target, eye.side) - self._gaze
        lids = float(smooth_step(rims.moves(self._rims), *_MOVED))
        turned = float(smooth_step(np.linalg.norm(turn), *_TURNED))
        share = 1.0
        if self._own_shown is not None:
            share = float(smooth_step(eye.shown(scale) / self._own_shown, *_BETTER))
            lids = turned = float(share > 0)
        window = eye.window(*_DRAWN, size) if max(turned, lids) > 0 and eye.faces(scale) else None
        if window is None:
            return None
        x, y = eye.plane.grid(window)
        at = _Places(x, y, *rims.lines(x), self._plane.sampling(x, y, self._window))
        opening = between(y, at.upper, at.lower, scale)
        opened = float(rims.gap.sum() / self._rims.gap.sum().clip(1e-6))
        colours = sampled(self._pixels, at.places)
        if turned or opened > 1:
            # The source's own pixels stay, unless the eyeball turns or more of it is seen.
            own = sampled(self._within if opened > 1 else self._opening, at.places)
            centre = self.iris.centre + _pupil(target, eye) - self._pupil
            ball = self._shaded(self._eyeball(at, centre, turn + self._gaze), at, turned)
            colours = blended(ball, colours, own * np.float32(1 - turned))
        alpha = opening * np.float32(turned)
        if lids:
            skin = self._skin_beside(at, eye, min(opened, 1.0), scale)
            colours = self._with_lash_line(blended(skin, colours, opening), at, eye, scale)
            alpha = np.maximum(alpha, self._around(at) * eye.around(x) * np.float32(lids))
        looks_away = float(smooth_step(np.linalg.norm(turn), *_LOOKING_AWAY))
        rare = max(1 - float(smooth_step(opened, *_SHUT)), looks_away)
        if self._own_shown is not None:
            rare = 1.0
        alpha = alpha * np.float32(share) * _soft_border(window)
        return Patch(window, colours, np.asarray(alpha, np.float32), rare)

    def _shaded(self, ball: Floats, at: "_Places", turned: float) -> Floats:
        """Colours of a turned eyeball (H, W, 3), changed in place, in the shadow of the upper lid
        and of the eye's corners."""
        shade = _UNDER_LID * np.exp((at.upper - at.y).clip(None, 0) / _SHADOW)
        shade += _IN_CORNERS * (2 * at.x / self._width) ** 2
        ball *= (1 - turned * shade.clip(0, _DARKEST))[..., None]
        return ball

    def _with_lash_line(
        self, colours: Floats, at: "_Places", eye: EyePlane, scale: float
    ) -> Floats:
        """Colours (H, W, 3) with the lash line on the upper rim."""
        above = at.upper - at.y
        width = np.where(above > 0, *np.maximum(_LINE, _THINNEST / scale))
        line = _LINE_SHARE * np.exp(-((above / width) ** 2)) * eye.along(at.x)
        return blended(colours, self._lashes, line)

    def _around(self, at: "_Places") -> Floats:
        """(H, W) in [0, 1]: where lids and lashes are now or were in the source."""
        before = self._rims.lines(at.x)
        top = np.minimum(at.upper, before[0]) - _LASHES
        bottom = np.maximum(at.lower, before[1]) + _BELOW
        inside = np.minimum(at.y - top, bottom - at.y)
        return np.asarray((inside * np.float32(1 / _SOFT) + 1).clip(0, 1), np.float32)

    def _skin_beside(self, at: "_Places", eye: EyePlane, opened: float, scale: float) -> Floats:
        """Colours (H, W, 3) of the skin; the lashes and what is at the rims move with them.

        opened  share of the source's opening: of a shut eye lashes would point upwards
        """
        colours = sampled(self._skin, at.places)
        above, below, along = at.upper - at.y, at.y - at.lower, eye.along(at.x)
        upper, lower = self._rims.lines(at.x)
        kept = float(smooth_step(opened, *_LASHES_UP))
        for line, outside, reach in (
            (lower + below, below, _RIM[1]),
            (upper - above, above, _RIM[0]),
        ):
            rim = self._plane.sampling(at.x, line, self._window)
            band = (1 + kept - outside * np.float32(1 / reach)).clip(0, 1) * along
            band *= (outside * np.float32(self._scale) + 1).clip(0, 1)
            colours = blended(colours, sampled(self._pixels, rim), band)
        return colours

    def _eyeball(self, at: "_Places", centre: Array, direction: Array) -> Floats:
        """Colours (H, W, 3) of the eyeball.

        centre  (2,) place of the iris    direction  (3,) where it looks
        """
        across, down = at.x - np.float32(centre[0]), at.y - np.float32(centre[1])
        turn = foreshortening(self._gaze) @ np.linalg.inv(foreshortening(direction))
        (a, b), (c, d) = turn.astype(np.float32)
        left, top = self.iris.centre.astype(np.float32)
        in_source = a * across + b * down + left, c * across + d * down + top
        disc = sampled(self._disc, self._plane.sampling(*in_source, self._window))
        edge = np.float32(max(_LIMBUS, _THINNEST / (self.iris.radius * self._scale)))
        alpha = ((np.float32(1.03) - self.iris.distance(*in_source)) / edge + 0.5).clip(0, 1)
        return blended(sampled(self._white, at.places), disc, alpha)


class _Places(NamedTuple):
    """Where an eye of a target is drawn, (H, W) each, decimetres on the plane of the eye.

    x, y          of each pixel
    upper, lower  y of the rims at x
    places        (H, W, 2) x and y as pixels of the source's window
    """

    x: Floats
    y: Floats
    upper: Floats
    lower: Floats
    places: Floats


def _pupil(head: PosedHead, eye: EyePlane) -> Array:
    """(2,) the place of a head's pupil on the plane of the eye."""
    ball = head_model().eyeballs(head.mesh, head.expression)[eye.side]
    place: Array = eye.plane.places(head.pose.project(ball.pupil[None])[0, :2])
    return place


def _mirrored(head: PosedHead, size: int) -> PosedHead:
    """The mirror image of a head in a picture of side ``size``."""
    pose, flip = head.pose, np.array([-1.0, 1.0, 1.0])
    shift = np.array([size - 1 - pose.shift[0], pose.shift[1]])
    turned = HeadPose(pose.rotation * np.outer(flip, flip), pose.scale, shift)
    mesh, landmarks = head.mesh[head_model().mirror] * flip, flipped(head.landmarks, size)
    return PosedHead(turned, mesh, head.expression.mirrored(), landmarks)


def _direction(head: PosedHead, side: int) -> Array:
    """(3,) where an eye looks, head coordinates."""
    yaw, pitch = np.radians(head.expression.gaze[side])
    return np.array([np.sin(yaw) * np.cos(pitch), -np.sin(pitch), np.cos(yaw) * np.cos(pitch)])


def _soft_border(window: Window) -> Floats:
    """(H, W) rising from 0 at the window's border to 1 three pixels inside."""
    down, across = (
        (np.minimum(np.arange(n), np.arange(n)[::-1]) / np.float32(3)).clip(0, 1)
        for n in (window.height, window.width)
    )
    return np.asarray(down[:, None] * across, np.float32)
