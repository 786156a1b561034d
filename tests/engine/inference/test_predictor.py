from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from engine.config.config import Config, GeneratorConfig
from engine.config.presets import PRESETS
from engine.core.errors import ReposeError
from engine.face.detection import find_faces
from engine.face.landmarks import Landmarks, flipped
from engine.face.parts import PartLabel
from engine.face.pose import Pose3D
from engine.imaging.crop import Crop
from engine.imaging.photos import Photo
from engine.inference.compositing import paste
from engine.inference.prediction import Prediction
from engine.inference.predictor import Predictor
from engine.networks.checkpoint import save_checkpoint
from engine.networks.generators import G1, G2


@pytest.fixture
def ready(predictor: Predictor, photo: Photo, face: Landmarks) -> Predictor:
    """A predictor with the sample as its source."""
    predictor.set_source(photo, face)
    return predictor


@pytest.fixture(scope="module")
def turned(face: Landmarks) -> Landmarks:
    return Pose3D.of(face).turned(20, 5, 0).landmarks()


def images(prediction: Prediction) -> tuple[Landmarks, ...]:
    return prediction.coarse, prediction.difference, prediction.refined


def test_what_a_prediction_is(ready: Predictor, face: Landmarks, turned: Landmarks) -> None:
    made = ready.predict(turned)
    assert ready.size == 64
    for image in images(made):
        assert image.shape == (64, 64, 3)
        assert image.dtype == np.float32
    assert made.coarse.min() >= 0
    assert made.coarse.max() <= 1
    assert np.abs(made.difference).max() <= 1
    together = (made.coarse + made.difference).clip(0, 1)
    maps = made.posed.maps
    moved = maps.moved[..., None]
    drawn = np.max([patch.opacity(64) for patch in maps.patches], axis=0, initial=0)[..., None]
    assert 0.1 < (moved == 1).mean() < 0.9
    networks = (moved == 1) & (drawn == 0) & (maps.beside[..., None] == 0)
    inside = (made.coarse > 0) & (made.coarse < 1) & networks
    assert inside.any()
    np.testing.assert_allclose(made.refined[inside], together[inside], atol=1e-6)
    source = made.posed.source.pixels / np.float32(255)
    for image in (made.coarse, made.refined, made.warp):
        np.testing.assert_allclose(np.where(moved == 0, image - source, 0), 0, atol=1e-6)
    assert made.crop == ready.crop == Crop.around(face)
    np.testing.assert_array_equal(made.pose, turned)


def test_predict_is_deterministic(
    ready: Predictor, photo: Photo, face: Landmarks, turned: Landmarks
) -> None:
    first = ready.predict(turned)
    ready.predict(face)
    ready.predict(face + np.float32(300))  # out of the crop
    for image, again in zip(images(first), images(ready.predict(turned)), strict=True):
        np.testing.assert_array_equal(image, again)
    ready.set_source(photo[:, ::-1].copy(), face)
    ready.set_source(photo, face)
    np.testing.assert_array_equal(first.refined, ready.predict(turned).refined)


