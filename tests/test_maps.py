"""The maps of engine and gui, at their entrances, name every module."""

import re
from pathlib import Path
from types import ModuleType

import pytest

import engine
import gui


@pytest.mark.parametrize("package", [engine, gui], ids=["engine", "gui"])
def test_every_module_is_on_the_map_once(package: ModuleType) -> None:
    assert package.__file__ is not None
    assert package.__doc__ is not None
    modules = {path.stem for path in Path(package.__file__).parent.glob("*.py")} - {"__init__"}
    lines = re.findall(r"^(?:[a-z][a-z ]{8}  | {11})(\S.*)", package.__doc__, re.MULTILINE)
    assert sorted(re.findall(r"\w+", " ".join(lines))) == sorted(modules)
