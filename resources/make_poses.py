"""Make the named poses that Repose ships, with their thumbnails, in resources/poses.

QT_QPA_PLATFORM=offscreen python resources/make_poses.py
"""

from pathlib import Path

from PySide6.QtGui import QGuiApplication

from engine import Expression, Pose3D, PosePreset, mean_face
from gui.pose.pose_presets import PICTURE, thumbnail

POSES = {
    "ahead": PosePreset(angles=(0.0, 0.0, 0.0)),
    "left": PosePreset(angles=(-30.0, 0.0, 0.0)),
    "right": PosePreset(angles=(30.0, 0.0, 0.0)),
    "up": PosePreset(angles=(0.0, 14.0, 0.0)),
    "down": PosePreset(angles=(0.0, -14.0, 0.0)),
    "tilted": PosePreset(angles=(-10.0, -4.0, -12.0)),
    "smile": PosePreset(expression=Expression(smile=0.6)),
    "laugh": PosePreset(expression=Expression(smile=0.9, open_mouth=0.3, raise_brows=0.2)),
    "sad": PosePreset(expression=Expression(smile=-0.7, frown=-0.8, raise_brows=-0.1)),
    "angry": PosePreset(expression=Expression(frown=1.0, smile=-0.3, raise_brows=-0.4)),
    "surprised": PosePreset(
        expression=Expression(
            open_mouth=0.55, raise_brows=0.9, close_right_eye=-0.6, close_left_eye=-0.6
        )
    ),
    "wink": PosePreset(expression=Expression(close_left_eye=1.0, smile=0.4)),
    "kiss": PosePreset(expression=Expression(pucker=0.9)),
    "asleep": PosePreset(expression=Expression(close_right_eye=1.0, close_left_eye=1.0)),
}


def main() -> None:
    application = QGuiApplication([])
    folder = Path(__file__).parent / "poses"
    face = Pose3D.of(mean_face((170, 200), (230, 200)))
    for number, (name, preset) in enumerate(POSES.items(), start=1):
        path = folder / f"{number:02}-{name}.json"
        preset.write(path, face, (400, 400))
        thumbnail(preset).save(str(path.with_suffix(PICTURE)))
        print(path)
    application.quit()


if __name__ == "__main__":
    main()
