import csv
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.config.config import Layout
from engine.core.errors import ReposeError
from engine.data.cache import open_cache
from engine.data.layouts import list_pictures, read_groups
from engine.data.prepare import PrepareOptions, prepare
from engine.data.samples import CROP_SIDE, PHOTO_SIDE, view_angles
from engine.face.detection import find_faces, find_largest_face
from engine.face.landmarks import Landmarks
from engine.face.lifted_face import fitted_head
from engine.face.pose_files import read_pose, write_pose
from engine.imaging.photos import Photo, read_photo, write_photo


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
    found = find_largest_face(photo)
    assert found is not None
    np.testing.assert_allclose(picture.landmarks, found.landmarks, atol=1e-3)
    np.testing.assert_allclose(picture.box, found.box, atol=1e-3)
    np.testing.assert_allclose(picture.landmarks, face, atol=1.5)

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


def test_large_pictures_are_scaled_down(photo: Photo, face: Landmarks, tmp_path: Path) -> None:
    data = tmp_path / "data" / "anna"
    large = np.repeat(np.repeat(photo, 3, axis=0), 3, axis=1)
    write_photo(data / "1.png", large)
    write_pose(data / "1.pts", (face + 0.5) * 3 - 0.5, (1536, 1536))
    (picture,) = open_cache(prepared(data.parent, tmp_path / "cache", layout="people"))
    height = np.ptp(picture.landmarks[:, 1])
    assert 2.3 * height == pytest.approx(CROP_SIDE, abs=2)
    scale = picture.shape[0] / 512
    np.testing.assert_allclose(picture.landmarks, (face + 0.5) * scale - 0.5, atol=0.5)
    box = find_faces(picture.pixels)[0].landmarks
    assert np.abs(box - picture.landmarks).mean() < 2


def test_pictures_of_a_fixed_camera_keep_their_common_frame(
    photo: Photo, face: Landmarks, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    large = np.repeat(np.repeat(photo, 2, axis=0), 2, axis=1)
    for number, size in (("1", 1.0), ("2", 0.7)):
        write_photo(data / f"anna-{number}.png", large)
        write_pose(data / f"anna-{number}.pts", face * 2 * size, (1024, 1024))
    for picture in open_cache(prepared(data, tmp_path / "cache")):
        assert picture.shape == (PHOTO_SIDE, PHOTO_SIDE, 3)


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


def test_names_of_the_layouts(tmp_path: Path) -> None:
    for name in ("12-03.jpg", "12-11.JPG", "a-b-07.png", "12-7.txt", "plain.jpg", "._12-03.jpg"):
        (tmp_path / name).touch()
    (tmp_path / "x" / "deep").mkdir(parents=True)
    (tmp_path / "x" / "1.webp").touch()

    def found(layout: Layout, poses: tuple[int, ...] = ()) -> set[tuple[str, str]]:
        return {(file.name, file.person) for file in list_pictures(tmp_path, layout, poses)}

    assert found("fei") == {("12-03.jpg", "12"), ("12-11.JPG", "12"), ("a-b-07.png", "a-b")}
    assert found("fei", (3, 7)) == {("12-03.jpg", "12"), ("a-b-07.png", "a-b")}
    assert found("people") == {("x/1.webp", "x")}
    assert {name for name, _ in found("portraits")} == {
        "12-03.jpg", "12-11.JPG", "a-b-07.png", "plain.jpg"
    }  # fmt: skip
    assert ("plain.jpg", "plain") in found("portraits")


@pytest.mark.parametrize(
    ("layout", "names", "said"),
    [
        ("fei", ["anna/1.jpg", "anna/2.jpg"], "2 in the layout people"),
        ("people", ["anna-1.jpg"], "1 in the layout fei"),
        ("fei", ["anna.jpg"], "1 in the layout portraits"),
        ("portraits", ["anna/1.jpg"], "1 in the layout people"),
        ("portraits", ["text.txt"], "nor in any other layout"),
    ],
)
def test_a_layout_that_would_find_pictures_is_named(
    tmp_path: Path, layout: Layout, names: list[str], said: str
) -> None:
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    with pytest.raises(ReposeError, match=f"no pictures in the layout {layout} .*{said}"):
        list_pictures(tmp_path, layout)


def test_poses_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "anna-1.jpg").touch()
    with pytest.raises(ReposeError, match="no pictures of the poses 2, 3"):
        list_pictures(tmp_path, "fei", (2, 3))


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions are those of Unix")
def test_a_folder_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "anna").mkdir()
    (tmp_path / "anna").chmod(0)
    try:
        if os.access(tmp_path / "anna", os.R_OK):
            pytest.skip("root may read everything")
        with pytest.raises(ReposeError, match="anna cannot be read: permission denied"):
            list_pictures(tmp_path, "people")
    finally:
        (tmp_path / "anna").chmod(0o700)


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
    with pytest.raises(ReposeError, match="folder of its own"):
        prepared(people, people)
    with pytest.raises(ReposeError, match="--keypoints is for"):
        prepared(people, tmp_path / "cache", keypoints=no_face)
    with pytest.raises(ReposeError, match="Only faces can be lifted"):
        prepared(people, tmp_path / "cache", layout="portraits", skeleton="body")
    shutil.copy(no_face, empty / "anna-1.png")
    with pytest.raises(ReposeError, match=r"None of the 1 .* anna-1\.png: No face was found"):
        prepared(empty, tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("*")), "no half-written cache"
    (tmp_path / "file").touch()
    with pytest.raises(ReposeError, match="cannot be written"):
        prepared(people, tmp_path / "file")


