"""Names of the parts of a pose and of the ways to transfer one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from engine import PosePart, Transfer


def part_names() -> dict[PosePart, str]:
    """The names of the parts that can be copied."""
    translate = QCoreApplication.translate
    return {
        "head": translate("Pose", "Turn of the head"),
        "eyes": translate("Pose", "Eyes"),
        "brows": translate("Pose", "Brows"),
        "mouth": translate("Pose", "Mouth"),
        "jaw": translate("Pose", "Jaw"),
    }


def transfer_names() -> dict[Transfer, tuple[str, str]]:
    """A name and a note for each way to transfer a pose."""
    translate = QCoreApplication.translate
    return {
        "relative": (
            translate("Pose", "Relative"),
            translate("Pose", "head rotation and expression; the face keeps its own shape."),
        ),
        "aligned": (
            translate("Pose", "Aligned"),
            translate("Pose", "the other face's points, moved and scaled onto this face."),
        ),
        "absolute": (
            translate("Pose", "Absolute"),
            translate("Pose", "the other face's points as they are; for photos of a fixed camera."),
        ),
    }
