"""Formats of pose files: parsers and serialisers.

A reader takes the text of a file and the face (68, 2) that the pose is for, and returns unchecked
points in pixels. For damaged text it raises any of Python's exceptions, or a ReposeError whose
sentence has the file as subject ("It ..."). A writer takes landmarks (68, 2), the photo's (width,
height) and the face in it, and returns the text. Only Repose's own format uses the face.
"""

import csv
import io
import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ReposeError
from engine.face.landmarks import Landmarks

LABELME = ".labelme.json"
_FORMAT = "repose pose"
_VERSION = 1


def _frame(face: Landmarks) -> tuple[NDArray[np.float64], float]:
    """Centre (x, y) and RMS radius of a face, pixels: the frame of Repose's own coordinates."""
    points = np.asarray(face, dtype=np.float64)
    centre = points.mean(axis=0)
    return centre, float(np.sqrt(np.square(points - centre).sum(axis=1).mean()))


def _read_json(text: str, face: Landmarks | None) -> Any:
    data = json.loads(text)
    if not isinstance(data, dict):
        raise ReposeError("It is JSON, but neither Repose's nor labelme's.")
    if data.get("format") == _FORMAT:
        return _read_own(data, face)
    if isinstance(data.get("shapes"), list):
        return _read_labelme(data["shapes"])
    raise ReposeError("It is JSON, but neither Repose's nor labelme's.")


def _read_own(data: dict[str, Any], face: Landmarks | None) -> Any:
    """Points = centre + size * stored, with the frame of ``face`` or, without one, of the file."""
    if data["version"] != _VERSION:
        raise ReposeError(f"It was written by a newer Repose (version {data['version']}).")
    points = np.array(data["landmarks"], dtype=np.float64)
    if face is None:
        frame = data["face"]
        centre, size = np.array(frame["centre"], dtype=np.float64), float(frame["size"])
    else:
        centre, size = _frame(face)
    if points.ndim != 2:
        raise ValueError("landmarks")
    return centre + size * points


def _write_own(points: Landmarks, photo_size: tuple[int, int], face: Landmarks) -> str:
    centre, size = _frame(face)
    relative = (points.astype(np.float64) - centre) / size
    return _json(
        {
            "format": _FORMAT,
            "version": _VERSION,
            "face": {"centre": centre.tolist(), "size": size},
            "photo": {"width": int(photo_size[0]), "height": int(photo_size[1])},
            "landmarks": relative.tolist(),
        }
    )


def _read_labelme(shapes: list[dict[str, Any]]) -> Any:
    points: list[Any] = []
    labels: list[str] = []
    for shape in shapes:
        points.extend(shape["points"])
        labels.extend([str(shape["label"])] * len(shape["points"]))
    return _in_order(labels, points)


def _write_labelme(points: Landmarks, photo_size: tuple[int, int], face: Landmarks) -> str:
    shapes: list[dict[str, Any]] = [
        {
            "label": str(index),
            "points": [[_exact(x), _exact(y)]],
            "group_id": None,
            "description": "",
            "shape_type": "point",
            "flags": {},
        }
        for index, (x, y) in enumerate(points)
    ]
    return _json(
        {
            "version": "5.0.0",
            "flags": {},
            "shapes": shapes,
            "imagePath": "",
            "imageData": None,
            "imageHeight": int(photo_size[1]),
            "imageWidth": int(photo_size[0]),
        }
    )


def _in_order(labels: list[str], points: list[Any]) -> list[Any]:
    """``points`` sorted by their labels if these are distinct integers, else in file order."""
    try:
        numbers = [int(label) for label in labels]
    except ValueError:
        return points
    if len(set(numbers)) != len(numbers):
        return points
    return [point for _, point in sorted(zip(numbers, points, strict=True), key=lambda one: one[0])]


def _read_pts(text: str, face: Landmarks | None) -> Any:
    """iBUG's format: one point per line between braces, coordinates from 1 as in menpo."""
    head, _, rest = text.partition("{")
    body, closed, _ = rest.partition("}")
    if not closed:
        raise ReposeError("It has no { } with points: it is truncated or not a .pts file.")
    points = [[float(word) for word in line.split()] for line in body.splitlines() if line.strip()]
    for line in head.splitlines():
        name, _, value = line.partition(":")
        if name.strip().lower() == "n_points" and int(value) != len(points):
            raise ReposeError(f"It announces {int(value)} points and has {len(points)}.")
    return np.array(points) - 1


