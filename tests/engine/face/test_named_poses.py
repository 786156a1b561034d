"""Poses by their names: those that Repose ships, and the user's own."""

from pathlib import Path

import pytest

from engine.core.errors import ReposeError
from engine.core.files import data_folder, resource
from engine.face.named_poses import named_pose, named_poses, pose_name


@pytest.fixture
def own() -> Path:
    """A pose of the user with the name of a shipped one."""
    file = data_folder("poses") / "Smile.json"
    file.parent.mkdir(parents=True)
    file.write_bytes(resource("poses/08-laugh.json").read_bytes())
    (file.parent / "Cheese 2.json").write_bytes(file.read_bytes())
    return file


def test_shipped_poses_have_the_names_that_the_editor_shows() -> None:
    assert list(named_poses())[:3] == ["Ahead", "Left", "Right"]
    assert len(named_poses()) == 16
    for name in ("Look left", "LOOK LEFT", "look-left", " look_left "):
        assert named_pose(name) == resource("poses/15-look-left.json")


def test_the_users_poses_come_before_shipped_ones(own: Path) -> None:
    assert named_pose("smile") == own
    assert named_pose("cheese 2") == own.with_name("Cheese 2.json")
    assert len(named_poses()) == 17


def test_an_unknown_name_lists_the_names(own: Path) -> None:
    with pytest.raises(ReposeError, match=r"no pose 'laff'.* Ahead,.* Laugh,.* Cheese 2, Smile\.$"):
        named_pose("laff")


def test_a_file_has_the_name_of_its_pose(own: Path) -> None:
    assert pose_name(resource("poses/15-look-left.json")) == "look left"
    assert pose_name(own) == "Smile"
    assert pose_name(Path("08-laugh.pts")) == "08-laugh"


@pytest.mark.parametrize(
    ("system", "place"),
    [
        ("linux", ".local/share/Repose/poses"),
        ("darwin", "Library/Application Support/Repose/poses"),
        ("win32", "AppData/Roaming/Repose/poses"),
    ],
)
def test_the_users_folder_is_the_systems(
    system: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REPOSE_DATA", "XDG_DATA_HOME", "APPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", system)
    assert data_folder("poses") == Path.home() / place
