"""Registration: what a target photo of the same person shows beside the landmarks.

Landmarks tell where the face is. Hair, ears, neck and clothes follow the head's pose, by a model of
how they move. If the target photo shows the same person, it shows their places, too: by the optical
flow (DIS; Kroeger, Timofte, Dai, Van Gool 2016) from the posed layers to the photo, of which the
smooth part is kept. Places alone are taken from the target; all pixels stay those of the source.
"""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ReposeError
from engine.core.smoothing import smooth_step
from engine.face.displacement import Displacement
from engine.face.faces import Face
from engine.face.identity import identity_distance
from engine.face.landmarks import Landmarks
from engine.face.parts import PartLabel
from engine.face.pose import Pose3D
from engine.guidance.layers import grid
from engine.imaging.crop import Crop
from engine.inference.prediction import NetworkInput, Source, covering

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

_SAME_PERSON = 0.5  # identity distance; dlib's own limit is 0.6
_SIZE = 256  # pixels: side of the crop in which the flow is computed
_STEP = 32  # pixels: a wider crop's side is a multiple of it
_FROM_BYTES = np.float32(1 / 255)
_CELL = 4  # pixels between the displacement's points
_ROUNDS = 2
_SMOOTH = 6.0  # pixels: standard deviation of the Gaussian that leaves the smooth part
_ROUND_TRIP = 1.0  # pixels: a flow there and back that ends as far away is trusted by 1/sqrt(e)
_UNLIKE = 0.08  # of 1: difference of brightness that is trusted by 1/e
_DOUBT = 0.02  # trust in no displacement at all, and in the face, where landmarks are:
_DOUBT_IN_FACE = 1.0
_FEATURES = 11  # pixels around eyes and mouth, whose landmarks are exact
_SOFT = 4.0  # pixels: standard deviation of soft borders
_RIM = 0.06  # share of the crop's side over which the displacement fades at the border
_EYES_AND_MOUTH = (range(36, 42), range(42, 48), range(48, 60))
_FACE = range(27)  # jaw and brows


def registration(
    pose: Pose3D, photo: Pixels, target: Pixels, face: Face, source: Source | None = None
) -> Displacement | None:
    """How far the picture of a pose has to be displaced to lie on the target photo; None if the
    photo does not show the same person.

    pose    copied from ``face`` by the transfer `absolute`
    photo   (H, W, 3) uint8, of the pose
    target  (H, W, 3) uint8, of the same size
    face    in the target
    source  of the photo and the pose, if there is one already
    """
    if source is None or source.size != _SIZE:
        source = Source.around(photo, pose.source, _SIZE)
    if not _same_person(source, target, face):
        return None
    head, wider = replace(pose, displacement=None).head, None
    total: Displacement | None = None
    for _ in range(_ROUNDS):
        wider = covering(source, head, _STEP, wider)
        posed = NetworkInput.of(wider, replace(head, displacement=total), aligned=False)
        more = _remaining(posed, target)
        total = more if total is None else total.plus(more)
    return total


def registered(
    pose: Pose3D, photo: Pixels, target: Pixels, face: Face, source: Source | None = None
) -> Pose3D:
    """The pose with its `registration`."""
    return replace(pose, displacement=registration(pose, photo, target, face, source))


def _same_person(source: Source, target: Pixels, face: Face) -> bool:
    """Whether both faces are of one person. Without dlib's models nobody knows."""
    crop = Crop.around(face.landmarks)
    pictures = np.stack([source.pixels, crop.scaled(target, _SIZE)]) * _FROM_BYTES
    landmarks = np.stack([source.landmarks, crop.to_network(face.landmarks, _SIZE)])
    try:
        return identity_distance(pictures, landmarks) < _SAME_PERSON
    except ReposeError:
        return False


def _remaining(posed: NetworkInput, target: Pixels) -> Displacement:
    """The displacement of the posed layers to the target."""
    crop, size = posed.source.crop, posed.source.size
    flow, trust = _flow(posed.layered, crop.scaled(target, size) * _FROM_BYTES)
    trust *= _person(posed)
    doubt = _DOUBT + _DOUBT_IN_FACE * _soft(_filled(posed.target, [_FACE], size))
    total = cv2.GaussianBlur(flow * trust[..., None], (0, 0), _SMOOTH)
    smooth = total / (cv2.GaussianBlur(trust, (0, 0), _SMOOTH) + doubt)[..., None]
    features = _filled(posed.target, _EYES_AND_MOUTH, size)
    near = _soft(np.asarray(cv2.dilate(features, np.ones((_FEATURES, _FEATURES))), np.float32))
    places = grid(size)
    border = np.minimum(places, size - 1 - places).min(axis=2) / (size - 1)
    smooth = smooth * ((1 - near) * smooth_step(border, 0, _RIM)).astype(np.float32)[..., None]
    steps = np.linspace(-0.5, size - 0.5, size // _CELL + 1, dtype=np.float32)
    x, y = np.meshgrid(steps, steps)
    field = cv2.remap(smooth, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    pixel = np.float32(crop.side / size)
    return Displacement(
        np.asarray(field * pixel, np.float32), crop.left - 0.5, crop.top - 0.5, float(crop.side)
    )


def _flow(layers: Floats, wanted: Floats) -> tuple[Floats, Floats]:
    """From layers to a picture, (S, S, 3) in [0, 1]: the optical flow (S, S, 2), pixels, and how
    far it is to be trusted (S, S), 0 to 1. One of them may be without colour."""
    first, second = (
        cv2.cvtColor((255 * picture).round().astype(np.uint8), cv2.COLOR_RGB2GRAY)
        for picture in (layers, wanted)
    )
    method = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    there, back = (
        np.asarray(method.calc(*pair, None), np.float32)  # type: ignore[call-overload]
        for pair in ((first, second), (second, first))
    )
    x, y = cv2.split(grid(len(layers)) + there)
    returned = there + cv2.remap(back, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    shown = cv2.remap(second, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    unlike = cv2.blur(cv2.absdiff(shown, first) * _FROM_BYTES, (9, 9))
    trust = np.exp(-(returned**2).sum(axis=2) / (2 * _ROUND_TRIP**2) - (unlike / _UNLIKE) ** 2)
    return there, np.asarray(trust, np.float32)


def _person(posed: NetworkInput) -> Floats:
    """(S, S) in [0, 1] where the person is in the pose: the background is not displaced."""
    parts = posed.source.parts.in_crop(posed.source.crop, posed.source.size)
    person = 1 - parts[..., PartLabel.BACKGROUND]
    carried = posed.maps.carried(np.asarray(cv2.merge([person] * 3), np.float32))
    return np.asarray(carried[..., 0].clip(0, 1), np.float32)


def _filled(landmarks: Landmarks, outlines: Sequence[range], size: int) -> Floats:
    """(S, S) 1 within the convex hulls of landmarks (68, 2), else 0."""
    result = np.zeros((size, size), np.float32)
    for outline in outlines:
        hull = cv2.convexHull(landmarks[list(outline)].round().astype(np.int32))
        cv2.fillConvexPoly(result, hull, 1.0)
    return result


def _soft(mask: Floats) -> Floats:
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), _SOFT), np.float32)
