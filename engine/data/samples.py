"""Converts a picture file to samples for a cache: decoded pixels with detected or annotated points.

A portrait that is lifted to 3D gives several samples: the photo and its views.
"""

import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.config.config import Detector
from engine.core.errors import ReposeError
from engine.data.keypoints import OPENPOSE_ENDING, Points, read_openpose
from engine.data.layouts import PictureFile
from engine.face.coefficients import Coefficients
from engine.face.detection import find_largest_face
from engine.face.landmarks import Box, Landmarks
from engine.face.lifted_face import fitted_head
from engine.face.parts import label_parts
from engine.face.pose_files import read_pose
from engine.imaging.crop import Crop
from engine.imaging.photos import Photo, read_photo

CROP_SIDE = 320
"""Pictures with larger face crops are downscaled to this side of the crop, pixels."""

PHOTO_SIDE = 640
"""Pictures used as a whole are downscaled to this longer side, pixels."""

# Largest angles of views, degrees. Small rotations look best and are the most common use.
_YAW, _PITCH, _ROLL = 40.0, 12.0, 5.0


@dataclass(frozen=True)
class SampleOptions:
    """Options of `read_samples`.

    skeleton      see `SKELETONS`
    detector      the face and landmark detector
    fixed_camera  whether pictures of one person share their frame and so need the same scale
    views         number of views to render of each portrait; 0 for none
    """

    skeleton: str
    detector: Detector
    fixed_camera: bool
    views: int


@dataclass(frozen=True, eq=False)
class Sample:
    """A picture with its points, ready for a cache.

    pixels  (H, W, 3) uint8
    points  (N, 2), pixels; NaN where a point is missing
    box     left, top, right, bottom of face or body, pixels
    weight  (H, W) uint8: loss weight of each pixel; None for a photograph
    labels  (H, W) uint8, values of `PartLabel`; None if it is not of a face
    expression  of the face; None if only its landmarks are known
    """

    pixels: Photo
    points: NDArray[np.float32]
    box: Box
    weight: NDArray[np.uint8] | None = None
    labels: NDArray[np.uint8] | None = None
    expression: Coefficients | None = None

    def scaled(self, scale: float) -> "Sample":
        """The sample downscaled by the factor ``scale``; unchanged if that is 1 or more."""
        if scale >= 1:
            return self
        height, width = (max(16, round(side * scale)) for side in self.pixels.shape[:2])
        pixels = cv2.resize(self.pixels, (width, height), interpolation=cv2.INTER_AREA)
        across, down = width / self.pixels.shape[1], height / self.pixels.shape[0]
        points = (self.points + 0.5) * (across, down) - 0.5
        left, top, right, bottom = self.box
        box = (
            (left + 0.5) * across - 0.5,
            (top + 0.5) * down - 0.5,
            (right + 0.5) * across - 0.5,
            (bottom + 0.5) * down - 0.5,
        )
        return Sample(
            np.asarray(pixels, np.uint8), points.astype(np.float32), box, expression=self.expression
        )


def read_samples(
    options: SampleOptions, file: PictureFile, points: Points | None = None
) -> tuple[Sample, ...] | str:
    """The samples of a picture file, or the reason why it cannot be used, as a sentence.

    points  body points from a COCO file; None to read the picture's own file
    """
    try:
        photo = read_photo(file.path)
        if options.skeleton == "body":
            return (_body(photo, file, points),)
        if options.skeleton == "none":
            height, width = photo.shape[:2]
            box = (0.0, 0.0, width - 1.0, height - 1.0)
            whole = Sample(photo, np.empty((0, 2), np.float32), box)
            return (whole.scaled(PHOTO_SIDE / max(height, width)),)
        face = _face(photo, marks_beside(file, "face"), options.detector)
        crop = Crop.around(face.points)
        if not crop.meets(photo):
            return "The landmarks lie outside the picture."
        if options.views:
            return _lifted(face, file.name, options.views)
    except ReposeError as error:
        return str(error)
    side = PHOTO_SIDE / max(photo.shape[:2]) if options.fixed_camera else CROP_SIDE / crop.side
    return (_labelled(face.scaled(side)),)


