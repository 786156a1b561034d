"""What is computed at the photo's full size: enlarged layers, and the photo's detail moved as they
are.

It is computed in tiles that fit into the processor's cache. Which layers a tile shows is looked up
at the networks' size: most tiles show one alone, or nothing that moved.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Self, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.guidance.patches import Window

Floats = NDArray[np.float32]

_Layer = TypeVar("_Layer", NDArray[np.uint8], NDArray[np.uint16], Floats)

_TILE = 512, 128  # pixels, width and height: a few pictures of it fit into the cache
_SQUARE = np.ones((3, 3), np.uint8)
_TAPS = 2  # pixels beside a place that interpolation takes, at most
_SMALL = 4  # times the networks' size: crops up to it


def in_bands(area: Window | None, work: Callable[[Window], None]) -> None:
    """Call ``work`` for the bands of an area, in as many threads as OpenCV may use."""
    if area is None:
        return
    tops = range(area.top, area.rows.stop, _TILE[1])
    bands = [
        Window(area.left, top, area.width, min(_TILE[1], area.rows.stop - top)) for top in tops
    ]
    threads = min(cv2.getNumThreads(), len(bands) // 2)
    if threads < 2:
        for band in bands:
            work(band)
        return
    with ThreadPoolExecutor(threads, "band") as pool:
        list(pool.map(work, bands))


def tiles(band: Window) -> Iterator[Window]:
    """The tiles of a band, from left to right."""
    for left in range(band.left, band.columns.stop, _TILE[0]):
        yield Window(left, band.top, min(_TILE[0], band.columns.stop - left), band.height)


def enlarged(
    layer: _Layer,
    tile: Window,
    side: int,
    how: int = cv2.INTER_LINEAR,
    part: tuple[Window, int] | None = None,
) -> _Layer:
    """A tile of a layer (S, S[, C]) enlarged to ``side``.

    part  the layer is a window of a picture with a side S; None: it is the whole picture
    """
    window, size = part or (Window(0, 0, 0, 0), len(layer))
    scale = size / side
    x, y = ((start + 0.5) * scale - 0.5 for start in (tile.left, tile.top))
    from_photo = np.array([[scale, 0, x - window.left], [0, scale, y - window.top]])
    flags, border = how | cv2.WARP_INVERSE_MAP, cv2.BORDER_REPLICATE
    shape = tile.width, tile.height
    large = cv2.warpAffine(layer, from_photo, shape, flags=flags, borderMode=border)
    return np.asarray(large, layer.dtype)


def looked_up(tile: Window, side: int, part: tuple[Window, int]) -> tuple[slice, slice]:
    """The rows and columns of a layer from which `enlarged` takes a tile; arguments as there."""
    window, size = part
    rows, columns = (
        slice(
            min(max(int((start + 0.5) * size / side - 0.5) - _TAPS - first, 0), length - 1),
            max(int((start + span - 0.5) * size / side - 0.5) + _TAPS + 2 - first, 1),
        )
        for start, span, first, length in (
            (tile.top, tile.height, window.top, window.height),
            (tile.left, tile.width, window.left, window.width),
        )
    )
    return rows, columns


@dataclass(frozen=True, eq=False)
class Carrier:
    """What carries detail of the photo along. H x W pixels of a window of the scaled crop.

    x, y    (H, W) the source position, pixels of the scaled crop
    weight  (H, W) in [0, 1]
    """

    window: Window
    x: Floats
    y: Floats
    weight: Floats


@dataclass(frozen=True, eq=False)
class MovedDetail:
    """The photo's fine detail, which carriers move.

    photo     (H, W, 3) of 8 or 16 bits, the photo's part in the crop
    smooth    the same without the fine detail
    carriers  with places in ``photo``, pixels of it
    side      of the crop
    size      S, of the scaled crop
    """

    photo: NDArray[Any]
    smooth: NDArray[Any]
    carriers: Sequence[Carrier]
    side: int
    size: int

    @classmethod
    def of(
        cls,
        photo: NDArray[Any],
        corner: tuple[int, int],
        shrunk: NDArray[Any],
        carriers: Sequence[Carrier],
        side: int,
    ) -> Self:
        """corner  the place of the photo's part in the crop: x, y
        shrunk  (S, S, 3) the scaled crop without its fine detail
        """
        (height, width), size, (left, top) = photo.shape[:2], len(shrunk), corner
        if side * side <= 2 * width * height:
            large = cv2.resize(shrunk, (side, side), interpolation=cv2.INTER_CUBIC)
            smooth = large[top : top + height, left : left + width]
        else:  # mostly beyond the photo
            smooth = enlarged(shrunk, Window(left, top, width, height), side, cv2.INTER_CUBIC)
        scale, middle = np.float32(side / size), np.float32(0.5)
        x, y = (np.float32(start + 0.5) for start in corner)
        placed = [
            replace(one, x=(one.x + middle) * scale - x, y=(one.y + middle) * scale - y)
            for one in carriers
        ]
        return cls(photo, smooth, placed, side, size)

    @property
    def _interpolation(self) -> int:
        """The sharper one takes four times as long; in large photos nobody sees the difference."""
        return cv2.INTER_LANCZOS4 if self.side <= _SMALL * self.size else cv2.INTER_CUBIC

    def at(self, tile: Window) -> Floats:
        """(H, W, 3) the detail at a tile of the crop, times its weight."""
        result = np.zeros((tile.height, tile.width, 3), np.float32)
        for carrier in self.carriers:
            self._add(carrier, result, tile)
        return result

    def _add(self, carrier: Carrier, result: Floats, tile: Window) -> None:
        part, scale = (carrier.window, self.size), self.side / self.size
        window = carrier.window.scaled(scale).shared(tile)
        if window is None:
            return
        small = looked_up(window, self.side, part)
        # Between a pixel that is seen and one that is not, there are pixels that are seen, too.
        seen = cv2.dilate((carrier.weight[small] > 0).astype(np.uint8), _SQUARE)
        left, top, width, height = cv2.boundingRect(seen)
        left += carrier.window.left + small[1].start
        top += carrier.window.top + small[0].start
        window = Window(left, top, width, height).scaled(scale).shared(window) if width else None
        if window is None:
            return
        rows, columns = (
            slice(max(int(places.min()) - 4, 0), min(int(places.max()) + 5, length))
            for places, length in zip(
                (carrier.y[small][seen > 0], carrier.x[small][seen > 0]),
                self.photo.shape[:2],
                strict=True,
            )
        )
        if rows.start >= rows.stop or columns.start >= columns.stop:
            return
        photo, smooth = self.photo[rows, columns], self.smooth[rows, columns]
        detail = cv2.subtract(photo, smooth, dtype=cv2.CV_32F)
        x, y, weight = (
            enlarged(layer, window, self.side, part=part)
            for layer in (carrier.x, carrier.y, carrier.weight)
        )
        x -= np.float32(columns.start)
        y -= np.float32(rows.start)
        moved = cv2.remap(detail, x, y, self._interpolation, borderMode=cv2.BORDER_CONSTANT)
        here = result[window.within(tile)]
        here += times(moved, weight)


def times(picture: NDArray[Any], share: NDArray[Any]) -> Floats:
    """A float32 picture (H, W, 3), changed in place, times (H, W)."""
    return np.asarray(cv2.multiply(picture, cv2.merge([share] * 3), dst=picture), np.float32)
