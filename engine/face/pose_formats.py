"""Formats of pose files: parsers and serialisers.

A reader takes the bytes of a file and returns the `MarkedFaces` in it, unchecked. For damaged files
it raises any of Python's exceptions, or a ReposeError whose sentence has the file as subject
("It ..."). A writer takes landmarks (68, 2), the photo's (width, height) and the face in it, and
returns the text. Only Repose's own format uses the face.
"""

import codecs
import csv
import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ReposeError
from engine.face.landmarks import Landmarks

LABELME = ".labelme.json"
_FORMAT = "repose pose"
_VERSION = 1

Size = tuple[int, int]
"""Width and height of a photo, pixels."""


class MarkedFaces(NamedTuple):
    """The faces of one photo in a file.

    faces   of each its points (N, 2), pixels of the photo
    size    of the photo; None where the file does not name it
    stored  the values of Repose's own format; None for the others
    """

    faces: Sequence[Any]
    size: Size | None = None
    stored: Mapping[str, Any] | None = None


def frame_of(face: Landmarks) -> tuple[NDArray[np.float64], float]:
    """Centre (x, y) and RMS radius of a face, pixels: the frame of Repose's own coordinates."""
    points = np.asarray(face, dtype=np.float64)
    centre = points.mean(axis=0)
    return centre, float(np.sqrt(np.square(points - centre).sum(axis=1).mean()))


# JSON: Repose's own and labelme's


def _read_json(data: bytes) -> MarkedFaces:
    values = json.loads(data)
    if isinstance(values, dict) and values.get("format") == _FORMAT:
        return _read_own(values)
    if isinstance(values, dict) and isinstance(values.get("shapes"), list):
        return _read_labelme(values)
    raise ReposeError("It is JSON, but neither Repose's nor labelme's.")


def _read_own(values: dict[str, Any]) -> MarkedFaces:
    """The points are centre + size * stored, in the frame of the file's face."""
    if values["version"] != _VERSION:
        raise ReposeError(f"It was written by a newer Repose (version {values['version']}).")
    points, frame = relative_points(values), values["face"]
    face = np.array(frame["centre"], dtype=np.float64) + float(frame["size"]) * points
    return MarkedFaces([face], _size(values.get("photo"), "width", "height"), values)


def relative_points(stored: Mapping[str, Any]) -> NDArray[np.float64]:
    """The points (N, 2) of Repose's own format, in the frame of the face that they are for."""
    points = np.array(stored["landmarks"], dtype=np.float64)
    if points.ndim != 2:
        raise ValueError("landmarks")
    return points


def _write_own(points: Landmarks, photo_size: Size, face: Landmarks) -> str:
    centre, size = frame_of(face)
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


def _read_labelme(values: dict[str, Any]) -> MarkedFaces:
    """Points, or a line through them; the points of one face have one `group_id`."""
    shapes: list[dict[str, Any]] = values["shapes"]
    # Beside the points there may be boxes and outlines.
    shapes = [shape for shape in shapes if shape.get("shape_type") == "point"] or shapes
    groups: dict[Any, list[tuple[str, Any]]] = {}
    for shape in shapes:
        marks = groups.setdefault(shape.get("group_id"), [])
        marks += [(str(shape["label"]), point) for point in shape["points"]]
    faces = [_in_order(marks) for marks in groups.values()]
    return MarkedFaces(faces, _size(values, "imageWidth", "imageHeight"))


def _write_labelme(points: Landmarks, photo_size: Size, face: Landmarks) -> str:
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


