"""Pose files: every format gives back what was written; every bad one gets a sentence."""

import json
import os
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest

from engine.config.skeletons import FACE_PARTS, N_LANDMARKS
from engine.core.errors import ReposeError
from engine.face.head_model import mean_face
from engine.face.landmarks import Landmarks, check_landmarks
from engine.face.pose_files import read_pose, write_pose

SIZE = (640, 480)
NAMES = ["pose.json", "pose.labelme.json", "pose.pts", "pose.xml", "pose.csv", "POSE.PTS"]


@pytest.fixture
def points() -> Landmarks:
    """A face, in part beyond the photo, with decimals that no short number holds."""
    random = np.random.default_rng(3).uniform(-5, 5, (68, 2))
    return check_landmarks(mean_face((170, 200), (230, 200)) * 2 - (330, 150) + random)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_is_read(tmp_path: Path, points: Landmarks, name: str) -> None:
    write_pose(tmp_path / name, points, SIZE)
    read = read_pose(tmp_path / name)
    assert read.dtype == np.float32
    assert (read == points).all()


def test_parts_hold_each_landmark_once() -> None:
    indices = [index for part in FACE_PARTS for index in part.indices]
    assert sorted(indices) == list(range(N_LANDMARKS))


def test_own_format_follows_the_face(tmp_path: Path, points: Landmarks) -> None:
    path = tmp_path / "pose.json"
    source = check_landmarks(points * 0.8 + 7)
    write_pose(path, points, SIZE, source)
    assert (read_pose(path, source) == points).all()
    moved = read_pose(path, check_landmarks(source * 2 + 30))
    np.testing.assert_allclose(moved, points * 2 + 30, atol=0.01)
    # The other formats are pixels, whatever the face.
    write_pose(tmp_path / "pose.pts", points, SIZE)
    assert (read_pose(tmp_path / "pose.pts", source) == points).all()


def test_pts_counts_from_one(tmp_path: Path, points: Landmarks) -> None:
    write_pose(tmp_path / "pose.pts", points, SIZE)
    lines = (tmp_path / "pose.pts").read_text().splitlines()
    assert lines[:3] == ["version: 1", "n_points: 68", "{"]
    assert lines[-1] == "}"
    first = [float(word) for word in lines[3].split()]
    np.testing.assert_allclose(first, points[0] + 1, rtol=1e-6)


def test_pts_of_other_programs(tmp_path: Path, points: Landmarks) -> None:
    body = "".join(f"  {x + 1:.3f}\t{y + 1:.3f} \r\n" for x, y in points)
    path = tmp_path / "other.pts"
    path.write_bytes(f"version:1\r\nn_points:  68\r\n{{\r\n{body}}}\r\n".encode())
    np.testing.assert_allclose(read_pose(path), points, atol=0.001)


def test_xml_is_what_dlib_reads(tmp_path: Path, points: Landmarks) -> None:
    path = tmp_path / "pose.xml"
    write_pose(path, points, SIZE)
    tree = ElementTree.parse(path)
    parts = tree.findall("./images/image/box/part")
    assert [part.attrib["name"] for part in parts] == [f"{index:02d}" for index in range(68)]
    assert [int(part.attrib["x"]) for part in parts] == [round(float(x)) for x, _ in points]
    # Another program moves a part, keeping attributes that it does not know.
    parts[5].set("x", "1000")
    tree.write(path)
    assert read_pose(path)[5, 0] == 1000
    # Another program writes the parts in another order.
    box = tree.find("./images/image/box")
    assert box is not None
    box[:] = reversed(parts)
    tree.write(path)
    assert (read_pose(path)[6:] == points[6:]).all()


def test_labelme_in_any_order(tmp_path: Path, points: Landmarks) -> None:
    path = tmp_path / "pose.json"
    shapes = [
        {"label": str(index), "shape_type": "point", "points": [point]}
        for index, point in enumerate(points.tolist())
    ]
    path.write_text(json.dumps({"version": "5.4", "shapes": shapes[::-1]}))
    assert (read_pose(path) == points).all()
    one = {"label": "face", "shape_type": "linestrip", "points": points.tolist()}
    path.write_text(json.dumps({"shapes": [one]}))
    assert (read_pose(path) == points).all()


