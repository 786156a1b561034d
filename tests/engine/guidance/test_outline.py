"""The skull, ears and neck of a head brought to the outline of its source."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.face.coefficients import Coefficients
from engine.face.head import HeadPose, rotation
from engine.face.head_model import head_model
from engine.face.parts import PartLabel
from engine.face.posed_head import PosedHead
from engine.guidance.guides import SourceHead, combined
from engine.guidance.outline import SCALP, Outline
from engine.imaging.raster import draw

SIZE = 160
Floats = NDArray[np.float32]
Mesh = NDArray[np.float64]


def posed(yaw: float) -> PosedHead:
    """The mean head, turned, in the middle of a picture."""
    pose = HeadPose(rotation(yaw, 0, 0), 38.0, np.array([SIZE / 2, SIZE / 2]))
    model = head_model()
    landmarks = pose.project(model.landmarks(pose.rotation, model.mean))[:, :2]
    return PosedHead(pose, model.mean, Coefficients(), landmarks.astype(np.float32))


def narrow(mesh: Mesh) -> Mesh:
    """The surface with a smaller skull and a thinner neck than the mean ones."""
    mesh = mesh[: len(head_model().surface.vertices)].copy()
    above = np.interp(mesh[:, 1], [-0.8, -0.3], [1, 0])
    below = np.interp(mesh[:, 1], [0.6, 0.9], [0, 1])
    mesh[:, 0] *= 1 - 0.12 * above - 0.2 * below
    mesh[:, 1] += 0.2 * above
    mesh[:, 2] = np.where(mesh[:, 2] < -0.1, -0.1 + 0.7 * (mesh[:, 2] + 0.1), mesh[:, 2])
    return mesh


def silhouette(head: PosedHead, mesh: Mesh, lowest: float = 9.0) -> NDArray[np.bool_]:
    triangles = head_model().surface.triangles
    low = head_model().surface.vertices[:, 1] < lowest
    seen = head.pose.project(mesh)[:, :2].astype(np.float32)
    mask = np.zeros(SIZE * SIZE, bool)
    mask[draw(seen, None, triangles[low[triangles].all(axis=1)], SIZE, SIZE).pixels] = True
    return mask.reshape(SIZE, SIZE)


def labels_of(skin: NDArray[np.bool_], hair: NDArray[np.bool_] | None = None) -> Floats:
    labels = np.zeros((SIZE, SIZE, 6), np.float32)
    labels[..., PartLabel.SKIN] = skin
    if hair is not None:
        labels[hair] = 0
        labels[..., PartLabel.HAIR] = hair
    labels[..., PartLabel.BACKGROUND] = 1 - labels.sum(axis=2)
    return labels


def differing(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    return float((a ^ b).sum() / b.sum())


@pytest.mark.parametrize("yaw", [0, 25])
def test_a_skull_without_hair_gets_the_outline_of_the_source(yaw: float) -> None:
    head = posed(yaw)
    true = narrow(head.mesh)
    outline = Outline.of(labels_of(silhouette(head, true)), head)
    assert outline.bare
    np.testing.assert_allclose(head.mesh[: len(outline.solid)] + outline.lower, outline.solid)
    mean = head.mesh[: len(outline.solid)]
    skull = silhouette(head, true, SCALP)
    before = differing(silhouette(head, mean, SCALP), skull)
    after = differing(silhouette(head, outline.solid, SCALP), skull)
    assert after < 0.4 * before
    neck = differing(silhouette(head, outline.solid), silhouette(head, true))
    assert neck < 0.6 * differing(silhouette(head, mean), silhouette(head, true))


def test_the_depth_of_a_skull_from_the_front_is_not_the_high_mean_one() -> None:
    """Nothing shows it: most skulls are less deep than the model's."""
    head = posed(0)
    outline = Outline.of(labels_of(silhouette(head, narrow(head.mesh))), head)
    assert outline.solid[:, 2].min() > 0.8 * head.mesh[:, 2].min()


def test_hair_widens_a_skull_and_hides_ears() -> None:
    head = posed(0)
    skin = silhouette(head, head.mesh)
    wide = cv2.dilate(skin.astype(np.uint8), np.ones((13, 13), np.uint8)) > 0
    upper = np.arange(SIZE)[:, None] < SIZE / 2 - 25
    outline = Outline.of(labels_of(skin, wide & upper), head)
    assert not outline.bare
    assert outline.solid[:, 1].min() < head.mesh[:, 1].min() - 0.05
    assert np.abs(outline.solid[:, 0]).max() < np.abs(head.mesh[:, 0]).max() + 0.3


def test_a_hat_is_no_skull_without_hair() -> None:
    head = posed(0)
    labels = labels_of(silhouette(head, head.mesh))
    assert Outline.of(labels, head).bare
    hat = (np.arange(SIZE)[:, None] < SIZE / 2 - 25) & (labels[..., PartLabel.SKIN] > 0)
    labels[hat] = 0
    labels[hat, PartLabel.CLOTHES] = 1
    assert not Outline.of(labels, head).bare


def test_a_turned_skull_without_hair_is_whole() -> None:
    """Where the source shows nothing of it, it has the colour of skin, up to its outline."""
    head = posed(0)
    mesh = narrow(head.mesh)
    skin = silhouette(head, mesh)
    small = labels_of(skin)
    parts = small.repeat(2, axis=0).repeat(2, axis=1)
    colours = np.where(skin[..., None], [180, 120, 90], [40, 60, 200]).astype(np.uint8)
    pixels = colours.repeat(2, axis=0).repeat(2, axis=1)
    full = replace(head, pose=HeadPose(head.pose.rotation, 76.0, np.full(2, SIZE + 0.5)))
    turned = replace(full, pose=HeadPose(rotation(25, 0, 0), 76.0, full.pose.shift))
    guides = SourceHead(pixels, parts, full).maps(turned).guides(pixels)
    picture = combined(guides)[::2, ::2]
    small_turned = replace(head, pose=HeadPose(rotation(25, 0, 0), 38.0, head.pose.shift))
    inside = cv2.erode(silhouette(small_turned, mesh, SCALP).astype(np.uint8), np.ones((9, 9)))
    assert inside.sum() > 2000
    like_skin = picture[..., 0] > picture[..., 2]
    assert like_skin[inside > 0].mean() > 0.99
