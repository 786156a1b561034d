"""The header of a checkpoint: its settings and metadata, read without its weights.

Apart from `engine.networks.checkpoint`, so that the window reads it without importing torch.
"""

from pathlib import Path

from safetensors import SafetensorError, safe_open

from engine.config.config import Config
from engine.core.errors import ReposeError
from engine.core.files import open_regular, reason

FORMAT = "repose"
"""The value of ``format`` in the header."""

_LARGEST_HEADER = 10_000_000  # bytes: a hundred times a usual one, with the names of all people
_LONGEST_NAME = 100  # characters


def model_config(path: Path) -> Config:
    """The settings that a model was trained with.

    Raises ReposeError when the file cannot be read or is not a model of Repose.
    """
    return config_in(read_header(path), path)


def read_header(path: Path) -> dict[str, str]:
    """The header of a checkpoint: ``format``, ``version``, ``config`` ... Raises as above."""
    with open_regular(path) as file:
        length = int.from_bytes(file.read(8), "little")  # of the header, as safetensors stores it
    if length > _LARGEST_HEADER:
        raise ReposeError(f"{path} is damaged or not a model of Repose.")
    try:
        with safe_open(path, framework="numpy") as stored:
            header: dict[str, str] = dict(stored.metadata() or {})
    except SafetensorError as error:
        raise ReposeError(f"{path} is damaged or not a model of Repose.") from error
    except OSError as error:
        raise ReposeError(f"The model {path} cannot be read: {reason(error)}.") from error
    if header.get("format") != FORMAT or "config" not in header:
        raise ReposeError(f"{path} is a safetensors file, but not a model of Repose.")
    return header


def plain_name(name: str) -> str:
    """A model's name as one line of at most _LONGEST_NAME printable characters."""
    return "".join(c if c.isprintable() else "?" for c in name[:_LONGEST_NAME])


def config_in(header: dict[str, str], path: Path) -> Config:
    """The settings in a header. Raises ReposeError when they are not valid."""
    try:
        return Config.from_json(header["config"])
    except ReposeError as error:
        raise ReposeError(f"{path} has settings that cannot be used: {error}") from error
