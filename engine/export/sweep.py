"""Angles as the user gives them: one number, or a sweep of several."""

import math

from engine.core.errors import ReposeError

MOST_STEPS = 1000
_FARTHEST = 180.0


def read_angles(text: str) -> tuple[float, ...]:
    """The angles in ``text``, degrees: ``"20"`` is one, ``"-30:30:7"`` seven from -30 to 30.

    Raises ReposeError for anything else.
    """
    parts = text.split(":")
    try:
        if len(parts) not in (1, 3):
            raise ValueError
        numbers = [float(part) for part in parts[:2]]
        steps = int(parts[2]) if len(parts) == 3 else 1
    except ValueError:
        raise ReposeError(
            f"The angle {text!r} is neither a number of degrees nor FROM:TO:STEPS."
        ) from None
    # Written so that NaN fails.
    if not all(abs(number) <= _FARTHEST for number in numbers):
        raise ReposeError(f"The angle {text!r} is not between -180 and 180 degrees.")
    return angles_between(numbers[0], numbers[-1], steps)


def angles_between(first: float, last: float, steps: int) -> tuple[float, ...]:
    """So many angles from ``first`` to ``last``, degrees.

    Raises ReposeError for a number of steps that makes no sense.
    """
    if not 1 <= steps <= MOST_STEPS or (steps == 1 and first != last):
        raise ReposeError(f"A sweep has 2 to {MOST_STEPS} steps, not {steps}.")
    share = 1 / max(steps - 1, 1)
    return tuple(round(first + (last - first) * k * share, 4) + 0.0 for k in range(steps))


def angle_text(degrees: float) -> str:
    """An angle for people and file names: ``"-12.5"``, ``"20"``."""
    return f"{degrees:.4f}".rstrip("0").rstrip(".") if math.isfinite(degrees) else str(degrees)


def angles_text(angles: tuple[float, ...]) -> str:
    """What `read_angles` reads as these angles, which `angles_between` gave."""
    ends = [angle_text(angles[0]), angle_text(angles[-1])]
    return ends[0] if len(angles) == 1 else ":".join([*ends, str(len(angles))])
