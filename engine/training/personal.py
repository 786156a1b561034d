"""Fine-tuning a model to one person: settings and pictures of the training run."""

import shutil
from dataclasses import replace
from pathlib import Path

from engine.config.config import Config, Layout
from engine.core.errors import ReposeError
from engine.core.files import reason
from engine.data.layouts import list_pictures
from engine.face.landmarks import Landmarks
from engine.face.pose_files import write_pose
from engine.imaging.photos import Photo, write_photo
from engine.training.run_folder import PICTURES

FEWEST_PICTURES = 4
VIEWS = 36
_EPOCH = 200  # approximate pairs per epoch; held-out pictures are scored after each epoch
_RATES = {"people": 1e-4, "portraits": 2e-5}
"""Learning rates by layout. Views lifted from a single photo are approximations of the person: the
lower rate limits overfitting to their errors."""


def personal_config(model: Config, pictures: int, minutes: float) -> Config:
    """The settings for fine-tuning a model to one person, with a time limit in minutes.

    model     the settings of the model
    pictures  the number of pictures; a single one is lifted to 3D and rendered in `VIEWS` poses

    Only G1 is trained, at a low learning rate; G2 is unchanged. A fifth of the pictures or views is
    held out to measure the improvement.
    """
    shown = VIEWS + 1 if pictures == 1 else pictures
    layout: Layout = "portraits" if pictures == 1 else "people"
    data = replace(
        model.data,
        layout=layout,
        folders=(),
        poses=(),
        views=VIEWS,
        held_out=0.2,
        hold_out="pictures",
        repeat=max(1, round(_EPOCH / (0.8 * shown))),
        targets=1,
    )
    stage = replace(
        model.stage1,
        epochs=1000,
        minutes=minutes,
        batch=4,
        learning_rate=_RATES[layout],
        decay=0.1,
        average=0.99,
    )
    return replace(model, data=data, stage1=stage)


def lay_out_photo(run: Path, photo: Photo, landmarks: Landmarks) -> str:
    """Write a photo and its landmarks to the folder of a run; return the data source to train on.

    Raises ReposeError when the folder is not writable.
    """
    path = run / PICTURES / "photo.png"
    write_photo(path, photo)
    write_pose(path.with_suffix(".pts"), landmarks, (photo.shape[1], photo.shape[0]))
    return f"{path.parent}:portraits"


def lay_out_pictures(run: Path, folder: Path) -> str:
    """Copy the pictures of a person to the folder of a run; return the data source to train on.

    Raises ReposeError when there are too few pictures or they cannot be copied.
    """
    pictures = list_person(folder)
    into = run / PICTURES / "person"
    try:
        into.mkdir(parents=True, exist_ok=True)
        for path in pictures:
            for file in (path, path.with_suffix(".pts")):
                if file.is_file():
                    shutil.copyfile(file, into / file.name)
    except OSError as error:
        raise ReposeError(f"{into} cannot be written: {reason(error)}.") from error
    return f"{into.parent}:people"


def list_person(folder: Path) -> list[Path]:
    """The picture files in a folder. Raises ReposeError when there are fewer than needed."""
    pictures = [picture.path for picture in list_pictures(folder, "portraits")]
    if len(pictures) < FEWEST_PICTURES:
        raise ReposeError(
            f"{folder} has {len(pictures)} of the {FEWEST_PICTURES} pictures that are needed; open "
            "one of them instead and personalise from that."
        )
    return pictures
