"""Several data sets at once: what they are, hold and are prepared into, how they are split."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.config.config import DataConfig, Layout
from engine.core.errors import ReposeError
from engine.data.cache import Picture, is_cache, open_cache
from engine.data.datasets import (
    count_source,
    guess_layout,
    open_sources,
    parse_source,
    sum_counts,
)
from engine.data.prepare import PrepareOptions, prepare
from engine.data.split import partners, split


@pytest.mark.parametrize(
    ("text", "folder", "layout"),
    [
        ("DATA", "DATA", "fei"),
        ("DATA:people", "DATA", "people"),
        ("a/b.c:portraits", "a/b.c", "portraits"),
        (r"C:\Users\me\faces", r"C:\Users\me\faces", "fei"),
        (r"C:\Users\me\faces:people", r"C:\Users\me\faces", "people"),
        ("odd:name", "odd:name", "fei"),
        ("a:b:fei", "a:b", "fei"),
        (":fei", ":fei", "fei"),
    ],
)
def test_layouts_after_folders(text: str, folder: str, layout: Layout) -> None:
    assert parse_source(text, "fei") == (Path(folder), layout)
    assert parse_source("DATA", "people") == (Path("DATA"), "people")


def test_a_folder_on_a_drive_of_windows() -> None:
    expected = (Path("C:fei"), "people") if os.name == "nt" else (Path("C"), "fei")
    assert parse_source("C:fei", "people") == expected


@pytest.fixture(scope="module", autouse=True)
def in_this_process() -> Iterator[None]:
    """Pictures are prepared in this process: starting others would take longer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.data.prepare._FEW", 1000)
        yield


