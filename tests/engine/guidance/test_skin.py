"""Skin that moves and shades with the expression."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from engine.core.errors import ReposeError
from engine.core.files import resource
from engine.face.coefficients import Coefficients
from engine.face.head_model import head_model
from engine.face.landmarks import Landmarks
from engine.face.parts import label_parts
from engine.face.pose import Pose3D
from engine.guidance import skin as module
from engine.guidance.guides import SourceHead, combined
from engine.guidance.skin import WEIGHTS, change_of, skin
from engine.imaging.crop import Crop
from engine.imaging.photos import Photo

SMILE = Coefficients.of(mouthSmileLeft=0.8, mouthSmileRight=0.8, cheekSquintLeft=0.3)
SIZE = 192


def near(place: NDArray[np.float64]) -> NDArray[np.int64]:
    """The vertices of the surface nearest to a place, decimetres, seen from the front."""
    vertices = head_model().surface.vertices
    apart = np.linalg.norm((vertices - place)[:, :2], axis=1) + (vertices[:, 2] < 0.3)
    return np.argsort(apart)[:10]


def test_a_smile_lifts_the_cheeks_and_shades_the_folds() -> None:
    """The shipped response is that of real faces: a damaged file has none, or another."""
    change = change_of(Coefficients(), SMILE)
    moves, lights = skin().moved(change), skin().lit(change).mean(axis=1)
    model = head_model()
    points = model.landmarks(np.eye(3), model.mean)
    corner, wing, eye = points[54], points[35], points[46]
    fold = near((corner + wing) / 2 + (0.08, 0, -0.05))
    jaw = near((corner + points[12]) / 2)
    assert lights[fold].mean() < lights[jaw].mean() - 0.03
    cheek = near((eye + corner) / 2 + (0.1, 0, 0))
    assert moves[cheek, 1].mean() < -0.002, "upwards"
    assert moves[cheek, 0].mean() > 0.002, "outwards"
    assert np.linalg.norm(moves, axis=1).max() < 0.1
    assert np.abs(lights).max() <= 0.5
    assert not moves[:, 2].any()
    back = model.surface.vertices[:, 2] < 0
    assert not moves[back].any()
    assert not lights[back].any()


def test_both_sides_respond_alike() -> None:
    mirror = head_model().surface.mirror
    left = Coefficients.of(mouthSmileLeft=0.7, noseSneerLeft=0.4)
    one, other = (change_of(Coefficients(), c) for c in (left, left.mirrored()))
    np.testing.assert_allclose(skin().lit(one)[mirror], skin().lit(other), atol=2e-3)
    np.testing.assert_allclose(
        skin().moved(one)[mirror] * (-1, 1, 1), skin().moved(other), atol=2e-3
    )


def test_gaze_and_lids_leave_the_skin_alone() -> None:
    shut = Coefficients.of(eyeBlinkLeft=1, eyeBlinkRight=1, eyeLookUpLeft=0.5)
    change = change_of(Coefficients(), shut)
    assert np.abs(skin().lit(change)).max() < 0.02
    assert np.abs(skin().moved(change)).max() < 0.002


def test_the_guides_are_in_the_light_of_the_expression(photo: Photo, face: Landmarks) -> None:
    crop = Crop.around(face)
    pixels = crop.scaled(photo, SIZE)
    pose = Pose3D.of(crop.to_network(face, SIZE))
    head = SourceHead(pixels, label_parts(photo, face).in_crop(crop, SIZE), pose.head)
    serious = replace(pose, coefficients=Coefficients()).head  # she smiles in the photo
    drawn = combined(head.maps(serious).guides(pixels))
    dark = replace(skin(), lights=np.zeros_like(skin().lights))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.guidance.guides.skin", lambda: dark)
        plain = combined(head.maps(serious).guides(pixels))
    assert np.abs(drawn - plain).max() > 0.03
    nose = serious.landmarks[30].astype(int)
    reach = int(np.ptp(face[:, 0]) * SIZE / crop.side)
    away = np.abs(np.arange(SIZE) - nose[0]) > reach
    np.testing.assert_array_equal(drawn[:, away], plain[:, away])


def test_a_photo_without_colour_stays_without(photo: Photo, face: Landmarks) -> None:
    crop = Crop.around(face)
    grey = cv2.cvtColor(crop.scaled(photo, SIZE), cv2.COLOR_RGB2GRAY)
    pixels = np.asarray(cv2.merge([grey] * 3), np.uint8)
    pose = Pose3D.of(crop.to_network(face, SIZE))
    head = SourceHead(pixels, label_parts(photo, face).in_crop(crop, SIZE), pose.head)
    serious = replace(pose, coefficients=Coefficients()).head
    drawn = combined(head.maps(serious).guides(pixels))
    assert np.ptp(drawn, axis=2).max() < 0.5 / 255


def test_a_damaged_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = load_file(resource(WEIGHTS))
    broken = tmp_path / WEIGHTS
    monkeypatch.setattr(module, "resource", lambda _: broken)
    for content in ({"shares": stored["shares"]}, {**stored, "shares": stored["shares"][:5]}):
        save_file({name: np.ascontiguousarray(part) for name, part in content.items()}, broken)
        with pytest.raises(ReposeError, match="install Repose again"):
            skin.__wrapped__()
    broken.write_bytes(b"no weights")
    with pytest.raises(ReposeError, match="install Repose again"):
        skin.__wrapped__()