def test_csv_with_more_columns_or_no_header(tmp_path: Path, points: Landmarks) -> None:
    path = tmp_path / "pose.csv"
    rows = [f"{index},{y},{x}" for index, (x, y) in enumerate(points.tolist())]
    path.write_text("\n".join(["point, Y, X", *rows, "", ""]))
    assert (read_pose(path) == points).all()
    path.write_text("\n".join(f"{x},{y}" for x, y in points.tolist()))
    assert (read_pose(path) == points).all()


def refusal(path: Path) -> str:
    with pytest.raises(ReposeError) as caught:
        read_pose(path)
    sentence = str(caught.value)
    assert sentence.startswith(str(path))
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


@pytest.mark.parametrize("name", NAMES[:5])
def test_67_points_are_refused(tmp_path: Path, points: Landmarks, name: str) -> None:
    path = tmp_path / name
    write_pose(path, points, SIZE)
    text = path.read_text()
    if path.suffix == ".pts":
        lines = text.splitlines()
        path.write_text("\n".join(["version: 1", "n_points: 67", *lines[2:-2], "}"]))
    elif path.suffix == ".json":
        data = json.loads(text)
        del data["landmarks" if "landmarks" in data else "shapes"][-1]
        path.write_text(json.dumps(data))
    elif path.suffix == ".xml":
        tree = ElementTree.ElementTree(ElementTree.fromstring(text))
        box = tree.find("./images/image/box")
        assert box is not None
        del box[-1]
        tree.write(path)
    else:
        path.write_text("\n".join(text.splitlines()[:-1]))
    assert "67" in refusal(path)


