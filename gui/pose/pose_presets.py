"""Named poses: pose files in the user's folder, and the built-in ones."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QCoreApplication,
    QFileSystemWatcher,
    QObject,
    QTimer,
    Signal,
)
from PySide6.QtGui import QImage, QImageWriter

import engine
from gui.document.images import rgb_image
from gui.widgets.head_view import preset_image

if TYPE_CHECKING:
    from engine import Pose3D, PosePreset

SUFFIX, PICTURE = ".json", ".png"
FIRST = "01-ahead.json"  # of the built-in poses
SIDE = 160  # pixels of a thumbnail
FORBIDDEN = '<>:"/\\|?*'  # in names, which are also file names
LONGEST = 60  # characters of a name


@dataclass(frozen=True)
class NamedPose:
    """A pose in a file. A built-in one can be neither renamed nor deleted."""

    path: Path
    built_in: bool

    @property
    def name(self) -> str:
        """The name for the user."""
        return _translated(self.path.stem) if self.built_in else self.path.stem

    @property
    def picture(self) -> Path:
        """The file of its thumbnail; it may not exist."""
        return self.path.with_suffix(PICTURE)

    def read(self) -> PosePreset:
        """Read the pose. Raises ReposeError when the file cannot be used."""
        return engine.PosePreset.read(self.path)


class PosePresets(QObject):
    """The poses in the user's folder, and the built-in ones.

    The folder is watched, so that changes by other programs are signalled too. Methods that change
    it raise ReposeError when they fail.
    """

    changed = Signal()

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = folder
        self._soon = QTimer(self, interval=150, singleShot=True)
        self._soon.timeout.connect(self.changed)
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(self._soon.start)
        self._watch()

    @property
    def poses(self) -> list[NamedPose]:
        """The user's poses sorted by name, then the built-in ones."""
        own = _files(engine.resource(f"poses/{FIRST}").parent)
        mine = sorted(_files(self.folder), key=lambda path: path.stem.casefold())
        return [NamedPose(p, False) for p in mine] + [NamedPose(p, True) for p in own]

    def find(self, name: str) -> NamedPose | None:
        """The user's pose of this name, ignoring case; None if there is none."""
        for pose in self.poses:
            if not pose.built_in and pose.name.casefold() == name.strip().casefold():
                return pose
        return None

    def add(self, name: str, pose: Pose3D, photo_size: tuple[int, int]) -> NamedPose:
        """Save a pose under a name; replaces one of the same name."""
        path = self._path(name)
        preset = engine.PosePreset.of(pose)
        preset.write(path, pose, photo_size)
        return self._added(path, preset)

    def take_in(self, file: Path) -> NamedPose:
        """Add the pose of a pose file of any format, under the file's name."""
        preset = engine.PosePreset.read(file)
        path = self._path(name_of(file))
        if preset.points is not None:
            engine.write_pose(path, preset.points, (0, 0), preset.points)
        else:
            with engine.write_whole(path) as part:
                shutil.copyfile(file, part)
        return self._added(path, preset)

    def rename(self, pose: NamedPose, name: str) -> NamedPose:
        """Rename one of the user's poses."""
        path = self._path(name)
        if path == pose.path:
            return pose
        same = path.exists() and path.samefile(pose.path)  # only the case differs
        if path.exists() and not same:
            raise engine.ReposeError(
                self.tr("There is a pose {} already: choose another name.").format(path.stem)
            )
        try:
            pose.path.rename(path)
            if pose.picture.exists():
                pose.picture.replace(path.with_suffix(PICTURE))
        except OSError as error:
            raise engine.ReposeError(
                self.tr("{} cannot be renamed: {}.").format(pose.path, error.strerror)
            ) from error
        self.changed.emit()
        return NamedPose(path, False)

    def remove(self, pose: NamedPose) -> None:
        """Delete one of the user's poses."""
        try:
            pose.path.unlink(missing_ok=True)
            pose.picture.unlink(missing_ok=True)
        except OSError as error:
            raise engine.ReposeError(
                self.tr("{} cannot be deleted: {}.").format(pose.path, error.strerror)
            ) from error
        self.changed.emit()

    def thumbnail(self, pose: NamedPose) -> QImage | None:
        """The thumbnail of a pose; None when its file cannot be used."""
        try:
            return rgb_image(engine.read_thumbnail(pose.picture, SIDE))
        except engine.ReposeError:  # no thumbnail, or one that cannot be used
            pass
        try:
            return thumbnail(pose.read())
        except engine.ReposeError:
            return None

    def _path(self, name: str) -> Path:
        """The file for a name. Raises ReposeError when the name is invalid."""
        name = name.strip()
        if not name or len(name) > LONGEST or name.startswith("."):
            raise engine.ReposeError(
                self.tr(
                    "A pose needs a name of 1 to {} characters that does not start with a dot."
                ).format(LONGEST)
            )
        if any(letter in FORBIDDEN or not letter.isprintable() for letter in name):
            raise engine.ReposeError(
                self.tr("The name of a pose is also a file name: leave out {}").format(
                    " ".join(FORBIDDEN)
                )
            )
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise engine.ReposeError(
                self.tr("The folder {} cannot be created: {}.").format(self.folder, error.strerror)
            ) from error
        self._watch()
        found = self.find(name)
        return self.folder / f"{name}{SUFFIX}" if found is None else found.path

    def _added(self, path: Path, preset: PosePreset) -> NamedPose:
        picture = QBuffer()
        QImageWriter(picture, QByteArray(b"png")).write(thumbnail(preset))
        with engine.write_whole(path.with_suffix(PICTURE)) as part:
            part.write_bytes(picture.data().data())  # Qt would hide the reason of a failure
        self.changed.emit()
        return NamedPose(path, False)

    def _watch(self) -> None:
        if self.folder.is_dir():
            self._watcher.addPath(str(self.folder))


def name_of(file: Path) -> str:
    """The name of the pose in a file."""
    return file.name.removesuffix(file.suffix).removesuffix(".labelme")


def thumbnail(preset: PosePreset) -> QImage:
    """The mean head in a pose, `SIDE` pixels wide and high, on a transparent background."""
    return preset_image(preset, SIDE)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob(f"*{SUFFIX}") if path.is_file())


def _translated(name: str) -> str:
    """The translated name of a built-in pose; its file name starts with a number."""
    translate = QCoreApplication.translate
    names = {
        "ahead": translate("PosePresets", "Ahead"),
        "left": translate("PosePresets", "Left"),
        "right": translate("PosePresets", "Right"),
        "up": translate("PosePresets", "Up"),
        "down": translate("PosePresets", "Down"),
        "tilted": translate("PosePresets", "Tilted"),
        "smile": translate("PosePresets", "Smile"),
        "laugh": translate("PosePresets", "Laugh"),
        "sad": translate("PosePresets", "Sad"),
        "angry": translate("PosePresets", "Angry"),
        "surprised": translate("PosePresets", "Surprised"),
        "wink": translate("PosePresets", "Wink"),
        "kiss": translate("PosePresets", "Kiss"),
        "asleep": translate("PosePresets", "Asleep"),
        "look-left": translate("PosePresets", "Look left"),
        "look-right": translate("PosePresets", "Look right"),
    }
    name = name.partition("-")[2]
    return names.get(name, name)