def _in_order(marks: Sequence[tuple[str, Any]]) -> list[Any]:
    """The points of pairs of a label and a point, by the numbers at the ends of the labels.

    In file order if all labels are the same or none has a number. Raises ReposeError when the
    numbers do not count from 0 or from 1.
    """
    labels = [label for label, _ in marks]
    numbers = [re.search(r"\d+$", label.strip()) for label in labels]
    if len(set(labels)) == 1 or not any(numbers):
        return [point for _, point in marks]
    found = [int(number.group()) for number in numbers if number]
    if sorted(found) not in [list(range(first, first + len(marks))) for first in (0, 1)]:
        raise ReposeError(
            f"It does not number its points from 0 to {len(marks) - 1}: number them in iBUG order."
        )
    return [point for _, (_, point) in sorted(zip(found, marks, strict=True), key=lambda m: m[0])]


# iBUG's .pts


def _read_pts(data: bytes) -> MarkedFaces:
    """One point per line between braces, coordinates from 1 as in menpo."""
    head, _, rest = _text(data).partition("{")
    body, closed, _ = rest.partition("}")
    if not closed:
        raise ReposeError("It has no { } with points: it is truncated or not a .pts file.")
    points = [[float(word) for word in line.split()] for line in body.splitlines() if line.strip()]
    for line in head.splitlines():
        name, _, value = line.partition(":")
        if name.strip().lower() == "n_points" and int(value) != len(points):
            raise ReposeError(f"It announces {int(value)} points and has {len(points)}.")
    return MarkedFaces([np.array(points) - 1])


def _write_pts(points: Landmarks, photo_size: Size, face: Landmarks) -> str:
    # In double precision, so that float32 coordinates survive a round trip.
    lines = [f"{float(x) + 1!r} {float(y) + 1!r}" for x, y in points]
    return "\n".join(["version: 1", f"n_points: {len(points)}", "{", *lines, "}", ""])


# dlib's XML


def _read_xml(data: bytes) -> MarkedFaces:
    """The format of dlib's imglab, of one picture."""
    declared = re.match(rb"""[^<]*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']""", data)
    # Of a text the parser ignores the declaration. Its own decoder knows few encodings.
    text = _text(data, declared[1].decode("ascii") if declared else "utf-8")
    root = ElementTree.fromstring(text)
    pictures: list[tuple[ElementTree.Element, list[Any]]] = []
    for picture in root.iter("image"):
        boxes = [box.findall("part") for box in picture.iter("box")]
        faces = [_in_order([_xml_mark(part) for part in parts]) for parts in boxes if parts]
        if faces:
            pictures.append((picture, faces))
    if not pictures:
        raise ReposeError("It has no face with parts.")
    if len(pictures) > 1:
        raise ReposeError(
            f"It has faces in {len(pictures)} pictures: keep the one that has the pose."
        )
    (picture, faces), *_ = pictures
    return MarkedFaces(faces, _size(picture.attrib, "width", "height"))


def _xml_mark(part: ElementTree.Element) -> tuple[str, list[float]]:
    return part.attrib["name"], [_xml_coordinate(part, axis) for axis in ("x", "y")]


def _xml_coordinate(part: ElementTree.Element, axis: str) -> float:
    whole = float(part.attrib[axis])
    exact = float(part.get(f"exact_{axis}", whole))
    # Another program may have moved the part and left the exact attribute unchanged.
    return exact if abs(exact - whole) <= 0.5 else whole


def _write_xml(points: Landmarks, photo_size: Size, face: Landmarks) -> str:
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


# Tables


def _read_csv(data: bytes) -> MarkedFaces:
    """A line per landmark, or a line per face with the columns x_0, y_0 and so on.

    Separated by commas, semicolons, tabs or spaces; where commas do not separate, they may be
    decimal commas. A header names the columns. Without one they are x and y, after an index if the
    first of three counts the points.
    """
    rows = _rows(_text(data))
    header = [] if all(map(_is_number, rows[0])) else rows.pop(0)
    columns = [cell.lower() for cell in header]
    per_face = _columns_of_points(header) or _columns_of_points(columns)
    if per_face:
        return MarkedFaces([[(float(row[x]), float(row[y])) for x, y in per_face] for row in rows])
    if header:
        if not {"x", "y"} <= set(columns):
            raise ReposeError("It is a table without the columns x and y.")
        x, y = columns.index("x"), columns.index("y")
        index = next((k for k, name in enumerate(columns) if name in _INDEX), None)
    else:
        several = len(rows[0]) > 2
        x, y, index = (1, 2, 0) if several else (0, 1, None)
        counted = sorted(row[0] for row in rows)
        if several and counted not in [_count(len(rows), first) for first in (0, 1)]:
            raise ReposeError(
                f"It has {len(rows[0])} columns without names: write index,x,y or x,y above them."
            )
    points = [(float(row[x]), float(row[y])) for row in rows]
    if index is None:
        return MarkedFaces([points])
    return MarkedFaces([_in_order([(row[index], p) for row, p in zip(rows, points, strict=True)])])


