"""Reads body keypoints from COCO and OpenPose JSON files.

COCO (Lin et al. 2014, arXiv:1405.0312) lists all pictures in one file, with 17 points of each
person and their visibility. OpenPose (Cao et al. 2018, arXiv:1812.08008) writes one file per
picture, with 18 points (model COCO) or 25 points (BODY_25) of each person and their confidence.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.config.skeletons import SKELETONS
from engine.core.errors import ReposeError
from engine.core.files import read_text

Points = NDArray[np.float32]
"""(18, 2), pixels, x then y, in the order of the skeleton body; NaN where a point is missing."""

OPENPOSE_ENDING = "_keypoints.json"
"""Replaces the suffix of a picture's name in the name of OpenPose's file."""

_NECK, _RIGHT_SHOULDER, _LEFT_SHOULDER = map(
    SKELETONS["body"].points.index, ("neck", "right shoulder", "left shoulder")
)
# Index of each of our 18 points in COCO's 17; COCO has no neck.
_OF_COCO = (0, None, 6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3)
# Index of each of our 18 points in BODY_25, which adds the mid-hip (8) and the feet (19 to 24).
_OF_BODY_25 = (0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18)

# Exceptions that the parsers below raise for malformed files.
_WRONG = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def read_coco(path: Path) -> dict[str, Points]:
    """The points of the largest person in each picture, by the picture's ``file_name``.

    Raises ReposeError when the file cannot be read or is not a COCO JSON file.
    """
    text = read_text(path, largest=1_000_000_000)
    try:
        content = json.loads(text)
        names = {image["id"]: str(image["file_name"]) for image in content["images"]}
        people: dict[str, list[Points]] = {}
        for annotation in content["annotations"]:
            if "keypoints" in annotation:
                points = people.setdefault(names[annotation["image_id"]], [])
                points.append(_body(annotation["keypoints"]))
        return {name: _largest(found) for name, found in people.items()}
    except _WRONG as error:
        raise ReposeError(
            f"{path} is not a COCO JSON file with the 17 or 18 keypoints of people."
        ) from error


def read_openpose(path: Path) -> Points:
    """The points of the largest person in an OpenPose file of one picture.

    All points are NaN if OpenPose found no person. Raises ReposeError when the file cannot be read
    or is not an OpenPose file.
    """
    text = read_text(path, largest=1_000_000_000)
    try:
        people = json.loads(text)["people"]
        return _largest([_body(person["pose_keypoints_2d"]) for person in people])
    except _WRONG as error:
        raise ReposeError(f"{path} is not a file of OpenPose with 18 or 25 points.") from error


def _largest(people: Sequence[Points]) -> Points:
    missing = np.full((len(SKELETONS["body"].points), 2), np.nan, np.float32)
    return max(people, key=_area, default=missing)


def _area(points: Points) -> float:
    """Area of the bounding box of the points that are not NaN."""
    there = points[~np.isnan(points[:, 0])]
    return float(np.prod(np.ptp(there, axis=0))) if len(there) else 0.0


def _body(values: Any) -> Points:
    """Convert a flat list of x, y, visibility (or confidence) to our 18 points.

    Raises one of ``_WRONG`` when the list is malformed.
    """
    rows = np.array(values, np.float64).reshape(-1, 3)
    rows[(rows[:, 2] <= 0) | (rows[:, :2] == 0).all(axis=1)] = np.nan
    points = rows[:, :2].astype(np.float32)
    if np.isinf(rows).any():
        raise ValueError("no finite numbers")
    if len(points) == 17:
        body = np.array([(np.nan, np.nan) if k is None else points[k] for k in _OF_COCO])
        body[_NECK] = (body[_RIGHT_SHOULDER] + body[_LEFT_SHOULDER]) / 2
        return body.astype(np.float32)
    if len(points) == 25:
        return points[list(_OF_BODY_25)]
    if len(points) != len(SKELETONS["body"].points):
        raise ValueError("neither 17 nor 18 nor 25 points")
    return points
