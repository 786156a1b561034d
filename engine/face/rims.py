"""Where lids and lips meet: the rims of eyes and mouth in one head.

The displacements of the head model shut the eyes and the mouth of the mean head. In another head
the rims would stay apart, or cross.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from engine.core.smoothing import smooth_step
from engine.face.coefficients import INDEX, REST, Coefficients
from engine.face.head_model import Floats, HeadModel, Part, Places, head_model

_LID_FADE = 0.13  # decimetres above the rim of a lid
_LIP_FADE = 0.3  # below the rim of the lower lip, down to the chin
_WITH_JAW = 0.3  # least displacement of the lower lip by jawOpen
_LEAST_OPENING = 0.01  # decimetres: below it a mouth counts as closed by its coefficients

# MediaPipe's points on the rims, from corner to corner, the person's right first.
_EYES = (
    ((33, 161, 160, 159, 158, 157, 133), (33, 163, 144, 145, 153, 154, 133)),
    ((362, 384, 385, 386, 387, 388, 263), (362, 381, 380, 374, 373, 390, 263)),
)
_BLINKS = ("eyeBlinkRight", "eyeBlinkLeft")
_LIPS = ((78, 81, 82, 13, 312, 311, 308), (78, 178, 87, 14, 317, 402, 308))


@dataclass(frozen=True, eq=False)
class _Rim:
    """Two rims with K pairs of places, and how the moving one takes vertices along.

    upper, lower  (K,) places
    vertices (N,), weights (N, K)  displacement of vertices for one of the K places
    """

    upper: Places
    lower: Places
    vertices: NDArray[np.int64]
    weights: Floats

    def gaps(self, mesh: Floats) -> Floats:
        """(K,) how far the lower rim is below the upper one, decimetres."""
        gaps: Floats = (self.lower.of(mesh) - self.upper.of(mesh))[:, 1]
        return gaps

    def move(self, mesh: Floats, down: Floats) -> None:
        """Move the rim's vertices in place by (K,) decimetres."""
        mesh[self.vertices, 1] += self.weights @ down


class Rims:
    """The rims of one head: closes what an expression should close."""

    def __init__(self, shape: Floats, own: Coefficients) -> None:
        """shape (V, 3): the head without expression; own: its expression in the photo."""
        model = head_model()
        right, left, lips = _rims()
        self._eyes, self._lips, self._own = (right, left), lips, own
        mesh = model.displaced(shape, own)
        self._photo = [rim.gaps(mesh) for rim in (right, left, lips)]
        shut = model.displaced(shape, own.replaced(eyeBlinkLeft=1.0, eyeBlinkRight=1.0))
        # What a full blink, and the expression at rest, leave open.
        self._left_open = [rim.gaps(shut) for rim in self._eyes]
        self._left_open.append(lips.gaps(shape))
        self._opening = _opening(own)

    def close(self, mesh: Floats, expression: Coefficients) -> None:
        """Close lids and lips of ``mesh`` (V, 3), in place, as far as an expression closes them."""
        shares = [_progress(self._own[name], expression[name]) for name in _BLINKS]
        opening = _opening(expression)
        closing = 1 - opening / self._opening if self._opening > _LEAST_OPENING else 0.0
        shares.append(float(np.clip(closing, 0, 1)))
        for rim, share, left_open, photo in zip(
            (*self._eyes, self._lips), shares, self._left_open, self._photo, strict=True
        ):
            gaps = rim.gaps(mesh)
            wanted = np.maximum(gaps - share * left_open, np.minimum(photo, 0))
            if rim is self._lips:
                rim.move(mesh, wanted - gaps)
            else:
                rim.move(mesh, gaps - wanted)


def _progress(own: float, value: float) -> float:
    """How much of the way from the own value to 1 a value is, 0 to 1."""
    return min(max((value - own) / (1 - own), 0.0), 1.0) if own < 1 else 0.0


def _opening(expression: Coefficients) -> float:
    """How far an expression opens the mean head's mouth, decimetres."""
    if expression == REST:
        return 0.0
    return float(_opening_of_units() @ expression.array)


@cache
def _opening_of_units() -> Floats:
    """(52,) the mean gap of the lips by each coefficient alone."""
    lips = _rims()[2]
    gaps = [lips.gaps(moves.astype(np.float64))[1:-1].mean() for moves in head_model().expressions]
    opening = np.array(gaps)
    opening[INDEX["mouthClose"]] = 0
    return opening


@cache
def _rims() -> tuple[_Rim, _Rim, _Rim]:
    """Of the right eye, the left eye and the lips."""
    model = head_model()
    right, left = (_lid_rim(model, upper, lower) for upper, lower in _EYES)
    return right, left, _lip_rim(model)


def _lid_rim(model: HeadModel, upper: tuple[int, ...], lower: tuple[int, ...]) -> _Rim:
    """The upper lid moves; the displacement fades above its rim."""
    above, below = model.dense_places.at(upper), model.dense_places.at(lower)
    x, y, z = model.mean.T
    rim, other = above.of(model.mean), below.of(model.mean)
    edge = np.interp(x, rim[:, 0], rim[:, 1])
    middle = np.interp(x, rim[:, 0], (rim[:, 1] + other[:, 1]) / 2)
    inside = (x > rim[:, 0].min()) & (x < rim[:, 0].max()) & (z > rim[:, 2].min() - 0.1)
    lid = inside & (y < middle) & (y > edge - _LID_FADE)
    lid &= np.isin(model.vertex_parts, (Part.SKIN, Part.LASHES))
    fade = smooth_step((y - edge) / _LID_FADE, -1, 0)
    return _rim(above, below, x, lid, fade, rim[:, 0])


def _lip_rim(model: HeadModel) -> _Rim:
    """The lower lip moves; the displacement fades below its rim."""
    upper, lower = (model.dense_places.at(side) for side in _LIPS)
    x, y, z = model.mean.T
    rim, other = lower.of(model.mean), upper.of(model.mean)
    edge = np.interp(x, rim[:, 0], (rim[:, 1] + other[:, 1]) / 2)
    inside = (x > rim[:, 0].min()) & (x < rim[:, 0].max()) & (z > 0.8)
    lower_lip = model.expressions[INDEX["jawOpen"], :, 1] > _WITH_JAW
    lip = inside & lower_lip & (y < edge + _LIP_FADE) & (model.vertex_parts == Part.SKIN)
    fade = smooth_step((edge - y) / _LIP_FADE, -1, 0)
    return _rim(upper, lower, x, lip, fade, rim[:, 0])


def _rim(
    upper: Places,
    lower: Places,
    x: Floats,
    chosen: NDArray[np.bool_],
    fade: Floats,
    nodes: Floats,
) -> _Rim:
    vertices = np.flatnonzero(chosen)
    weights = np.stack([np.interp(x[vertices], nodes, unit) for unit in np.eye(len(nodes))], axis=1)
    weights[:, [0, -1]] = 0  # the corners stay
    return _Rim(upper, lower, vertices, weights * fade[vertices, None])
