"""Groups of landmarks that are selected together."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

import engine


class FaceGroup(NamedTuple):
    """The landmarks of one part of the face, and the key that selects them."""

    source_text: str
    key: str
    indices: frozenset[int]

    @property
    def name(self) -> str:
        """The name in the user's language."""
        return QCoreApplication.translate("FaceGroup", self.source_text)


_GROUPS: tuple[tuple[object, tuple[str, ...]], ...] = (
    # Right and left from the person's point of view.
    (QT_TRANSLATE_NOOP("FaceGroup", "Jaw"), ("jaw",)),
    (QT_TRANSLATE_NOOP("FaceGroup", "Right brow"), ("right_brow",)),
    (QT_TRANSLATE_NOOP("FaceGroup", "Left brow"), ("left_brow",)),
    (QT_TRANSLATE_NOOP("FaceGroup", "Nose"), ("nose_bridge", "nostrils")),
    (QT_TRANSLATE_NOOP("FaceGroup", "Right eye"), ("right_eye",)),
    (QT_TRANSLATE_NOOP("FaceGroup", "Left eye"), ("left_eye",)),
    (QT_TRANSLATE_NOOP("FaceGroup", "Mouth"), ("outer_lips", "inner_lips")),
    (QT_TRANSLATE_NOOP("FaceGroup", "Inner mouth"), ("inner_lips",)),
    (QT_TRANSLATE_NOOP("FaceGroup", "Head"), ()),
)


@cache
def face_groups() -> tuple[FaceGroup, ...]:
    """All groups, in the order of their keys 1 to 9; the last is the whole head."""
    parts = {part.name: part.indices for part in engine.FACE_PARTS}
    return tuple(
        FaceGroup(str(text), str(key), frozenset(i for name in names or parts for i in parts[name]))
        for key, (text, names) in enumerate(_GROUPS, start=1)
    )


def group_of(part: str) -> FaceGroup:
    """The group that a click on the line of a part of `engine.FACE_PARTS` selects."""
    index = next(i for i, (_, names) in enumerate(_GROUPS) if part in names)
    if part == "inner_lips":
        index += 1  # "Mouth" contains both lines; "Inner mouth" is the next group
    return face_groups()[index]


def group_with(indices: frozenset[int]) -> FaceGroup | None:
    """The group with exactly these landmarks; None if there is none."""
    return next((group for group in face_groups() if group.indices == indices), None)
