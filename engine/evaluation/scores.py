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
from engine.face.detection import find_largest_face
from engine.face.faces import Face
from engine.face.identity import describe
from engine.face.landmarks import Landmarks
from engine.face.parts import PartLabel
from engine.face.pose import head_angles

Floats = NDArray[np.float32]

METHODS = ("source", "warp", "layers", "coarse", "refined")
"""The images compared with the target: the unchanged source, the plain 2D warp (faces only), the
guides (models with guides), the coarse image of G1, the refined image of G1 and G2."""

_EYES = (36, 45)  # landmarks of the outer corners of the eyes
_LIDS = (((37, 41), (38, 40)), ((43, 47), (44, 46)))  # upper and lower points of each eye
_GROWN = 0.1  # distances of the eyes: lids and lips beyond their landmarks
_SEEN = 0.0005  # share of the picture from which a region is measured
_LARGE_ENOUGH = 240  # shorter side, pixels: dlib misses many faces in smaller pictures


@dataclass(frozen=True)
class Measures:
    """Metrics of one image against the target; those after sharpness only for faces. None where a
    face is not found in the image or in the target.

    ssim, l1   without the cutoff border (report, section 4.3)
    sharpness  mean absolute Laplacian of the brightness, relative to the target's
    identity   distance of dlib's face descriptors, above 0.6 a different person
    landmarks  mean distance of dlib's landmarks to the target's, percent of the inter-ocular
               distance (outer corners of the eyes, the larger of source and target)
    expression mean absolute difference of the landmarker's expression coefficients, times 100
    lids       mean absolute difference of the openings of the eyes, percent of an eye's width
    gaze       mean distance of the irises within their eyes, percent of an eye's width
    lost       100 if dlib finds no face, otherwise 0, so that the mean is a percentage; None if
               none is detected in the target either
    """

    ssim: float
    l1: float
    sharpness: float | None = None
    identity: float | None = None
    landmarks: float | None = None
    expression: float | None = None
    lids: float | None = None
    gaze: float | None = None
    lost: float | None = None


MEASURES = tuple(f.name for f in fields(Measures))


@dataclass(frozen=True)
class PartMeasures:
    """SSIM and L1 of one image within one region of the target, see `_regions`."""

    ssim: float
    l1: float


@dataclass(frozen=True)
class Score:
    """The metrics of all methods on one pair.

    data, source, target  names of the data set and of the two pictures
    group    the group of the person: pairs of one group are statistically dependent
    change   pose change, see `ChangeScale`; None if it is undefined
    methods  metrics by method, see `METHODS`
    parts    of targets with known parts: by region and method
    """

    data: str
    source: str
    target: str
    group: str
    change: float | None
    methods: Mapping[str, Measures] = field(default_factory=dict)
    parts: Mapping[str, Mapping[str, PartMeasures]] = field(default_factory=dict)

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
    crisp = max(_crispness(target[inner, inner]), 1e-6)
    pixels = {
        method: (
            *similarity(image[inner, inner], target[inner, inner]),
            _crispness(image[inner, inner]) / crisp,
        )
        for method, image in images.items()
    }
    if not SKELETONS[config.skeleton].has_head:
        return {method: Measures(*values) for method, values in pixels.items()}
    true, wanted = _described(pair.target), find_largest_face(pair.target)
    eyes = max(_between_eyes(points) for points in (pair.source_landmarks, pair.target_landmarks))
    result = {}
    for method, image in images.items():
        rounded = (image.clip(0, 1) * 255).round().astype(np.uint8)
        found, shown = _described(rounded), find_largest_face(rounded)
        identity = landmarks = lost = None
        if true is not None:
            lost = 0.0 if found else 100.0
        if found is not None:
            way = np.linalg.norm(found[0] - pair.target_landmarks, axis=1).mean()
            landmarks = float(100 * way / eyes)
        if true is not None and found is not None:
            identity = float(np.linalg.norm(true[1] - found[1]))
        expression = lids = gaze = None
        if shown is not None and wanted is not None:
            expression, lids, gaze = _features(shown, wanted)
        result[method] = Measures(
            *pixels[method], identity, landmarks, expression, lids, gaze, lost
        )
    return result


