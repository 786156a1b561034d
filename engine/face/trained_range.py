"""The range of head angles in a model's training data."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Self

import numpy as np

from engine.core.errors import ReposeError
from engine.face.landmarks import Landmarks
from engine.face.pose import head_angles

_KEY = "trained_range"
_PERCENTILES = (1, 99)  # robust against outliers
_SAMPLES = 500  # faces; with more, the percentiles change by less than a degree

Range = tuple[float, float]


@dataclass(frozen=True)
class TrainedRange:
    """Lowest and highest angle of the head, degrees; signs as in `engine.face.head.rotation`.

    Outside of it a model extrapolates. The defaults are the range of Repose's first models, whose
    checkpoints have no such metadata.
    """

    yaw: Range = (-60.0, 60.0)
    pitch: Range = (-18.0, 18.0)
    roll: Range = (-15.0, 15.0)

    @classmethod
    def of(cls, faces: Sequence[Landmarks], rolled: float = 0.0) -> Self | None:
        """The 1st to 99th percentile of faces (68, 2); None without a face.

        rolled  standard deviation of the random roll of the augmentation, degrees
        """
        chosen = faces[:: max(1, len(faces) // _SAMPLES)]
        found = list(_angles(chosen))
        if not found:
            return None
        low, high = np.percentile(found, _PERCENTILES, axis=0).round(1).tolist()
        yaw, pitch, (right, left) = zip(low, high, strict=True)
        return cls(yaw, pitch, (right - 2 * rolled, left + 2 * rolled))

    @classmethod
    def read(cls, metadata: Mapping[str, str]) -> Self:
        """The range in a checkpoint's metadata; the default where it is missing or invalid."""
        try:
            stored = json.loads(metadata.get(_KEY, "{}"))
            ranges = {f.name: _range(stored[f.name]) for f in fields(cls) if f.name in stored}
        except (ArithmeticError, RecursionError, TypeError, ValueError):
            return cls()
        return cls(**ranges)

    def metadata(self) -> dict[str, str]:
        """The range as metadata of a checkpoint."""
        return {_KEY: json.dumps(asdict(self))}

    def around(self, own: tuple[float, float, float]) -> Self:
        """The range as offsets from a source with the angles ``own`` (yaw, pitch, roll).

        It always includes 0, because an unchanged pose returns the source.
        """
        ranges = (self.yaw, self.pitch, self.roll)
        return type(self)(
            *(
                (min(low - angle, 0.0), max(high - angle, 0.0))
                for (low, high), angle in zip(ranges, own, strict=True)
            )
        )


def _angles(faces: Iterable[Landmarks]) -> Iterable[tuple[float, float, float]]:
    for face in faces:
        try:
            yield head_angles(face)
        except ReposeError:  # degenerate or missing points
            continue


def _range(values: Sequence[float]) -> Range:
    low, high = map(float, values)
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise ValueError("not a range")
    return low, high
