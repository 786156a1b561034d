"""How skin moves and shades with an expression, beyond what the head model shows.

A smile lifts the cheeks into the light, draws folds from the nose to the mouth and flattens the
chin; a warp alone leaves the skin as it was. From pairs of pictures of one person, two linear
functions of the change of the coefficients were learned (`resources/make_skin.py`): how far the
true picture is displaced from the guides, and the ratio of their light (the expression ratio image
of Liu, Shan and Zhang 2001, but for any face).
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from engine.core.errors import ReposeError
from engine.core.files import resource
from engine.face.coefficients import NAMES, Coefficients
from engine.face.head_model import effective, head_model

Floats = NDArray[np.float32]

WEIGHTS = "skin.safetensors"

_DARKEST, _BRIGHTEST = -0.5, 0.5  # logarithms of the ratio of light


@dataclass(frozen=True, eq=False)
class Skin:
    """The response of the skin of V vertices of the head model's surface to coefficients.

    shares  (52, K) float32: of each component at a coefficient of 1, in the order of `NAMES`
    moves   (K, V, 2) float32: displacements right and down, decimetres in the head's frame
    lights  (K, V, 3) float32: logarithms of the ratio of light, RGB
    """

    shares: Floats
    moves: Floats
    lights: Floats

    def moved(self, change: Floats) -> Floats:
        """(V, 3) decimetres: how far a change (52,) of the coefficients moves the skin."""
        total = np.tensordot(change @ self.shares, self.moves, 1)
        return np.pad(total, ((0, 0), (0, 1)))

    def lit(self, change: Floats) -> Floats:
        """(V, 3): logarithm of the ratio of the light after and before a change (52,)."""
        total = np.tensordot(change @ self.shares, self.lights, 1)
        return np.asarray(total.clip(_DARKEST, _BRIGHTEST), np.float32)


def change_of(source: Coefficients, target: Coefficients) -> Floats:
    """(52,) float32: the change of the coefficients that the skin responds to."""
    return (effective(target) - effective(source)).astype(np.float32)


@cache
def skin() -> Skin:
    """The skin from the resources. Raises ReposeError when its file is missing or broken."""
    path = resource(WEIGHTS)
    try:
        stored = load_file(path)
        shares, parts, vertices = (stored[name] for name in ("shares", "parts", "vertices"))
        whole = np.zeros((len(parts), len(head_model().surface.vertices), 5), np.float32)
        whole[:, vertices] = parts
        if shares.shape != (len(NAMES), len(parts)):
            raise ValueError
    except (OSError, SafetensorError, KeyError, IndexError, ValueError) as error:
        raise ReposeError(f"{path} is missing or damaged: install Repose again.") from error
    return Skin(shares.astype(np.float32), whole[..., :2].copy(), whole[..., 2:].copy())
