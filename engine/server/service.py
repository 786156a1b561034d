"""What the server does, without HTTP: one predictor for the requests of many threads."""

import hashlib
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Semaphore
from types import TracebackType
from typing import Literal, NamedTuple, Self

from engine.core.errors import ReposeError
from engine.core.sharing import FutureCache
from engine.export.export import adjusted, find_face, job_threads, networks_for
from engine.export.jobs import View
from engine.export.outputs import check_view_path
from engine.export.views import render_view
from engine.face.detection import find_faces
from engine.face.faces import Face
from engine.face.pose import Pose3D, Transfer, copied_pose
from engine.face.pose_check import check_pose
from engine.face.pose_preset import pose_from_file
from engine.imaging.photos import Picture, decode_picture, encode_photo
from engine.imaging.provenance import Metadata
from engine.inference.group import Group, PosedFace
from engine.inference.prediction import Source
from engine.inference.predictor import Predictor

Format = Literal["png", "jpg", "webp"]


@dataclass(frozen=True)
class Upload:
    """A file that was sent: its contents and its name. Equal if the contents are."""

    data: bytes = field(compare=False, repr=False)
    name: str = field(compare=False)
    digest: bytes = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", hashlib.sha256(self.data).digest())


class Wish(NamedTuple):
    """The pose that a request asks for; the parts are applied in this order.

    target        a photo to copy the pose from
    pose          a pose file
    transfer      how; see `engine.face.pose.copy_pose`
    coefficients  of the expression, to replace
    gaze          yaw and pitch, degrees; None: as it is
    angles        yaw, pitch and roll to add, degrees
    """

    target: Upload | None
    pose: Upload | None
    transfer: Transfer
    coefficients: Mapping[str, float]
    gaze: tuple[float, float] | None
    angles: tuple[float, float, float]


class Answer(NamedTuple):
    """An encoded picture, and sentences about its pose (see `engine.face.pose_check`)."""

    data: bytes
    warnings: tuple[str, ...]


class _Face(NamedTuple):
    """A face of a photo, ready for the predictor. size: (width, height), pixels."""

    size: tuple[int, int]
    pose: Pose3D
    source: Source
    metadata: Metadata


class Service:
    """Poses faces with one predictor. Thread-safe; a context manager.

    As many requests are computed at a time as batches compute pictures; more wait. On a GPU the
    networks take the inputs of all of them in micro-batches. The latest faces stay in memory, so
    that another pose of the same photo is fast.
    """

    def __init__(self, predictor: Predictor, most_pixels: int) -> None:
        """most_pixels  of a photo, width times height"""
        self.predictor = predictor
        self._most_pixels = most_pixels
        self._threads = job_threads(predictor.device)
        self._free = Semaphore(self._threads)
        self._faces = FutureCache(self._read_face, self._threads + 6)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._predict = self._stack.enter_context(networks_for(self.predictor, self._threads))
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._stack.close()

    def faces(self, photo: Upload) -> tuple[tuple[int, int], tuple[Face, ...]]:
        """The size of a photo and its faces, the largest first. Raises ReposeError."""
        with self._free:
            pixels = self._decode(photo).photo
            return (pixels.shape[1], pixels.shape[0]), find_faces(pixels)

    def repose(
        self, photo: Upload, face: int, wish: Wish, view: View, suffix: Format, quality: int
    ) -> Answer:
        """The photo with a face in another pose.

        face     its number, from 1, the largest first
        quality  of JPEG and WebP, 1 to 100

        Raises ReposeError for files that cannot be read and for poses that cannot be drawn.
        """
        with self._free:
            found = self._faces.start((photo, face)).result()
            pose = self._pose(found, wish)
            findings = check_pose(pose, found.size, self.predictor.trained_range)
            prediction = self._predict(self.predictor.pose(found.source, pose))
            metadata = found.metadata.edited(self.predictor.model_name)
            path = Path(f"picture.{suffix}")
            check_view_path(path, view)
            picture = render_view(Group.of([PosedFace(prediction)]), view)
            data = encode_photo(path, picture, quality, metadata)
        return Answer(data, tuple(finding.sentence for finding in findings))

    def _pose(self, face: _Face, wish: Wish) -> Pose3D:
        pose = face.pose
        if wish.target is not None:
            picture = self._decode(wish.target).photo
            target = find_face(picture, wish.target.name, 1, "landmarker")
            sizes = face.size, (picture.shape[1], picture.shape[0])
            pose = copied_pose(pose, target, wish.transfer, sizes)
        if wish.pose is not None:
            pose = _file_pose(wish.pose, pose, face.size, wish.transfer)
        return adjusted(pose, wish.coefficients, wish.gaze, wish.angles)

    def _read_face(self, key: tuple[Upload, int]) -> _Face:
        upload, number = key
        picture = self._decode(upload)
        photo = picture.photo
        pose = Pose3D.of(find_face(photo, upload.name, number, "landmarker"))
        source = self.predictor.cut(photo, pose.source)
        return _Face((photo.shape[1], photo.shape[0]), pose, source, picture.metadata)

    def _decode(self, upload: Upload) -> Picture:
        return decode_picture(upload.data, upload.name, self._most_pixels)


def _file_pose(upload: Upload, pose: Pose3D, size: tuple[int, int], transfer: Transfer) -> Pose3D:
    with tempfile.TemporaryDirectory(prefix="repose-") as folder:
        path = Path(folder) / f"pose{Path(upload.name).suffix}"
        path.write_bytes(upload.data)
        try:
            return pose_from_file(path, pose, size, transfer)
        except ReposeError as error:
            raise ReposeError(str(error).replace(str(path), upload.name)) from error
