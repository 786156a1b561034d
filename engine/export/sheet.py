"""The contact sheet of a batch: thumbnails in one picture, a row per source, a column per pose."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from engine.core.errors import ReposeError
from engine.export.batches import angle_text
from engine.export.export import find_some
from engine.export.jobs import Job, JobOptions
from engine.face.named_poses import pose_name
from engine.imaging.crop import Crop
from engine.imaging.photos import read_photo, write_photo
from engine.imaging.provenance import Metadata
from engine.imaging.reading import read_thumbnail

_MAX_CELL, _MIN_CELL = 256, 24  # pixels, the long side of a thumbnail
_MAX_SIDE = 16_000  # pixels of the sheet; WebP allows 16383
_GAP = 8  # pixels
_PAPER, _INK, _MISSING = "#ffffff", "#202020", "#d8d8d8"

Pose = tuple[Path | None, tuple[float, float, float]]


def write_sheet(
    path: Path,
    jobs: Sequence[Job],
    metadata: Metadata,
    quality: int = 95,
    faces: JobOptions | None = None,
) -> None:
    """Write the contact sheet of the jobs' outputs; missing ones are grey cells.

    faces  the jobs' options, to show only the square around the face of each source

    Raises ReposeError when the cells would be too small or the file cannot be written.
    """
    sources = list(dict.fromkeys(job.source for job in jobs))
    poses = list(dict.fromkeys((job.target, job.angles) for job in jobs))
    outputs = {(job.source, (job.target, job.angles)): job.output for job in jobs}
    columns, rows = len(poses) + 1, len(sources)
    cell = min(_MAX_CELL, _MAX_SIDE // max(columns, rows) - _GAP)
    if cell < _MIN_CELL:
        raise ReposeError(
            f"A sheet cannot hold {len(poses)} poses of {rows} sources: make one of fewer."
        )
    font = ImageFont.load_default(max(9, min(15, cell // 12)))
    label = round(2.6 * _height(font))
    step_x, step_y = cell + _GAP, cell + label
    sheet = Image.new("RGB", (columns * step_x + _GAP, label + rows * step_y + _GAP), _PAPER)
    pen = ImageDraw.Draw(sheet)
    for column, text in enumerate(["source", *_labels(poses)]):
        place = (_GAP + column * step_x, _GAP)
        pen.multiline_text(place, _wrapped(pen, font, text, cell), _INK, font, spacing=2)
    for row, source in enumerate(sources):
        top = label + row * step_y + _GAP
        area = None if faces is None else _face_area(source, faces)
        for column, file in enumerate([source, *(outputs.get((source, p)) for p in poses)]):
            left = _GAP + column * step_x
            whole = column == 0 or faces is None or faces.view in ("photo", "layer")
            _draw(sheet, pen, file, (left, top), cell, area if whole else None)
        name = _wrapped(pen, font, source.stem, cell).partition("\n")[0]
        pen.text((_GAP, top + cell + 2), name, _INK, font)
    write_photo(path, np.asarray(sheet), quality, metadata)


def _face_area(source: Path, options: JobOptions) -> tuple[int, int, int, int] | None:
    """The squares around the reposed faces of a photo together, inside of it: left, top, right,
    bottom; None if no face is found."""
    try:
        photo = read_photo(source)
        faces = find_some(photo, source, options.faces, options.detector)
    except ReposeError:  # the log has the reason
        return None
    parts = [Crop.around(face.landmarks).inside(photo) for face in faces]
    top, left = (min(part[axis].start for part in parts) for axis in (0, 1))
    bottom, right = (max(part[axis].stop for part in parts) for axis in (0, 1))
    return left, top, right, bottom


def _labels(poses: Sequence[Pose]) -> list[str]:
    """A label for each pose: the target if there are several, and the angles that vary."""
    several = len({target for target, _ in poses}) > 1 or any(target for target, _ in poses)
    names = ("yaw", "pitch", "roll")
    varying = [len({angles[k] for _, angles in poses}) > 1 for k in range(3)]
    texts = []
    for target, angles in poses:
        parts = [pose_name(target) if target else "own"] if several else []
        parts += [
            f"{name} {angle_text(angle)}°"
            for name, angle, varies in zip(names, angles, varying, strict=True)
            if varies or angle
        ]
        texts.append(" ".join(parts) or "own pose")
    return texts


def _draw(
    sheet: Image.Image,
    pen: ImageDraw.ImageDraw,
    file: Path | None,
    place: tuple[int, int],
    cell: int,
    area: tuple[int, int, int, int] | None,
) -> None:
    left, top = place
    try:
        small = None if file is None else Image.fromarray(read_thumbnail(file, cell, area))
    except ReposeError:  # the log has the reason
        small = None
    if small is None:
        pen.rectangle((left, top, left + cell - 1, top + cell - 1), _MISSING)
        return
    offset = ((cell - small.width) // 2, (cell - small.height) // 2)
    sheet.paste(small, (left + offset[0], top + offset[1]), small)


Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def _height(font: Font) -> float:
    return font.getbbox("Ag")[3]


def _wrapped(pen: ImageDraw.ImageDraw, font: Font, text: str, width: int) -> str:
    """The text in at most two lines of ``width`` pixels, shortened with an ellipsis."""
    lines: list[str] = []
    for _ in range(2):
        if pen.textlength(text, font) <= width:
            return "\n".join([*lines, text])
        fits = next(
            (k for k in range(len(text), 0, -1) if pen.textlength(text[:k], font) <= width), 1
        )
        space = text.rfind(" ", 1, fits + 1)
        cut = space if space > 0 else fits
        lines.append(text[:cut])
        text = text[cut:].lstrip()
    lines[-1] = lines[-1][:-1] + "…"
    return "\n".join(lines)
