import numpy as np
import pytest

from engine.face.head import N_JAW, HeadPose, angles, mean_head, rotation
from engine.face.landmarks import Landmarks

SCALE, SHIFT = 110.0, np.array([300.0, 220.0])


def seen(yaw: float, pitch: float, roll: float) -> Landmarks:
    """The mean head's landmarks under these angles, (68, 2) pixels."""
    turned = rotation(yaw, pitch, roll)
    pose = HeadPose(turned, SCALE, SHIFT)
    return pose.project(mean_head().landmarks(turned))[:, :2].astype(np.float32)


def test_signs() -> None:
    nose, crown = np.array([0.0, 0.0, 1.0]), np.array([0.0, -1.0, 0.0])
    assert (rotation(20, 0, 0) @ nose)[0] > 0.3, "yaw > 0 turns the nose to the image's right"
    assert (rotation(0, 20, 0) @ nose)[1] < -0.3, "pitch > 0 lifts the nose; y points down"
    assert (rotation(0, 0, 20) @ crown)[0] > 0.3, "roll > 0 turns clockwise"


def test_angles_invert_rotation() -> None:
    rng = np.random.default_rng(0)
    for yaw, pitch, roll in rng.uniform((-89, -89, -179), (89, 89, 179), (50, 3)):
        assert angles(rotation(yaw, pitch, roll)) == pytest.approx((yaw, pitch, roll), abs=1e-6)


def test_rotations_are_rotations() -> None:
    turned = rotation(33, -21, 12)
    np.testing.assert_allclose(turned @ turned.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(turned) == pytest.approx(1)


@pytest.mark.parametrize(
    "known",
    [
        (0, 0, 0), (30, 10, 5), (-60, 0, 0), (75, 10, 0), (0, 35, 0), (10, -35, -10),
        (0, 0, 90), (20, 5, 180),
    ],
)  # fmt: skip
def test_fit_recovers_known_poses(known: tuple[float, float, float]) -> None:
    pose = mean_head().fit(seen(*known))
    error = angles(pose.rotation @ rotation(*known).T)
    assert error == pytest.approx((0, 0, 0), abs=0.1)
    assert pose.scale == pytest.approx(SCALE, rel=1e-3)
    assert pose.shift == pytest.approx(SHIFT, abs=0.3)


def test_fit_is_finite_for_what_is_hardly_a_face() -> None:
    rng = np.random.default_rng(1)
    wild = rng.uniform(0, 500, (68, 2)).astype(np.float32)
    flat = (seen(0, 0, 0) * (1, 0.01)).astype(np.float32)
    for points in (wild, flat):
        pose = mean_head().fit(points)
        assert np.isfinite(pose.rotation).all()
        assert np.isfinite(pose.scale)
        assert pose.scale > 0


def test_bend_makes_landmarks_meet(face: Landmarks) -> None:
    head = mean_head()
    rng = np.random.default_rng(2)
    for goal in (face, face + rng.normal(0, 2, face.shape).astype(np.float32)):
        pose = head.fit(goal)
        mesh = head.bend(pose, goal)
        inside = mesh[head.landmark_vertices[N_JAW:], :2]
        before = pose.project(head.landmarks(pose.rotation))[N_JAW:, :2]
        assert np.abs(before - goal[N_JAW:]).max() > 1.5, "else there is nothing to bend"
        assert np.abs(inside - goal[N_JAW:]).max() < 0.6
        jaw = head.landmarks(np.eye(3), mesh)  # the mesh is in the view already
        assert np.abs(jaw[:N_JAW, :2] - goal[:N_JAW]).mean() < 2.0


def test_bend_changes_nothing_when_the_landmarks_meet_already() -> None:
    head = mean_head()
    pose = HeadPose(rotation(15, 5, 0), SCALE, SHIFT)
    goal = pose.project(head.landmarks(pose.rotation))[:, :2].astype(np.float32)
    np.testing.assert_allclose(head.bend(pose, goal), pose.project(head.vertices), atol=0.01)


def test_bend_leaves_the_back_of_the_head(face: Landmarks) -> None:
    head = mean_head()
    pose = head.fit(face)
    behind = int(np.argmin(head.vertices[:, 2]))
    moved = head.bend(pose, face)[behind] - pose.project(head.vertices)[behind]
    assert np.abs(moved).max() < 0.01 * pose.scale


@pytest.mark.parametrize("yaw", [-50, -20, 0, 35, 60])
def test_jaw_follows_the_silhouette(yaw: float) -> None:
    head = mean_head()
    turned = rotation(yaw, 0, 0)
    points = head.landmarks(turned) @ turned.T
    paths = np.einsum("jkc,jkcd->jkd", head.jaw_weights, head.vertices[head.jaw_vertices])
    paths = paths @ turned.T
    for j, side in ((0, -1), (2, -1), (4, -1), (12, 1), (14, 1), (16, 1)):
        outermost = (side * paths[j, :, 0]).max()
        assert side * points[j, 0] == pytest.approx(outermost, abs=0.04)


def test_jaw_slides_and_nothing_else() -> None:
    head = mean_head()
    frontal, turned = head.landmarks(np.eye(3)), head.landmarks(rotation(50, 0, 0))
    np.testing.assert_array_equal(frontal[N_JAW:], turned[N_JAW:])
    # The far side is the image's right: there the jaw comes to the front.
    assert turned[13, 2] > frontal[13, 2] + 0.1
    np.testing.assert_allclose(turned[8], frontal[8], atol=0.02)


def test_mesh_is_symmetric() -> None:
    head = mean_head()
    np.testing.assert_array_equal(head.mirror[head.mirror], np.arange(len(head.vertices)))
    np.testing.assert_allclose(head.vertices[head.mirror], head.vertices * (-1, 1, 1), atol=1e-3)
