"""Several reposed faces of one photo, in one picture."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from engine.guidance.keep import KeepMask
from engine.imaging.colour import Stored
from engine.imaging.crop import Crop
from engine.imaging.layered import Layers
from engine.inference.compositing import opacity
from engine.inference.prediction import Prediction

Pixels = NDArray[np.uint8]


class PosedFace(NamedTuple):
    """A face of a photo in its new pose.

    keep  areas of the photo that this face leaves unchanged
    """

    prediction: Prediction
    keep: KeepMask | None = None


@dataclass(frozen=True, eq=False)
class Group:
    """One or more reposed faces of one photo.

    The faces are composited one after another, each at full size into the picture with those
    before it. Each is computed from the photo, never from another face's result: its crop may show
    a part of its neighbour, which must not be reposed twice, and the result of one face does not
    depend on the poses of the others. A face replaces only the pixels where its own layers moved
    or uncovered something, so that it does not bring back the neighbour as it was. Where two faces
    claim the same pixel, the larger one wins, because it is likely nearer to the camera: small
    faces come first. This order does not depend on the order in which a user edits faces.

    faces  in the order of compositing; see `of`
    """

    faces: tuple[PosedFace, ...]

    @classmethod
    def of(cls, faces: Iterable[PosedFace]) -> Self:
        """A group of at least one face, in any order."""
        return cls(tuple(sorted(faces, key=lambda f: f.prediction.posed.source.face.pose.scale)))

    def pasted(self, stored: Stored | None = None) -> Stored:
        """The photo at full size with all faces composited into it; ``stored`` and the errors as of
        `Prediction.pasted`."""
        result = (self._photo if stored is None else stored).copy()
        for number, (prediction, keep) in enumerate(self.faces):
            inside = prediction.crop.inside(result)
            onto = result if number else None  # before the first face it is the photo
            result[inside] = prediction.pasted_crop(keep, stored, onto)
        return result

    def layers(self, stored: Stored | None = None) -> Layers:
        """`pasted` as layers: the photo, and above it what changed."""
        before = self._photo if stored is None else stored
        weight = np.zeros(before.shape[:2], np.float32)
        for prediction, keep in self.faces:
            own = weight[prediction.crop.inside(before)]
            np.maximum(own, opacity(before, prediction.crop, prediction.posed.maps, keep), out=own)
        return Layers.of(before, self.pasted(stored), weight[self.inside], self.inside)

    @cached_property
    def picture(self) -> Pixels:
        """`pasted`, (H, W, 3) uint8, computed once."""
        return self.pasted().astype(np.uint8, copy=False)

    @property
    def inside(self) -> tuple[slice, slice]:
        """The rows and columns of the photo around the crops of all faces."""
        parts = [face.prediction.crop.inside(self._photo) for face in self.faces]
        rows, columns = (
            slice(min(part[axis].start for part in parts), max(part[axis].stop for part in parts))
            for axis in (0, 1)
        )
        return rows, columns

    def behind(self, crop: Crop, size: int) -> Pixels:
        """`picture` in a crop, scaled to (size, size, 3); that of the last crop is cached."""
        cached = self._behind.get((crop, size))
        if cached is None:
            self._behind.clear()
            cached = self._behind[crop, size] = crop.scaled(self.picture, size)
        return cached

    @property
    def _photo(self) -> Pixels:
        return self.faces[0].prediction.posed.source.photo

    @cached_property
    def _behind(self) -> dict[tuple[Crop, int], Pixels]:
        return {}
