"""Files are written whole or not at all."""

import os
import stat
from contextlib import nullcontext
from pathlib import Path

import pytest

import engine.core.files
from engine.core.errors import ReposeError
from engine.core.files import check_writable, read_text, resource, write_whole


def test_a_file_appears_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file.txt"
    with write_whole(path) as part:
        assert part.parent == path.parent
        assert part.suffix == ".txt"
        part.write_text("all of it")
        assert not path.exists()
    assert path.read_text() == "all of it"
    assert list(path.parent.iterdir()) == [path]


def test_an_error_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), write_whole(path) as part:
        part.write_text("half")
        raise ZeroDivisionError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    with (
        pytest.raises(ReposeError, match=r"file\.txt cannot be written, the disk is full"),
        write_whole(path) as part,
    ):
        part.write_text("half")
        raise OSError(28, "No space left on device")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(ReposeError, match="cannot be written"),
        write_whole(tmp_path / "file" / "below.txt"),
    ):
        pytest.fail("the block must not be entered")
    with pytest.raises(ReposeError, match="not a file"), write_whole(tmp_path):
        pytest.fail("the block must not be entered")


def test_a_device_is_never_replaced() -> None:
    with pytest.raises(ReposeError, match="not a file"), write_whole(Path(os.devnull)):
        pytest.fail("the block must not be entered")
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_a_link_and_a_mode_are_kept(tmp_path: Path) -> None:
    real, link = tmp_path / "real.txt", tmp_path / "link.txt"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    with write_whole(link) as part:
        part.write_text("new")
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


@pytest.mark.parametrize("refusals", [3, 1000])
def test_a_file_that_is_in_use_is_replaced_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusals: int
) -> None:
    """Windows forbids to replace a file that another program has open."""
    replace, left = os.replace, [refusals]

    def refuses(*paths: Path) -> None:
        left[0] -= 1
        if left[0] >= 0:
            raise PermissionError(13, "The file is in use")
        replace(*paths)

    monkeypatch.setattr(os, "replace", refuses)
    path = tmp_path / "file.txt"
    path.write_text("old")
    expected = pytest.raises(ReposeError, match="in use") if refusals > 100 else nullcontext()
    with expected, write_whole(path) as part:
        part.write_text("new")
    assert path.read_text() == ("old" if refusals > 100 else "new")
    assert list(tmp_path.iterdir()) == [path]


def test_resources(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert resource("sample.jpg").is_file()
    assert resource("icon.svg").is_file()
    monkeypatch.setattr(engine.core.files, "RESOURCES", tmp_path)
    with pytest.raises(ReposeError, match="install Repose again"):
        resource("sample.jpg")


def test_an_output_is_checked_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    for path in (tmp_path, tmp_path / "file", tmp_path / "new" / "deep" / "file"):
        check_writable(path)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "old"
    for path in (tmp_path / "file" / "below", Path(os.devnull)):
        with pytest.raises(ReposeError, match="cannot be written"):
            check_writable(path)


def test_text_is_read_from_regular_files_of_some_size(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"\xef\xbb\xbfone\r\ntwo")
    assert read_text(path) == "one\ntwo"
    with pytest.raises(ReposeError, match="too large"):
        read_text(path, largest=10)
    with pytest.raises(ReposeError, match="does not exist"):
        read_text(tmp_path / "none")
    path.write_bytes(b"\xff")
    with pytest.raises(ReposeError, match="UTF-8"):
        read_text(path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(ReposeError, match="pipe or a device"):
            read_text(tmp_path / "pipe")
