"""The guides: the source moved into the target pose, in layers, which are inputs of G1.

Back to front: the background with the body, completed where the head stood; what the source does
not show of the head (`engine.guidance.volume`); hair, ears and neck (`engine.guidance.sheet`); the
face's 3D warp (`engine.guidance.face`). Where no parts are known, the 2D warp of the whole crop
(`engine.guidance.warp2d`) is the only layer behind the face.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.face.parts import PartLabel
from engine.face.posed_head import PosedHead
from engine.guidance.background import completed
from engine.guidance.eyes import Eyes
from engine.guidance.face import FaceSurface
from engine.guidance.layers import Layer, Motion, sampled, smaller
from engine.guidance.mouth import Mouth
from engine.guidance.patches import Patch
from engine.guidance.sheet import Sheet
from engine.guidance.volume import Volume
from engine.guidance.warp2d import Warp2D
from engine.imaging.crop import Crop
from engine.imaging.filling import filled
from engine.imaging.resampling import enlarged_map, interleaved

Floats = NDArray[np.float32]

GUIDE_CHANNELS = 8
"""All layers but the face's 3D warp (RGB), all layers (RGB), validity of the 3D warp, mirrored
share."""

_OPAQUE = 3.0  # inverse of the validity from which the 3D warp covers everything
_STILL = 0.02  # pixels: a pixel that moved less has not moved
_UNMOVED = 0.02  # of 1: where less may change, nothing does
_MOVED = 0.25  # pixels: how far a pixel has moved whose result may differ fully from the photo


@dataclass(frozen=True, eq=False)
class Maps:
    """The layers of a target pose, and what they mean to the networks.

    layers    back to front; the first is opaque
    valid     (S, S) in [0, 1]: how well the source shows the face's 3D warp; 0: not at all
    mirrored  (S, S) in [0, 1]: share of the mirrored half in the 3D warp
    moved     (S, S) in [0, 1]: 0 where nothing has moved and nothing was uncovered
    patches   eyes and mouth, drawn over the layers
    """

    layers: tuple[Layer, ...]
    valid: Floats
    mirrored: Floats
    moved: Floats
    patches: tuple[Patch, ...]

    def carried(self, values: Floats) -> Floats:
        """Values (S, S, C) of the source's pixels, such as transparency, carried along.

        Beside the head they stay; where it was they continue those beside it; what the source does
        not show of the head has the value 1.
        """
        head = np.zeros(self.moved.shape, np.float32)
        for layer in self.layers[1:]:
            head = np.maximum(head, layer.alpha)
        uncovered = (self.moved > 0) & (head < 0.5)
        known = 1 - cv2.dilate(uncovered.astype(np.float32), np.ones((3, 3)))
        below = (
            filled(np.ascontiguousarray(values * known[..., None]), known)
            if known.any()
            else values
        )
        result = np.where(known[..., None] > 0, values, below)
        for layer in self.layers[1:]:
            own = np.ones_like(values) if layer.places is None else sampled(values, layer.places)
            result = result + layer.alpha[..., None] * (own - result)
        return np.where(self.moved[..., None] == 0, values, result).astype(np.float32)

    def guides(self, source: NDArray[np.uint8]) -> Floats:
        """The guides (8, S, S) float32 in [0, 1], from the source crop (S, S, 3) uint8."""
        photo = source * np.float32(1 / 255)
        picture = below = self.layers[0].colours
        for layer in self.layers[1:]:
            picture = layer.over(picture)
            if not layer.of_face:
                below = picture
        guides = np.empty((GUIDE_CHANNELS, *self.valid.shape), np.float32)
        keep = 1 - self.moved
        for first, image in ((0, below), (3, picture)):
            mixed = cv2.blendLinear(photo, image, keep, self.moved)
            np.copyto(mixed, photo, where=self.moved[..., None] == 0)
            cv2.split(mixed, list(guides[first : first + 3]))
        for patch in self.patches:
            patch.paint(guides[3:6])
        guides[6], guides[7] = self.valid, self.mirrored
        return guides.clip(0, 1, out=guides)


def combined(guides: Floats) -> Floats:
    """All layers together (S, S, 3), from guides (8, S, S)."""
    return np.ascontiguousarray(np.moveaxis(guides[3:6], 0, 2))


class SourceHead:
    """The layers of a source, computed once per photo.

    pixels  (S, S, 3) uint8, the crop
    parts   (S, S, 6) probabilities of `PartLabel`; None: unknown
    head    in pixels of the crop
    """

    def __init__(self, pixels: NDArray[np.uint8], parts: Floats | None, head: PosedHead) -> None:
        self.pixels, self.size = pixels, pixels.shape[0]
        self._photo = pixels * np.float32(1 / 255)
        self._grid = self.size // 2
        self._scale = self.size / self._grid  # 2, or a little more for an odd size
        self._head, half = head, self._halved(head)
        self._eyes, self._mouth = Eyes(pixels, parts, head), Mouth(pixels, parts, head)
        self._half = half
        self._parts = parts is not None
        if parts is None:
            self._face = FaceSurface(pixels, half, None)
            self._warp2d = Warp2D(half.seen, half.pose, self._grid)
            return
        labels = smaller(parts, self._grid)
        skin = labels[..., [PartLabel.SKIN, PartLabel.EYES, PartLabel.MOUTH]].sum(axis=2)
        self._face = FaceSurface(pixels, half, skin)
        self._volume = Volume(smaller(self._photo, self._grid), labels, half, self.size)
        person = 1 - parts[..., PartLabel.BACKGROUND]
        self._sheet = Sheet(pixels, person, labels, half, self._volume)
        background = completed(self._photo, labels, self._sheet.alpha)
        everywhere = np.ones((self.size, self.size), np.float32)
        self.background = Layer("background and body", background, everywhere)

    def maps(self, target: PosedHead) -> Maps:
        """The layers for a target head, in pixels of the crop."""
        half = self._halved(target)
        motion = self._face.motion(half)
        valid, mirrored = self._face.alphas(motion)
        places, others = motion.places(), motion.places(2)
        if self._parts:
            volume_motion = self._volume.motion(half)
            unseen = self._volume.layer(volume_motion)
            sheet_motion = self._sheet.motion(half)
            sheet = self._sheet.layer(sheet_motion)
            behind = (self.background, unseen, sheet)
            hidden = self._sheet.hair_in_front(sheet_motion, sheet.places, motion.value(6))
            motions = [(volume_motion, unseen.alpha), (motion, valid), (sheet_motion, sheet.alpha)]
        else:
            moved = enlarged_map(self._warp2d.map(half.seen, half.pose), None, self.size)
            moved = interleaved(moved * np.float32(self._scale) + (self._scale - 1) / 2)
            colours = sampled(self.pixels, moved) * np.float32(1 / 255)
            motions = [(motion, valid)]
            behind = (Layer("2D warp", colours, np.ones_like(valid), moved),)
        warps = [sampled(self.pixels, at) * np.float32(1 / 255) for at in (places, others)]
        colours = cv2.blendLinear(*warps, 1 - mirrored, mirrored)
        places = np.where(mirrored[..., None] > 0.5, others, places)
        trust = (valid * _OPAQUE).clip(0, 1)
        if self._parts:
            beside = Layer("skin beside the face", colours, trust * (1 - hidden), places)
            trust = trust * motion.value(7).clip(0, 1)
            behind = (*behind[:2], beside, behind[2])
        face = Layer("face", colours, trust, places, of_face=True)
        patches = (*self._eyes.patches(target), *self._mouth.patches(target))
        moved = self._moved(motions)
        for patch in patches:
            part = moved[patch.window.rows, patch.window.columns]
            np.maximum(part, patch.alpha, out=part)
        return Maps((*behind, face), valid, mirrored, moved, patches)

    def _moved(self, motions: list[tuple[Motion, Floats]]) -> Floats:
        """(S, S): where the layers' picture may differ from the photo, from what has moved and the
        alpha of its layer."""
        moved = np.zeros((self._grid, self._grid), np.float32)
        for motion, alpha in motions:
            far = np.hypot(motion.small[0], motion.small[1])
            far = (far - _STILL) * np.float32(1 / (_MOVED - _STILL))
            np.maximum(moved, far.clip(0, 1) * alpha[::2, ::2], out=moved)
        if self._parts:
            uncovered = np.abs(alpha - self._sheet.alpha)[::2, ::2]
            np.maximum(moved, (2 * uncovered).clip(0, 1), out=moved)
        moved = cv2.blur(cv2.dilate(moved, np.ones((9, 9), np.uint8)), (5, 5))
        moved = cv2.resize(moved, (self.size, self.size)).clip(0, 1)
        return np.where(moved < _UNMOVED, 0, moved)

    def _halved(self, head: PosedHead) -> PosedHead:
        """The head in pixels of the half-size crop."""
        return head.in_crop(Crop(0, 0, self.size), self._grid)
