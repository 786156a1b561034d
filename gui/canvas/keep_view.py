"""What is kept, seen over the photo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF
from PySide6.QtGui import QColor, QImage, qRgba

from gui.document.document import Document
from gui.widgets.items import PictureItem

if TYPE_CHECKING:
    from engine import KeepMask

KEPT = QColor("#3ddc84")  # no skin, hair or lips have it
OPACITY, FAINT = 0.55, 0.4
_SHADES = [
    qRgba(KEPT.red(), KEPT.green(), KEPT.blue(), round(OPACITY * share)) for share in range(256)
]


class KeepView(QObject):
    """An item for the canvas's scene that follows the document."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.item = PictureItem()
        self._wanted = True
        document.keep_changed.connect(self._show)

    def set_wanted(self, wanted: bool) -> None:
        """Show what is kept, or never."""
        self._wanted = wanted
        self._show()

    def set_painting(self, painting: bool) -> None:
        """Clearly while it is painted, else faintly: then the face is what matters."""
        self.item.setOpacity(1.0 if painting else FAINT)

    def _show(self) -> None:
        keep = self._document.keep
        self.item.setVisible(self._wanted and keep is not None)
        if keep is not None and self._wanted:
            width, height = keep.photo_size
            area = QRectF(-0.5, -0.5, width, height)
            self.item.show_levels((keep_image(keep),), area)


def keep_image(keep: KeepMask) -> QImage:
    """One colour, the more of it the more is kept."""
    height, width = keep.soft.shape
    image = QImage(keep.soft.tobytes(), width, height, width, QImage.Format.Format_Indexed8)
    image.setColorTable(_SHADES)
    return image.copy()
