"""Make the named poses that Repose ships, with their thumbnails, in resources/poses.

QT_QPA_PLATFORM=offscreen python resources/make_poses.py
"""

from pathlib import Path

from PySide6.QtGui import QGuiApplication

from engine import Coefficients, Expression, Pose3D, PosePreset, mean_face
from engine.face.coefficients import GROUPS
from gui.pose.pose_presets import PICTURE, thumbnail


def face(**values: float) -> PosePreset:
    """An expression of eyes, brows and the lower face; without the lower face at rest.

    A name that ends in an underscore sets both sides.
    """
    lower = (*GROUPS["jaw"], *GROUPS["mouth"], *GROUPS["cheeks"], *GROUPS["nose"])
    coefficients = dict.fromkeys(lower, 0.0)
    for name, value in values.items():
        for side in ("Left", "Right") if name.endswith("_") else ("",):
            coefficients[name.removesuffix("_") + side] = value
    return PosePreset(expression=Expression(), coefficients=coefficients)


def look(yaw: float) -> PosePreset:
    """A gaze, degrees > 0 to the image's right; everything else stays."""
    gaze = Coefficients().with_gaze((yaw, 0.0))
    return PosePreset(coefficients={name: gaze[name] for name in gaze if "Look" in name})


POSES = {
    "ahead": PosePreset(angles=(0.0, 0.0, 0.0)),
    "left": PosePreset(angles=(-30.0, 0.0, 0.0)),
    "right": PosePreset(angles=(30.0, 0.0, 0.0)),
    "up": PosePreset(angles=(0.0, 14.0, 0.0)),
    "down": PosePreset(angles=(0.0, -14.0, 0.0)),
    "tilted": PosePreset(angles=(-10.0, -4.0, -12.0)),
    "smile": face(mouthSmile_=0.75, mouthDimple_=0.1, cheekSquint_=0.3),
    "laugh": face(
        jawOpen=0.6, mouthSmile_=1.0, mouthStretch_=0.3, mouthDimple_=0.3, mouthUpperUp_=0.5,
        mouthLowerDown_=0.2, cheekSquint_=0.7, eyeSquint_=0.5, eyeWide_=0.0,
    ),
    "sad": face(mouthFrown_=0.9, mouthShrugLower=0.4, browInnerUp=0.8, browDown_=0.0),
    "angry": face(
        browDown_=1.0, browInnerUp=0.0, browOuterUp_=0.0, noseSneer_=0.4, mouthFrown_=0.4,
        mouthPress_=0.5, eyeSquint_=0.3, eyeWide_=0.0,
    ),
    "surprised": face(
        jawOpen=0.6, mouthFunnel=0.1, browInnerUp=0.8, browOuterUp_=0.8, browDown_=0.0,
        eyeWide_=0.8, eyeBlink_=0.0, eyeSquint_=0.0,
    ),
    "wink": face(
        eyeBlinkLeft=1.0, eyeBlinkRight=0.0, eyeSquintRight=0.0, mouthSmileLeft=0.6,
        mouthSmileRight=0.4, cheekSquintLeft=0.5,
    ),
    "kiss": face(mouthPucker=1.0, mouthFunnel=0.25),
    "asleep": face(eyeBlink_=1.0, eyeWide_=0.0, browInnerUp=0.0, browOuterUp_=0.0, browDown_=0.0),
    "look-left": look(-20.0),
    "look-right": look(20.0),
}  # fmt: skip


def main() -> None:
    application = QGuiApplication([])
    folder = Path(__file__).parent / "poses"
    mean = Pose3D.of(mean_face((170, 200), (230, 200)))
    for number, (name, preset) in enumerate(POSES.items(), start=1):
        path = folder / f"{number:02}-{name}.json"
        preset.write(path, mean, (400, 400))
        thumbnail(preset).save(str(path.with_suffix(PICTURE)))
        print(path)
    application.quit()


if __name__ == "__main__":
    main()
