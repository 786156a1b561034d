"""Points of bodies from the files of other programs."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drawn_bodies import KEYPOINTS, draw_people

from engine.config.skeletons import SKELETONS
from engine.core.errors import ReposeError
from engine.data.cache import open_cache
from engine.data.keypoints import read_coco, read_openpose
from engine.data.prepare import PrepareOptions, prepare

NAMES = SKELETONS["body"].points


def flat(points: dict[str, tuple[float, float]], names: tuple[str, ...]) -> list[float]:
    """x, y, 2 of every name; zeros of what is missing."""
    return [v for name in names for v in ((*points[name], 2.0) if name in points else (0, 0, 0))]


def coco(path: Path, people: list[list[float]], name: str = "a.png") -> Path:
    annotations: list[dict[str, Any]] = [{"image_id": 7, "keypoints": values} for values in people]
    annotations.append({"image_id": 7, "bbox": [0, 0, 5, 5]})  # a dog, say
    path.write_text(
        json.dumps({"images": [{"id": 7, "file_name": name}], "annotations": annotations})
    )
    return path


def test_the_17_points_of_coco(tmp_path: Path) -> None:
    # Each point at (its number, 10 times that), as COCO counts them.
    points = {name: (float(k + 1), 10.0 * (k + 1)) for k, name in enumerate(KEYPOINTS)}
    (body,) = read_coco(coco(tmp_path / "coco.json", [flat(points, KEYPOINTS)])).values()
    assert body.shape == (18, 2)
    assert body.dtype == np.float32
    for name, point in zip(NAMES, body.tolist(), strict=True):
        if name != "neck":
            assert tuple(point) == points[name.replace(" ", "_")]
    shoulders = [points["left_shoulder"], points["right_shoulder"]]
    np.testing.assert_allclose(body[NAMES.index("neck")], np.mean(shoulders, axis=0))
    del points["left_shoulder"], points["nose"]
    (body,) = read_coco(coco(tmp_path / "coco.json", [flat(points, KEYPOINTS)])).values()
    missing = {NAMES[k] for k in np.flatnonzero(np.isnan(body).any(axis=1))}
    assert missing == {"left shoulder", "nose", "neck"}


def test_18_points_are_in_the_order_of_openpose(tmp_path: Path) -> None:
    points = {name: (k + 1.0, 100.0 - k * k) for k, name in enumerate(NAMES)}
    (body,) = read_coco(coco(tmp_path / "coco.json", [flat(points, NAMES)])).values()
    np.testing.assert_array_equal(body, list(points.values()))


def test_the_largest_person_counts(tmp_path: Path) -> None:
    points = {name: (k + 1.0, 100.0 - k * k) for k, name in enumerate(NAMES)}
    people = [
        flat({name: (s * x, s * y) for name, (x, y) in points.items()}, NAMES) for s in (1, 3, 2)
    ]
    people.append([0] * 54)
    (body,) = read_coco(coco(tmp_path / "coco.json", people)).values()
    np.testing.assert_array_equal(body, 3 * np.array(list(points.values())))


def test_files_of_openpose(tmp_path: Path) -> None:
    path = tmp_path / "a_keypoints.json"
    points = {name: (k + 1.0, 100.0 - k * k) for k, name in enumerate(NAMES)}
    path.write_text(json.dumps({"people": [{"pose_keypoints_2d": flat(points, NAMES)}]}))
    np.testing.assert_array_equal(read_openpose(path), list(points.values()))
    # BODY_25: a middle of the hips between, feet at the end.
    names = (*NAMES[:8], "hips", *NAMES[8:], "toe 1", "toe 2", "heel", "toe 3", "toe 4", "heel 2")
    values = flat({**points, "hips": (999, 999), "heel": (999, 999)}, names)
    path.write_text(json.dumps({"people": [{"pose_keypoints_2d": values}]}))
    np.testing.assert_array_equal(read_openpose(path), list(points.values()))
    path.write_text('{"people": []}')
    assert np.isnan(read_openpose(path)).all()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"images": 3, "annotations": []}',
        '{"images": [], "annotations": [{"image_id": 1, "keypoints": []}]}',
        '{"images": [{"id": 1, "file_name": "a"}],'
        ' "annotations": [{"image_id": 1, "keypoints": [1]}]}',
        '{"people": [{"pose_keypoints_2d": [1, 2, 3]}]}',
        '{"people": [{"pose_keypoints_2d": ["x"]}]}',
        '{"people": [{}]}',
        "[" * 100_000,
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keypoints.json"
    path.write_text(content)
    with pytest.raises(ReposeError, match="is not a COCO JSON"):
        read_coco(path)
    with pytest.raises(ReposeError, match="is not a file of OpenPose"):
        read_openpose(path)
    with pytest.raises(ReposeError, match="does not exist"):
        read_coco(tmp_path / "none.json")


def prepared(data: Path, out: Path, **options: Any) -> Path:
    prepare(PrepareOptions(data=data, out=out, workers=1, skeleton="body", **options))
    return out


def test_bodies_are_prepared(tmp_path: Path) -> None:
    data = tmp_path / "data"
    keypoints = draw_people(data, people=2, poses=3)
    listed = read_coco(keypoints)
    pictures = open_cache(prepared(data, tmp_path / "cache", layout="people"))
    assert len(pictures) == 6
    for picture in pictures:
        assert picture.skeleton == "body"
        assert picture.shape == (128, 96, 3)
        points = listed[picture.name.removeprefix("cache/")]
        np.testing.assert_array_equal(picture.landmarks, points)
        np.testing.assert_allclose(picture.box[:2], np.nanmin(points, axis=0), atol=1e-3)
        np.testing.assert_allclose(picture.box[2:], np.nanmax(points, axis=0), atol=1e-3)
    assert any(np.isnan(picture.landmarks).any() for picture in pictures)
    # The same file from elsewhere is the same cache; with one point moved, one picture is new.
    elsewhere = tmp_path / "coco.json"
    shutil.move(keypoints, elsewhere)
    index = (tmp_path / "cache" / "index.json").read_bytes()
    prepared(data, tmp_path / "cache", layout="people", keypoints=elsewhere)
    assert (tmp_path / "cache" / "index.json").read_bytes() == index
    content = json.loads(elsewhere.read_text())
    content["annotations"][2]["keypoints"][:3] = [50, 50, 2]
    elsewhere.write_text(json.dumps(content))
    prepared(data, tmp_path / "cache", layout="people", keypoints=elsewhere)
    changed = open_cache(tmp_path / "cache")
    same = [
        np.array_equal(a.landmarks, b.landmarks, equal_nan=True)
        for a, b in zip(pictures, changed, strict=True)
    ]
    assert same == [True, True, False, True, True, True]


def test_files_beside_pictures_and_what_lacks_them(tmp_path: Path) -> None:
    data = tmp_path / "data"
    draw_people(data, people=1, poses=4, missing=0).unlink()
    points = {name: (20.0 + k, 90.0 - k * k / 4) for k, name in enumerate(NAMES)}
    for number, kept in (("0", 18), ("1", 2), ("2", 18)):
        some = dict(list(points.items())[:kept])
        content: Any = {"people": [{"pose_keypoints_2d": flat(some, NAMES)}]}
        (data / "00" / f"{number}_keypoints.json").write_text(json.dumps(content))
    (data / "00" / "2_keypoints.json").write_text("?")
    cache = prepared(data, tmp_path / "cache", layout="people")
    (picture,) = open_cache(cache)
    np.testing.assert_array_equal(picture.landmarks, list(points.values()))
    text = (cache / "skipped.csv").read_text()
    assert "Fewer than three points" in text
    assert "is not a file of OpenPose" in text
    assert "There is no file 3_keypoints.json beside it" in text


def test_a_coco_file_of_other_pictures(tmp_path: Path) -> None:
    data = tmp_path / "data"
    draw_people(data, people=1, poses=2)
    other = coco(tmp_path / "coco.json", [[1.0, 2.0, 2.0] * 17], "other.png")
    with pytest.raises(ReposeError, match="names none of the pictures"):
        prepared(data, tmp_path / "cache", layout="people", keypoints=other)


def test_bare_names_count_where_they_are_unique(tmp_path: Path) -> None:
    data = tmp_path / "data"
    path = draw_people(data, people=1, poses=2)
    path.write_text(path.read_text().replace("00/", "train2017/"))
    with pytest.raises(ReposeError, match="names none"):
        prepared(data, tmp_path / "cache", layout="people")
    path.write_text(path.read_text().replace("train2017/", ""))
    assert len(open_cache(prepared(data, tmp_path / "cache", layout="people"))) == 2
