"""The engine: everything of Repose but the window. It imports neither ``gui`` nor Qt.

The names below are what the window and scripts use. They are imported at first use, because torch
and dlib take a second to import and the window shows sooner without them.

What docstrings call *the report*, and whose sections they name, carries the method of L. Ma et al.,
"Pose Guided Person Image Generation" (2017, arXiv:1705.09368), over from bodies to faces.

Where to find what, each line from its entrance to its parts:

a face     detector, landmarks, pose_files (pose_formats), pose_preset, head, pose3d (expression,
           openings), raster (head_picture), guides (warp2d, mouth)
networks   config (presets, settings), generators (unet), discriminator, losses, heatmaps,
           edges, masks, recognition
editing    predictor (posing, captured, devices, checkpoint, model_file), pose_check, crop,
           paste (keep), photos (png, provenance)
pictures   prepare (layouts, shots, keypoints, processes, unfinished, records), cache, datasets,
           data_count; lifting (lifting_cutout, lifting_relief, lifting_sheets, lifting_back)
training   training, trainer (requests, progress, optimizers, validation, distributed), stages, run,
           trained_range, run_folder, loader, pairs (variation), personal
measuring  evaluation (trials, scores, identity, tables, figures), benchmark (update_speed,
           training_speed, export_speed)
batches    reposing (repose_options), batch_run (report, sheet, animation), batches (names, sweep),
           export (sharing), jobs; sequence_export (sequence)
beneath    errors, files, resampling, filling

    photo = engine.read_photo("photo.jpg")
    landmarks = engine.find_faces(photo)[0].landmarks
    predictor = engine.Predictor()
    predictor.set_source(photo, landmarks)
    pose = engine.Pose3D.of(landmarks).turned(yaw=20, pitch=0, roll=0).landmarks()
    engine.write_photo("turned.png", predictor.paste(predictor.predict(pose)))
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.batches import ExportBatch as ExportBatch
    from engine.batches import plan_batch as plan_batch
    from engine.config import Config as Config
    from engine.config import DataConfig as DataConfig
    from engine.config import Layout as Layout
    from engine.data_count import DataCount as DataCount
    from engine.data_count import count_source as count_source
    from engine.data_count import guess_layout as guess_layout
    from engine.data_count import sum_counts as sum_counts
    from engine.detector import Face as Face
    from engine.detector import find_faces as find_faces
    from engine.devices import usable_devices as usable_devices
    from engine.errors import ReposeError as ReposeError
    from engine.expression import Expression as Expression
    from engine.files import read_text as read_text
    from engine.files import resource as resource
    from engine.files import write_whole as write_whole
    from engine.head import mean_face as mean_face
    from engine.head_picture import draw_head as draw_head
    from engine.head_picture import place_on_head as place_on_head
    from engine.identity import identity_drift as identity_drift
    from engine.keep import KeepMask as KeepMask
    from engine.landmarks import FACE_PARTS as FACE_PARTS
    from engine.landmarks import MIRROR_IMAGES as MIRROR_IMAGES
    from engine.landmarks import N_LANDMARKS as N_LANDMARKS
    from engine.landmarks import Landmarks as Landmarks
    from engine.model_file import model_config as model_config
    from engine.names import NAME_FIELDS as NAME_FIELDS
    from engine.openings import POSE_PARTS as POSE_PARTS
    from engine.openings import PosePart as PosePart
    from engine.personal import lay_out_photo as lay_out_photo
    from engine.personal import lay_out_pictures as lay_out_pictures
    from engine.personal import list_person as list_person
    from engine.personal import personal_config as personal_config
    from engine.photos import PHOTO_SUFFIXES as PHOTO_SUFFIXES
    from engine.photos import Photo as Photo
    from engine.photos import Picture as Picture
    from engine.photos import read_photo as read_photo
    from engine.photos import read_picture as read_picture
    from engine.photos import write_photo as write_photo
    from engine.pose3d import Pose3D as Pose3D
    from engine.pose3d import Transfer as Transfer
    from engine.pose3d import copy_pose as copy_pose
    from engine.pose3d import expressed as expressed
    from engine.pose3d import head_angles as head_angles
    from engine.pose_check import Finding as Finding
    from engine.pose_check import FindingKind as FindingKind
    from engine.pose_check import check_pose as check_pose
    from engine.pose_files import POSE_SUFFIXES as POSE_SUFFIXES
    from engine.pose_files import read_pose as read_pose
    from engine.pose_files import write_pose as write_pose
    from engine.pose_preset import PosePreset as PosePreset
    from engine.pose_preset import relaxed as relaxed
    from engine.pose_preset import write_pose3d as write_pose3d
    from engine.posing import Prediction as Prediction
    from engine.posing import keep_refined as keep_refined
    from engine.predictor import Predictor as Predictor
    from engine.presets import PRESETS as PRESETS
    from engine.provenance import Metadata as Metadata
    from engine.repose_options import MOST_SMOOTHING as MOST_SMOOTHING
    from engine.repose_options import batch_arguments as batch_arguments
    from engine.run_folder import Curves as Curves
    from engine.run_folder import Request as Request
    from engine.run_folder import RunFolder as RunFolder
    from engine.run_folder import RunStatus as RunStatus
    from engine.run_folder import duration as duration
    from engine.run_folder import find_runs as find_runs
    from engine.run_folder import is_run as is_run
    from engine.run_folder import note_process as note_process
    from engine.run_folder import write_config as write_config
    from engine.sequence import USUAL_FPS as USUAL_FPS
    from engine.sequence import VIDEO_SUFFIXES as VIDEO_SUFFIXES
    from engine.sequence import Footage as Footage
    from engine.sequence import Frame as Frame
    from engine.sequence import Target as Target
    from engine.sequence import open_footage as open_footage
    from engine.sequence import played as played
    from engine.sequence import smoothed as smoothed
    from engine.sequence_export import SequenceExport as SequenceExport
    from engine.settings import Setting as Setting
    from engine.settings import setting_flags as setting_flags
    from engine.settings import settings_in as settings_in
    from engine.settings import with_settings as with_settings
    from engine.sweep import angles_between as angles_between
    from engine.trained_range import TrainedRange as TrainedRange

# Threads that wait for work must not spin: beside another busy process (a training run) an update
# would take many times as long. It counts only if it is set before torch is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# But GNU's, on Linux, may look around a thousand times, ten microseconds, before they sleep: to be
# woken for each of the hundred operations of an update takes a fifth of it.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

# The matrices that NumPy multiplies here are small: threads for them cost several times what they
# bring (a third of an update). It counts only if it is set before numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

_MODULES = {
    "FACE_PARTS": "landmarks",
    "MOST_SMOOTHING": "repose_options",
    "MIRROR_IMAGES": "landmarks",
    "NAME_FIELDS": "names",
    "N_LANDMARKS": "landmarks",
    "PHOTO_SUFFIXES": "photos",
    "POSE_PARTS": "openings",
    "POSE_SUFFIXES": "pose_files",
    "PRESETS": "presets",
    "USUAL_FPS": "sequence",
    "VIDEO_SUFFIXES": "sequence",
    "Config": "config",
    "Curves": "run_folder",
    "DataConfig": "config",
    "DataCount": "data_count",
    "ExportBatch": "batches",
    "Expression": "expression",
    "Face": "detector",
    "Finding": "pose_check",
    "FindingKind": "pose_check",
    "Footage": "sequence",
    "Frame": "sequence",
    "KeepMask": "keep",
    "Landmarks": "landmarks",
    "Layout": "config",
    "Metadata": "provenance",
    "Photo": "photos",
    "Picture": "photos",
    "Pose3D": "pose3d",
    "PosePart": "openings",
    "PosePreset": "pose_preset",
    "Prediction": "posing",
    "Predictor": "predictor",
    "ReposeError": "errors",
    "Request": "run_folder",
    "RunFolder": "run_folder",
    "RunStatus": "run_folder",
    "SequenceExport": "sequence_export",
    "Setting": "settings",
    "Target": "sequence",
    "TrainedRange": "trained_range",
    "Transfer": "pose3d",
    "angles_between": "sweep",
    "batch_arguments": "repose_options",
    "check_pose": "pose_check",
    "copy_pose": "pose3d",
    "count_source": "data_count",
    "draw_head": "head_picture",
    "duration": "run_folder",
    "expressed": "pose3d",
    "find_faces": "detector",
    "find_runs": "run_folder",
    "guess_layout": "data_count",
    "head_angles": "pose3d",
    "identity_drift": "identity",
    "is_run": "run_folder",
    "keep_refined": "posing",
    "lay_out_photo": "personal",
    "lay_out_pictures": "personal",
    "list_person": "personal",
    "mean_face": "head",
    "model_config": "model_file",
    "note_process": "run_folder",
    "open_footage": "sequence",
    "personal_config": "personal",
    "place_on_head": "head_picture",
    "plan_batch": "batches",
    "played": "sequence",
    "read_photo": "photos",
    "read_picture": "photos",
    "read_pose": "pose_files",
    "read_text": "files",
    "relaxed": "pose_preset",
    "resource": "files",
    "setting_flags": "settings",
    "settings_in": "settings",
    "smoothed": "sequence",
    "sum_counts": "data_count",
    "usable_devices": "devices",
    "with_settings": "settings",
    "write_config": "run_folder",
    "write_photo": "photos",
    "write_pose": "pose_files",
    "write_pose3d": "pose_preset",
    "write_whole": "files",
}

__all__ = sorted(_MODULES)

if not TYPE_CHECKING:  # a type checker sees the imports above, and misspelt names

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            raise AttributeError(f"module 'engine' has no attribute {name!r}")
        value = getattr(import_module(f"engine.{_MODULES[name]}"), name)
        globals()[name] = value
        return value
