"""The wheel that pip, pipx and uv install works outside the source tree."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.imaging.photos import read_photo

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the packages of a wheel that was built from a copy of the sources."""
    source, wheels = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheels")
    for name in ("engine", "gui", "resources"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("main.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    code = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
    words = [sys.executable, "-W", "ignore", "-c", code, str(wheels)]
    subprocess.run(words, cwd=source, check=True, capture_output=True)
    target = tmp_path_factory.mktemp("installed")
    (wheel,) = wheels.glob("*.whl")
    words = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--quiet"]
    subprocess.run([*words, "--target", str(target), str(wheel)], check=True)
    shutil.rmtree(source)
    return target


def run(
    installed: Path, folder: Path, *words: object, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command in ``folder``; its packages are the installed ones, the others pytest's."""
    environment = {**os.environ, "PYTHONPATH": str(installed), **environment}
    return subprocess.run(
        list(map(str, words)), cwd=folder, env=environment, capture_output=True, text=True
    )


def test_the_program_runs_anywhere(installed: Path, model: Path, tmp_path: Path) -> None:
    (program,) = (installed / "bin").glob("repose*")
    photo = installed / "resources" / "sample.jpg"
    words = ("repose", photo, "-o", "out.png", "--yaw", 10, "--model", model)
    done = run(installed, tmp_path, program, *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert read_photo(tmp_path / "out.png").shape == (512, 512, 3)
    assert "usage: repose repose" in run(installed, tmp_path, program, "repose", "--help").stdout
    assert not list((installed / "resources").glob("screenshot*"))


def test_the_editor_names_its_commands_as_they_are_installed(
    installed: Path, tmp_path: Path
) -> None:
    code = (
        "from pathlib import Path; import engine; from gui.workers import train_process as t;"
        "from gui.window.app import make_application;"
        "from gui.window.main_window import MainWindow;"
        "app = make_application(); MainWindow('cpu');"
        "print(t.MAIN.is_file(), engine.__file__, t.resume_line(Path('run')))"
    )
    own = {"QT_QPA_PLATFORM": "offscreen", "REPOSE_DATA": str(tmp_path)}
    done = run(installed, tmp_path, sys.executable, "-c", code, **own)
    assert done.returncode == 0, done.stderr
    path = installed / "engine" / "__init__.py"
    assert done.stdout == f"True {path} repose train --run run --resume\n"


@pytest.mark.skipif(sys.platform != "linux", reason="Linux desktops have these entries")
def test_the_desktop_gets_an_entry_and_an_icon(installed: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    words = (sys.executable, installed / "main.py", "desktop")
    entry = data / "applications" / "repose.desktop"
    icon = data / "icons" / "hicolor" / "scalable" / "apps" / "repose.svg"
    done = run(installed, tmp_path, *words, XDG_DATA_HOME=str(data))
    assert (done.stdout, done.stderr) == (f"{entry}\n", "")
    assert f'Exec="{sys.executable}" "{installed / "main.py"}" %f\n' in entry.read_text("utf-8")
    assert icon.read_bytes() == (ROOT / "resources" / "icon.svg").read_bytes()
    assert run(installed, tmp_path, *words, "--remove", XDG_DATA_HOME=str(data)).returncode == 0
    assert not entry.exists()
    assert not icon.exists()
