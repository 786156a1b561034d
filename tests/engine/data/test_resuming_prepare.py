"""A cache is whole or not there: interrupted, killed, brought up to date, in other hands."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.core.errors import ReposeError
from engine.core.processes import in_processes
from engine.data.cache import VERSION, Entry, is_cache, open_cache
from engine.data.cache_writer import CacheWriter
from engine.data.prepare import PrepareOptions, prepare

ROOT = Path(__file__).parents[3]
FILES = ("index.json", "pictures.bin", "skipped.csv")


def prepared(data: Path, out: Path, **options: object) -> Path:
    prepare(PrepareOptions(data=data, out=out, **{"workers": 1, **options}))  # type: ignore[arg-type]
    return out


def contents(cache: Path) -> list[bytes]:
    assert sorted(path.name for path in cache.iterdir()) == sorted(FILES)
    return [(cache / name).read_bytes() for name in FILES]


def with_broken_file(people: Path, folder: Path) -> Path:
    """A copy with a broken file in the middle."""
    shutil.copytree(people, folder)
    (folder / "2-02.png").write_bytes(b"broken")
    return folder


@pytest.fixture
def data(people: Path, tmp_path: Path) -> Path:
    """A folder of its own, with a broken file in the middle."""
    return with_broken_file(people, tmp_path / "data")


@pytest.fixture(scope="module")
def unchanged(people: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same for tests that change nothing in it."""
    return with_broken_file(people, tmp_path_factory.mktemp("unchanged") / "data")


