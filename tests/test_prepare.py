import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.cache import open_cache
from engine.detector import find_faces
from engine.errors import ReposeError
from engine.landmarks import Landmarks
from engine.photos import Photo, read_photo, write_photo
from engine.pose_files import read_pose, write_pose
from engine.prepare import CROP_SIDE, PrepareOptions, list_pictures, prepare, read_groups


def prepared(data: Path, out: Path, **options: object) -> Path:
    prepare(PrepareOptions(data=data, out=out, **{"workers": 1, **options}))  # type: ignore[arg-type]
    return out


def skipped(cache: Path) -> dict[str, str]:
    with (cache / "skipped.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["picture", "reason"]
    return {Path(path).name: reason for path, reason in rows}


def test_bad_pictures_are_skipped_and_listed(
    sample: Path, photo: Photo, face: Landmarks, no_face: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(sample, data / "anna-01.jpg")
    (data / "anna-02.jpg").write_bytes(sample.read_bytes()[:30_000])
    (data / "anna-03.jpg").write_text("no picture")
    (data / "anna-04.png").touch()
    shutil.copy(no_face, data / "ben-01.png")
    shutil.copy(sample, data / "ben-02.jpg")
    (data / "ben-02.pts").write_text("version: 1\nn_points: 67\n{\n" + "1 2\n" * 67 + "}\n")
    shutil.copy(sample, data / "ben-03.jpg")
    write_pose(data / "ben-03.pts", face + np.float32(5000), (512, 512))
    (data / "notes.txt").write_text("not a picture, and not meant to be one")
    shutil.copy(sample, data / "portrait.jpg")  # not of this layout

    cache = prepared(data, tmp_path / "cache")
    (picture,) = open_cache(cache)
    assert (picture.name, picture.group) == ("cache/anna-01.jpg", "anna")
    np.testing.assert_array_equal(picture.pixels, photo)
    np.testing.assert_allclose(picture.landmarks, face, atol=1e-3)
    np.testing.assert_allclose(picture.box, find_faces(photo)[0].box, atol=1e-3)

    reasons = skipped(cache)
    assert set(reasons) == {
        "anna-02.jpg", "anna-03.jpg", "anna-04.png", "ben-01.png", "ben-02.jpg", "ben-03.jpg"
    }  # fmt: skip
    assert all(reason.endswith(".") and "\n" not in reason for reason in reasons.values())
    assert reasons["ben-01.png"] == "No face was found."
    assert "67" in reasons["ben-02.jpg"]
    assert "outside" in reasons["ben-03.jpg"]


def test_landmarks_beside_a_picture_are_used(people: Path, cache: Path) -> None:
    pictures = open_cache(cache)
    assert len(pictures) == 15
    assert skipped(cache) == {}
    for picture in pictures:
        path = people / Path(picture.name).name
        np.testing.assert_array_equal(picture.pixels, read_photo(path))
        marked = read_pose(path.with_suffix(".pts"), None)
        np.testing.assert_allclose(picture.landmarks, marked, atol=1e-3)
        np.testing.assert_allclose(picture.box[:2], marked.min(axis=0), atol=1e-3)
        np.testing.assert_allclose(picture.box[2:], marked.max(axis=0), atol=1e-3)


def test_large_faces_are_scaled_down(photo: Photo, face: Landmarks, tmp_path: Path) -> None:
    data = tmp_path / "data"
    large = np.repeat(np.repeat(photo, 3, axis=0), 3, axis=1)
    write_photo(data / "anna-1.png", large)
    write_pose(data / "anna-1.pts", (face + 0.5) * 3 - 0.5, (1536, 1536))
    (picture,) = open_cache(prepared(data, tmp_path / "cache"))
    height = np.ptp(picture.landmarks[:, 1])
    assert 2.3 * height == pytest.approx(CROP_SIDE, abs=2)
    scale = picture.shape[0] / 512
    np.testing.assert_allclose(picture.landmarks, (face + 0.5) * scale - 0.5, atol=0.5)
    box = find_faces(picture.pixels)[0].landmarks
    assert np.abs(box - picture.landmarks).mean() < 2


def test_people_layout(people: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    for name, number in (("Ann-Marie", 0), ("Bo", 1)):
        (data / name).mkdir(parents=True)
        for suffix in (".png", ".pts"):
            shutil.copy(people / f"{number}-01{suffix}", data / name / f"one{suffix}")
    (data / "loose.png").touch()
    pictures = open_cache(prepared(data, tmp_path / "cache", layout="people"))
    assert [picture.group for picture in pictures] == ["Ann-Marie", "Bo"]
    assert not any(picture.fixed_camera for picture in pictures)


def test_names_of_the_layout_fei(tmp_path: Path) -> None:
    for name in ("12-03.jpg", "12-11.JPG", "a-b-07.png", "12-7.txt", "plain.jpg", "-3.jpg"):
        (tmp_path / name).touch()
    found = {(path.name, person) for path, person in list_pictures(tmp_path, "fei")}
    assert found == {("12-03.jpg", "12"), ("12-11.JPG", "12"), ("a-b-07.png", "a-b")}
    some = {path.name for path, _ in list_pictures(tmp_path, "fei", (3, 7))}
    assert some == {"12-03.jpg", "a-b-07.png"}


def test_groups(people: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(people, data)
    (data / "groups.csv").write_text("person,group\n0,twins\n3,twins\n")
    pictures = open_cache(prepared(data, tmp_path / "cache"))
    groups = {Path(picture.name).name[0]: picture.group for picture in pictures}
    assert groups == {"0": "twins", "1": "1", "2": "2", "3": "twins", "4": "4"}


@pytest.mark.parametrize(
    "content",
    [b"", b"who,what\n1,2\n", b"person,group\n1\n", b"person,group\n1,\n", b"\xff\xfe\x00"],
)
def test_bad_groups_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "groups.csv").write_bytes(content)
    with pytest.raises(ReposeError, match=r"groups\.csv"):
        read_groups(tmp_path)


def test_several_processes_write_the_same(people: Path, cache: Path, tmp_path: Path) -> None:
    other = prepared(people, tmp_path / "people", workers=2)
    for name in ("index.json", "pictures.bin", "skipped.csv"):
        assert (other / name).read_bytes() == (cache / name).read_bytes()


def test_what_cannot_be_prepared(people: Path, no_face: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ReposeError, match="no pictures in the layout fei"):
        prepared(empty, tmp_path / "cache")
    with pytest.raises(ReposeError, match="is not a folder"):
        prepared(tmp_path / "missing", tmp_path / "cache")
    shutil.copy(no_face, empty / "anna-1.png")
    with pytest.raises(ReposeError, match="No face was found"):
        prepared(empty, tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("*")), "no half-written cache"
    (tmp_path / "file").touch()
    with pytest.raises(ReposeError, match="cannot be written"):
        prepared(people, tmp_path / "file")


def test_a_cache_is_written_again_whole(people: Path, cache: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    shutil.copytree(cache, again)
    (again / "index.json").write_text("{}")
    prepared(people, again)
    assert json.loads((again / "index.json").read_text()) == json.loads(
        (cache / "index.json").read_text()
    )
