"""The face of a photo in 3D: the head model fitted to its landmarks."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.face.coefficients import INDEX, Coefficients
from engine.face.faces import Face
from engine.face.head import HeadPose, angles
from engine.face.head_bend import thin_plate
from engine.face.head_fit import FittedHead, head_fitter
from engine.face.head_model import Floats, Part, head_model
from engine.face.landmarks import Landmarks, check_landmarks
from engine.face.posed_head import PosedHead
from engine.face.rims import Rims

# Median scores of MediaPipe's landmarker for neutral faces, both sides.
_NEUTRAL_SCORES = {
    "eyeSquint": 0.26, "eyeBlink": 0.1, "browDown": 0.09, "mouthPress": 0.06, "mouthShrug": 0.08,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class LiftedFace:
    """A face's landmarks and the head model fitted and bent to them.

    landmarks   (68, 2) pixels
    pose        of the head in the photo
    shape       (V, 3) head coordinates (decimetres): the head without its expression
    expression  of the face, gaze included
    detected    the face as it was detected; None if only its landmarks are known
    """

    landmarks: Landmarks
    pose: HeadPose
    shape: Floats
    expression: Coefficients
    detected: Face | None = None

    @classmethod
    def of(cls, face: Face | ArrayLike, dense: NDArray[np.floating] | None = None) -> Self:
        """Lift a face, or landmarks (68, 2), pixels.

        dense  (478, 2 or 3) pixels, beside landmarks that nobody has corrected

        Raises ReposeError for invalid landmarks.
        """
        landmarks, model = check_landmarks(_landmarks(face)), head_model()
        fitted = fitted_head(face, dense)
        pose = fitted.pose
        seen = pose.project(model.landmarks(pose.rotation, fitted.mesh))[:, :2]
        bent = thin_plate(model, fitted.mesh, pose.rotation, (landmarks - seen) / pose.scale)
        if (face.dense if isinstance(face, Face) else dense) is not None:
            # The fit to the irises is more exact than the displacement of the lids.
            eyes = [*model.rows(Part.RIGHT_EYE), *model.rows(Part.LEFT_EYE)]
            bent[eyes] = fitted.mesh[eyes]
        shape = model.shape(fitted.identity) + bent - fitted.mesh
        shape.setflags(write=False)
        detected = face if isinstance(face, Face) else None
        return cls(landmarks, pose, shape, fitted.expression, detected)

    @property
    def angles(self) -> tuple[float, float, float]:
        """Yaw, pitch and roll of the head in the photo, degrees."""
        return angles(self.pose.rotation)

    @cached_property
    def mesh(self) -> Floats:
        """The head (V, 3) as in the photo, head coordinates."""
        mesh = self.expressed(self.expression)
        mesh.setflags(write=False)
        return mesh

    @cached_property
    def head(self) -> PosedHead:
        """The head as in the photo."""
        return PosedHead(self.pose, self.mesh, self.expression, self.landmarks)

    def expressed(self, expression: Coefficients) -> Floats:
        """The head (V, 3) with an expression, head coordinates. Lids and lips never cross."""
        mesh = head_model().displaced(self.shape, expression)
        self._rims.close(mesh, expression)
        return head_model().with_eyes(mesh, expression)

    def points(self, turned: Floats | None = None, mesh: Floats | None = None) -> Floats:
        """The landmarks (68, 3), head coordinates, in a view with rotation (3, 3).

        mesh  (V, 3) this head with another expression; None: with its own

        With the face's own rotation (None) and expression they project exactly onto its landmarks;
        with another rotation the jaw landmarks slide along the silhouette.
        """
        own, exact = self._own_points
        if turned is None and mesh is None:
            return exact
        turned = self.pose.rotation if turned is None else turned
        moved = head_model().landmarks(turned, self.mesh if mesh is None else mesh)
        points: Floats = exact + (moved - own)
        return points

    def followed(self, landmarks: ArrayLike, start: PosedHead | None = None) -> PosedHead:
        """This head with other landmarks (68, 2), pixels of the same photo.

        start  this head in another pose to start from; None: as in the photo

        Pose and expression are fitted from the start, the rest is bent. The landmarks of the start
        give exactly the start. Raises ReposeError for invalid landmarks.
        """
        goal, start = check_landmarks(landmarks), start or self.head
        if np.array_equal(goal, start.landmarks):
            return start
        pose, expression = head_fitter().follow(
            self.shape, (start.pose, start.expression), goal, start.landmarks
        )
        mesh = self.expressed(expression)
        seen = pose.project(self.points(pose.rotation, mesh))[:, :2]
        mesh = thin_plate(head_model(), mesh, pose.rotation, (goal - seen) / pose.scale)
        return PosedHead(pose, mesh, expression, goal)

    @cached_property
    def _rims(self) -> Rims:
        return Rims(self.shape, self.expression)

    @cached_property
    def _own_points(self) -> tuple[Floats, Floats]:
        """In the face's own view: landmarks of the mesh, and the same corrected to be exact."""
        own = head_model().landmarks(self.pose.rotation, self.mesh)
        gap = self.landmarks - self.pose.project(own)[:, :2]  # residual of the fit
        exact = own + np.pad(gap, ((0, 0), (0, 1))) @ self.pose.rotation / self.pose.scale
        return own, exact


def fitted_head(face: Face | ArrayLike, dense: NDArray[np.floating] | None = None) -> FittedHead:
    """The head model fitted to a face as for `LiftedFace.of`, but not bent to its landmarks."""
    if not isinstance(face, Face):
        return head_fitter().fit(check_landmarks(face) if dense is None else dense)
    points = face.landmarks if face.dense is None else face.dense
    return head_fitter().fit(points, expected=expected_expression(face))


def expected_expression(face: Face) -> Coefficients:
    """The detector's own coefficients of a face, without their values for neutral faces.

    The gaze is left out: the irises show it more exactly.
    """
    values = {}
    for name, score in face.coefficients.items():
        if name in INDEX and not name.startswith("eyeLook"):
            unit = name.removesuffix("Left").removesuffix("Right")
            usual = _NEUTRAL_SCORES.get(unit.removesuffix("Lower").removesuffix("Upper"), 0.0)
            values[name] = float(np.clip((score - usual) / (1 - usual), 0, 1))
    return Coefficients.of(**values)


def _landmarks(face: Face | ArrayLike) -> ArrayLike:
    return face.landmarks if isinstance(face, Face) else face