def test_the_pose_and_the_photo_matter(
    ready: Predictor, photo: Photo, face: Landmarks, turned: Landmarks
) -> None:
    first = ready.predict(turned).refined
    assert np.abs(first - ready.predict(face).refined).max() > 0.01
    ready.set_source((photo // 2).astype(np.uint8), face)
    assert np.abs(first - ready.predict(turned).refined).max() > 0.01


def test_half_and_full_precision_agree(
    model: Path, photo: Photo, face: Landmarks, turned: Landmarks
) -> None:
    both = []
    for precision in ("half", "full"):
        predictor = Predictor(model, "cpu", precision)
        predictor.set_source(photo, face)
        both.append(predictor.predict(turned))
    for halved, full in zip(images(both[0]), images(both[1]), strict=True):
        assert np.abs(halved - full).mean() < 1 / 255
    assert np.abs(both[0].refined - both[1].refined).max() > 0, "else nothing was halved"


def test_own_pose_is_the_photo(ready: Predictor, photo: Photo, face: Landmarks) -> None:
    np.testing.assert_array_equal(ready.paste(ready.predict(face)), photo)


def test_paste_leaves_the_rest(ready: Predictor, photo: Photo, turned: Landmarks) -> None:
    made = ready.predict(turned)
    pasted = ready.paste(made)
    crop = made.crop
    inside = np.zeros(photo.shape[:2], bool)
    inside[max(crop.top, 0) : crop.top + crop.side, max(crop.left, 0) : crop.left + crop.side] = 1
    np.testing.assert_array_equal(pasted[~inside], photo[~inside])
    assert (pasted[inside] != photo[inside]).any()


def test_eyes_and_mouth_are_drawn_at_the_photos_size(
    ready: Predictor, photo: Photo, face: Landmarks
) -> None:
    pose = Pose3D.of(face).with_coefficients({"jawOpen": 0.5}, (20.0, 0.0))
    made = ready.predict(pose)
    patches = made.posed.patches
    assert len(patches) == len(made.posed.maps.patches) == 3
    enlarged = paste(photo, made.crop, made.refined, made.posed.maps, made.warp)
    fine = made.pasted_crop()
    far = np.ones(fine.shape[:2], bool)
    for patch in patches:
        window = patch.window
        eye, blurred = (picture[window.rows, window.columns] for picture in (fine, enlarged))
        assert sharpness(eye) > 1.1 * sharpness(blurred)
        margin = 8 * made.crop.side // ready.size
        rows, columns = (
            slice(max(part.start - margin, 0), part.stop + margin)
            for part in (window.rows, window.columns)
        )
        far[rows, columns] = False
    np.testing.assert_array_equal(fine[far], enlarged[far])


def test_patches_of_large_photos_are_enlarged(ready: Predictor, face: Landmarks) -> None:
    pose = Pose3D.of(face).with_coefficients({}, (20.0, 0.0))
    drawn = ready.predict(pose).posed.patches[0]
    side = ready.crop.side
    twice = drawn.scaled(2, 2 * side)
    whole = cv2.resize(drawn.opacity(side), (2 * side, 2 * side))
    np.testing.assert_allclose(twice.opacity(2 * side), whole, atol=0.02)


def sharpness(picture: Photo) -> float:
    return float(cv2.Laplacian(picture, cv2.CV_32F).std())


def test_a_pose_beyond_the_crop_gets_a_wider_one(
    ready: Predictor, photo: Photo, face: Landmarks
) -> None:
    narrow = ready.crop
    moved = face + np.array([230, 120], np.float32)
    made = ready.predict(moved)
    assert made.crop.covers(moved)
    assert made.crop.covers(face)
    assert ready.crop == narrow, "the next pose in the crop gets the crop again"
    assert ready.paste(made).shape == photo.shape


@pytest.mark.parametrize(("shift", "scale"), [((0.2, -0.1), 1.0), ((0, 0), 1.4)])
def test_a_head_that_moves_takes_its_crop_along_at_the_same_resolution(
    photo: Photo, shift: tuple[float, float], scale: float
) -> None:
    predictor = Predictor()
    face = find_faces(photo)[0]
    source = predictor.cut(photo, face)
    middle = face.landmarks.mean(axis=0)
    moved = middle + scale * (face.landmarks - middle) + np.multiply(shift, source.crop.side)
    posed = predictor.pose(source, moved.astype(np.float32))
    wider = posed.source
    assert wider.crop.side > source.crop.side
    resolution, before = wider.size / wider.crop.side, source.size / source.crop.side
    assert resolution == pytest.approx(before, rel=0.01)
    (made,) = predictor.predict_all([posed])
    assert made.refined.shape == made.coarse.shape == (wider.size, wider.size, 3)
    corners = np.array([[0.1, 0.1], [0.9, 0.9]]) * source.crop.side + source.crop.left
    corners[:, 1] += source.crop.top - source.crop.left
    carried = middle + scale * (corners - middle) + np.multiply(shift, source.crop.side)
    low, high = (wider.crop.left, wider.crop.top), wider.crop.side
    assert (carried >= low).all()
    assert (carried <= np.add(low, high)).all()
    assert predictor.pose(source, moved.astype(np.float32) + 1).source.crop == wider.crop


def test_a_drag_and_a_turn_need_no_wider_crop(ready: Predictor, photo: Photo) -> None:
    pose = Pose3D.of(find_faces(photo)[0])
    source = ready.cut(photo, pose.source)
    step = 0.1 * source.crop.side
    for target in (pose.moved([8], (0, step)), pose.turned(30, 10, 10), pose.turned(-45, 0, 0)):
        assert ready.pose(source, target).source is source


@pytest.mark.parametrize("pose", [np.zeros((68, 2)), np.full((68, 2), np.nan), np.ones((67, 2))])
def test_what_is_no_pose_is_refused(ready: Predictor, pose: Landmarks) -> None:
    for use in (ready.predict, ready.heatmaps, ready.mask):
        with pytest.raises(ReposeError):
            use(pose)


def test_a_pose_far_out_of_the_photo_is_refused(ready: Predictor, face: Landmarks) -> None:
    far = face.copy()
    far[8] += 50_000
    with pytest.raises(ReposeError, match="too far"):
        ready.predict(far)


def test_landmarks_of_another_photo_are_refused(
    ready: Predictor, photo: Photo, face: Landmarks
) -> None:
    for landmarks in (face + np.float32(2000), face * np.float32(90)):
        with pytest.raises(ReposeError, match="do not lie on the photo"):
            ready.set_source(photo, landmarks)
    assert ready.predict(face).refined.shape == (64, 64, 3), "the source before is still there"


def test_without_a_source(model: Path, face: Landmarks) -> None:
    predictor = Predictor(model, "cpu")
    for use in (predictor.predict, predictor.heatmaps, predictor.mask):
        with pytest.raises(ReposeError, match="Open a photo"):
            use(face)
    with pytest.raises(ReposeError, match="Open a photo"):
        _ = predictor.crop


def test_the_parts_are_labelled_over_the_crop(ready: Predictor, face: Landmarks) -> None:
    labels = ready.parts()
    x, y = ready.crop.to_network(face, labels.shape[0])[30].round().astype(int)
    assert labels[y, x] == PartLabel.SKIN
    assert PartLabel.BACKGROUND in labels[:8]


def test_heatmaps_and_mask_over_the_crop(ready: Predictor, face: Landmarks) -> None:
    heatmaps, mask = ready.heatmaps(face), ready.mask(face)
    assert heatmaps.shape == mask.shape == (64, 64)
    assert heatmaps.min() >= 0
    assert heatmaps.max() <= 1
    assert set(np.unique(mask)) == {0, 1}
    x, y = ready.crop.to_network(face, 64)[30].round().astype(int)
    assert mask[y, x] == 1
    assert heatmaps[y, x] > 0.5
    assert heatmaps[0, 0] < 0.01


def test_names(model: Path, small_config: Config, tmp_path: Path) -> None:
    predictor = Predictor(model, "cpu")
    assert predictor.device == "cpu"
    assert predictor.model_name == "small"
    assert predictor.held_out == frozenset()
    named = tmp_path / "other.safetensors"
    weights = {"g1": G1(small_config).state_dict(), "g2": G2(small_config).state_dict()}
    for held_out, names in (('["a", "b"]', {"a", "b"}), ("nonsense", set()), ("3", set())):
        metadata = {"name": "mine", "held_out": held_out}
        save_checkpoint(named, small_config, weights, metadata=metadata)
        assert Predictor(named, "cpu").model_name == "mine"
        assert Predictor(named, "cpu").held_out == names


REPORT = PRESETS["report"]


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (REPORT, "whole photos"),
        (replace(REPORT, skeleton="body"), "bodies"),
        (replace(REPORT, skeleton="none", condition="edges"), "without faces"),
        (replace(PRESETS["default"], condition="edges"), "edge image"),
    ],
    ids=["report", "body", "none", "edges"],
)
def test_models_of_something_else_are_refused(
    config: Config, message: str, tmp_path: Path, photo: Photo, face: Landmarks
) -> None:
    tiny = GeneratorConfig(blocks=2, filters=4, growth=0, patch=1)
    config = replace(config, g1=tiny, g2=tiny, heatmaps=replace(config.heatmaps, stride=2))
    path = tmp_path / "other.safetensors"
    weights = {"g1": G1(config).state_dict(), "g2": G2(config).state_dict()}
    save_checkpoint(path, config, weights)
    with pytest.raises(ReposeError, match=message):
        Predictor(path, "cpu").set_source(photo, face)


