"""How much there is to train on."""

from pathlib import Path

import pytest

from engine.config.config import DataConfig
from engine.core.errors import ReposeError
from engine.data.data_count import count_source, guess_layout, sum_counts


def pictures(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def test_people_pictures_and_pairs_of_every_layout(tmp_path: Path, cache: Path) -> None:
    people = pictures(tmp_path / "people", "a/1.jpg", "a/2.jpg", "a/3.png", "b/1.jpg", "b/x.txt")
    count = count_source(f"{people}:people", DataConfig())
    assert (count.people, count.paired, count.pictures, count.pairs) == (2, 1, 4, 6)
    assert str(count) == "2 people, 4 pictures, 6 pairs"
    fei = pictures(tmp_path / "fei", "1-01.jpg", "1-02.jpg", "1-11.jpg", "2-01.jpg", "2-02.jpg")
    assert count_source(f"{fei}:fei", DataConfig()).pairs == 8
    assert count_source(f"{fei}:fei", DataConfig(poses=(1, 2))).pairs == 4
    portraits = pictures(tmp_path / "portraits", "ann.jpg", "bob.jpg")
    assert count_source(f"{portraits}:portraits", DataConfig(views=3)).pairs == 2 * 4 * 3
    count = count_source(str(cache), DataConfig())
    assert (count.layout, count.people, count.pictures, count.pairs) == (None, 5, 15, 30)


def test_what_cannot_be_trained_on_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReposeError, match="is not a folder"):
        count_source(str(tmp_path / "nothing"), DataConfig())
    one = pictures(tmp_path / "one", "a/1.jpg", "a/2.jpg", "b/1.jpg")
    count = count_source(f"{one}:people", DataConfig())
    with pytest.raises(ReposeError, match="at least two people"):
        sum_counts([count])
    assert sum_counts([count, count]).pairs == 4
    single = pictures(tmp_path / "single", "a/1.jpg", "b/1.jpg")
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
    assert guess_layout(pictures(tmp_path / "folder", *names)) == layout