@pytest.mark.parametrize("name", NAMES[:5])
@pytest.mark.parametrize("bad", ["NaN", "inf", "x", "1e39"])
def test_a_bad_number_is_refused(tmp_path: Path, points: Landmarks, name: str, bad: str) -> None:
    path = tmp_path / name
    marked = points.copy()
    marked[9, 0] = 123.0
    write_pose(path, marked, SIZE, check_landmarks([[3 * (i % 2), i // 2] for i in range(68)]))
    lines = path.read_text().splitlines()
    if path.suffix == ".xml":
        number = lines.index(next(line for line in lines if 'name="09"' in line))
        lines[number] = f'<part name="09" x="{bad}" y="5"/>'
    elif name == "pose.json":
        number = lines.index(' "landmarks": [') + 2
        lines[number] = bad.replace("inf", "Infinity") + ","
    else:
        number = next(i for i, line in enumerate(lines) if "123.0" in line or "124.0" in line)
        lines[number] = lines[number].replace("123.0", bad).replace("124.0", bad)
    path.write_text("\n".join(lines))
    refusal(path)


def test_other_bad_files(tmp_path: Path, points: Landmarks) -> None:
    assert "does not exist" in refusal(tmp_path / "none.pts")
    for name in NAMES[:5]:
        path = tmp_path / name
        for text in ("", "{", "[]", "{}", "<a/>", "null", "version: 1\n{\n}", '{"shapes": [1]}'):
            path.write_text(text)
            refusal(path)
        path.write_bytes(b"\xff\xfe\x00\x81")
        refusal(path)
        write_pose(path, points, SIZE)
        path.write_text(path.read_text()[:400])
        refusal(path)
    (tmp_path / "pose.docx").touch()
    assert "not a pose file" in refusal(tmp_path / "pose.docx")
    (tmp_path / "folder.pts").mkdir()
    refusal(tmp_path / "folder.pts")


def test_a_newer_version_is_refused(tmp_path: Path, points: Landmarks) -> None:
    path = tmp_path / "pose.json"
    write_pose(path, points, SIZE)
    path.write_text(path.read_text().replace('"version": 1', '"version": 2'))
    assert "newer" in refusal(path)


def as_xml(*faces: Landmarks, head: str = "", file: str = "a.jpg") -> str:
    boxes = []
    for face in faces:
        parts = [f'<part name="{i:02}" x="{x}" y="{y}"/>' for i, (x, y) in enumerate(face)]
        boxes.append(f'<box top="1" left="1" width="9" height="9">{"".join(parts)}</box>')
    return (
        f'{head}<dataset><images><image file="{file}">{"".join(boxes)}</image></images></dataset>'
    )


def test_of_several_faces_the_one_at_the_place_is_read(tmp_path: Path, points: Landmarks) -> None:
    other = check_landmarks(points + np.array([900, 30]))
    (tmp_path / "pose.xml").write_text(as_xml(points, other))
    shapes = [
        {"label": str(index), "shape_type": "point", "points": [point], "group_id": group}
        for group, face in enumerate((points, other))
        for index, point in enumerate(face.tolist())
    ]
    box = {"label": "face", "shape_type": "rectangle", "points": [[1, 2], [3, 4]]}
    (tmp_path / "pose.json").write_text(json.dumps({"shapes": [box, *shapes]}))
    for path in tmp_path.iterdir():
        for face in (points, other):
            np.testing.assert_allclose(read_pose(path, face), face, atol=0.001)
        assert "2 faces: leave only the one" in refusal(path)
        with pytest.raises(ReposeError, match="none of them at this face's place"):
            read_pose(path, check_landmarks(points + 5000))


def test_xml_of_several_pictures_is_refused(tmp_path: Path, points: Landmarks) -> None:
    path = tmp_path / "pose.xml"
    picture = as_xml(points).removeprefix("<dataset><images>").removesuffix("</images></dataset>")
    path.write_text(f"<dataset><images>{picture}{picture}</images></dataset>")
    assert "faces in 2 pictures" in refusal(path)


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "windows-1252", "UTF-16", "Shift_JIS", "utf-8"])
def test_xml_in_the_encoding_that_it_declares(
    tmp_path: Path, points: Landmarks, encoding: str
) -> None:
    path = tmp_path / "pose.xml"
    name = "顔.jpg" if encoding == "Shift_JIS" else "Bärbel.jpg"
    head = f"<?xml version='1.0' encoding='{encoding}'?>\n"
    path.write_bytes(as_xml(points, head=head, file=name).encode(encoding))
    np.testing.assert_allclose(read_pose(path), points, atol=0.001)


def test_text_in_another_encoding_than_declared_is_refused(
    tmp_path: Path, points: Landmarks
) -> None:
    path = tmp_path / "pose.xml"
    for declared in ("utf-8", "no-such-encoding", "hex"):
        head = f"<?xml version='1.0' encoding='{declared}'?>"
        path.write_bytes(as_xml(points, head=head, file="Bärbel").encode("latin-1"))
        assert "save it in UTF-8" in refusal(path)


def lines_of(points: Landmarks, form: str) -> list[str]:
    return [form.format(i=i, n=i + 1, x=x, y=y) for i, (x, y) in enumerate(points.tolist())]


@pytest.mark.parametrize(
    ("header", "form"),
    [
        ("", "{x}, {y}"),
        ("", "{x};{y}"),
        ("", "{x}\t{y}"),
        ("", "{x} {y}"),
        ("", "{i},{x},{y}"),
        ("", "{n} {x} {y}"),
        (",x,y", "{i},{x},{y}"),
        ("\tx\ty", "{i}\t{x}\t{y}"),
        ("x;y;id", "{x};{y};{n}"),
        ("sep=;\nx;y", "{x};{y}"),
        ("# x,y", "{x},{y}"),
        ("Landmark, X, Y", "point_{i:02}, {x}, {y}"),
        ("x,y,score", "{x},{y},0.5"),
    ],
)
def test_tables_as_programs_write_them(
    tmp_path: Path, points: Landmarks, header: str, form: str
) -> None:
    path = tmp_path / "pose.csv"
    lines = lines_of(points, form)
    if "{i" in form or "{n" in form:
        lines.reverse()  # the index gives the order
    path.write_text("\n".join([*filter(None, [header]), *lines]))
    np.testing.assert_allclose(read_pose(path), points, atol=0.001)


def test_tables_of_excel(tmp_path: Path, points: Landmarks) -> None:
    path = tmp_path / "pose.csv"
    lines = [line.replace(".", ",") for line in lines_of(points, "{x};{y}")]
    path.write_text("\n".join(["x;y", *lines]))
    np.testing.assert_allclose(read_pose(path), points, atol=0.001)
    path.write_text("\n".join(["x\ty", *lines_of(points, "{x}\t{y}")]), encoding="utf-16")
    np.testing.assert_allclose(read_pose(path), points, atol=0.001)


def test_a_table_with_a_line_per_face(tmp_path: Path, points: Landmarks) -> None:
    path = tmp_path / "pose.csv"
    names = [f"{axis}_{i}" for axis in "xy" for i in range(68)]
    # As OpenFace's: landmarks in 3D have capital letters.
    header = ", ".join(["frame", *(name.upper() for name in names), *names])
    numbers = ", ".join(map(str, [1, *[0] * 136, *points.T.ravel().tolist()]))
    path.write_text(f"{header}\n{numbers}\n")
    np.testing.assert_allclose(read_pose(path), points, atol=0.001)
    path.write_text(f"{header}\n{numbers}\n{numbers}\n")
    assert "2 faces" in refusal(path)


@pytest.mark.parametrize(
    ("header", "form", "sentence"),
    [
        ("", "{x},{y},0.5", "3 columns without names"),
        ("u,v", "{x},{y}", "without the columns x and y"),
        ("id,x,y", "3{n},{x},{y}", "number its points"),
        ("", "0.{n},0.{i}", "go from 0 to 1"),
    ],
)
def test_tables_that_could_mean_something_else_are_refused(
    tmp_path: Path, points: Landmarks, header: str, form: str, sentence: str
) -> None:
    path = tmp_path / "pose.csv"
    path.write_text("\n".join([*filter(None, [header]), *lines_of(points, form)]))
    assert sentence in refusal(path)


def test_points_in_another_order_are_refused(tmp_path: Path, points: Landmarks) -> None:
    by_text = sorted(range(68), key=str)
    for number, order in enumerate(([*range(67, -1, -1)], by_text, [*range(17, 68), *range(17)])):
        for suffix in (".pts", ".csv"):
            path = tmp_path / f"{number}{suffix}"
            write_pose(path, check_landmarks(points[order]), SIZE)
            assert "iBUG's order" in refusal(path)


def test_labels_that_end_with_a_number_give_the_order(tmp_path: Path, points: Landmarks) -> None:
    path = tmp_path / "pose.json"
    for first in (0, 1):
        shapes = [
            {"label": f"p{index + first}", "shape_type": "point", "points": [point]}
            for index, point in enumerate(points.tolist())
        ]
        path.write_text(json.dumps({"shapes": shapes[::-1]}))
        np.testing.assert_allclose(read_pose(path), points, atol=0.001)
    del shapes[3]["label"]
    path.write_text(json.dumps({"shapes": shapes}))
    refusal(path)


@pytest.mark.parametrize(
    ("count", "scheme"), [(98, "WFLW"), (478, "MediaPipe"), (67, "67 points,")]
)
def test_other_numbers_of_points_are_named(tmp_path: Path, count: int, scheme: str) -> None:
    path = tmp_path / "pose.pts"
    lines = [f"{i % 9} {i}" for i in range(count)]
    path.write_text("\n".join([f"n_points: {count}", "{", *lines, "}"]))
    assert scheme in refusal(path)
    assert "68 of iBUG" in refusal(path)


def test_a_pose_file_is_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pts")
    assert "not a file" in refusal(tmp_path / "pipe.pts")
    with pytest.raises(ReposeError, match="name is not valid"):
        read_pose(tmp_path / "a\0b.pts")


def test_writing_refuses_what_reading_would(tmp_path: Path, points: Landmarks) -> None:
    with pytest.raises(ReposeError, match="suffix"):
        write_pose(tmp_path / "pose.txt", points, SIZE)
    with pytest.raises(ReposeError, match="68"):
        write_pose(tmp_path / "pose.pts", points[:67], SIZE)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "bad", [np.zeros((68, 2)), np.zeros((68, 3)), np.zeros(136), "face", [[1, 2], [3]]]
)
def test_what_spans_no_face_is_refused(bad: object) -> None:
    with pytest.raises(ReposeError):
        check_landmarks(bad)  # type: ignore[arg-type]
