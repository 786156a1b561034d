"""The settings of a run as a flat list with names, texts and meanings, for forms and flags."""

import ast
import dataclasses
import inspect
import json
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from engine.config import config as config_module
from engine.config.config import Config
from engine.core.errors import ReposeError


@dataclass(frozen=True)
class Setting:
    """One setting.

    name     with its group: ``g1.blocks``
    text     its value as text; several values are separated by spaces
    choices  the allowed values, if they are a fixed list
    meaning  its description
    """

    name: str
    text: str
    choices: tuple[str, ...]
    meaning: str

    @property
    def group(self) -> str:
        """Its group; empty if it has none."""
        return self.name.rpartition(".")[0]


def settings_in(config: Config) -> list[Setting]:
    """Every setting of ``config`` except ``data.folders``."""
    return [
        Setting(name, _text(value), _choices(kind), meaning)
        for name, kind, value, meaning in _leaves(config)
    ]


def with_settings(config: Config, texts: Mapping[str, str]) -> Config:
    """``config`` with new values for some settings, as texts by name.

    Raises ReposeError for an unknown setting, an invalid value or values that contradict.
    """
    kinds = {name: kind for name, kind, _, _ in _leaves(config)}
    values = dataclasses.asdict(config)
    for name, text in texts.items():
        if name not in kinds:
            raise ReposeError(f"There is no setting {name}.")
        *groups, last = name.split(".")
        group = values
        for step in groups:
            group = group[step]
        group[last] = _parsed(name, kinds[name], text.strip())
    return Config.from_json(json.dumps(values))


def setting_flags(config: Config, start: Config) -> list[str]:
    """The flags of ``train`` that change ``start`` to ``config``."""
    words: list[str] = []
    before = {name: value for name, _, value, _ in _leaves(start)}
    for name, _, value, _ in _leaves(config):
        if value == before[name]:
            continue
        group, _, last = f"--{name.replace('_', '-')}".rpartition(".")
        if isinstance(value, bool):
            no = "" if value else "no-"
            words.append(f"{group}.{no}{last}" if group else f"--{no}{last[2:]}")
        else:
            words += [f"--{name.replace('_', '-')}", *_text(value).split()]
    return words


def _leaves(config: Any, prefix: str = "") -> Iterator[tuple[str, Any, Any, str]]:
    """Name, type, value and meaning of each setting."""
    kinds, meanings = typing.get_type_hints(type(config)), _meanings()[type(config).__name__]
    for item in dataclasses.fields(config):
        value, name = getattr(config, item.name), prefix + item.name
        if dataclasses.is_dataclass(value):
            yield from _leaves(value, f"{name}.")
        elif name != "data.folders":
            yield name, kinds[item.name], value, meanings.get(item.name, "")


@cache
def _meanings() -> dict[str, dict[str, str]]:
    """The docstring below each setting in the source, by class and name."""
    found: dict[str, dict[str, str]] = {}
    for node in ast.parse(inspect.getsource(config_module)).body:
        if isinstance(node, ast.ClassDef):
            texts = found[node.name] = {}
            for item, below in zip(node.body, node.body[1:], strict=False):
                if (
                    isinstance(item, ast.AnnAssign)
                    and isinstance(item.target, ast.Name)
                    and isinstance(below, ast.Expr)
                    and isinstance(below.value, ast.Constant)
                ):
                    texts[item.target.id] = " ".join(str(below.value.value).split())
    return found


def _choices(kind: Any) -> tuple[str, ...]:
    """The allowed values of a type, if they are a fixed list."""
    if kind is bool:
        return ("yes", "no")
    return typing.get_args(kind) if typing.get_origin(kind) is Literal else ()


def _text(value: Any) -> str:
    """A value as text; `_parsed` is the inverse."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " ".join(map(_text, value))
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _parsed(name: str, kind: Any, text: str) -> Any:
    """The value of type ``kind`` in ``text``. Raises ReposeError when it is invalid."""
    choices, words = _choices(kind), text.split()
    if choices:
        if text not in choices:
            raise ReposeError(f"The setting {name} must be one of {', '.join(choices)}.")
        return text == "yes" if kind is bool else text
    if typing.get_origin(kind) is tuple:
        kinds = typing.get_args(kind)
        if kinds[-1] is ...:
            return tuple(_number(name, kinds[0], word) for word in words)
        if len(words) != len(kinds):
            raise ReposeError(f"The setting {name} takes {len(kinds)} values, not {len(words)}.")
        return tuple(_number(name, k, word) for k, word in zip(kinds, words, strict=True))
    return _number(name, kind, text)


def _number(name: str, kind: Any, text: str) -> Any:
    """A word as a number, or as it is if the setting is text. Raises ReposeError."""
    try:
        return kind(text)
    except ValueError as error:
        what = "a whole number" if kind is int else "a number"
        raise ReposeError(f"The setting {name} must be {what}, not {text or 'nothing'}.") from error