def measure_parts(
    images: Mapping[str, Floats], pair: Pair, config: Config
) -> dict[str, dict[str, PartMeasures]]:
    """SSIM and L1 of ``images`` (H, W, 3) in [0, 1] in each region of the pair's target; without
    the border, as in `measure`. Empty if the parts of the target are not known."""
    n = config.loss.cutoff
    inner = slice(n, -n or None)
    target = pair.target[inner, inner] / np.float32(255)
    shares = {name: share[inner, inner] for name, share in _regions(pair).items()}
    found: dict[str, dict[str, PartMeasures]] = {
        name: {} for name, share in shares.items() if share.mean() > _SEEN
    }
    for method, image in images.items():
        image = image[inner, inner]
        _, likeness = structural_similarity(
            image, target, data_range=1.0, channel_axis=2, full=True
        )
        maps = likeness.mean(axis=2), np.abs(image - target).mean(axis=2)
        for name, measures in found.items():
            values = (float(np.average(values, weights=shares[name])) for values in maps)
            measures[method] = PartMeasures(*values)
    return found


def _regions(pair: Pair) -> dict[str, Floats]:
    """The share (H, W) of each region in the pixels of the target, by name. Eyes with their lids,
    and the mouth with its lips, are within the landmarks; the others are parts."""
    parts = pair.target_parts
    if parts is None:
        return {}
    points = pair.target_landmarks
    grown = int(_GROWN * _between_eyes(points)) | 1
    drawn = {}
    for name, outlines in (("eyes", (range(36, 42), range(42, 48))), ("mouth", (range(48, 60),))):
        inside = np.zeros(parts.shape[:2], np.uint8)
        for outline in outlines:
            corners = points[list(outline)].round().astype(np.int32)
            cv2.fillConvexPoly(inside, cv2.convexHull(corners), 1)
        drawn[name] = cv2.dilate(inside, np.ones((grown, grown), np.uint8)).astype(np.float32)
    beside = 1 - np.maximum(drawn["eyes"], drawn["mouth"])
    named = (PartLabel.SKIN, PartLabel.HAIR, PartLabel.CLOTHES, PartLabel.BACKGROUND)
    others = {part.name.lower(): parts[..., part] * beside for part in named}
    return {name: np.asarray(share, np.float32) for name, share in {**drawn, **others}.items()}


def _crispness(image: NDArray[np.floating]) -> float:
    """Mean absolute Laplacian of the brightness of an image (H, W, 3)."""
    grey = np.asarray(image, np.float32).mean(axis=2)
    return float(np.abs(cv2.Laplacian(grey, cv2.CV_32F)).mean())


def _features(shown: Face, wanted: Face) -> tuple[float, float, float]:
    """The fields expression, lids and gaze of `Measures`, from faces of the landmarker."""
    names = wanted.coefficients
    expression = np.mean([abs(shown.coefficients[name] - names[name]) for name in names])
    (lids, looks), (wanted_lids, wanted_looks) = (_eyes(face) for face in (shown, wanted))
    return (
        float(100 * expression),
        float(100 * np.abs(lids - wanted_lids).mean()),
        float(100 * np.linalg.norm(looks - wanted_looks, axis=1).mean()),
    )


def _eyes(face: Face) -> tuple[Floats, Floats]:
    """Of both eyes: openings (2,), and irises (2, 2) from the middle of the corners along and
    across the eye; in widths of the eye."""
    openings, looks = [], []
    assert face.irises is not None
    for corners, lids, iris in zip(((36, 39), (42, 45)), _LIDS, face.irises, strict=True):
        outer, inner = face.landmarks[list(corners)]
        along = inner - outer
        width = max(float(np.linalg.norm(along)), 1e-6)
        axes = np.stack([along, (-along[1], along[0])]) / width
        gaps = [(face.landmarks[low] - face.landmarks[up]) @ axes[1] for up, low in lids]
        openings.append(np.mean(gaps) / width)
        looks.append(axes @ (iris - (outer + inner) / 2) / width)
    return np.array(openings, np.float32), np.array(looks, np.float32)


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
