"""The layers behind the face: background and body, what the source does not show of the head, and
hair, ears and neck.
"""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.face.posed_head import PosedHead
from engine.guidance.background import completed
from engine.guidance.body import Body, inverse
from engine.guidance.layers import Layer, Motion, around, half, in_whole
from engine.guidance.matte import with_wisps
from engine.guidance.patches import Window
from engine.guidance.sheet import Sheet
from engine.guidance.volume import Volume
from engine.imaging.resampling import enlarged, sampled

Floats = NDArray[np.float32]

_MOVED = 0.15  # pixels at half size: a pixel that has moved this far may differ fully
_DEEP = np.ones((17, 17), np.uint8)  # pixels: this far inside the head
_STILL = 0.01  # of `Maps.moved`: less counts as nothing
_UNCOVERED = 5.0  # factor of the change of opacity: a pale wisp that leaves is gone
_SPREAD = 12  # pixels at half size: how far `Maps.moved` reaches beyond what moved, and filters
_OUTLINE = np.ones((9, 9), np.uint8)  # pixels: as far an outline reaches in detail
_FROM_BYTES = np.float32(1 / 255)


class Moved:
    """What has moved, collected at half size.

    share  (G, G) in [0, 1]
    """

    def __init__(self, size: int) -> None:
        self.share = np.zeros((half(size), half(size)), np.float32)

    def add(self, motion: Motion, share: Floats) -> None:
        """Add a motion of which only a share (H, W) is seen."""
        x, y = motion.shift
        # Not `cv2.magnitude`, whose rounding depends on the memory's alignment.
        far = np.sqrt(x * x + y * y) * np.float32(1 / _MOVED)
        part = self.share[motion.window.slices]
        np.maximum(part, far.clip(0, 1) * share, out=part)

    def enlarged(self, size: int) -> Floats:
        """(S, S) `Maps.moved`."""
        wider = cv2.blur(cv2.dilate(self.share, np.ones((9, 9), np.uint8)), (5, 5))
        large = enlarged(np.asarray(wider, np.float32))[:size, :size]
        return ((large - _STILL) * (1.001 / (1 - _STILL))).clip(0, 1)


class LayersBehind:
    """The layers behind the face, of a source whose parts are known.

    pixels  (S, S, 3) uint8    parts  (S, S, 6)
    labels  (G, G, 6) the parts at half size    head  in pixels at half size

    lower   as of `engine.guidance.volume.Volume`
    """

    def __init__(
        self, pixels: NDArray[np.uint8], parts: Floats, labels: Floats, head: PosedHead
    ) -> None:
        photo = pixels * _FROM_BYTES
        parts = with_wisps(photo, parts)
        self._volume = Volume(photo, parts, labels, head)
        self.lower = self._volume.lower
        self._sheet = Sheet(pixels, parts, labels, head, self._volume)
        self._body = Body(labels, self._sheet.follows, head)
        everywhere = Window(0, 0, len(pixels), len(pixels))
        background, own = completed(photo, labels, self._sheet.alpha, self._sheet.follows)
        opaque = np.ones(pixels.shape[:2], np.float32)
        # Near the head the photo's detail is that of its outline.
        inner = cv2.erode((own > 0.99).astype(np.float32), _OUTLINE)
        fine = np.asarray(cv2.blur(inner, (3, 3)), np.float32)
        self._background = Layer(
            "background and body", everywhere, background, opaque, shown=own, fine=lambda: fine
        )
        # As it is drawn, for comparison: what differs from it was uncovered, or covered.
        whole = Window(0, 0, len(labels), len(labels))
        motion = self._sheet.mesh(head).drawn(whole)
        alpha = motion.smaller(self._sheet.layer(motion).alpha)
        self._at_rest = in_whole(alpha, motion.window, len(labels))
        if self._volume.bare:
            hidden = self._volume.mesh(head).drawn(whole)
            unseen = self._volume.layer(hidden, np.zeros(hidden.coverage.shape, np.float32))
            alpha = in_whole(hidden.smaller(unseen.alpha), hidden.window, len(labels))
            np.maximum(self._at_rest, alpha, out=self._at_rest)

    def layers(
        self, target: PosedHead, ends: Floats, moved: Moved
    ) -> tuple[Window, tuple[Layer, ...]]:
        """The window in which anything changes, and in it background, unseen head and sheet.

        target  pixels at half size
        ends    (N, 2) `MovedMesh.ends` of the face
        moved   what has moved is added to it
        """
        body, size = self._body.moved(target), len(self._at_rest)
        volume, sheet = (
            layer.mesh(target, body).displaced(target.displacement)
            for layer in (self._volume, self._sheet)
        )
        body = self._body.displaced(body, target.displacement)
        background, full = self._background, len(self._background.alpha)
        ends = np.concatenate([ends, volume.ends(), sheet.ends()])
        window = around(ends, _SPREAD, size)
        if body is not None:
            window = Window(0, 0, size, size)
            background = self._carried_along(body, moved)
        motion = sheet.drawn(window)

        def behind() -> Floats:
            return in_whole(unseen.alpha, unseen.window, full)[motion.full_window.slices]

        shown = self._sheet.layer(motion, behind)
        alpha = motion.smaller(shown.alpha)
        moved.add(motion, alpha)
        hidden = volume.drawn(window)
        within = self._sheet.within(motion)
        covered = in_whole(shown.alpha * within, shown.window, full)[hidden.full_window.slices]
        unseen = self._volume.layer(hidden, covered)
        # An old outline that is inside the head now fades into what the source does not show.
        deep = cv2.erode(behind(), _DEEP)
        shown = replace(shown, alpha=shown.alpha * (1 - deep * (1 - within)))
        unseen_alpha = hidden.smaller(unseen.alpha)
        moved.add(hidden, unseen_alpha)
        inner = around(ends, 2, size).slices  # the window's border is not exact
        covers = in_whole(alpha, motion.window, size)
        if self._volume.bare:  # whose skull is in the volume only
            np.maximum(covers, in_whole(unseen_alpha, hidden.window, size), out=covers)
        uncovered = np.abs(covers[inner] - self._at_rest[inner])
        share = moved.share[inner]
        np.maximum(share, (_UNCOVERED * uncovered).clip(0, 1), out=share)
        return window, (background, unseen, shown)

    def _carried_along(self, body: Floats, moved: Moved) -> Layer:
        """Background and body, moved as `Body.moved`."""
        still, size = self._background, len(body)
        shift = np.ascontiguousarray(np.moveaxis(inverse(body), 2, 0))
        inside = np.ones((size, size), np.float32)
        motion = Motion(Window(0, 0, size, size), shift, shift[:0], inside, len(still.alpha))
        moved.add(motion, inside)
        places, shown = motion.places, still.known()
        assert still.fine is not None
        fine = still.fine()
        return replace(
            still,
            colours=sampled(still.colours, places),
            found=places,
            shown=sampled(shown, places),
            fine=lambda: sampled(fine, places),
        )