@pytest.fixture(scope="module")
def folders(people: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two folders called `a`, one in each layout, of the people 0, 1, 2 and, partly the same
    humans, of x, y, z; and one of people that no other has.
    """
    root = tmp_path_factory.mktemp("folders")
    fei, other, more = root / "1" / "a", root / "2" / "a", root / "more"
    for number in range(3):
        for view in (1, 2, 3):
            for suffix in (".png", ".pts"):
                picture = people / f"{number}-0{view}{suffix}"
                folder = other / "xyz"[number]
                for new in (
                    fei / picture.name,
                    folder / f"{view}{suffix}",
                    more / f"m{picture.name}",
                ):
                    new.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(picture, new)
    (other / "groups.csv").write_text("person,group\nx,0\ny,1\n")
    return {"fei": fei, "people": other, "more": more}


@pytest.fixture(scope="module")
def caches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the folders are prepared into."""
    return tmp_path_factory.mktemp("caches")


@pytest.fixture(scope="module")
def pictures(folders: dict[str, Path], cache: Path, caches: Path) -> list[Picture]:
    """Of a cache and of three folders of pictures in two layouts."""
    sources = [str(cache), str(folders["fei"]), f"{folders['people']}:people", str(folders["more"])]
    return open_sources(sources, DataConfig(), "face", caches)


def test_folders_are_prepared_on_the_way(
    pictures: list[Picture], folders: dict[str, Path], cache: Path, caches: Path
) -> None:
    files = {caches / name / "pictures.bin" for name in ("a", "a-2", "more")}
    assert {picture.file for picture in pictures} == {cache / "pictures.bin", *files}
    assert len(pictures) == 15 + 3 * 9
    assert len({picture.person for picture in pictures}) == 5 + 3 * 3
    assert all(len(others) == 2 for others in partners(pictures))
    # With the same folders in another order they are found again, not made again.
    stamps = {file: file.stat().st_mtime_ns for file in files}
    again = [f"{folders['people']}:people", str(folders["fei"]), str(folders["more"])]
    assert len(open_sources(again, DataConfig(), "face", caches)) == 27
    assert {file: file.stat().st_mtime_ns for file in files} == stamps
    # Another layout of the same folder is another cache.
    open_sources([f"{folders['more']}:portraits"], DataConfig(views=1), "face", caches)
    assert is_cache(caches / "more-2")


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("held_out", [0.0, 0.1, 0.4, 0.9])
def test_no_human_is_on_both_sides(pictures: list[Picture], seed: int, held_out: float) -> None:
    training, tested = split(pictures, held_out, seed)
    assert len(training) + len(tested) == len(pictures)
    assert not {p.group for p in training} & {p.group for p in tested}
    assert not {p.person for p in training} & {p.person for p in tested}
    # 0 and x, as well as 1 and y, are one human each; so are 0, 1 and 2 of two folders.
    humans = {p.group for p in pictures}
    assert humans == {"0", "1", "2", "3", "4", "z", "m0", "m1", "m2"}
    assert len({p.group for p in tested}) == min(max(1, round(held_out * 9)), 8)
    by_human = {p.name: p.group for p in tested}
    assert (
        ("a-2/x/1.png" in by_human) == ("a/0-01.png" in by_human) == ("people/0-01.png" in by_human)
    )
    again = split(pictures, held_out, seed)
    assert [p.name for p in again[1]] == [p.name for p in tested]


def test_a_tenth_is_held_out(pictures: list[Picture]) -> None:
    many = [replace(pictures[0], group=str(k), person=str(k)) for k in range(200)]
    training, tested = split(many, DataConfig().held_out, 0)
    assert (len(training), len(tested)) == (180, 20)
    two = many[:2]
    assert [len(side) for side in split(two, DataConfig().held_out, 0)] == [1, 1]


def test_one_person_is_too_few(people: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for path in people.glob("0-*"):
        shutil.copy(path, data)
    one = open_sources([str(data)], DataConfig(), "face", tmp_path / "cache")
    with pytest.raises(ReposeError, match="at least two people"):
        split(one, 0.1, 0)


def test_sources_that_cannot_be_used(people: Path, cache: Path, tmp_path: Path) -> None:
    def refused(*sources: object, skeleton: str = "face") -> str:
        with pytest.raises(ReposeError) as caught:
            open_sources([str(source) for source in sources], DataConfig(), skeleton, tmp_path)
        return str(caught.value)

    assert "--data" in refused()
    assert "a layout after it is one of fei, people, portraits" in refused(f"{people}:peple")
    assert "named twice" in refused(cache, cache)
    assert "skeleton face" in refused(cache, skeleton="body")
    assert "but 15 in the layout fei" in refused(f"{people}:people")
    old = tmp_path / "old"
    shutil.copytree(cache, old)
    index = json.loads((old / "index.json").read_text())
    (old / "index.json").write_text(json.dumps({**index, "version": 1}))
    assert "of another version" in refused(old)


def test_an_unfinished_cache_on_the_way_goes_on(people: Path, cache: Path, tmp_path: Path) -> None:
    index = json.loads((cache / "index.json").read_text())
    for number, header in (("", b""), ("-2", b'{"version": 2, "ma')):
        folder = tmp_path / f"people{number}"
        folder.mkdir()
        (folder / "unfinished.jsonl").write_bytes(header)
    made = PrepareOptions(data=people, out=cache).made
    assert made == index["made"]
    assert len(open_sources([str(people)], DataConfig(), "face", tmp_path)) == 15
    assert is_cache(tmp_path / "people")
    assert open_cache(tmp_path / "people")


def test_pictures_of_mixed_sizes_make_pairs(people: Path, sample: Path, tmp_path: Path) -> None:
    data = tmp_path / "data" / "anna"
    data.mkdir(parents=True)
    shutil.copy(sample, data / "large.jpg")
    for suffix in (".png", ".pts"):
        shutil.copy(people / f"0-01{suffix}", data / f"small{suffix}")
    prepare(PrepareOptions(data=data.parent, out=tmp_path / "cache", layout="people"))
    pictures = open_cache(tmp_path / "cache")
    assert {picture.shape[0] for picture in pictures} == {96, 512}
    assert partners(pictures) == [[1], [0]]


def test_caches_are_read_without_dlib(cache: Path) -> None:
    program = (
        "import sys; sys.modules['dlib'] = None\n"
        "from pathlib import Path\n"
        "import engine.training.training, engine.data.pairs\n"
        "from engine.config.config import DataConfig\n"
        "from engine.data.datasets import open_sources\n"
        "pictures = open_sources([sys.argv[1]], DataConfig(), 'face', Path('nowhere'))\n"
        "print(len(pictures), sum(int(picture.pixels.sum()) > 0 for picture in pictures))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(cache)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    assert done.stdout == "15 15\n"


def empty_files(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def test_people_pictures_and_pairs_of_every_layout(tmp_path: Path, cache: Path) -> None:
    people = empty_files(tmp_path / "people", "a/1.jpg", "a/2.jpg", "a/3.png", "b/1.jpg", "b/x.txt")
    count = count_source(f"{people}:people", DataConfig())
    assert (count.people, count.paired, count.pictures, count.pairs) == (2, 1, 4, 6)
    assert str(count) == "2 people, 4 pictures, 6 pairs"
    fei = empty_files(tmp_path / "fei", "1-01.jpg", "1-02.jpg", "1-11.jpg", "2-01.jpg", "2-02.jpg")
    assert count_source(f"{fei}:fei", DataConfig()).pairs == 8
    assert count_source(f"{fei}:fei", DataConfig(poses=(1, 2))).pairs == 4
    portraits = empty_files(tmp_path / "portraits", "ann.jpg", "bob.jpg")
    assert count_source(f"{portraits}:portraits", DataConfig(views=3)).pairs == 2 * 4 * 3
    count = count_source(str(cache), DataConfig())
    assert (count.layout, count.people, count.pictures, count.pairs) == (None, 5, 15, 30)


def test_what_cannot_be_trained_on_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReposeError, match="is not a folder"):
        count_source(str(tmp_path / "nothing"), DataConfig())
    one = empty_files(tmp_path / "one", "a/1.jpg", "a/2.jpg", "b/1.jpg")
    count = count_source(f"{one}:people", DataConfig())
    with pytest.raises(ReposeError, match="at least two people"):
        sum_counts([count])
    assert sum_counts([count, count]).pairs == 4
    single = empty_files(tmp_path / "single", "a/1.jpg", "b/1.jpg")
    with pytest.raises(ReposeError, match="No person has two pictures"):
        sum_counts([count_source(f"{single}:people", DataConfig())])


@pytest.mark.parametrize(
    ("names", "layout"),
    [
        (["a/1.jpg", "a/2.jpg", "b/1.jpg"], "people"),
        (["1-01.jpg", "1-02.jpg", "2-01.jpg"], "fei"),
        (["anna-maria.jpg", "jean-luc.jpg", "bob.jpg"], "portraits"),
        (["notes.txt"], None),
    ],
)
def test_the_layout_is_guessed(tmp_path: Path, names: list[str], layout: str | None) -> None:
    assert guess_layout(empty_files(tmp_path / "folder", *names)) == layout
