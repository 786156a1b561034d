"""How far heads were turned in the pictures that a model has learnt from."""

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
_PERCENTILES = (1, 99)  # a single odd picture teaches nothing
_ENOUGH = 500  # pictures: more would not move these percentiles by a degree

Range = tuple[float, float]


@dataclass(frozen=True)
class TrainedRange:
    """The lowest and the highest angle of the head, degrees, with signs as everywhere.

    Beyond it a model draws what it has not seen. The default values are those of models that do
    not say: what the pictures that Repose's first models have learnt from had in common.
    """

    yaw: Range = (-60.0, 60.0)
    pitch: Range = (-18.0, 18.0)
    roll: Range = (-15.0, 15.0)

    @classmethod
    def of(cls, faces: Sequence[Landmarks], rolled: float = 0.0) -> Self | None:
        """The range of nearly all of these faces (68, 2); None where there are none.

        rolled  degrees: the standard deviation of the roll that training adds at random
        """
        chosen = faces[:: max(1, len(faces) // _ENOUGH)]
        found = list(_angles(chosen))
        if not found:
            return None
        low, high = np.percentile(found, _PERCENTILES, axis=0).round(1).tolist()
        yaw, pitch, (right, left) = zip(low, high, strict=True)
        return cls(yaw, pitch, (right - 2 * rolled, left + 2 * rolled))

    @classmethod
    def read(cls, metadata: Mapping[str, str]) -> Self:
        """What a checkpoint says; where it does not, the default."""
        try:
            stored = json.loads(metadata.get(_KEY, "{}"))
            ranges = {f.name: _range(stored[f.name]) for f in fields(cls) if f.name in stored}
        except (TypeError, ValueError):
            return cls()
        return cls(**ranges)

    def metadata(self) -> dict[str, str]:
        """For a checkpoint."""
        return {_KEY: json.dumps(asdict(self))}

    def around(self, own: tuple[float, float, float]) -> Self:
        """As offsets from a source with these angles (yaw, pitch, roll).

        No change is always within: it gives the source back, however it is turned.
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
        except ReposeError:  # points on a line, or one that is missing
            continue


def _range(values: Sequence[float]) -> Range:
    low, high = map(float, values)
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise ValueError("not a range")
    return low, high
