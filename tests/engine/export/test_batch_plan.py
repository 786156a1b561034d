"""Which jobs a batch makes and how these are called."""

from dataclasses import replace
from pathlib import Path

import pytest
from export_names import names

import engine
from engine.core.errors import NamingError, ReposeError
from engine.core.files import resource
from engine.export.batches import (
    ExportBatch,
    angles_text,
    check_pattern,
    plan_batch,
    read_angles,
)
from engine.export.jobs import Job
from engine.export.repose_options import ReposeOptions, batch_arguments, batch_from_options


@pytest.mark.parametrize(
    ("text", "angles"),
    [
        ("20", (20.0,)),
        ("-12.5", (-12.5,)),
        ("-30:30:3", (-30.0, 0.0, 30.0)),
        ("0:1:2", (0.0, 1.0)),
        ("10:-10:5", (10.0, 5.0, 0.0, -5.0, -10.0)),
    ],
)
def test_angles_are_numbers_or_sweeps(text: str, angles: tuple[float, ...]) -> None:
    assert read_angles(text) == angles
    assert read_angles(angles_text(angles)) == angles


@pytest.mark.parametrize("text", ["", "left", "1:2", "1:2:x", "nan", "0:inf:3", "0:9:0", "0:9:1",
                                  "0:9:100000", "1:2:3:4", "400"])  # fmt: skip
def test_other_angles_are_refused(text: str) -> None:
    with pytest.raises(ReposeError):
        read_angles(text)


def test_every_source_takes_every_pose_and_every_angle(photos: Path, tmp_path: Path) -> None:
    poses = tmp_path / "poses"
    poses.mkdir()
    for name in ("left.pts", "up.json"):
        (poses / name).touch()
    batch = ExportBatch(
        sources=(photos,), targets=(photos / "a.jpg",), poses=(poses,), yaw=(0.0, 5.0),
        out=tmp_path / "out",
    )  # fmt: skip
    jobs = plan_batch(batch)
    assert len(jobs) == 2 * 3 * 2
    assert [job.source.name for job in jobs[::6]] == ["a.jpg", "b.jpg"]
    assert names(batch)[:4] == [
        "a-a-yaw0.png",
        "a-a-yaw5.png",
        "a-left-yaw0.png",
        "a-left-yaw5.png",
    ]
    assert jobs[-1] == Job(photos / "b.jpg", poses / "up.json", jobs[-1].output, (5.0, 0.0, 0.0))


def test_named_poses_are_poses_of_a_batch(photos: Path, tmp_path: Path) -> None:
    batch = ExportBatch(
        sources=(photos / "a.jpg",), poses=(resource("poses/08-laugh.json"),),
        named=("Look-Left", "laugh", "look left"), out=tmp_path / "out",
    )  # fmt: skip
    assert names(batch) == ["a-laugh.png", "a-look left.png"]
    with pytest.raises(ReposeError, match="no pose 'luagh'"):
        plan_batch(replace(batch, named=("luagh",)))


def test_names_follow_the_pattern(batch: ExportBatch) -> None:
    named = replace(batch, name="{folder}/{number}-{source}-{pose}-{yaw}", format="webp")
    assert names(named)[-1] == "photos/4-b-own-10.webp"
    assert names(replace(batch, yaw=(0.0,)))[0] == "a-reposed.png"


@pytest.mark.parametrize(
    "pattern", ["{x}", "{source", "source}", "{source!r}", "{number:03}", "{source.name}", "{}",
                " ", "a/", "/a", "../a", "a/../b", "a:b", "a?", "a\n"],
)  # fmt: skip
def test_patterns_that_make_no_names_are_refused(pattern: str) -> None:
    with pytest.raises(engine.NamingError):
        check_pattern(pattern)


def test_two_pictures_with_one_name_are_refused(batch: ExportBatch, photos: Path) -> None:
    with pytest.raises(NamingError, match=r"called a\.png: put .*\{yaw\}"):
        plan_batch(replace(batch, name="{source}"))


