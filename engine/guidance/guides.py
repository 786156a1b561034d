"""The guides: the source moved into the target pose, in layers; they are inputs of G1.

Back to front:

1. the background and the body, completed once per photo where the head was before them;
2. what the source does not show of the head (`engine.guidance.volume`);
3. the 3D warp of the skin beside the face (`engine.guidance.face`);
4. hair, ears and neck as the source shows them (`engine.guidance.sheet`);
5. the 3D warp of the face.

Where the source's parts are not known, the 2D warp of the whole crop (`engine.guidance.warp2d`) and
the 3D warp of the whole head are the only layers.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.face.posed_head import PosedHead
from engine.guidance.background import completed
from engine.guidance.eyes import Eyes
from engine.guidance.face import FaceSurface
from engine.guidance.layers import Layer, Motion, composited, grid, smaller
from engine.guidance.mouth import Mouth
from engine.guidance.patches import Patch
from engine.guidance.sheet import Sheet
from engine.guidance.volume import Volume
from engine.guidance.warp2d import Warp2D
from engine.imaging.crop import Crop
from engine.imaging.filling import filled
from engine.imaging.resampling import enlarged, sampled

Floats = NDArray[np.float32]

GUIDE_CHANNELS = 8
"""All layers without the 3D warp of the face (RGB), all layers (RGB), validity of the 3D warp,
mirrored share."""

_OPAQUE = 3.0  # inverse of the validity from which the 3D warp covers everything
_MOVED = 0.15  # pixels at half size: a pixel that has moved this far may differ fully
_STILL = 0.01  # of `Maps.moved`: less counts as nothing
_FROM_BYTES = np.float32(1 / 255)


@dataclass(frozen=True, eq=False)
class Maps:
    """The layers of a target pose, and what the networks need to know of them.

    behind    layers, back to front; the first is opaque
    face      the layer of the face's 3D warp, in front of them
    valid     (S, S) in [0, 1]: how well the source shows the 3D warp; 0: not at all
    mirrored  (S, S) in [0, 1]: share of the mirrored half in the 3D warp
    moved     (S, S) in [0, 1]: 0 where nothing has moved and nothing was uncovered, where the
              guides are the source, bit for bit
    patches   eyes and mouth, drawn over the layers
    """

    behind: tuple[Layer, ...]
    face: Layer
    valid: Floats
    mirrored: Floats
    moved: Floats
    patches: tuple[Patch, ...]

    @property
    def layers(self) -> tuple[Layer, ...]:
        """All layers, back to front."""
        return (*self.behind, self.face)

    def carried(self, values: Floats) -> Floats:
        """Values (S, S, C) of the source's pixels, such as transparency, carried along.

        Beside the head they stay; where it was they continue those beside it; what the source does
        not show of the head has the value 1.
        """
        head = np.max([layer.alpha for layer in self.layers[1:]], axis=0, initial=0)
        uncovered = (self.moved > 0) & (head < 0.5)
        known = 1 - cv2.dilate(uncovered.astype(np.float32), np.ones((3, 3)))
        result = values
        if known.any():
            below = filled((values * known[..., None]).astype(np.float32), np.asarray(known))
            result = np.where(known[..., None] > 0, values, below)
        for layer in self.layers[1:]:
            own = np.ones_like(values)
            if layer.places is not None:
                own = sampled(values, layer.places)
                if layer.shown is not None:
                    own = 1 + layer.shown[..., None] * (own - 1)
            result = result + layer.alpha[..., None] * (own - result)
        return np.where(self.moved[..., None] == 0, values, result).astype(np.float32)

    def guides(self, source: NDArray[np.uint8]) -> Floats:
        """The guides (8, S, S) float32 in [0, 1], from the source crop (S, S, 3) uint8."""
        photo = source * _FROM_BYTES
        below = composited(self.behind[1:], self.behind[0].colours)
        guides = np.empty((GUIDE_CHANNELS, *self.valid.shape), np.float32)
        still, rest = self.moved[..., None] == 0, 1 - self.moved
        for first, picture in ((0, below), (3, self.face.over(below))):
            mixed = cv2.blendLinear(photo, picture, rest, self.moved)
            np.copyto(mixed, photo, where=still)
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
    parts   (S, S, 6) probabilities of `PartLabel` in the crop; None: not known
    head    in pixels of the crop
    """

    def __init__(self, pixels: NDArray[np.uint8], parts: Floats | None, head: PosedHead) -> None:
        self.size = pixels.shape[0]
        self._pixels = pixels
        self._features = Features(pixels, parts, head)
        self._grid = self.size // 2
        self._scale = self.size / self._grid  # 2, or a little more for an odd size
        half = self._halved(head)
        self._lower = np.zeros_like(head.mesh)
        if parts is None:
            self._face = FaceSurface(pixels, half, None)
            self._behind: Warp2D | LayersBehind = Warp2D(half.seen, half.pose, self._grid)
        else:
            labels = smaller(parts, self._grid)
            self._behind = LayersBehind(pixels, parts, labels, half)
            self._lower[: len(self._behind.lower)] = self._behind.lower
            self._face = FaceSurface(pixels, self._lowered(half), labels)

    def maps(self, target: PosedHead) -> Maps:
        """The layers for a target head, in pixels of the crop."""
        half, size = self._halved(target), self.size
        motion = self._face.motion(self._lowered(half))
        valid, mirrored = self._face.validity(motion)
        if isinstance(self._behind, Warp2D):
            sheet = self._flat_motion(self._behind, half)
            places = sheet.places
            colours = sampled(self._pixels, places) * _FROM_BYTES
            sheet.soften(colours)
            behind: tuple[Layer, ...] = (
                Layer("2D warp", colours, np.ones((size, size), np.float32), places),
            )
            moved = _moved([(sheet.shift, sheet.inside), (motion.shift, valid)], size)
            in_front: Floats | float = 1.0
        else:
            behind, moved_behind = self._behind.layers(half)
            moved = _moved([*moved_behind, (motion.shift, valid)], size)
            in_front = motion.value(4).clip(0, 1)
        valid, mirrored = self._enlarged(motion, valid), self._enlarged(motion, mirrored)
        mirrored *= valid > 0
        face = self._drawn_face(motion, valid, mirrored)
        if len(behind) > 1:
            beside = replace(face, name="skin beside the face")
            behind = (*behind[:2], beside, *behind[2:])
        face = replace(face, alpha=face.alpha * in_front)
        patches = self._features.patches(target)
        for patch in patches:
            part = moved[patch.window.rows, patch.window.columns]
            np.maximum(part, patch.alpha, out=part)
        return Maps(behind, face, valid, mirrored, moved, patches)

    def _drawn_face(self, motion: Motion, valid: Floats, mirrored: Floats) -> Layer:
        """The 3D warp as a layer."""
        places = motion.places
        colours = sampled(self._pixels, places) * _FROM_BYTES
        left, top, width, height = cv2.boundingRect((mirrored > 0).astype(np.uint8))
        if width:
            there = np.s_[top : top + height, left : left + width]
            others, share = motion.places_from(motion.values[:2])[there], mirrored[there]
            mirror_image = sampled(self._pixels, others) * _FROM_BYTES
            blend = cv2.blendLinear(colours[there], mirror_image, 1 - share, share)
            colours[there], places = blend, places.copy()
            np.copyto(places[there], others, where=share[..., None] > 0.5)
        return Layer("face", colours, (valid * _OPAQUE).clip(0, 1), places)

    def _enlarged(self, motion: Motion, layer: Floats) -> Floats:
        """(G, G) values of the mesh enlarged to (S, S), 0 beside the mesh."""
        large = enlarged(layer, self.size).clip(0, 1)
        large *= motion.share > 0.5
        return large

    def _flat_motion(self, warp2d: Warp2D, half: PosedHead) -> Motion:
        """The 2D warp as a motion of the whole crop."""
        shift = np.moveaxis(grid(self._grid), 2, 0) - warp2d.map(half.seen, half.pose)
        inside = np.ones((self._grid, self._grid), np.float32)
        return Motion(shift, shift[:0], inside, self.size)

    def _lowered(self, head: PosedHead) -> PosedHead:
        """The head with the skull that the source shows."""
        return replace(head, mesh=head.mesh + self._lower)

    def _halved(self, head: PosedHead) -> PosedHead:
        """The head in pixels of the half-size crop."""
        return head.in_crop(Crop(0, 0, self.size), self._grid)


