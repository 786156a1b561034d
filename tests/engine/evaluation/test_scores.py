"""How near an image comes to the true picture, and by how much a pose changes."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage.metrics import structural_similarity

from engine.config.config import Config, ImageConfig, LossConfig
from engine.data.cache import open_cache
from engine.data.pairs import Pair
from engine.evaluation.scores import (
    change_scale,
    measure,
    measure_parts,
    pose_change,
    similarity,
)
from engine.face.identity import describe
from engine.face.landmarks import Landmarks
from engine.face.parts import PartLabel
from engine.face.pose import Pose3D
from engine.imaging.crop import Crop
from engine.imaging.photos import Photo

BODY = replace(Config(), skeleton="body", guides=False, image=ImageConfig(100, 100, "photo"))


def test_similarity_of_an_image_with_itself_and_with_another() -> None:
    image = np.random.default_rng(0).random((32, 32, 3), np.float32)
    ssim, l1 = similarity(image, image)
    assert ssim == pytest.approx(1)
    assert l1 == 0
    ssim, l1 = similarity(image, np.clip(image + 0.1, 0, 2))
    assert ssim < 1
    assert l1 == pytest.approx(0.1, abs=1e-4)


def test_the_same_face_is_near_and_a_bent_one_farther(photo: Photo) -> None:
    own, mirrored = describe(photo), describe(np.ascontiguousarray(photo[:, ::-1]))
    wide = describe(cv2.resize(photo, None, fx=1.35, fy=1.0).astype(np.uint8))
    assert own is not None
    assert mirrored is not None
    assert wide is not None
    assert np.linalg.norm(own[1] - mirrored[1]) < 0.45
    assert np.linalg.norm(own[1] - wide[1]) > np.linalg.norm(own[1] - mirrored[1])
    assert describe(np.full((64, 64, 3), 90, np.uint8)) is None


def pair_of(photo: Photo, face: Landmarks) -> Pair:
    box = np.array([*face.min(axis=0), *face.max(axis=0)], np.float32)
    return Pair(photo, photo, face, face, box, box)


@pytest.mark.parametrize("cutoff", [0, 4])
def test_ssim_is_scikit_images_channel_by_channel_without_the_border(
    photo: Photo, face: Landmarks, cutoff: int
) -> None:
    config = replace(Config(), loss=LossConfig(cutoff=cutoff))
    target = photo.astype(np.float32) / 255
    image = np.clip(target + np.random.default_rng(0).normal(0, 0.05, target.shape), 0, 1)
    image[:4] = 0
    found = measure({"coarse": image.astype(np.float32)}, pair_of(photo, face), config)["coarse"]
    inner = slice(cutoff, 512 - cutoff)
    channels = [
        structural_similarity(
            image[inner, inner, c].astype(np.float32), target[inner, inner, c], data_range=1.0
        )
        for c in range(3)
    ]
    assert found.ssim == pytest.approx(np.mean(channels), abs=1e-6)
    assert found.l1 == pytest.approx(np.abs(image - target)[inner, inner].mean(), abs=1e-6)


def test_faces_are_looked_for_in_the_results(photo: Photo, face: Landmarks) -> None:
    true = np.asarray(photo / np.float32(255), np.float32)
    moved = np.roll(true, 12, axis=1)
    grey = np.full_like(true, 0.5)
    found = measure(
        {"source": true, "coarse": moved, "refined": grey}, pair_of(photo, face), Config()
    )
    assert found["source"].identity == 0
    assert found["source"].landmarks == pytest.approx(0, abs=0.5)
    assert found["source"].lost == 0
    # Moved by 12 pixels, of the distance of the outer corners of the eyes.
    eyes = np.linalg.norm(face[36] - face[45])
    assert found["coarse"].landmarks == pytest.approx(100 * 12 / eyes, rel=0.15)
    assert (found["refined"].identity, found["refined"].landmarks) == (None, None)
    assert found["refined"].lost == 100
    # Where not even the target has a face, no method has lost it.
    blank = replace(pair_of(photo, face), target=np.full_like(photo, 90))
    measures = measure({"coarse": true}, blank, Config())["coarse"]
    assert measures.lost is None
    assert measures.identity is None
    assert measures.landmarks is not None


def test_lids_gaze_and_sharpness(photo: Photo, face: Landmarks) -> None:
    """An eye that is painted over with skin is shut; a blurred picture is less sharp."""
    true = np.asarray(photo / np.float32(255), np.float32)
    shut = photo.copy()
    eye = face[36:42].round().astype(np.int32)
    centre, width = eye.mean(axis=0), int(np.ptp(eye[:, 0]))
    skin = photo[face[28].astype(int)[1], int(face[39, 0])].tolist()
    axes = (round(0.7 * width), round(0.3 * width))
    cv2.ellipse(shut, [int(v) for v in centre], axes, 0, 0, 360, skin, -1)
    images = {
        "source": true,
        "coarse": np.asarray(shut / np.float32(255), np.float32),
        "refined": np.asarray(cv2.GaussianBlur(true, (0, 0), 2), np.float32),
    }
    found = measure(images, pair_of(photo, face), Config())
    same, winking, blurred = (found[name] for name in images)
    assert (same.expression, same.lids, same.gaze) == pytest.approx((0, 0, 0), abs=1e-6)
    assert same.sharpness == pytest.approx(1)
    assert winking.lids is not None
    assert winking.expression is not None
    assert winking.lids > 2
    assert winking.expression > 0.5
    assert blurred.sharpness is not None
    assert blurred.sharpness < 0.6


def test_faces_are_found_in_small_pictures_too(photo: Photo, face: Landmarks) -> None:
    crop = Crop.around(face)
    small, landmarks = crop.scaled(photo, 64), crop.to_network(face, 64)
    image = np.asarray(small / np.float32(255), np.float32)
    found = measure({"source": image}, pair_of(small, landmarks), Config())["source"]
    assert found.identity == 0
    assert found.landmarks == pytest.approx(0, abs=8)


def test_without_a_face_only_the_pixels_are_compared(photo: Photo, face: Landmarks) -> None:
    pair = pair_of(photo[:100, :100], face[:18])
    measures = measure({"source": np.zeros((100, 100, 3), np.float32)}, pair, BODY)["source"]
    assert measures.ssim < 1
    assert (measures.identity, measures.landmarks, measures.lost) == (None, None, None)


def test_the_change_of_a_face_is_that_of_its_yaw(cache: Path, face: Landmarks) -> None:
    picture = open_cache(cache)[0]
    left, right = (
        replace(picture, landmarks=Pose3D.of(face).turned(y, 0, 0).landmarks()) for y in (-20, 15)
    )
    assert pose_change(left, right, Config()) == pytest.approx(35, rel=0.2)


def test_the_change_of_a_body_is_how_far_its_points_move(cache: Path) -> None:
    picture = open_cache(cache)[0]
    points = np.random.default_rng(0).random((18, 2)).astype(np.float32) * 50
    points[3] = np.nan
    height, width = picture.shape[:2]
    body = replace(
        picture,
        skeleton="body",
        landmarks=points,
        box=np.array([0, 0, 0.2 * width, 0.5 * height], np.float32),
    )
    other = replace(body, landmarks=points + np.array([0.1 * width, 0], np.float32))
    # A tenth of the picture's width, in a box of half the picture's height: a fifth.
    assert pose_change(body, other, BODY) == pytest.approx(20, abs=0.01)
    assert pose_change(body, replace(other, landmarks=points * np.nan), BODY) is None
    scale = change_scale(BODY)
    assert scale is not None
    assert "box" in scale.unit


def test_pictures_without_points_have_no_change(cache: Path) -> None:
    config = replace(BODY, skeleton="none", condition="edges")
    picture = open_cache(cache)[0]
    assert change_scale(config) is None
    assert pose_change(picture, picture, config) is None


def test_an_error_counts_in_the_part_where_it_is(photo: Photo, face: Landmarks) -> None:
    parts = np.zeros((*photo.shape[:2], len(PartLabel)), np.float32)
    top = int(face[:, 1].min()) - 20
    parts[:top, :, PartLabel.BACKGROUND] = 1
    parts[top:, :, PartLabel.SKIN] = 1
    true = np.asarray(photo / np.float32(255), np.float32)
    pale = true.copy()
    left, up = face[48:60].min(axis=0).astype(int)
    right, low = face[48:60].max(axis=0).astype(int)
    pale[up:low, left:right] += 0.1
    pair = replace(pair_of(photo, face), target_parts=parts)
    found = measure_parts({"source": true, "refined": pale}, pair, Config())
    assert set(found) == {"eyes", "mouth", "skin", "background"}  # no hair, no clothes
    for part, measures in found.items():
        assert measures["source"].ssim == pytest.approx(1, abs=1e-5)
        assert measures["source"].l1 == 0
        assert (measures["refined"].l1 > 0.03) == (part == "mouth")
    assert found["background"]["refined"].l1 == 0
    assert measure_parts({"source": true}, pair_of(photo, face), Config()) == {}
