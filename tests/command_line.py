"""Running the command line: in this process, or in one of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from main import main

ROOT = Path(__file__).parent.parent


def run(*arguments: object) -> int:
    """The exit status of the command line, also when it leaves early on wrong usage."""
    try:
        return main([str(argument) for argument in arguments])
    except SystemExit as leaving:
        return int(leaving.code or 0)


def sentence(capsys: pytest.CaptureFixture[str]) -> str:
    """The one line on standard error."""
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.splitlines()
    assert len(lines) == 1, captured.err
    assert lines[0].startswith("repose: ")
    return lines[0]


def run_python(code: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)


def started(
    *words: object, closed: str = "", **environment: str
) -> "subprocess.CompletedProcess[bytes]":
    """The command in a process of its own, with streams closed by the shell (such as ``2>&-``)."""
    command = [os.fsencode(str(word)) for word in (sys.executable, ROOT / "main.py", *words)]
    shell = ["sh", "-c", f'"$@" {closed}', "sh"]
    everything = {**os.environ, **environment}
    return subprocess.run([*shell, *command], env=everything, capture_output=True, timeout=300)