def test_a_device_that_is_not_there(model: Path) -> None:
    with pytest.raises(ReposeError, match="toaster"):
        Predictor(model, "toaster")
    if not torch.cuda.is_available():
        with pytest.raises(ReposeError, match="--device auto"):
            Predictor(model, "cuda")


def test_precision_and_threads_are_as_asked(model: Path) -> None:
    before = torch.get_num_threads()
    try:
        asked = Predictor(model, "cpu", "full", 3)
        assert (asked.precision, asked.threads) == (torch.float32, 3)
        assert Predictor(model, "cpu", "half").precision is torch.bfloat16
        with pytest.raises(ReposeError, match="threads goes from 1"):
            Predictor(model, "cpu", threads=-1)
    finally:
        torch.set_num_threads(before)


def test_several_poses_at_once_are_what_they_are_one_by_one(
    predictor: Predictor, photo: Photo, face: Landmarks
) -> None:
    poses = [Pose3D.of(face).turned(yaw, 0, 0).landmarks() for yaw in (-20, 0, 25)]
    mirrored = flipped(face, photo.shape[1])
    sources = [predictor.cut(photo, face)] * 2 + [predictor.cut(photo[:, ::-1].copy(), mirrored)]
    together = predictor.predict_all(
        [predictor.pose(source, pose) for source, pose in zip(sources, poses, strict=True)]
    )
    for source, pose, prediction in zip(sources, poses, together, strict=True):
        predictor.set_source(source.photo, source.face)
        alone = predictor.predict(pose)
        np.testing.assert_allclose(prediction.refined, alone.refined, atol=0.02)
        assert np.abs(prediction.pasted().astype(int) - predictor.paste(alone)).max() <= 6