@pytest.fixture(scope="module")
def finished(unchanged: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cache of the unchanged folder."""
    return prepared(unchanged, tmp_path_factory.mktemp("finished") / "cache")


def cut(cache: Path, out: Path, records: int, line: int = 0, extra: bytes = b"") -> None:
    """Make of a finished cache one that broke off after so many ``records``, ``line`` bytes of the
    next and ``extra`` pixels.
    """
    index = json.loads((cache / "index.json").read_text())
    entries = iter(index["pictures"])
    lines = [json.dumps({"version": VERSION, "made": index["made"]})]
    end = 0
    for name, stamp, reason, count in index["files"][: records + 1]:
        own = [next(entries) for _ in range(count)]
        values = {"name": name, "stamp": stamp, "reason": reason, "entries": own}
        lines.append(json.dumps(values))
        if len(lines) <= records + 1 and own:
            end = Entry(**own[-1]).end
    last = lines.pop()[:line] if len(lines) > records + 1 else ""
    out.mkdir()
    (out / "unfinished.jsonl").write_text("\n".join([*lines, last]))
    (out / "unfinished.bin").write_bytes((cache / "pictures.bin").read_bytes()[:end] + extra)


@pytest.mark.parametrize("records", [0, 1, 7, 8, 14])
@pytest.mark.parametrize(("line", "extra"), [(0, b""), (0, b"half a picture"), (30, b"x" * 9999)])
def test_it_goes_on_with_the_same_outcome(
    unchanged: Path, finished: Path, tmp_path: Path, records: int, line: int, extra: bytes
) -> None:
    cut(finished, tmp_path / "broken", records, line, extra)
    assert is_cache(tmp_path / "broken")
    with pytest.raises(ReposeError, match="not finished"):
        open_cache(tmp_path / "broken")
    assert contents(prepared(unchanged, tmp_path / "broken")) == contents(finished)


def test_what_is_done_is_not_done_again(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = prepared(data, tmp_path / "whole")
    cut(whole, tmp_path / "broken", 15)
    # Had it to read them, it would find nothing; size and time say that they are the same.
    for path in data.glob("*.png"):
        status = path.stat()
        path.write_bytes(b"?" * status.st_size)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert contents(prepared(data, tmp_path / "broken")) == contents(whole)
    capsys.readouterr()
    before = (whole / "index.json").stat().st_mtime_ns
    prepared(data, whole)
    assert capsys.readouterr().out == f"{whole} is there already: 14 pictures of 5 people; " + (
        "1 skipped, see skipped.csv\n"
    )
    assert (whole / "index.json").stat().st_mtime_ns == before


@pytest.mark.parametrize("step", range(4))
def test_broken_off_while_it_is_finished(data: Path, tmp_path: Path, step: int) -> None:
    """The states between the last picture and the index, of a first cache and of a newer one."""
    whole = prepared(data, tmp_path / "whole")
    out = tmp_path / "broken"
    cut(whole, out, 15)
    if step == 0:  # an older cache is still whole
        shutil.copytree(whole, out, dirs_exist_ok=True)
        (data / "9-01.png").write_bytes((data / "0-01.png").read_bytes())
        (data / "9-01.pts").write_bytes((data / "0-01.pts").read_bytes())
        assert len(open_cache(out)) == 14
    if step >= 1:  # no index any more, the old pictures still there
        (out / "pictures.bin").write_bytes(b"old")
        (out / "skipped.csv").write_text("old")
    if step >= 2:
        os.replace(out / "unfinished.bin", out / "pictures.bin")
    if step >= 3:
        shutil.copy(whole / "index.json", out)
        shutil.copy(whole / "skipped.csv", out)
    expected = contents(prepared(data, tmp_path / "again"))
    if step < 3:
        assert len(expected) == 3
    assert contents(prepared(data, out)) == expected


def test_changed_folders_are_brought_up_to_date(data: Path, tmp_path: Path) -> None:
    cache = prepared(data, tmp_path / "cache")
    before = contents(cache)
    for suffix in (".png", ".pts"):
        (data / f"4-03{suffix}").unlink()
        shutil.copy(data / f"0-01{suffix}", data / f"00-01{suffix}")
    shutil.copy(data / "2-01.png", data / "2-02.png")  # mended
    shutil.copy(data / "1-02.pts", data / "1-01.pts")  # other landmarks
    (data / "groups.csv").write_text("person,group\n0,twins\n3,twins\n")
    prepared(data, cache)
    assert contents(cache) != before
    assert contents(cache) == contents(prepared(data, tmp_path / "anew"))
    assert len(open_cache(cache)) == 15
    (data / "groups.csv").unlink()
    prepared(data, cache)
    assert {picture.group for picture in open_cache(cache)} == {"00", "0", "1", "2", "3", "4"}


def test_while_a_cache_is_renewed_the_old_one_stays(data: Path, tmp_path: Path) -> None:
    cache = prepared(data, tmp_path / "cache")
    made = PrepareOptions(data=data, out=cache).made
    with CacheWriter(cache, made, []):
        assert len(open_cache(cache)) == 14
    assert len(open_cache(cache)) == 14
    prepared(data, cache)
    contents(cache)


def run_prepare(data: Path, out: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, ROOT / "main.py", "prepare", data, "--out", out, *arguments]
    return subprocess.Popen(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for_pixels(out: Path, count: int, process: subprocess.Popen[str]) -> None:
    """Until so many bytes of pixels are on the disk, or the process has ended."""
    pixels = out / "unfinished.bin"
    while process.poll() is None and not (pixels.exists() and pixels.stat().st_size > count):
        time.sleep(0.01)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of Unix")
@pytest.mark.parametrize("number", ["SIGINT", "SIGKILL"])
def test_ended_from_outside(sample: Path, tmp_path: Path, number: str) -> None:
    data, out = tmp_path / "data", tmp_path / "out"
    data.mkdir()
    for k in range(40):
        shutil.copy(sample, data / f"{k:02}-1.jpg")
    process = run_prepare(data, out, "--workers", "2")
    # More than two pictures have, with their labels: one has been appended then, not only begun.
    wait_for_pixels(out, 2 * 512 * 512 * 4, process)
    os.killpg(process.pid, signal.SIGINT) if number == "SIGINT" else process.kill()
    # It returns when the workers have ended too, for they have the same standard error.
    _, errors = process.communicate(timeout=300)
    assert not list(out.glob("index.json"))
    if number == "SIGINT":
        assert process.returncode == 130
        assert errors.endswith("stopped; the same command goes on from here\n")
        assert len((out / "unfinished.jsonl").read_text().splitlines()) > 1
    for path in sorted(data.iterdir())[4:]:
        path.unlink()
    (out / "anew").mkdir()
    assert contents(prepared(data, tmp_path / "anew"))[1] == contents(renewed(data, out))[1]


def renewed(data: Path, out: Path) -> Path:
    (out / "anew").rmdir()
    return prepared(data, out)


def test_a_worker_that_dies(tmp_path: Path) -> None:
    with (
        pytest.raises(ReposeError, match="fewer --workers"),
        in_processes(os._exit, [(1,)] * 9, 2) as results,
    ):
        list(results)


@pytest.mark.skipif(sys.platform == "win32", reason="the limit is one of Unix")
def test_a_full_disk(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000));"
        f"sys.path.insert(0, {str(ROOT)!r}); from main import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", limited, "prepare", str(data), "--out", str(out)]
    done = subprocess.run([*command, "--workers", "1"], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == (
        f"repose: The cache {out} cannot be written: file too large;"
        " once that is put right, the same command goes on from here.\n"
    )
    with pytest.raises(ReposeError, match="not finished"):
        open_cache(out)
    assert contents(prepared(data, out)) == contents(prepared(data, tmp_path / "anew"))


def test_other_things_in_the_way_stay(data: Path, people: Path, tmp_path: Path) -> None:
    cache = prepared(data, tmp_path / "cache")
    before = contents(cache)
    for other in (
        {"data": people},
        {"layout": "portraits"},
        {"poses": (1,)},
        {"skeleton": "none"},
    ):
        with pytest.raises(ReposeError, match="another folder or of other options"):
            prepared(**{"data": data, "out": cache, **other})  # type: ignore[arg-type]
        assert contents(cache) == before
    cut(cache, tmp_path / "broken", 3)
    with pytest.raises(ReposeError, match="unfinished cache of another folder"):
        prepared(people, tmp_path / "broken")
    for name in ("index.json", "pictures.bin", "skipped.csv", "unfinished.bin"):
        folder = tmp_path / f"with {name}"
        folder.mkdir()
        (folder / name).write_text("{}")
        with pytest.raises(ReposeError, match="belongs to no cache"):
            prepared(data, folder)
        assert [path.read_text() for path in folder.iterdir()] == ["{}"]


def test_older_and_damaged_caches_stay(data: Path, tmp_path: Path) -> None:
    cache = prepared(data, tmp_path / "cache")
    index = json.loads((cache / "index.json").read_text())
    (cache / "index.json").write_text(json.dumps({**index, "version": 1}))
    with pytest.raises(ReposeError, match="of another version"):
        prepared(data, cache)
    with pytest.raises(ReposeError, match="of another version"):
        open_cache(cache)
    (cache / "index.json").write_text(json.dumps(index)[:-9])
    with pytest.raises(ReposeError, match="damaged"):
        prepared(data, cache)
    (cache / "index.json").write_text(json.dumps(index))
    with (cache / "pictures.bin").open("r+b") as file:
        file.truncate(1000)
    with pytest.raises(ReposeError, match="damaged"):
        prepared(data, cache)
    assert (cache / "pictures.bin").stat().st_size == 1000


def test_a_journal_of_an_older_version(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "unfinished.jsonl").write_text('{"version": 1}\n')
    with pytest.raises(ReposeError, match="another version"):
        prepared(data, out)


def test_the_list_of_what_was_skipped(data: Path, tmp_path: Path) -> None:
    with (prepared(data, tmp_path / "cache") / "skipped.csv").open(newline="") as file:
        header, (name, reason) = csv.reader(file)
    assert (header, name) == (["picture", "reason"], "2-02.png")
    assert "not a photo" in reason


def test_a_line_now_and_then_where_there_is_no_terminal(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.data.prepare._TELL_SECONDS", 0.0)
    prepared(data, tmp_path / "cache")
    captured = capsys.readouterr()
    assert captured.err.splitlines()[-1] == "15 of 15 pictures, 0 s left"
    assert captured.out == "14 pictures of 5 people; 1 skipped, see skipped.csv\n"
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    prepared(data, tmp_path / "other")
    assert "15/15" in capsys.readouterr().err
