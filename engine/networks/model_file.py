"""What a model says of itself, read without its weights and without torch."""

from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open

from engine.config.config import Config
from engine.core.errors import ReposeError
from engine.core.files import reason


def model_config(path: Path) -> Config:
    """The settings that a model was trained with.

    Raises ReposeError when it cannot be read or is no model of Repose.
    """
    header = _header(path)
    if header.get("format") != "repose" or "config" not in header:
        raise ReposeError(f"{path} is not a model of Repose.")
    try:
        return Config.from_json(header["config"])
    except ReposeError as error:
        raise ReposeError(f"{path} has settings that cannot be used: {error}") from error


def _header(path: Path) -> Mapping[str, str]:
    try:
        with safe_open(path, framework="numpy") as stored:
            return dict(stored.metadata() or {})
    except SafetensorError as error:
        raise ReposeError(f"{path} is damaged or not a model of Repose.") from error
    except OSError as error:
        raise ReposeError(f"The model {path} cannot be read: {reason(error)}.") from error