_INDEX = ("", "index", "idx", "id", "point", "landmark", "number", "no", "n", "i")
"""Names of a column that numbers the points."""


def _count(length: int, first: int) -> list[str]:
    return sorted(str(number) for number in range(first, first + length))


def _rows(text: str) -> list[list[str]]:
    """The cells of every line that is not empty, stripped; numbers with a decimal point."""
    lines = [line.lstrip("# ") for line in text.splitlines() if line.strip("# \t\r")]
    if lines[0].lower().startswith("sep="):  # for Excel
        del lines[0]
    separator = next((sign for sign in ";\t," if sign in lines[0]), None)
    rows = csv.reader(lines, delimiter=separator) if separator else map(str.split, lines)
    cells = [[cell.strip() for cell in row] for row in rows]
    return cells if separator == "," else [[c.replace(",", ".") for c in row] for row in cells]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _columns_of_points(header: Sequence[str]) -> list[tuple[int, int]]:
    """The columns of x and y of every point, of a table with a line per face (as OpenFace's)."""
    places = {name.replace("_", ""): k for k, name in enumerate(header)}
    for first in (0, 1):
        count = next(n for n in range(len(places) + 1) if f"x{first + n}" not in places)
        numbers = range(first, first + count)
        if count and all(f"y{n}" in places for n in numbers):
            return [(places[f"x{n}"], places[f"y{n}"]) for n in numbers]
    return []


def _write_csv(points: Landmarks, photo_size: Size, face: Landmarks) -> str:
    return "".join(["x,y\n", *(f"{_exact(x)},{_exact(y)}\n" for x, y in points)])


# Helpers


def _text(data: bytes, encoding: str = "utf-8") -> str:
    """The text of a file in this encoding, or in the one of its byte order mark."""
    marks = {
        codecs.BOM_UTF8: "utf-8-sig",
        codecs.BOM_UTF16_LE: "utf-16",
        codecs.BOM_UTF16_BE: "utf-16",
    }
    encoding = next((name for mark, name in marks.items() if data.startswith(mark)), encoding)
    try:
        return data.decode(encoding)
    except (LookupError, UnicodeError) as error:
        raise ReposeError(f"It is not text in {encoding.upper()}: save it in UTF-8.") from error


def _size(values: Any, width: str, height: str) -> Size | None:
    """The size of a picture that values name, if they do."""
    try:
        size = int(values[width]), int(values[height])
    except (LookupError, TypeError, ValueError):
        return None
    return size if min(size) > 0 else None


def _exact(value: np.float32) -> float:
    """The shortest decimal that converts back to ``value``."""
    return float(str(value))


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, indent=1, allow_nan=False) + "\n"


READERS: dict[str, Callable[[bytes], MarkedFaces]] = {
    ".json": _read_json,
    ".pts": _read_pts,
    ".xml": _read_xml,
    ".csv": _read_csv,
}
"""By suffix, lower case."""

WRITERS: dict[str, Callable[[Landmarks, Size, Landmarks], str]] = {
    ".json": _write_own,
    LABELME: _write_labelme,
    ".pts": _write_pts,
    ".xml": _write_xml,
    ".csv": _write_csv,
}
"""By suffix, lower case."""
