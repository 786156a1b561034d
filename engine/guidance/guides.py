"""The guides: the source moved into the target pose, in layers; they are inputs of G1.

Back to front:

1. the background and the body, completed once per photo where the head was before them; the body
   goes along where the head has another place or size (`engine.guidance.body`);
2. what the source does not show of the head (`engine.guidance.volume`);
3. the 3D warp of the skin beside the face (`engine.guidance.face`);
4. hair, ears and neck as the source shows them (`engine.guidance.sheet`);
5. the 3D warp of the face.

Where the source's parts are not known, the 2D warp of the whole crop (`engine.guidance.warp2d`) and
the 3D warp of the whole head are the only layers.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.face.posed_head import PosedHead
from engine.guidance.behind import LayersBehind, Moved
from engine.guidance.eyes import Eyes
from engine.guidance.face import FaceSurface
from engine.guidance.layers import (
    Layer,
    Motion,
    around_shown,
    grid,
    half,
    in_whole,
    smaller,
)
from engine.guidance.mouth import Mouth
from engine.guidance.patches import Patch, Tones, Window
from engine.guidance.skin import change_of, skin
from engine.guidance.warp2d import Warp2D
from engine.imaging.crop import Crop
from engine.imaging.filling import filled
from engine.imaging.resampling import enlarged, four_channels, sampled

Floats = NDArray[np.float32]

GUIDE_CHANNELS = 8
"""All layers but the 3D warp of the face (RGB), all (RGB), its validity, its mirrored share."""

_LIGHT = 5  # index of the light in the values of `FaceSurface.mesh`
_OPAQUE = 3.0  # inverse of the validity from which the 3D warp covers everything
_HALO = 0.04  # share of the crop's side: beside the head, where the networks' image fades out
_FROM_BYTES = np.float32(1 / 255)


@dataclass(frozen=True, eq=False)
class Maps:
    """The layers of a target pose, and what the networks need to know of them.

    window    in which everything that has moved is
    behind    layers, back to front; the first is opaque and everywhere, the others in the window
    face      the layer of the face's 3D warp, in front of them
    valid     (S, S) in [0, 1]: how well the source shows the 3D warp; 0: not at all
    mirrored  (S, S) in [0, 1]: share of the mirrored half in the 3D warp
    moved     (S, S) in [0, 1]: 0 where nothing moved or was uncovered: there they are the source
    patches   eyes and mouth, drawn over the layers
    """

    window: Window
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

    @cached_property
    def beside(self) -> Floats:
        """(S, S) in [0, 1]: 1 where only the background and the body are, a few pixels from
        everything else."""
        few = np.ascontiguousarray(self._head[::2, ::2])
        wide = max(3, round(_HALO * len(few)))
        near = cv2.dilate((few > 0.1).astype(np.uint8), np.ones((wide, wide), np.uint8))
        soft = cv2.blur(near.astype(np.float32), (wide, wide))
        size = len(self.moved)
        return 1 - enlarged(np.asarray(soft, np.float32))[:size, :size]

    @cached_property
    def _head(self) -> Floats:
        """(S, S) in [0, 1]: the opacity of all layers but background and body."""
        head = np.zeros_like(self.moved)
        for layer in self.layers[1:]:
            part = head[layer.window.slices]
            np.maximum(part, layer.alpha, out=part)
        return head

    def carried(self, values: Floats) -> Floats:
        """Values (S, S, C) of the source's pixels, such as transparency, carried along.

        Beside the head they stay; where it was they continue those beside it; what the source does
        not show of the head has the value 1.
        """
        uncovered = (self.moved > 0) & (self._head < 0.5)
        known = 1 - cv2.dilate(uncovered.astype(np.float32), np.ones((3, 3)))
        behind = self.layers[0].places
        result = values.copy() if behind is None else sampled(values, behind)
        if known.any():
            below = filled((result * known[..., None]).astype(np.float32), np.asarray(known))
            result = np.where(known[..., None] > 0, result, below)
        for layer in self.layers[1:]:
            part = result[layer.window.slices]
            own = np.ones_like(part)
            if layer.places is not None:
                own = sampled(values, layer.places)
                if layer.shown is not None:
                    own = 1 + layer.shown[..., None] * (own - 1)
            part += layer.alpha[..., None] * (own - part)
        return np.where(self.moved[..., None] == 0, values, result).astype(np.float32)

    def guides(self, source: NDArray[np.uint8]) -> Floats:
        """The guides (8, S, S) float32 in [0, 1], from the source crop (S, S, 3) uint8."""
        guides = np.empty((GUIDE_CHANNELS, *self.valid.shape), np.float32)
        photo = source * _FROM_BYTES
        cv2.split(photo, list(guides[:3]))
        picture = self.behind[0].colours[self.window.slices].copy()
        for layer in self.behind[1:]:
            layer.paint(picture, self.window)
        self._add(picture, self.window, photo, guides[:3])
        guides[3:6] = guides[:3]
        self.face.paint(picture, self.window)
        part = picture[self.face.window.within(self.window)]
        self._add(part, self.face.window, photo, guides[3:6])
        for patch in self.patches:
            patch.paint(guides[3:6])
        guides[6], guides[7] = self.valid, self.mirrored
        return guides

    def _add(self, picture: Floats, window: Window, photo: Floats, planes: Floats) -> None:
        """Write layers (H, W, 3) of a window, where they have moved, into planes (3, S, S)."""
        own, moved = photo[window.slices], self.moved[window.slices]
        mixed = np.asarray(cv2.blendLinear(own, picture, 1 - moved, moved), np.float32)
        np.clip(mixed, 0, 1, out=mixed)
        cv2.copyTo(own, (moved == 0).astype(np.uint8), mixed)  # exactly the photo
        cv2.split(mixed, list(planes[:, *window.slices]))


def combined(guides: Floats) -> Floats:
    """All layers together (S, S, 3), from guides (8, S, S)."""
    return np.asarray(cv2.merge([*guides[3:6]]), np.float32)


class SourceHead:
    """The layers of a source, computed once per photo.

    pixels  (S, S, 3) uint8, the crop
    parts   (S, S, 6) probabilities of `PartLabel` in the crop; None: not known
    head    in pixels of the crop
    """

    def __init__(self, pixels: NDArray[np.uint8], parts: Floats | None, head: PosedHead) -> None:
        self.size = pixels.shape[0]
        self._pixels = four_channels(pixels)
        self._features = Features(pixels, parts, head)
        self._expression = head.expression
        self._colourless = Tones(pixels).colourless
        own = self._halved(head)
        self._lower = np.zeros_like(head.mesh)
        if parts is None:
            self._face = FaceSurface(pixels, own, None)
            self._behind: Warp2D | LayersBehind = Warp2D(own.seen, own.pose, half(self.size))
        else:
            labels = smaller(parts)
            self._behind = LayersBehind(pixels, parts, labels, own)
            self._lower[: len(self._behind.lower)] = self._behind.lower
            self._face = FaceSurface(pixels, self._lowered(own), labels)
        self._relit = four_channels(self._face.relit(pixels))

    def maps(self, target: PosedHead) -> Maps:
        """The layers for a target head, in pixels of the crop."""
        small, light = self._responding(self._halved(target))
        mesh = self._face.mesh(self._lowered(small), light)
        mesh = mesh.displaced(small.displacement, shifts=2)
        whole = Window(0, 0, half(self.size), half(self.size))
        motion = mesh.drawn(whole)
        valid, mirrored = self._face.validity(motion)
        moved = Moved(self.size)
        moved.add(motion, valid)
        if isinstance(self._behind, Warp2D):
            changed = whole
            behind: tuple[Layer, ...] = (self._flat_layer(self._behind, small, moved),)
        else:
            changed, behind = self._behind.layers(small, mesh.ends(), moved)
        shown = around_shown(motion.window, valid > 0)
        valid, mirrored = (part[shown.within(motion.window)] for part in (valid, mirrored))
        motion = motion.cut(shown)
        there = motion.enlarged(motion.inside) > 0.5
        valid, mirrored = (motion.enlarged(p).clip(0, 1) * there for p in (valid, mirrored))
        mirrored *= valid > 0
        valid, mirrored = (in_whole(p, motion.full_window, self.size) for p in (valid, mirrored))
        motion = motion.cut(shown.shared(changed) or Window(shown.left, shown.top, 1, 1))
        face = self._drawn_face(motion, *(p[motion.full_window.slices] for p in (valid, mirrored)))
        if len(behind) > 1:
            beside = replace(face, name="skin beside the face")
            behind = (*behind[:2], beside, *behind[2:])
            face = replace(face, alpha=face.alpha * motion.value(4))
        patches = self._features.patches(target)
        share = moved.enlarged(self.size)
        window = changed.doubled(self.size).joined(face.window)
        for patch in patches:
            part = share[patch.window.slices]
            np.maximum(part, patch.alpha, out=part)
            window = window.joined(patch.window)
        return Maps(window, behind, face, valid, mirrored, share, patches)

    def _responding(self, head: PosedHead) -> tuple[PosedHead, Floats | None]:
        """The head with its skin where the expression moves it, and the change of its light (V, 3)
        as of `engine.guidance.skin.Skin.lit`; None: none."""
        change = change_of(self._expression, head.expression)
        if not change.any():
            return head, None
        moved = skin().moved(change)
        mesh = head.mesh.copy()
        mesh[: len(moved)] += moved
        light = skin().lit(change)
        if self._colourless:
            light[:] = light.mean(axis=1, keepdims=True)
        return replace(head, mesh=mesh), light

    def _drawn_face(self, motion: Motion, valid: Floats, mirrored: Floats) -> Layer:
        """The 3D warp as a layer."""
        places = motion.places
        colours = _colours(self._pixels, places)
        left, top, width, height = cv2.boundingRect((mirrored > 0).astype(np.uint8))
        if width:
            there = np.s_[top : top + height, left : left + width]
            others, share = motion.places_from(motion.values[:2])[there], mirrored[there]
            mirror_image = _colours(self._relit, others)
            blend = cv2.blendLinear(colours[there], mirror_image, 1 - share, share)
            colours[there], places = blend, places.copy()
            np.copyto(places[there], others, where=share[..., None] > 0.5)
        light = motion.values[_LIGHT:]
        if len(light):
            colours *= cv2.exp(motion.enlarged(np.asarray(cv2.merge(tuple(light)), np.float32)))
        alpha = (valid * _OPAQUE).clip(0, 1)
        return Layer("face", motion.full_window, colours, alpha, places)

    def _flat_layer(self, warp2d: Warp2D, small: PosedHead, moved: Moved) -> Layer:
        """The 2D warp of the whole crop as a layer, for a target head at half size."""
        size = half(self.size)
        shift = np.moveaxis(grid(size), 2, 0) - warp2d.map(small.seen, small.pose)
        everywhere = Window(0, 0, size, size)
        motion = Motion(everywhere, shift, shift[:0], np.ones((size, size), np.float32), self.size)
        moved.add(motion, motion.inside)
        colours = _colours(self._pixels, motion.places)
        motion.soften(colours)
        opaque = np.ones((self.size, self.size), np.float32)
        return Layer("2D warp", motion.full_window, colours, opaque, motion.places)

    def _lowered(self, head: PosedHead) -> PosedHead:
        """The head with the skull that the source shows."""
        return replace(head, mesh=head.mesh + self._lower)

    def _halved(self, head: PosedHead) -> PosedHead:
        """The head in pixels of the half-size crop."""
        size = half(self.size)
        return head.in_crop(Crop(0, 0, 2 * size), size)


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


def _colours(pixels: NDArray[np.uint8], places: Floats) -> Floats:
    """(H, W, 3) in [0, 1] of a picture (S, S, 4) uint8 at places (H, W, 2)."""
    colours = cv2.cvtColor(sampled(pixels, places), cv2.COLOR_RGBA2RGB)
    return np.asarray(colours * _FROM_BYTES, np.float32)
