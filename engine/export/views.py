"""What a job writes: the views of a photo with reposed faces."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ReposeError
from engine.export.jobs import View
from engine.export.outputs import check_view_path
from engine.imaging.colour import Stored
from engine.imaging.layered import LAYERED_SUFFIXES, write_layered
from engine.imaging.photos import Photo, write_photo
from engine.imaging.provenance import Metadata
from engine.inference.group import Group
from engine.inference.prediction import keep_refined


def write_view(
    path: Path,
    group: Group,
    view: View = "photo",
    stored: Stored | None = None,
    *,
    quality: int = 95,
    metadata: Metadata | None = None,
) -> None:
    """Write a view of reposed faces in the format given by the suffix of ``path``; .ora and .psd
    have the photo and its change in layers.

    stored   see `Prediction.pasted`
    quality  of JPEG and WebP, 1 to 100

    Raises ReposeError when the file cannot be written or hold the view.
    """
    check_view_path(path, view)
    if path.suffix.lower() in LAYERED_SUFFIXES:
        write_layered(path, group.layers(stored), metadata)
    else:
        write_photo(path, render_view(group, view, stored), quality, metadata)


def render_view(group: Group, view: View, stored: Stored | None = None) -> Stored:
    """The view of reposed faces as a picture (H, W, 3) uint8; the photo also as `Group.pasted`, the
    layer (H, W, 4). Views of a crop are those of the only face.

    Raises ReposeError for the layer of a photo that is transparent itself.
    """
    if view == "photo":
        return group.pasted(stored)
    if view == "layer":
        if stored is not None and stored.shape[2] == 4:
            raise ReposeError(
                "A layer cannot take anything away from a photo that is transparent: write .ora or"
                " .psd, which hold both, or the whole photo."
            )
        return group.layers(stored).face
    (prediction, keep), *_ = group.faces
    if view == "face":
        return _to_8_bits(keep_refined(prediction, keep) if keep else prediction.refined)
    if view == "coarse":
        return _to_8_bits(prediction.coarse)
    return _to_8_bits((prediction.difference + np.float32(1)) / np.float32(2))


def _to_8_bits(image: NDArray[np.float32]) -> Photo:
    eight: Photo = np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)
    return eight
