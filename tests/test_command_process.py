"""The command line in a process of its own: what it imports, its streams, its names."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import ROOT, run_python, started

from main import DONE, FAILED

pytestmark = pytest.mark.usefixtures("own_working_folder")

# Makes every import of Qt, and of the window, fail.
BLOCK_QT = """
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("PySide6", "shiboken6", "qimage2ndarray", "gui"):
            raise ImportError(f"{name} is blocked")
sys.meta_path.insert(0, Block())
"""


def test_the_engine_needs_no_qt() -> None:
    modules = sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / "engine").glob("**/*.py")
        if path.name != "__init__.py"
    )
    code = (
        f"{BLOCK_QT}\n"
        "import engine, importlib\n"
        "for name in engine.__all__: getattr(engine, name)\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
    )
    done = run_python(code)
    assert done.returncode == 0, done.stderr


def test_repose_needs_no_qt(sample: Path, model: Path, tmp_path: Path) -> None:
    code = f"{BLOCK_QT}\nfrom main import main\nsys.exit(main(sys.argv[1:]))"
    output = tmp_path / "out.png"
    done = run_python(code, "repose", sample, "-o", output, "--roll", "9", "--model", model)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert output.is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="sh")
@pytest.mark.parametrize("closed", ["2>&-", ">&-", "<&- >&- 2>&-"])
def test_closed_streams_end_nothing(sample: Path, model: Path, closed: str) -> None:
    words = ("repose", sample, "--yaw", "-5:5:2", "--out", "out", "--model", model, "--events")
    assert started(*words, closed=closed).returncode == DONE
    assert len(list(Path("out").glob("*.png"))) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="names are Unicode elsewhere")
def test_names_that_no_encoding_can_show(sample: Path, model: Path) -> None:
    name = os.fsdecode(b"n\xe4me-\xe6\x97\xa5.jpg")
    Path(name).write_bytes(sample.read_bytes())
    words = ("repose", name, "missing.jpg", "--out", "日本", "--model", model)
    done = started(*words, PYTHONIOENCODING="cp1252")
    assert done.returncode == FAILED
    assert b"Traceback" not in done.stderr
    assert b"1 done, 1 failed" in done.stdout
    assert len(list(Path("日本").glob("*.png"))) == 1
    Path("missing.jpg").write_bytes(sample.read_bytes())
    again = started(*words, "--retry", PYTHONIOENCODING="ascii")
    assert (again.returncode, b"1 done" in again.stdout) == (DONE, True)


def test_a_python_without_the_packages_is_one_sentence() -> None:
    command = [sys.executable, "-S", str(ROOT / "main.py"), "repose", "a.jpg", "-o", "b.png"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == FAILED
    assert done.stderr.startswith("repose: This Python lacks tyro")
    assert len(done.stderr.splitlines()) == 1


def test_the_help_names_the_program_as_it_was_called() -> None:
    command = [sys.executable, str(ROOT / "main.py"), "repose", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.stdout.startswith("usage: python main.py repose")


def test_main_imports_no_torch_before_it_must() -> None:
    code = "import main, sys; sys.exit(bool({'torch', 'dlib', 'PySide6'} & set(sys.modules)))"
    assert run_python(code).returncode == 0
