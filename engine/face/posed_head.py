"""A head in a picture: what guides are drawn from."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.face.coefficients import Coefficients
from engine.face.displacement import Displacement
from engine.face.head import HeadPose
from engine.face.landmarks import Landmarks
from engine.imaging.crop import Crop

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PosedHead:
    """A head in a picture.

    pose        rotation, scale and shift, pixels of the picture
    mesh        (V, 3) vertices of `engine.face.head_model`, head coordinates (decimetres), with
                identity, expression, gaze and bend
    expression  coefficients, gaze included
    landmarks   (68, 2) float32 pixels of the picture: where the head has its landmarks exactly
    displacement  of everything that moves with the head or the body; None: none
    """

    pose: HeadPose
    mesh: Floats
    expression: Coefficients
    landmarks: Landmarks
    displacement: Displacement | None = None

    @cached_property
    def seen(self) -> Floats:
        """The projected mesh (V, 3): x, y in pixels and depth in pixels, larger is nearer."""
        seen = self.pose.project(self.mesh)
        seen.setflags(write=False)
        return seen

    def in_crop(self, crop: Crop, size: int) -> "PosedHead":
        """The same head in pixels of a crop that is scaled to ``size`` pixels."""
        factor = size / crop.side
        shift = factor * (self.pose.shift - (crop.left, crop.top) + 0.5) - 0.5
        pose = HeadPose(self.pose.rotation, factor * self.pose.scale, shift)
        landmarks = crop.to_network(self.landmarks, size)
        landmarks.setflags(write=False)
        displacement = None if self.displacement is None else self.displacement.in_crop(crop, size)
        return replace(self, pose=pose, landmarks=landmarks, displacement=displacement)