class Features:
    """Eyes and mouth of a source, completed once per photo.

    pixels  (S, S, 3) uint8, the crop, at any size: also at the photo's own
    parts   (N, N, 6) probabilities of the crop's parts, at any size; None: not known
    head    the source's head, pixels of the crop

    size    S
    """

    def __init__(self, pixels: NDArray[np.uint8], parts: Floats | None, head: PosedHead) -> None:
        self.size = len(pixels)
        self._eyes, self._mouth = Eyes(pixels, parts, head), Mouth(pixels, parts, head)

    def patches(self, target: PosedHead) -> tuple[Patch, ...]:
        """What changes for a target head, pixels of the crop; () if nothing does."""
        return (*self._eyes.patches(target), *self._mouth.patches(target))


class LayersBehind:
    """The layers behind the face, of a source whose parts are known.

    pixels  (S, S, 3) uint8    parts  (S, S, 6)
    labels  (G, G, 6) the parts at half size    head  in pixels at half size

    lower   as of `engine.guidance.volume.Volume`
    """

    def __init__(
        self, pixels: NDArray[np.uint8], parts: Floats, labels: Floats, head: PosedHead
    ) -> None:
        photo, self._grid = pixels * _FROM_BYTES, len(labels)
        self._volume = Volume(photo, parts, labels, head)
        self.lower = self._volume.lower
        self._sheet = Sheet(pixels, parts, labels, head, self._volume)
        everywhere = np.ones(pixels.shape[:2], np.float32)
        background = completed(photo, labels, self._sheet.alpha, self._sheet.follows)
        self._background = Layer("background and body", background, everywhere)
        # As it is drawn, for comparison: what differs from it was uncovered, or covered.
        self._at_rest = self._halved_alpha(self._sheet.layer(self._sheet.motion(head)))

    def layers(self, target: PosedHead) -> tuple[tuple[Layer, ...], list[tuple[Floats, Floats]]]:
        """Background, unseen head and sheet for a target head, pixels at half size.

        Also returns shifts (2, G, G) with the shares (G, G) of what has moved by them.
        """
        moved_volume, moved_sheet = self._volume.motion(target), self._sheet.motion(target)
        unseen = self._volume.layer(moved_volume)
        sheet = self._sheet.layer(moved_sheet, unseen.alpha)
        own = self._halved_alpha(sheet)
        uncovered = np.abs(own - self._at_rest)
        moved = [
            (moved_volume.shift, self._halved_alpha(unseen)),
            (moved_sheet.shift, own),
            (np.ones_like(moved_sheet.shift), (2 * uncovered).clip(0, 1)),
        ]
        return (self._background, unseen, sheet), moved

    def _halved_alpha(self, layer: Layer) -> Floats:
        return smaller(layer.alpha, self._grid)


def _moved(shifts: Iterable[tuple[Floats, Floats]], size: int) -> Floats:
    """(S, S) `Maps.moved`, from shifts (2, G, G) and shares (G, G) of what has moved by them."""
    moved: Floats | None = None
    for (x, y), share in shifts:
        # Not `cv2.magnitude`, whose rounding depends on the memory's alignment.
        far = np.sqrt(x * x + y * y) * np.float32(1 / _MOVED)
        part = far.clip(0, 1) * share
        moved = part if moved is None else np.maximum(moved, part, out=moved)
    assert moved is not None
    wider = np.asarray(cv2.blur(cv2.dilate(moved, np.ones((9, 9), np.uint8)), (5, 5)), np.float32)
    return ((enlarged(wider, size) - _STILL) * (1.001 / (1 - _STILL))).clip(0, 1)