def test_a_drag_is_drawn_alone_as_it_is_with_the_whole_crop(
    photo: Photo, face: Landmarks, monkeypatch: pytest.MonkeyPatch
) -> None:
    predictor = Predictor(precision="full")
    source = predictor.cut(photo, find_faces(photo)[0])
    step = source.crop.side / predictor.size
    for point in (19, 48, 57):  # a brow, a corner of the mouth, the lower lip
        pose = Pose3D.unchanged(source.face).moved([point], (0, -5 * step))
        posed = predictor.pose(source, pose)
        (alone,) = predictor.predict_all([posed])
        with monkeypatch.context() as patch:
            patch.setattr(predictor, "_graph", None)
            (together,) = predictor.predict_all([posed])
        window = alone.output.window
        assert window.width * window.height < 0.5 * predictor.size**2
        assert together.output.window.width == predictor.size
        there = posed.maps.moved > 0
        drawn = 255 * np.abs(together.refined - source.pixels / np.float32(255))[there].mean()
        for one, other in zip(images(alone)[::2], images(together)[::2], strict=True):
            assert 255 * np.abs(one - other)[there].mean() < min(0.5, 0.1 * drawn)
            np.testing.assert_array_equal(one[~there], other[~there])


def test_a_photo_without_colour_stays_without(photo: Photo) -> None:
    grey = np.repeat(photo.mean(axis=2, keepdims=True).astype(np.uint8), 3, axis=2)
    pose = Pose3D.of(find_faces(grey)[0])
    predictor = Predictor()
    predictor.set_source(grey, pose.source)
    for target in (pose.turned(20, 0, 0), pose.with_coefficients({"jawOpen": 0.8})):
        pasted = predictor.predict(target).pasted()
        assert (pasted != grey).any()
        assert np.ptp(pasted, axis=2).max() <= 2


def test_a_head_that_only_moves_is_drawn_alike(ready: Predictor, face: Landmarks) -> None:
    step = ready.crop.side / ready.size  # of a pixel of the networks
    turned = Pose3D.of(face).turned(15, 0, 0).landmarks()
    here, there = (ready.predict(turned + np.array([x * step, 0], np.float32)) for x in (0, 1))
    drawn = (slice(22, 42), slice(22, 42)), (slice(22, 42), slice(23, 43))
    a, b = (made.difference[where] for made, where in zip((here, there), drawn, strict=True))
    assert np.abs(a).mean() > 0.0005
    assert np.abs(a - b).mean() < 0.25 * np.abs(a).mean()
    assert here.crop == there.crop
