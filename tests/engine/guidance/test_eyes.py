from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.face.detection import find_largest_face
from engine.face.landmarks import Landmarks
from engine.face.parts import PartLabel, label_parts
from engine.face.pose import Pose3D
from engine.face.posed_head import PosedHead
from engine.guidance.eyes import Eyes
from engine.guidance.guides import SourceHead, combined
from engine.guidance.lids import EyePlane
from engine.guidance.patches import LUMA, Floats
from engine.imaging.crop import Crop
from engine.imaging.photos import Photo

SIZE = 256
RIGHT = 0
ASLEEP = {"eyeBlink_L": 1.0, "eyeBlink_R": 1.0, "eyeWide_L": 0.0, "eyeWide_R": 0.0}


class Source:
    """The sample's face in a crop of a size."""

    def __init__(self, photo: Photo, face: Landmarks, parts: Floats, size: int = SIZE) -> None:
        self.crop, self.size, self.pose = Crop.around(face), size, Pose3D.of(face)
        self.pixels, self.parts = self.crop.scaled(photo, size), parts
        self.head = self.pose.head.in_crop(self.crop, size)
        self.eyes = Eyes(self.pixels, parts, self.head)

    @property
    def picture(self) -> Floats:
        return np.ascontiguousarray(np.moveaxis(self.pixels, 2, 0) / 255, np.float32)

    def head_with(
        self, coefficients: Mapping[str, float], gaze: tuple[float, float] | None = None
    ) -> PosedHead:
        return self.pose.with_coefficients(coefficients, gaze).head.in_crop(self.crop, self.size)

    def painted(self, target: PosedHead) -> Floats:
        picture = self.picture
        self.eyes.paint(picture, target)
        return picture

    def opening(self, side: int) -> NDArray[np.bool_]:
        """(S, S) where an eye is open."""
        eye = EyePlane.of(self.head, side)
        window = eye.window(0.1, 0.1, 0.1, self.size)
        assert window is not None
        mask = np.zeros((self.size, self.size), bool)
        inside = eye.rims.inside(*eye.plane.grid(window), self.head.pose.scale)
        mask[window.rows, window.columns] = inside > 0.9
        return mask


@pytest.fixture(scope="module")
def parts(photo: Photo, face: Landmarks) -> Floats:
    return label_parts(photo, face).probabilities


@pytest.fixture(scope="module")
def source(photo: Photo, face: Landmarks, parts: Floats) -> Source:
    return Source(photo, face, parts)


def light_of(picture: Floats, where: NDArray[np.bool_]) -> Floats:
    return np.asarray(LUMA @ picture[:, where])


def test_what_does_not_change_is_not_drawn(source: Source) -> None:
    assert source.eyes.patches(source.head) == []
    laughing = source.head_with({"jawOpen": 0.8})
    np.testing.assert_array_equal(source.painted(laughing), source.picture)


def test_a_shut_eye_shows_skin_and_a_line_of_lashes(source: Source) -> None:
    shut = source.painted(source.head_with(ASLEEP))
    for side in (0, 1):
        eye = source.opening(side)
        before, after = light_of(source.picture, eye), light_of(shut, eye)
        assert np.ptp(before) > 0.5, "iris and white"
        assert np.percentile(after, 20) > np.percentile(before, 50)
        below = np.roll(eye, round(0.06 * source.head.pose.scale), axis=0)
        assert light_of(shut, below).min() < after.mean() - 0.15


