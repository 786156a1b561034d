"""The views of a prediction that a pane can show."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication
from PySide6.QtGui import QImage

import engine
from gui.document.images import rgb_image

if TYPE_CHECKING:
    from engine import Group, KeepMask, Prediction

GAIN = 2.0  # of the difference map's values, so that small ones are visible


class View(Enum):
    """The pictures in reverse order of their computation."""

    REFINED = "refined"
    COARSE = "coarse"
    DIFFERENCE = "difference"
    WARP = "warp"
    SOURCE = "source"

    @property
    def name_shown(self) -> str:
        """The name for the user."""
        return QCoreApplication.translate("View", str(_NAMES[self]))

    @property
    def explained(self) -> str:
        """An explanation for the user."""
        return QCoreApplication.translate("View", str(_EXPLAINED[self]))


_NAMES = {
    View.REFINED: QT_TRANSLATE_NOOP("View", "Refined"),
    View.COARSE: QT_TRANSLATE_NOOP("View", "Coarse"),
    View.DIFFERENCE: QT_TRANSLATE_NOOP("View", "Difference"),
    View.WARP: QT_TRANSLATE_NOOP("View", "Warp"),
    View.SOURCE: QT_TRANSLATE_NOOP("View", "Source"),
}

_EXPLAINED = {
    View.REFINED: QT_TRANSLATE_NOOP("View", "The result, as it is saved"),
    View.COARSE: QT_TRANSLATE_NOOP("View", "The output of G1, before refinement"),
    View.DIFFERENCE: QT_TRANSLATE_NOOP(
        "View", "The output of G2, which is added to the coarse picture; grey is zero"
    ),
    View.WARP: QT_TRANSLATE_NOOP(
        "View", "The source warped into the pose, the input of the networks"
    ),
    View.SOURCE: QT_TRANSLATE_NOOP("View", "The photo as it is"),
}


def view_image(
    view: View,
    prediction: Prediction,
    keep: KeepMask | None,
    icc: bytes,
    others: Group | None = None,
) -> QImage | None:
    """The picture of a view over the crop; None for the source: the photo alone is shown.

    icc     the photo's colour profile, which its predictions have as well
    others  the other reposed faces of the photo, which the refined picture shows behind this one
    """
    if view is View.COARSE:
        return rgb_image(prediction.coarse, icc)
    if view is View.DIFFERENCE:
        return rgb_image(np.float32(0.5) + np.float32(GAIN) * prediction.difference)
    if view is View.WARP:
        return rgb_image(prediction.warp, icc)
    if view is View.REFINED:
        size = prediction.refined.shape[0]
        behind = None if others is None else others.behind(prediction.crop, size)
        return rgb_image(engine.keep_refined(prediction, keep, behind), icc)
    return None
