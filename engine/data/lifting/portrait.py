"""Lifts a portrait to a 3D head and renders it in other poses, to make training pairs.

    lifted = LiftedPortrait.of(photo, find_faces(photo)[0].landmarks)
    view = lifted.view(yaw=20, pitch=0, roll=0)

The depth of the face is that of the mean head, fitted to the landmarks; the depth of hair, ears and
neck is that of the mean head, warped to their silhouette (see `engine.data.lifting.relief`).
Surfaces that the photo does not show are inpainted: the sides and the back of the head from the
colours along its silhouette, the background from the surrounding background. The views look
realistic up to about 25 degrees; at larger angles ears, the sides of the hair and the neck are
inaccurate. The weight of a view marks such pixels.
"""

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.core.errors import ReposeError
from engine.data.lifting.cutout import Cutout
from engine.data.lifting.relief import Relief, head_outline
from engine.data.lifting.sheets import Sheet
from engine.face.head import angles, rotation
from engine.face.landmarks import Landmarks, check_landmarks
from engine.face.pose import Pose3D
from engine.imaging.crop import Crop

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]

SIDE = 384
"""Pixels: the side of every view."""

_MARGIN = 0.1  # margin around the networks' crop, as a fraction of its side
_HIDDEN = 0.25  # weight of background that the person occluded


@dataclass(frozen=True, eq=False)
class View:
    """A rendering of a lifted portrait in one pose. All views of a portrait have the same frame.

    pixels     (SIDE, SIDE, 3) uint8 RGB
    landmarks  (68, 2) float32, pixels of the view
    weight     (SIDE, SIDE) uint8, confidence of each pixel: 255 where the photo shows the surface
               at least as frontally as the view, less where it shows it obliquely, about 40 where
               head or background are inpainted, 0 beyond the border of the photo
    """

    pixels: Pixels
    landmarks: Landmarks
    weight: Pixels


@dataclass(frozen=True, eq=False)
class LiftedPortrait:
    """The 3D model of a portrait, built once per photo; `view` renders it.

    frame   the square of the photo that the views show, scaled to SIDE pixels; it may extend beyond
            the photo, whose border pixels are then replicated
    pose    3D pose of the face, in pixels of the frame
    photo   (SIDE, SIDE, 4) uint8: RGB, and 255 inside the photo, 0 beyond its border
    behind  (SIDE, SIDE, 4) float32: the background without the person, RGB and weight, 0 to 255
    sheets  the surfaces of the person in drawing order: back, front
    """

    frame: Crop
    pose: Pose3D
    photo: Pixels
    behind: Floats
    sheets: tuple[Sheet, Sheet]

    @classmethod
    def of(cls, photo: Pixels, landmarks: ArrayLike) -> Self:
        """Lift a photo (H, W, 3) uint8 RGB of any size; landmarks (68, 2) in its pixels.

        Raises ReposeError when the landmarks are not those of a face or lie outside the photo.
        """
        checked = check_landmarks(landmarks)
        around = Crop.around(checked)
        margin = round(_MARGIN * around.side)
        frame = Crop(around.left - margin, around.top - margin, around.side + 2 * margin)
        if not frame.meets(photo):
            raise ReposeError("The landmarks lie outside the photo.")
        picture = frame.scaled(photo, SIDE)
        shown = _shown(frame, photo)
        pose = Pose3D.of(frame.to_network(checked, SIDE))
        face = pose.source
        cutout = Cutout.of(picture, head_outline(face, SIDE), face.pose.scale)
        relief = Relief.of(face, cutout.opacity)
        front = Sheet.front(face, cutout, relief)
        # The shoulders do not move with the head: keep the photo there instead of inpainting.
        stays = np.clip(1.3 - 4 * front.fade_map(SIDE), 0, 1)[..., None]
        invented = np.dstack([cutout.background, 255 * _trust(cutout) * shown])
        behind = stays * np.dstack([picture, 255 * shown]) + (1 - stays) * invented
        return cls(
            frame=frame,
            pose=pose,
            photo=np.dstack([picture, (255 * shown).astype(np.uint8)]),
            behind=behind.astype(np.float32),
            sheets=(front.back(face, cutout, relief), front),
        )

    def view(self, yaw: float, pitch: float, roll: float) -> View:
        """Render the portrait with the head rotated relative to the photo by angles in degrees:
        yaw > 0 to the image's right, pitch > 0 up, roll > 0 clockwise. (0, 0, 0) gives the photo.
        """
        landmarks = self.pose.turned(yaw, pitch, roll).landmarks()
        if not (yaw or pitch or roll):
            return View(self.photo[..., :3], landmarks, self.photo[..., 3])
        face = self.pose.source
        own = face.pose.rotation
        own_yaw, own_pitch, own_roll = angles(own)
        now = rotation(own_yaw + yaw, own_pitch + pitch, own_roll + roll)
        shown = self.photo[..., 3].astype(np.float32) / np.float32(255)
        layers = self.behind
        for sheet in self.sheets:
            over, opacity = sheet.draw(sheet.turned(now @ own.T, face), shown)
            layers = over + (1 - opacity[..., None]) * layers
        rounded = layers.round().clip(0, 255).astype(np.uint8)
        return View(rounded[..., :3], landmarks, rounded[..., 3])


def _shown(frame: Crop, photo: Pixels) -> Floats:
    """(SIDE, SIDE) float32: 1 inside the photo, 0 beyond its border."""
    height, width = photo.shape[:2]
    scale = SIDE / frame.side
    left, top = (round(-value * scale) for value in (frame.left, frame.top))
    right, bottom = round((width - frame.left) * scale), round((height - frame.top) * scale)
    shown = np.zeros((SIDE, SIDE), np.float32)
    shown[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = 1
    return shown


def _trust(cutout: Cutout) -> Floats:
    """(SIDE, SIDE) weight of the background: 1 where the photo shows it, `_HIDDEN` elsewhere."""
    seen = (cutout.opacity < 0.1).astype(np.float32)
    trust = _HIDDEN + (1 - _HIDDEN) * cv2.GaussianBlur(cv2.erode(seen, np.ones((5, 5))), (0, 0), 1)
    return np.asarray(trust, np.float32)
