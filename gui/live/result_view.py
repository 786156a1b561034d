"""The view of the open photo in a pose that is not the document's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QWidget

import engine
from gui.document.document import Document
from gui.document.images import rgb_image
from gui.widgets.picture_view import PictureView

if TYPE_CHECKING:
    from engine import Prediction

AROUND = 0.7  # initial margin around the face, as a share of its larger side


class ResultView(PictureView):
    """Shows predictions for the document's photo, which it follows."""

    def __init__(
        self, document: Document, empty: str, near: bool = False, parent: QWidget | None = None
    ) -> None:
        """empty  the sentence that is shown without a picture
        near   whether the view begins at the face
        """
        super().__init__(empty, parent=parent)
        self._document = document
        self.setAccessibleName(self.tr("Result"))
        document.photo_changed.connect(self._show_photo)
        if near:
            document.source_changed.connect(self._zoom_to_face)
        self._near = near
        self._show_photo()

    def show_prediction(self, prediction: Prediction) -> None:
        """Show a prediction, with the document's kept areas."""
        keep, crop = self._document.keep, prediction.crop
        refined = prediction.refined if keep is None else engine.keep_refined(prediction, keep)
        area = QRectF(crop.left - 0.5, crop.top - 0.5, crop.side, crop.side)
        icc = b"" if self._document.photo is None else self._document.photo.metadata.icc
        self.show_image(rgb_image(refined, icc), area)

    def _show_photo(self) -> None:
        photo = self._document.photo
        self.show_photo(photo)
        if photo is not None:
            self.shown.set_photo(QRectF(-0.5, -0.5, *photo.size))
        if self._near:
            self._zoom_to_face()

    def _zoom_to_face(self) -> None:
        face = self._document.landmarks
        if face is not None:
            (left, top), (right, bottom) = face.min(axis=0).tolist(), face.max(axis=0).tolist()
            more = max(right - left, bottom - top) * AROUND
            self.zoom_to(
                QRectF(left, top, right - left, bottom - top).adjusted(-more, -more, more, more)
            )
