"""What the server does, without HTTP: one predictor for the requests of many threads."""

import hashlib
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Semaphore
from types import TracebackType
from typing import Literal, NamedTuple, Self

from engine.core.errors import ReposeError
from engine.core.sharing import FutureCache
from engine.export.export import (
    adjusted,
    find_face,
    find_some,
    job_threads,
    networks_for,
    warnings_of,
)
from engine.export.jobs import View
from engine.export.outputs import check_view_path
from engine.export.views import render_view
from engine.face.detection import find_faces
from engine.face.faces import Face
from engine.face.named_poses import named_pose
from engine.face.pose import Pose3D
from engine.face.pose_preset import pose_from_file
from engine.face.pose_transfer import Transfer, copied_pose
from engine.imaging.photos import Photo, Picture, decode_picture, encode_photo
from engine.imaging.provenance import Metadata
from engine.inference.group import Group, PosedFace
from engine.inference.prediction import NetworkInput, Prediction, Source
from engine.inference.predictor import Predictor
from engine.inference.registration import registered

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
    named         the name of a pose, or ""
    transfer      how; see `engine.face.pose_transfer.copy_pose`
    coefficients  of the expression, to replace
    gaze          yaw and pitch, degrees; None: as it is
    angles        yaw, pitch and roll to add, degrees
    """

    target: Upload | None
    pose: Upload | None
    named: str
    transfer: Transfer
    coefficients: Mapping[str, float]
    gaze: tuple[float, float] | None
    angles: tuple[float, float, float]


class Answer(NamedTuple):
    """An encoded picture, and sentences about its pose (see `engine.face.pose_check`)."""

    data: bytes
    warnings: tuple[str, ...]


class _Read(NamedTuple):
    """A photo and the faces of it that a request is about.

    faces   their own poses, by their numbers, from 1
    source  of the only face; None for several: they would need too much memory
    """

    photo: Photo
    faces: Mapping[int, Pose3D]
    source: Source | None
    metadata: Metadata

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, pixels."""
        return self.photo.shape[1], self.photo.shape[0]


class Service:
    """Poses faces with one predictor. Thread-safe; a context manager.

    As many requests are computed at a time as batches compute pictures; more wait. On a GPU the
    networks take the inputs of all of them in micro-batches. The latest photos stay in memory, so
    that another pose of the same photo is fast.
    """

    def __init__(self, predictor: Predictor, most_pixels: int) -> None:
        """most_pixels  of a photo, width times height"""
        self.predictor = predictor
        self._most_pixels = most_pixels
        self._threads = job_threads(predictor.device)
        self._free = Semaphore(self._threads)
        self._photos = FutureCache(self._read, self._threads + 6)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._networks = self._stack.enter_context(networks_for(self.predictor, self._threads))
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._stack.close()

    def predict(self, posed: NetworkInput) -> Prediction:
        """The prediction of the networks, which all threads share."""
        return self._networks(posed)

    def faces(self, photo: Upload) -> tuple[tuple[int, int], tuple[Face, ...]]:
        """The size of a photo and its faces, the largest first. Raises ReposeError."""
        with self._free:
            pixels = self._decode(photo).photo
            return (pixels.shape[1], pixels.shape[0]), find_faces(pixels)

    def repose(
        self,
        photo: Upload,
        faces: tuple[int, ...],
        wish: Wish,
        view: View,
        suffix: Format,
        quality: int,
    ) -> Answer:
        """The photo with faces in another pose.

        faces    their numbers, from 1, the largest first; (): all
        quality  of JPEG and WebP, 1 to 100

        Raises ReposeError for files that cannot be read and for poses that cannot be drawn.
        """
        with self._free:
            found = self._photos.start((photo, faces)).result()
            poses = self._poses(found, wish)
            warnings = warnings_of(poses, found.size, self.predictor.trained_range)
            metadata = found.metadata.edited(self.predictor.model_name)
            path = Path(f"picture.{suffix}")
            check_view_path(path, view)
            picture = render_view(self._group(found, poses.values()), view)
            data = encode_photo(path, picture, quality, metadata)
        return Answer(data, warnings)

    def _group(self, found: _Read, poses: Iterable[Pose3D]) -> Group:
        """The faces of the photo in these poses."""

        def predicted(pose: Pose3D) -> Prediction:
            source = found.source or self.predictor.cut(found.photo, pose.source)
            return self.predict(self.predictor.pose(source, pose))

        return Group.of(PosedFace(predicted(pose)) for pose in poses)

    def _poses(self, found: _Read, wish: Wish) -> dict[int, Pose3D]:
        """The poses that a request asks for, by the numbers of the faces."""
        poses, way = dict(found.faces), wish.transfer
        if wish.target is not None:
            picture = self._decode(wish.target).photo
            target = find_face(picture, wish.target.name, 1, "landmarker")
            sizes = found.size, (picture.shape[1], picture.shape[0])
            poses = {n: copied_pose(pose, target, way, sizes) for n, pose in poses.items()}
            if way == "absolute":
                poses = {
                    n: registered(pose, found.photo, picture, target, found.source)
                    for n, pose in poses.items()
                }
        if wish.pose is not None:
            file = wish.pose
            poses = {n: _file_pose(file, pose, found.size, way) for n, pose in poses.items()}
        if wish.named:
            path = named_pose(wish.named)
            poses = {n: pose_from_file(path, pose, found.size) for n, pose in poses.items()}
        changes = wish.coefficients, wish.gaze, wish.angles
        return {number: adjusted(pose, *changes) for number, pose in poses.items()}

    def _read(self, key: tuple[Upload, tuple[int, ...]]) -> _Read:
        upload, numbers = key
        picture = self._decode(upload)
        photo = picture.photo
        found = find_some(photo, upload.name, numbers, "landmarker")
        numbers = numbers or tuple(range(1, len(found) + 1))
        faces = {number: Pose3D.of(face) for number, face in zip(numbers, found, strict=True)}
        source = None
        if len(faces) == 1:
            source = self.predictor.cut(photo, next(iter(faces.values())).source)
        return _Read(photo, faces, source, picture.metadata)

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