def test_names_tell_sources_and_poses_apart(batch: ExportBatch, photos: Path) -> None:
    """By default; also where a file system does not tell case apart."""
    (photos / "a.png").touch()
    assert names(replace(batch, yaw=(5.0,))) == [
        "a-jpg-reposed.png",
        "a-png-reposed.png",
        "b-reposed.png",
    ]
    (photos / "A.PNG").touch()
    other = photos / "other"
    other.mkdir()
    for name in ("a.jpg", "c.pts", "c.csv"):
        (other / name).touch()
    batch = replace(batch, sources=(photos, other), poses=(other,))
    made = names(batch)
    assert len({name.casefold() for name in made}) == 5 * 2 * 2
    assert {"photos-a-jpg-c-csv-yaw10.png", "b-c-pts-yaw10.png"} <= set(made)
    again = names(replace(batch, sources=(other, photos)))
    assert sorted(again) == sorted(made), "the order of the sources does not matter"
    with pytest.raises(NamingError, match="would both be called"):
        plan_batch(replace(batch, name="{source}-{pose}-{yaw}"))


def test_nothing_lies_outside_the_folder(
    batch: ExportBatch, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = photos / "deep"
    deep.mkdir()
    (deep / "...jpg").touch()
    monkeypatch.chdir(deep)
    batch = replace(batch, yaw=(5.0,))
    up = replace(batch, sources=(Path("../a.jpg"),), name="{folder}/{source}")
    assert names(up) == ["photos/a.png"]
    dots = replace(batch, sources=(Path("...jpg"),))
    assert names(replace(dots, name="{source}/x")) == ["_/x.png"]
    root = replace(batch, sources=(Path("/a.jpg"),), name="{folder}/{source}")
    assert names(root) == ["_/a.png"]
    assert batch.out is not None
    batch.out.mkdir()
    (batch.out / "link").symlink_to(photos)
    with pytest.raises(NamingError, match="outside"):
        plan_batch(replace(batch, name="link/{source}-{yaw}"))


def test_a_pattern_with_a_conversion_is_told_the_right_one() -> None:
    with pytest.raises(NamingError, match=r"write \{source\} without"):
        check_pattern("{source!r}")
    with pytest.raises(NamingError, match=r"write \{yaw\} without"):
        check_pattern("{yaw:03}")


def test_nothing_to_do_is_said(batch: ExportBatch, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for wrong, words in (
        (replace(batch, sources=()), "at least one photo"),
        (replace(batch, out=None), "folder for the pictures"),
        (replace(batch, sources=(tmp_path / "empty",)), "no photos in the folder"),
        (replace(batch, poses=(tmp_path / "empty",)), "no pose files in the folder"),
    ):
        with pytest.raises(ReposeError, match=words) as caught:
            plan_batch(wrong)
        assert not isinstance(caught.value, NamingError)


@pytest.mark.parametrize(
    "wrong",
    [{"face": "0"}, {"quality": 0}, {"fps": 0.0}, {"sheet": Path("a.txt")}, {"yaw": ()},
     {"animation": Path("a.avi")}, {"name": "{x}"}],
)  # fmt: skip
def test_values_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ReposeError):
        ExportBatch(**wrong)  # type: ignore[arg-type]


def test_a_batch_is_written_and_read(batch: ExportBatch, tmp_path: Path) -> None:
    whole = replace(
        batch, targets=(Path("t.jpg"),), name="{source}-{yaw}", format="jpg", quality=70,
        note=False, place=False,
        sheet=Path("s.png"), animation=Path("a.mp4"), fps=12.5, overwrite=True, view="face",
    )  # fmt: skip
    assert ExportBatch.from_json(whole.to_json()) == whole
    for text in ("", "[]", "{}", '{"version": 2}', '{"version": 1, "faces": 2}',
                 '{"version": 1, "sources": "a"}'):  # fmt: skip
        (tmp_path / "b.json").write_text(text)
        with pytest.raises(ReposeError, match=r"b\.json"):
            ExportBatch.read(tmp_path / "b.json")


def test_the_command_line_can_say_it_too(batch: ExportBatch) -> None:
    import tyro

    whole = replace(
        batch, targets=(Path("t.jpg"), Path("u.jpg")), poses=(Path("p.pts"),),
        named=("laugh", "look left"),
        yaw=(-20.0, 0.0, 20.0), pitch=(5.0,), note=False, place=False, overwrite=True, fps=12.5,
        sheet=Path("s.png"), sheet_faces=True, view="layer",
        name="{source}-{pose}-{yaw}",
    )  # fmt: skip
    options = tyro.cli(ReposeOptions, args=batch_arguments(whole))
    assert batch_from_options(options) == whole
