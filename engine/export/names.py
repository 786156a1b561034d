"""Names of the pictures of a batch, from a pattern such as ``{source}-{pose}-{yaw}``."""

import re
import unicodedata
from collections.abc import Mapping
from pathlib import PurePosixPath
from string import Formatter

from engine.core.errors import ReposeError

NAME_FIELDS = ("source", "folder", "pose", "yaw", "pitch", "roll", "number")
"""What a pattern may hold: the source's name and folder, the name of the target photo or pose file
(or ``own``), the angles in degrees, and a number that counts the pictures."""

# What Windows refuses in names; on other systems the pictures could not be copied to one.
_REFUSED = re.compile(r'[<>:"|?*\x00-\x1f]')


def check_pattern(pattern: str) -> None:
    """Raises ReposeError when pictures cannot be named after ``pattern``."""
    fields = ", ".join(f"{{{name}}}" for name in NAME_FIELDS)
    try:
        parts = list(Formatter().parse(pattern))
    except ValueError:
        raise ReposeError(
            f"The naming pattern {pattern} has a brace too many or too few."
        ) from None
    for _, name, form, conversion in parts:
        if name is not None and (name not in NAME_FIELDS or form or conversion):
            raise ReposeError(f"There is no {{{name}}} in a naming pattern; there are {fields}.")
    text = "".join(literal for literal, *_ in parts)
    refused = _REFUSED.search(text)
    if refused:
        raise ReposeError(f"A file's name cannot hold {refused.group()!r}.")
    path = PurePosixPath(pattern.replace("\\", "/"))
    if not pattern.strip() or pattern.endswith(("/", "\\")):
        raise ReposeError("The naming pattern is empty.")
    if path.is_absolute() or ".." in path.parts:
        raise ReposeError(f"The naming pattern {pattern} leaves the output folder.")


def named(pattern: str, values: Mapping[str, str]) -> str:
    """The name, without suffix, that a checked pattern gives with these values of its fields."""
    return pattern.format_map({name: _REFUSED.sub("_", text) for name, text in values.items()})


def same_name(name: str) -> str:
    """What two names share that some file system takes for one: a Mac's or a Windows'."""
    return unicodedata.normalize("NFC", name).casefold()
