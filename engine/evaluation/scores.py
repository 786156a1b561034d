"""Metrics of an image against the target picture, and the pose change of a pair."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.metrics import structural_similarity

from engine.config.config import Config
from engine.config.skeletons import SKELETONS
from engine.data.cache import Picture
from engine.data.pairs import Pair
from engine.face.identity import describe
from engine.face.landmarks import Landmarks
from engine.face.pose import head_angles

Floats = NDArray[np.float32]

METHODS = ("source", "warp", "coarse", "refined")
"""The images compared with the target: the unchanged source, the plain 2D warp (faces only), the
coarse image of G1, the refined image of G1 and G2."""

_EYES = (36, 45)  # landmarks of the outer corners of the eyes
_LARGE_ENOUGH = 240  # shorter side, pixels: dlib misses many faces in smaller pictures


@dataclass(frozen=True)
class Measures:
    """Metrics of one image against the target; the last three only for faces.

    ssim, l1   without the cutoff border (report, section 4.3)
    identity   distance of dlib's face descriptors, above 0.6 a different person; None if no face is
               detected in the image or in the target
    landmarks  mean distance of the detected landmarks to the target's, percent of the inter-ocular
               distance (outer corners of the eyes, the larger of source and target); None if no
               face is detected
    lost       100 if no face is detected, otherwise 0, so that the mean is a percentage; None if
               none is detected in the target either
    """

    ssim: float
    l1: float
    identity: float | None = None
    landmarks: float | None = None
    lost: float | None = None


MEASURES = tuple(f.name for f in fields(Measures))


@dataclass(frozen=True)
class Score:
    """The metrics of all methods on one pair.

    data, source, target  names of the data set and of the two pictures
    group    the group of the person: pairs of one group are statistically dependent
    change   pose change, see `ChangeScale`; None if it is undefined
    methods  metrics by method, see `METHODS`
    """

    data: str
    source: str
    target: str
    group: str
    change: float | None
    methods: Mapping[str, Measures] = field(default_factory=dict)

    def values(self) -> dict[str, float | None]:
        """The metrics by names such as ``ssim_coarse``, in the order of the tables."""
        return {
            f"{measure}_{method}": getattr(measures, measure)
            for measure in MEASURES
            for method, measures in self.methods.items()
        }


@dataclass(frozen=True)
class ChangeScale:
    """The quantity and unit of pose change, and the bands [low, high) of the tables."""

    name: str
    unit: str
    bands: tuple[tuple[float, float], ...]


_YAW = ChangeScale("yaw change", "°", ((0, 15), (15, 30), (30, 60), (60, 180)))
_WAY = ChangeScale("points moved", " % of the box", ((0, 10), (10, 25), (25, 50), (50, np.inf)))


def change_scale(config: Config) -> ChangeScale | None:
    """Degrees of yaw for faces, displacement of the points for bodies, None without points."""
    skeleton = SKELETONS[config.skeleton]
    if skeleton.has_head:
        return _YAW
    return _WAY if skeleton.points else None


def pose_change(source: Picture, target: Picture, config: Config) -> float | None:
    """The pose change between two pictures on the config's scale; None if it is undefined.

    The displacement is the mean over the points present in both pictures, in percent of the longer
    side of the target's box.
    """
    scale = change_scale(config)
    if scale is None:
        return None
    if scale is _YAW:
        return abs(head_angles(source.landmarks)[0] - head_angles(target.landmarks)[0])
    start, end = (_placed(picture, picture.landmarks, config) for picture in (source, target))
    corners = _placed(target, target.box.reshape(2, 2), config)
    ways = np.linalg.norm(end - start, axis=1)
    side = float(np.ptp(corners, axis=0).max())
    if np.isnan(ways).all() or side <= 0:
        return None
    return float(100 * np.nanmean(ways) / side)


def measure(images: Mapping[str, Floats], pair: Pair, config: Config) -> dict[str, Measures]:
    """The metrics of ``images`` (H, W, 3) in [0, 1], by method, against the pair's target."""
    target = pair.target.astype(np.float32) / 255
    n = config.loss.cutoff
    inner = slice(n, -n or None)
    if not SKELETONS[config.skeleton].has_head:
        return {
            method: Measures(*similarity(image[inner, inner], target[inner, inner]))
            for method, image in images.items()
        }
    true = _described(pair.target)
    eyes = max(_between_eyes(points) for points in (pair.source_landmarks, pair.target_landmarks))
    result = {}
    for method, image in images.items():
        ssim, l1 = similarity(image[inner, inner], target[inner, inner])
        found = _described((image.clip(0, 1) * 255).round().astype(np.uint8))
        identity = landmarks = lost = None
        if true is not None:
            lost = 0.0 if found else 100.0
        if found is not None:
            way = np.linalg.norm(found[0] - pair.target_landmarks, axis=1).mean()
            landmarks = float(100 * way / eyes)
        if true is not None and found is not None:
            identity = float(np.linalg.norm(true[1] - found[1]))
        result[method] = Measures(ssim, l1, identity, landmarks, lost)
    return result


def similarity(image: NDArray[np.floating], target: NDArray[np.floating]) -> tuple[float, float]:
    """SSIM (mean over channels) and L1 (mean over channels and pixels) of images in [0, 1]."""
    ssim = structural_similarity(image, target, data_range=1.0, channel_axis=2)
    return float(ssim), float(np.abs(image - target).mean())


def _described(picture: NDArray[np.uint8]) -> tuple[Landmarks, NDArray[np.float64]] | None:
    """Landmarks and descriptor (see `describe`) of a picture, upscaled for dlib if it is small."""
    factor = -(-_LARGE_ENOUGH // min(picture.shape[:2]))
    large = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    found = describe(np.asarray(large, np.uint8))
    if found is None:
        return None
    landmarks, descriptor = found
    return np.asarray((landmarks + 0.5) / factor - 0.5, np.float32), descriptor


def _between_eyes(landmarks: Landmarks) -> float:
    right, left = _EYES
    return float(np.linalg.norm(landmarks[right] - landmarks[left]))


def _placed(picture: Picture, points: NDArray[np.floating], config: Config) -> NDArray[np.floating]:
    """Points (N, 2) of a picture in pixels of the picture scaled to the networks' size."""
    height, width = picture.shape[:2]
    scale = (config.image.width / width, config.image.height / height)
    return np.asarray((points + 0.5) * scale - 0.5, np.float32)