def test_a_wink_changes_one_eye(source: Source) -> None:
    winked = source.painted(source.head_with({"eyeBlink_L": 1.0, "eyeWide_L": 0.0}))
    changed = np.abs(winked - source.picture).max(axis=0)
    assert changed[source.opening(1)].max() > 0.3
    assert changed[:, : SIZE // 2].max() == 0, "the person's left eye is on the right"
    assert (changed > 0).mean() < 0.03


@pytest.mark.parametrize(("yaw", "side"), [(-20, -1), (20, 1)])
def test_the_iris_goes_where_the_gaze_goes(source: Source, yaw: float, side: int) -> None:
    turned = source.painted(source.head_with({}, (yaw, 0.0)))
    for eye in (source.opening(0), source.opening(1)):
        columns = np.nonzero(eye)[1]
        dark_before, dark_after = (
            np.average(columns, weights=(1 - light_of(picture, eye)) ** 4)
            for picture in (source.picture, turned)
        )
        assert side * (dark_after - dark_before) > 1.5


def test_an_eye_that_opens_further_shows_more_of_the_eyeball(source: Source) -> None:
    shut = source.head_with(ASLEEP)
    picture = source.painted(shut)
    asleep = Eyes((255 * np.moveaxis(picture, 0, 2)).round().astype(np.uint8), None, shut)
    assert asleep.patches(shut) == []
    woken = picture.copy()
    asleep.paint(woken, source.head)
    for side in (0, 1):
        before, after = (light_of(p, source.opening(side)) for p in (picture, woken))
        assert np.ptp(after) > 2 * np.ptp(before), "an iris, and white beside it"


def test_a_photo_without_colour_stays_without(photo: Photo, face: Landmarks, parts: Floats) -> None:
    grey = np.repeat((photo @ LUMA).round().astype(np.uint8)[..., None], 3, axis=2)
    source = Source(grey, face, parts)
    for target in (source.head_with(ASLEEP), source.head_with({"eyeWide_L": 1.0}, (20, 0))):
        picture = source.painted(target)
        assert (picture != source.picture).any()
        assert np.ptp(picture, axis=0).max() < 2 / 255


def test_at_full_size_the_same_is_drawn(
    source: Source, photo: Photo, face: Landmarks, parts: Floats
) -> None:
    full = Source(photo, face, parts, 2 * SIZE)
    small, large = (
        s.painted(s.head_with({"eyeBlink_L": 1.0}, (15.0, 0.0))) for s in (source, full)
    )
    mean = large.reshape(3, SIZE, 2, SIZE, 2).mean(axis=(2, 4))
    eyes = np.abs(small - source.picture).max(axis=0) > 0.1
    assert np.abs(mean - small)[:, eyes].mean() < 0.07


def test_an_eye_behind_hair_or_dark_glasses_is_not_drawn(source: Source) -> None:
    covered = source.parts.copy()
    covered[..., PartLabel.EYES] = 0
    eyes = Eyes(source.pixels, covered, source.head)
    assert eyes.patches(source.head_with(ASLEEP)) == []


def test_shut_eyes_and_far_looks_are_rare(photo: Photo) -> None:
    """There the layers are drawn as they are; small changes are left to the networks."""
    face = find_largest_face(photo)
    assert face is not None
    pose = Pose3D.of(face)
    eyes = Eyes(photo, None, pose.head)
    own = pose.source.expression
    yaw, pitch = own.gaze[0]
    rare = [
        [patch.rare for patch in eyes.patches(replace(pose, coefficients=changed).head)]
        for changed in (
            own.replaced(eyeBlinkLeft=1, eyeBlinkRight=1),
            own.with_gaze((yaw + 15, pitch)),
            own.with_gaze((yaw + 3, pitch)),
        )
    ]
    assert rare == [[1.0, 1.0], [1.0, 1.0], [0.0, 0.0]]


def test_a_far_eye_is_completed_by_the_mirror_image_of_the_near_one(source: Source) -> None:
    turned = source.pose.turned(-32, 0, 0).head.in_crop(source.crop, SIZE)
    layers = combined(
        SourceHead(source.pixels, None, source.head).maps(turned).guides(source.pixels)
    )
    pixels = np.rint(255 * layers).astype(np.uint8)
    eyes = Eyes(pixels, None, turned)
    assert eyes.patches(turned) == []
    far = source.opening(RIGHT)
    grey = np.full((3, SIZE, SIZE), 0.5, np.float32)
    eyes.paint(grey, source.head)
    drawn, true = light_of(grey, far), light_of(source.picture, far)
    assert (np.abs(drawn - 0.5) > 0.01).mean() > 0.9, "it is drawn"
    assert np.corrcoef(drawn, true)[0, 1] > 0.4, "an iris, and white beside it"
