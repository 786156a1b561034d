"""The square crop around head and hair that the networks take."""

from dataclasses import dataclass
from typing import Self, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float32]
"""(N, 2) pixels, x then y."""

_Value = TypeVar("_Value", np.uint8, np.uint16, np.float32)
_Depth = TypeVar("_Depth", np.uint8, np.uint16)

# Fitted to heads turned by up to 60 degrees, so that the crop is the same for every yaw.
_SIDE = 2.3  # side of the crop, heights of the landmarks' box
_BACK = 0.26  # centre, from the midpoint of the ears away from the nose, of their distance
_UP = 0.19  # centre, above the box's centre, heights of the box
_LARGEST_CUT = 4000  # pixels: side of the largest crop that is cut out beyond the photo's border
_STEP = 1 / 8  # share of the side
_MARGIN = 0.04  # smallest distance of landmarks from the border, share of the side


@dataclass(frozen=True)
class Crop:
    """A square of a photo, in whole pixels; it may extend beyond the photo.

    left, top  its first column and row
    side       pixels
    """

    left: int
    top: int
    side: int

    @classmethod
    def around(cls, landmarks: Points) -> Self:
        """The crop around head and hair of a face with these landmarks (68, 2), photo pixels."""
        top, bottom = float(landmarks[:, 1].min()), float(landmarks[:, 1].max())
        height = max(bottom - top, float(np.ptp(landmarks[:, 0])) * 0.8, 4.0)
        between_ears = float(landmarks[[0, 16], 0].mean())
        x = between_ears - _BACK * (float(landmarks[30, 0]) - between_ears)
        y = (top + bottom) / 2 - _UP * height
        return cls._centred(x, y, _SIDE * height)

    @classmethod
    def _centred(cls, x: float, y: float, side: float) -> Self:
        whole = max(8, round(side))
        return cls(round(x - (whole - 1) / 2), round(y - (whole - 1) / 2), whole)

    def meets(self, photo: NDArray[_Depth]) -> bool:
        """Whether the crop contains a pixel of the photo (H, W, 3)."""
        height, width = photo.shape[:2]
        return bool(-self.side < self.left < width and -self.side < self.top < height)

    def covers(self, landmarks: Points) -> bool:
        """Whether the landmarks (68, 2), photo pixels, lie inside with a margin."""
        low = np.array([self.left, self.top]) + _MARGIN * self.side
        high = low + (1 - 2 * _MARGIN) * self.side
        return bool((landmarks >= low).all() and (landmarks <= high).all())

    def covering(self, landmarks: Points) -> "Crop":
        """A crop that contains this one and the crop around these landmarks, and covers them."""
        crop = self._union(Crop.around(landmarks))
        while not crop.covers(landmarks):  # handles were dragged far out of the face
            more = crop.side // 16 + 1
            crop = Crop(crop.left - more, crop.top - more, crop.side + 2 * more)
        return crop

    def widened(self, low: NDArray[np.floating], high: NDArray[np.floating]) -> "Crop":
        """A crop that contains this one and a rectangle between two corners (2,), photo pixels.

        It is wider by a multiple of `_STEP` sides, so that similar rectangles get the same crop.
        """
        step, start = _STEP * self.side, np.array([self.left, self.top])
        sides = start - low, high - (start + self.side)
        before, after = (np.ceil((beyond / step).clip(0, None)) for beyond in sides)
        more = (before + after).max()
        left, top = np.rint(start - step * (before + (more - before - after) // 2)).astype(int)
        return Crop(int(left), int(top), round(self.side + step * more))

    def _union(self, other: "Crop") -> "Crop":
        """The smallest crop that contains both."""
        left, top = min(self.left, other.left), min(self.top, other.top)
        right = max(self.left + self.side, other.left + other.side)
        bottom = max(self.top + self.side, other.top + other.side)
        side = max(right - left, bottom - top)
        return Crop((left + right - side) // 2, (top + bottom - side) // 2, side)

    def to_network(self, landmarks: NDArray[np.floating], size: int) -> Points:
        """Points (N, 2), photo pixels, in pixels of the crop scaled to ``size`` x ``size``."""
        moved = (landmarks - (self.left, self.top) + 0.5) * (size / self.side) - 0.5
        return moved.astype(np.float32)

    def matrix(self, size: int) -> NDArray[np.float64]:
        """The map of `to_network` as an affine matrix (3, 3)."""
        scale = size / self.side
        shift = [(0.5 - start) * scale - 0.5 for start in (self.left, self.top)]
        return np.array([[scale, 0, shift[0]], [0, scale, shift[1]], [0, 0, 1]])

    def cut(self, photo: NDArray[_Depth]) -> NDArray[_Depth]:
        """The crop at full size, (side, side, 3), with the photo's border replicated.

        photo  (H, W, 3) of 8 or 16 bits, as the result
        """
        height, width = photo.shape[:2]
        top, left = max(self.top, 0), max(self.left, 0)
        bottom, right = min(self.top + self.side, height), min(self.left + self.side, width)
        if not self.meets(photo):
            rows = np.clip(np.arange(self.top, self.top + self.side), 0, height - 1)
            columns = np.clip(np.arange(self.left, self.left + self.side), 0, width - 1)
            return photo[rows[:, None], columns[None]]
        before = (top - self.top, left - self.left)
        after = (self.top + self.side - bottom, self.left + self.side - right)
        inside = photo[top:bottom, left:right]
        return np.asarray(
            cv2.copyMakeBorder(
                inside, before[0], after[0], before[1], after[1], cv2.BORDER_REPLICATE
            ),
            photo.dtype,
        )

    def inside(self, photo: NDArray[_Value]) -> tuple[slice, slice]:
        """The rows and columns of the photo (H, W, 3) that the crop contains."""
        rows, columns = (
            slice(max(start, 0), max(min(start + self.side, length), 0))
            for start, length in zip((self.top, self.left), photo.shape[:2], strict=True)
        )
        return rows, columns

    def scaled(self, photo: NDArray[_Depth], size: int) -> NDArray[_Depth]:
        """The crop scaled to (size, size, 3)."""
        part = photo[self.inside(photo)]
        if self.side <= _LARGEST_CUT or part.size >= self.side**2 or not part.size:
            return scale_to(self.cut(photo), size)
        # Mostly border, as for a point that was dragged far away: only the photo's part is scaled.
        # The border is widened first, so that its outermost pixels are those of the photo's border.
        scale, pad = size / self.side, -(-self.side // size) + 1
        wider = cv2.copyMakeBorder(part, pad, pad, pad, pad, cv2.BORDER_REPLICATE)
        height, width = wider.shape[:2]
        small = (max(1, round(width * scale)), max(1, round(height * scale)))
        shrunk = cv2.resize(wider, small, interpolation=cv2.INTER_AREA)
        to_photo = np.linalg.inv(self.matrix(size))
        to_part = np.array(
            [[1, 0, pad - max(self.left, 0)], [0, 1, pad - max(self.top, 0)], [0, 0, 1]]
        )
        x, y = small[0] / width, small[1] / height
        to_small = np.array([[x, 0, x / 2 - 0.5], [0, y, y / 2 - 0.5], [0, 0, 1]])
        places = (to_small @ to_part @ to_photo)[:2]
        flags, border = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, cv2.BORDER_REPLICATE
        drawn = cv2.warpAffine(shrunk, places, (size, size), flags=flags, borderMode=border)
        return np.asarray(drawn, photo.dtype)


def scale_to(picture: NDArray[_Value], size: int) -> NDArray[_Value]:
    """A square picture (S, S[, C]), uint8, uint16 or float32, scaled without aliasing."""
    if picture.shape[0] == size:
        return picture
    shrinks = picture.shape[0] > size
    method = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    scaled = cv2.resize(picture, (size, size), interpolation=method)
    return np.asarray(scaled, picture.dtype)
