"""A small data set of drawn figures: a folder per person, several poses each, one COCO JSON.

A person is a set of colours of skin, shirt and trousers before a background; a pose is a set of
joints. Some joints are not labelled, as in photographs of people.
"""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imaging.photos import write_photo

HEIGHT, WIDTH = 128, 96
"""Of a picture, pixels."""

_JOINTS = ("eye", "ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle")
KEYPOINTS = ("nose", *(f"{side}_{joint}" for joint in _JOINTS for side in ("left", "right")))
"""The 17 keypoints of COCO, in its order; left is the person's own, right in the picture."""

Joints = dict[str, NDArray[np.float64]]
"""(2,) pixels of each keypoint, by name."""

_LIMBS = (
    ("hip", "knee", "trousers", 11),
    ("knee", "ankle", "trousers", 10),
    ("shoulder", "elbow", "shirt", 9),
    ("elbow", "wrist", "skin", 8),
)


def draw_people(folder: Path, people: int, poses: int, missing: float = 0.05) -> Path:
    """Write ``people`` folders of ``poses`` pictures each, and their keypoints: the JSON file.

    missing  share of the joints that are not labelled (v = 0)
    """
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for person in range(people):
        rng = np.random.default_rng(person)
        colours = random_colours(rng)
        for pose in range(poses):
            joints = random_joints(rng)
            name, number = f"{person:02}/{pose}.png", len(images) + 1
            write_photo(folder / name, draw_figure(joints, colours))
            values = []
            for keypoint in KEYPOINTS:
                seen = rng.random() >= missing
                values += [*joints[keypoint].round(1).tolist(), 2] if seen else [0, 0, 0]
            images.append({"id": number, "file_name": name, "height": HEIGHT, "width": WIDTH})
            annotations.append(
                {
                    "id": number,
                    "image_id": number,
                    "category_id": 1,
                    "keypoints": values,
                    "num_keypoints": sum(v > 0 for v in values[2::3]),
                }
            )
    path = folder / "keypoints.json"
    category = {"id": 1, "name": "person", "keypoints": KEYPOINTS}
    path.write_text(
        json.dumps({"images": images, "annotations": annotations, "categories": [category]})
    )
    return path


def random_colours(rng: np.random.Generator) -> dict[str, tuple[int, ...]]:
    """What a person wears, and the background."""
    return {
        "background": (int(rng.integers(190, 250)),) * 3,
        "skin": tuple((np.array([235, 190, 160]) * rng.uniform(0.5, 1)).astype(int).tolist()),
        "shirt": tuple(rng.permutation([30, 110, 210]).tolist()),
        "trousers": tuple(rng.permutation([20, 40, 110]).tolist()),
    }


def random_joints(rng: np.random.Generator) -> Joints:
    """A figure that stands about in the middle, its arms and legs wherever they like."""

    def step(start: NDArray[np.float64], length: float, degrees: float) -> NDArray[np.float64]:
        """From ``start``; 0 degrees is down, 90 the picture's right."""
        angle = np.radians(degrees)
        return np.asarray(start + length * np.array([np.sin(angle), np.cos(angle)]))

    middle = np.array([WIDTH / 2, 0.5 * HEIGHT]) + rng.normal(0, 2, 2)
    lean = rng.normal(0, 5)
    neck = step(middle, 30, 180 + lean)
    joints = {"nose": step(neck, 14, 180 + lean + rng.normal(0, 8))}
    for side, sign in (("left", 1), ("right", -1)):
        joints[f"{side}_eye"] = joints["nose"] + (3 * sign, -3)
        joints[f"{side}_ear"] = joints["nose"] + (7 * sign, -1)
        shoulder, hip = neck + np.array([10 * sign, 3]), middle + np.array([6 * sign, 2])
        upper, thigh = rng.uniform(10, 150) * sign, rng.uniform(0, 50) * sign
        elbow, knee = step(shoulder, 16, upper), step(hip, 24, thigh)
        joints |= {f"{side}_shoulder": shoulder, f"{side}_hip": hip}
        joints |= {f"{side}_elbow": elbow, f"{side}_knee": knee}
        joints[f"{side}_wrist"] = step(elbow, 15, upper + rng.uniform(-60, 60))
        joints[f"{side}_ankle"] = step(knee, 24, thigh - rng.uniform(0, 30) * sign)
    return joints


def draw_figure(joints: Joints, colours: dict[str, tuple[int, ...]]) -> NDArray[np.uint8]:
    """The picture (HEIGHT, WIDTH, 3)."""
    picture = np.full((HEIGHT, WIDTH, 3), colours["background"], np.uint8)
    corners = ("left_shoulder", "right_shoulder", "right_hip", "left_hip")
    trunk = np.array([joints[name] for name in corners])
    for start, end, colour, thickness in _LIMBS:
        if start == "shoulder":
            cv2.fillConvexPoly(
                picture, trunk.round().astype(np.int32), colours["shirt"], cv2.LINE_AA
            )
        for side in ("left", "right"):
            a, b = (
                joints[f"{side}_{joint}"].round().astype(int).tolist() for joint in (start, end)
            )
            cv2.line(picture, a, b, colours[colour], thickness, cv2.LINE_AA)
    head = joints["nose"].round().astype(int).tolist()
    cv2.circle(picture, head, 9, colours["skin"], -1, cv2.LINE_AA)
    return picture
