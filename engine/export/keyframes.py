"""Keyframes: poses set by hand at moments of a timeline, and the poses between them.

Their file is JSON:

    {"version": 1, "fps": 25, "keyframes": [
        {"time": 0, "pose": "ahead"},
        {"time": 1.5, "pose": "poses/shout.json"},
        {"time": 2, "pose": {"format": "repose pose", "version": 1, ...}}]}

time  seconds from the start
pose  the values of a pose file in Repose's own format, the path of a pose file of any format,
      relative to the keyframes' own, or the name of a pose (see `engine.face.named_poses`)
fps   pictures a second, may be missing
"""

import bisect
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from engine.core.errors import ReposeError
from engine.core.files import read_text, write_whole
from engine.export.sequence import MOST_FPS, USUAL_FPS
from engine.face.lifted_face import LiftedFace
from engine.face.named_poses import named_pose
from engine.face.pose import Pose3D
from engine.face.pose_between import pose_between
from engine.face.pose_files import POSE_SUFFIXES, PoseFile
from engine.face.pose_preset import PosePreset

LONGEST_TIME = 3600.0
"""Seconds: the last moment at which a keyframe can be."""

_FORMAT, _VERSION = "repose keyframes", 1


@dataclass(frozen=True, eq=False)
class Keyframe:
    """A pose for any face at a moment.

    time  seconds from the start, 0 to `LONGEST_TIME`
    pose  replaces the source's own; the source keeps its own value of a field that is None

    Raises ReposeError for a time out of range.
    """

    time: float
    pose: PosePreset

    def __post_init__(self) -> None:
        if not 0 <= self.time <= LONGEST_TIME:
            raise ReposeError(f"The time of a keyframe goes from 0 to {LONGEST_TIME:g} seconds.")


@dataclass(frozen=True, eq=False)
class Keyframes:
    """Keyframes in the order of their times, and the frame rate that they are exported with.

    Raises ReposeError for two at the same time, and for an impossible frame rate.
    """

    keys: tuple[Keyframe, ...]
    fps: float = USUAL_FPS

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", tuple(sorted(self.keys, key=lambda key: key.time)))
        times = [key.time for key in self.keys]
        for time in times:
            if times.count(time) > 1:
                raise ReposeError(f"There are two keyframes at {time:g} seconds: move one of them.")
        if not 0 < self.fps <= MOST_FPS:
            raise ReposeError(f"A video has at most {MOST_FPS:g} frames per second.")

    @property
    def count(self) -> int:
        """The number of frames up to the last keyframe, which the last frame shows."""
        return 1 + round(self.keys[-1].time * self.fps) if self.keys else 0

    def on(self, source: LiftedFace) -> "PoseTrack":
        """The poses over time of a face. Raises ReposeError without keyframes."""
        own = Pose3D.unchanged(source)
        return PoseTrack([key.time for key in self.keys], [key.pose.on(own) for key in self.keys])

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a file of keyframes.

        Raises ReposeError when the file, or a pose file that it names, cannot be used.
        """
        try:
            values = json.loads(read_text(path))
        except (ValueError, RecursionError) as error:
            raise ReposeError(f"{path} is damaged or no file of keyframes.") from error
        return cls.from_json(values, path)

    @classmethod
    def from_json(cls, values: Any, path: Path) -> Self:
        """The keyframes from the values of a file at ``path``. Raises as `read`."""
        try:
            if values.get("format", _FORMAT) != _FORMAT:
                raise ValueError("format")
            version, listed = values["version"], values["keyframes"]
            if version != _VERSION:
                raise ReposeError(
                    f"{path} was written by a newer Repose (version {version}): update this one."
                )
            fps = float(values.get("fps") or USUAL_FPS)
            entries = [(float(entry["time"]), entry["pose"]) for entry in listed]
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise ReposeError(
                f'{path} is no file of keyframes: it needs "version": {_VERSION} and "keyframes", a'
                ' list in which each has a "time" in seconds and a "pose".'
            ) from error
        if not entries:
            raise ReposeError(f"{path} has no keyframes: set at least one.")
        try:
            keys = [Keyframe(time, _pose(pose, path)) for time, pose in entries]
            return cls(tuple(keys), fps)
        except ReposeError as error:
            raise ReposeError(f"{path}: {error}") from error

    def to_json(self, pose: Pose3D, photo_size: tuple[int, int]) -> dict[str, Any]:
        """The values of a file, whose poses are also stored as landmarks on the face of ``pose``.

        photo_size  (width, height) of its photo, pixels
        """
        keys = [{"time": key.time, "pose": key.pose.to_json(pose, photo_size)} for key in self.keys]
        return {"format": _FORMAT, "version": _VERSION, "fps": self.fps, "keyframes": keys}

    def write(self, path: Path, pose: Pose3D, photo_size: tuple[int, int]) -> None:
        """Write a file; parameters as in `to_json`. Raises ReposeError."""
        text = json.dumps(self.to_json(pose, photo_size), indent=1, allow_nan=False)
        with write_whole(path) as part:
            part.write_text(text + "\n", encoding="utf-8")


class PoseTrack:
    """The poses of one face over time. Before the first and after the last pose it holds them."""

    def __init__(self, times: Sequence[float], poses: Sequence[Pose3D]) -> None:
        """times  ascending, seconds; one for each of the poses, which are of the same source

        Raises ReposeError when there are none.
        """
        if not poses:
            raise ReposeError("There are no keyframes: set at least one.")
        self._times, self._poses = list(times), list(poses)

    def at(self, seconds: float) -> Pose3D:
        """The pose at a moment."""
        after = bisect.bisect_right(self._times, seconds)
        if after in (0, len(self._times)):
            return self._poses[max(after - 1, 0)]
        start, end = self._times[after - 1 : after + 1]
        share = (seconds - start) / (end - start)
        return pose_between(self._poses[after - 1], self._poses[after], share)


def _pose(value: Any, path: Path) -> PosePreset:
    if isinstance(value, Mapping):
        return PosePreset.of_file(PoseFile.stored_in(path, value))
    if not isinstance(value, str) or not value:
        raise ReposeError("A pose is the values of a pose file, a file's path or a name.")
    file = path.parent / value
    if file.suffix.lower() in POSE_SUFFIXES:
        return PosePreset.read(file)
    return PosePreset.read(named_pose(value))