def _write_pts(points: Landmarks, photo_size: tuple[int, int], face: Landmarks) -> str:
    # In double precision, so that float32 coordinates survive a round trip.
    lines = [f"{float(x) + 1!r} {float(y) + 1!r}" for x, y in points]
    return "\n".join(["version: 1", f"n_points: {len(points)}", "{", *lines, "}", ""])


def _read_xml(text: str, face: Landmarks | None) -> Any:
    """The format of dlib's imglab, with one face."""
    boxes = [
        box for box in ElementTree.fromstring(text).iter("box") if box.find("part") is not None
    ]
    if not boxes:
        raise ReposeError("It has no face with parts.")
    if len(boxes) > 1:
        raise ReposeError(f"It has {len(boxes)} faces with parts, and a pose is of one.")
    parts = boxes[0].findall("part")
    points: list[Any] = [[_xml_coordinate(part, axis) for axis in ("x", "y")] for part in parts]
    return _in_order([part.attrib["name"] for part in parts], points)


def _xml_coordinate(part: ElementTree.Element, axis: str) -> float:
    whole = float(part.attrib[axis])
    exact = float(part.get(f"exact_{axis}", whole))
    # Another program may have moved the part and left the exact attribute unchanged.
    return exact if abs(exact - whole) <= 0.5 else whole


def _write_xml(points: Landmarks, photo_size: tuple[int, int], face: Landmarks) -> str:
    left, top = np.floor(points.min(axis=0)).astype(int).tolist()
    right, bottom = np.ceil(points.max(axis=0)).astype(int).tolist()
    box = {"top": top, "left": left, "width": right - left + 1, "height": bottom - top + 1}
    dataset = ElementTree.Element("dataset")
    ElementTree.SubElement(dataset, "name").text = "Repose"
    image = ElementTree.SubElement(
        ElementTree.SubElement(dataset, "images"),
        "image",
        {"file": "", "width": str(int(photo_size[0])), "height": str(int(photo_size[1]))},
    )
    shape = ElementTree.SubElement(image, "box", {k: str(v) for k, v in box.items()})
    for index, (x, y) in enumerate(points):
        # dlib reads integer coordinates and ignores unknown attributes.
        attributes = {"name": f"{index:02d}", "x": str(round(float(x))), "y": str(round(float(y)))}
        attributes |= {"exact_x": str(_exact(x)), "exact_y": str(_exact(y))}
        ElementTree.SubElement(shape, "part", attributes)
    ElementTree.indent(dataset)
    xml = ElementTree.tostring(dataset, encoding="unicode")
    return f"<?xml version='1.0' encoding='UTF-8'?>\n{xml}\n"


def _read_csv(text: str, face: Landmarks | None) -> Any:
    """The columns x and y, or the first two columns without such a header."""
    rows = [row for row in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in row)]
    header = [cell.strip().lower() for cell in rows[0]]
    if "x" in header and "y" in header:
        x, y = header.index("x"), header.index("y")
        rows = rows[1:]
    else:
        x, y = 0, 1
    return [[float(row[x]), float(row[y])] for row in rows]


def _write_csv(points: Landmarks, photo_size: tuple[int, int], face: Landmarks) -> str:
    return "".join(["x,y\n", *(f"{_exact(x)},{_exact(y)}\n" for x, y in points)])


def _exact(value: np.float32) -> float:
    """The shortest decimal that converts back to ``value``."""
    return float(str(value))


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, indent=1, allow_nan=False) + "\n"


READERS: dict[str, Callable[[str, Landmarks | None], Any]] = {
    ".json": _read_json,
    ".pts": _read_pts,
    ".xml": _read_xml,
    ".csv": _read_csv,
}
"""By suffix, lower case."""

WRITERS: dict[str, Callable[[Landmarks, tuple[int, int], Landmarks], str]] = {
    ".json": _write_own,
    LABELME: _write_labelme,
    ".pts": _write_pts,
    ".xml": _write_xml,
    ".csv": _write_csv,
}
"""By suffix, lower case."""