def marks_beside(file: PictureFile, skeleton: str) -> Path:
    """Path of the optional file beside a picture with its points: OpenPose JSON or .pts."""
    return file.beside(OPENPOSE_ENDING if skeleton == "body" else ".pts")


def view_angles(name: str, count: int) -> list[tuple[float, float, float]]:
    """Yaw, pitch and roll, degrees, of ``count`` views of the portrait ``name``.

    Deterministic in the name; stratified over the range of angles, denser at small angles.
    """
    rng = np.random.default_rng(zlib.crc32(name.encode("utf-8", "surrogatepass")))
    spread = np.stack([rng.permutation(count) for _ in range(3)]) + rng.uniform(size=(3, count))
    shares = 2 * spread / count - 1  # stratified: one in each of ``count`` intervals of [-1, 1]
    curved = np.sign(shares) * np.abs(shares) ** ((1.4,), (1.4,), (2.0,))
    angles = curved * ((_YAW,), (_PITCH,), (_ROLL,))
    return [(float(yaw), float(pitch), float(roll)) for yaw, pitch, roll in angles.T]


def _face(photo: Photo, marks: Path, detector: Detector) -> Sample:
    """The largest face, from the .pts file ``marks`` if it exists, otherwise detected.

    Raises ReposeError when there is no face or the file cannot be used.
    """
    if marks.is_file():
        landmarks = read_pose(marks, None)
        return Sample(photo, landmarks, _box_around(landmarks))
    face = find_largest_face(photo, detector)
    if face is None:
        raise ReposeError("No face was found.")
    expression = None if face.dense is None else fitted_head(face).expression
    return Sample(photo, face.landmarks, face.box, expression=expression)


def _body(photo: Photo, file: PictureFile, points: Points | None) -> Sample:
    """The body. Raises ReposeError when too few points are marked or the file cannot be used."""
    if points is None:
        marks = marks_beside(file, "body")
        if not marks.is_file():
            raise ReposeError(
                f"There is no file {marks.name} beside it, and no COCO JSON has points for it."
            )
        points = read_openpose(marks)
    there = points[~np.isnan(points[:, 0])]
    if len(there) < 3 or np.ptp(there, axis=0).min() < 1:
        raise ReposeError("Fewer than three points of a body are marked in it.")
    low, high = there.min(axis=0), there.max(axis=0)
    if (high < 0).any() or (low >= photo.shape[1::-1]).any():
        raise ReposeError("The points lie outside the picture.")
    return Sample(photo, points, _box_around(there)).scaled(PHOTO_SIDE / max(photo.shape[:2]))


def _lifted(face: Sample, name: str, count: int) -> tuple[Sample, ...]:
    """The portrait, cropped to the frame of its views, and ``count`` views, which keep its
    expression."""
    from engine.data.lifting.portrait import LiftedPortrait

    portrait = LiftedPortrait.of(face.pixels, face.points)
    photo = portrait.view(0, 0, 0)
    views = [portrait.view(*angles) for angles in view_angles(name, count)]
    return tuple(
        _labelled(
            Sample(
                view.pixels,
                view.landmarks,
                _box_around(view.landmarks),
                None if view is photo else view.weight,
                expression=face.expression,
            )
        )
        for view in (photo, *views)
    )


def _labelled(face: Sample) -> Sample:
    """The face with its part labels. Beyond the crop, which is all that the parts network sees, the
    labels of the crop's border are repeated."""
    parts = label_parts(face.pixels, face.points)
    height, width = face.pixels.shape[:2]
    labels = cv2.warpAffine(
        parts.labels(),
        parts.crop.matrix(len(parts.probabilities))[:2],
        (width, height),
        flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return replace(face, labels=np.asarray(labels, np.uint8))


def _box_around(points: Landmarks) -> Box:
    (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return (left, top, right, bottom)