def test_without_points_nothing_is_looked_for(no_face: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(no_face, data / "meadow-1.png")
    (picture,) = open_cache(prepared(data, tmp_path / "cache", skeleton="none"))
    assert picture.skeleton == "none"
    assert picture.landmarks.shape == (0, 2)
    assert picture.box.tolist() == [0, 0, 63, 63]


def test_portraits_become_views(
    photo: Photo, face: Landmarks, people: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    write_photo(data / "anna.png", photo)
    write_pose(data / "anna.pts", face, (512, 512))
    (data / "ben.png").touch()
    cache = prepared(data, tmp_path / "cache", layout="portraits", views=3)
    first, *views = pictures = open_cache(cache)
    assert [picture.name for picture in pictures] == [
        "cache/anna.png", "cache/anna.png#01", "cache/anna.png#02", "cache/anna.png#03"
    ]  # fmt: skip
    assert {picture.group for picture in pictures} == {"anna"}
    assert len({picture.shape for picture in pictures}) == 1
    assert first.weight is None
    assert first.expression is None, "a file of landmarks does not tell it"
    assert np.abs(first.landmarks - find_faces(first.pixels)[0].landmarks).mean() < 3
    for view in views:
        assert view.weight is not None
        assert view.weight.shape == view.pixels.shape[:2]
        # Seen in the photo: the face well, all of the picture never.
        x, y = view.landmarks[30].astype(int)
        assert view.weight[y, x] > 100 > view.weight.min()
        assert not np.array_equal(view.pixels, first.pixels)
    assert skipped(cache) == {"ben.png": f"{data / 'ben.png'} is empty."}


def test_views_keep_the_expression(photo: Photo, tmp_path: Path) -> None:
    write_photo(tmp_path / "data" / "anna.png", photo)
    made = prepared(tmp_path / "data", tmp_path / "cache", layout="portraits", views=1)
    first, view = open_cache(made)
    (found, *_) = find_faces(photo)
    assert first.expression == fitted_head(found).expression
    assert view.expression == first.expression


def test_angles_of_views_are_spread_and_always_the_same() -> None:
    angles = np.array(view_angles("anna.jpg", 12))
    np.testing.assert_array_equal(angles, view_angles("anna.jpg", 12))
    assert not np.array_equal(angles, view_angles("ben.jpg", 12))
    yaw, pitch, roll = np.abs(angles).max(axis=0)
    assert 25 < yaw <= 40
    assert 7 < pitch <= 12
    assert 2 < roll <= 5
    assert (np.abs(angles[:, 0]) < 20).sum() > 6, "more small turns than large ones"
    assert (angles[:, 0] > 0).sum() == 6
