"""Runs jobs in parallel.

One thread runs a job from the pose to the written file; several jobs run at a time, so that
reading, pasting and encoding overlap with inference. On a CPU each job's thread runs the networks
with one torch thread, which has a higher throughput than several torch threads per picture. On a
GPU a MicroBatcher collects the inputs of all threads into batches.
"""

import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from threading import Event
from typing import NamedTuple

import cv2
import numpy as np
import torch

from engine.config.config import Detector
from engine.core.errors import ReposeError
from engine.core.files import DiskFullError, real_path
from engine.core.sharing import FutureCache, MicroBatcher
from engine.export.jobs import Job, JobOptions, Outcome
from engine.export.outputs import check_view_path
from engine.export.views import write_view
from engine.face.coefficients import REST, Coefficients
from engine.face.detection import find_faces
from engine.face.faces import Face
from engine.face.lifted_face import fitted_head
from engine.face.pose import Pose3D
from engine.face.pose_check import check_pose
from engine.face.pose_files import POSE_SUFFIXES
from engine.face.pose_preset import pose_from_file
from engine.face.pose_transfer import copied_pose
from engine.face.trained_range import TrainedRange
from engine.guidance.keep import KeepMask, keep_of, mask_file
from engine.imaging.colour import Stored
from engine.imaging.photos import Photo, read_photo, read_picture
from engine.imaging.provenance import Metadata
from engine.inference.group import Group, PosedFace
from engine.inference.prediction import NetworkInput, Prediction, Source
from engine.inference.predictor import Predictor
from engine.inference.registration import registered

Predict = Callable[[NetworkInput], Prediction]
"""A predict function for several threads; see `networks_for`."""

_MAX_GPU_BATCH = 32
_CACHED_TARGETS = 1000  # target photos whose landmarks are cached, half a kilobyte each
_CACHED_PHOTOS = 8  # target photos that are cached themselves


def repose_all(
    predictor: Predictor,
    jobs: Sequence[Job],
    options: JobOptions,
    stop: Event | None = None,
    predict: Predict | None = None,
) -> Iterator[Outcome]:
    """Run ``jobs`` and yield their outcomes in order; a failed job does not stop the others.

    Only a few jobs are in memory at a time.

    stop     when set, no further job is started; running ones finish
    predict  from `networks_for` and this predictor, if others use it at the same time: a GPU's
             networks must run in one thread

    Raises ReposeError when the disk is full, because all later jobs would fail too.
    """
    threads = min(options.threads or job_threads(predictor.device), max(len(jobs), 1))
    inputs = {real_path(path) for path in (*inputs_of(jobs, options), predictor.path)}
    waiting: deque[Future[Outcome]] = deque()
    with ExitStack() as stack:
        if predict is None:
            predict = stack.enter_context(networks_for(predictor, threads))
        readers = ThreadPoolExecutor(min(threads, os.cpu_count() or 1), "source")
        stack.callback(readers.shutdown, cancel_futures=True)
        runner = _JobRunner(predictor, options, inputs, readers, predict, threads)
        pool = ThreadPoolExecutor(threads, thread_name_prefix="job")
        stack.callback(pool.shutdown, cancel_futures=True)
        for job in jobs:
            if stop is not None and stop.is_set():
                break
            waiting.append(runner.start(job, pool))
            while len(waiting) > 2 * threads + 2:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def inputs_of(jobs: Sequence[Job], options: JobOptions) -> set[Path]:
    """The files that the jobs read: sources, targets and keep masks."""
    files = {path for job in jobs for path in (job.source, job.target)} | {options.neutral}
    files |= {mask_file(job.source, options.masks) for job in jobs}
    return {file for file in files if file is not None}


class _SourcePhoto(NamedTuple):
    """A source photo with everything that its jobs share.

    faces   the own poses of the faces to repose, by their numbers, from 1
    source  of the only face; None for several: they would need too much memory
    """

    photo: Photo
    faces: Mapping[int, Pose3D]
    source: Source | None
    metadata: Metadata
    keep: KeepMask | None
    stored: Stored | None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, pixels."""
        return self.photo.shape[1], self.photo.shape[0]


class _JobRunner:
    """Runs the jobs of one list, with caches of sources and targets.

    inputs  resolved paths of all files that the jobs read; they are never overwritten
    """

    def __init__(
        self,
        predictor: Predictor,
        options: JobOptions,
        inputs: set[Path],
        readers: ThreadPoolExecutor,
        predict: Predict,
        threads: int,
    ) -> None:
        self._predictor, self._options, self._inputs = predictor, options, inputs
        self._readers, self._predict = readers, predict
        self._sources = FutureCache(self._read_source, threads + 2)
        self._neutral = _expression_at_rest(options)
        keep_photo = options.transfer == "absolute"
        self._targets = FutureCache(
            partial(_read_target, options.detector, keep_photo),
            _CACHED_PHOTOS if keep_photo else _CACHED_TARGETS,
        )

    def start(self, job: Job, pool: ThreadPoolExecutor) -> Future[Outcome]:
        """Submit a job and prefetch its source."""
        if not job.problem and self._options.keep and job.output.exists():
            kept: Future[Outcome] = Future()
            kept.set_result(Outcome(job, "kept"))
            return kept
        if job.problem:
            return pool.submit(self._run, job, None)
        return pool.submit(self._run, job, self._sources.start(job.source, self._readers))

    def _run(self, job: Job, photo: Future[_SourcePhoto] | None) -> Outcome:
        start = time.perf_counter()
        try:
            if photo is None:
                raise ReposeError(job.problem)
            self._check_output(job)
            source = photo.result()
            check_view_path(job.output, self._options.view, source.size)
            poses = {
                number: self._target_pose(source, own, job) for number, own in source.faces.items()
            }
            warning = " ".join(warnings_of(poses, source.size, self._predictor.trained_range))
            metadata = source.metadata.edited(self._predictor.model_name, note=self._options.note)
            write_view(
                job.output,
                self._group(source, tuple(poses.values())),
                self._options.view,
                source.stored,
                quality=self._options.quality,
                metadata=metadata,
            )
        except DiskFullError:
            raise
        except ReposeError as error:
            return Outcome(job, "failed", str(error), time.perf_counter() - start)
        except Exception as error:  # a bug that one photo triggers must not stop the batch
            text = " ".join(f"{type(error).__name__}: {error}".split())
            reason = f"{job.source} brought out a fault in Repose ({text})."
            return Outcome(job, "failed", reason, time.perf_counter() - start)
        return Outcome(job, "done", seconds=time.perf_counter() - start, warning=warning)

    def _group(self, source: _SourcePhoto, poses: Sequence[Pose3D]) -> Group:
        """The faces of the photo in these poses."""

        def predicted(pose: Pose3D) -> Prediction:
            cut = source.source or self._predictor.cut(source.photo, pose.source)
            return self._predict(self._predictor.pose(cut, pose))

        return Group.of(PosedFace(predicted(pose), source.keep) for pose in poses)

    def _check_output(self, job: Job) -> None:
        check_view_path(job.output, self._options.view)
        if job.output.exists() and job.source.exists() and job.output.samefile(job.source):
            raise ReposeError(f"{job.output} is the source itself; choose another output.")
        if real_path(job.output) in self._inputs:
            raise ReposeError(f"{job.output} is needed as it is; choose another output.")

    def _read_source(self, path: Path) -> _SourcePhoto:
        photo, metadata, stored = read_picture(path)
        options = self._options
        found = find_some(photo, path, options.faces, options.detector)
        numbers = options.faces or range(1, len(found) + 1)
        faces = {number: Pose3D.of(face) for number, face in zip(numbers, found, strict=True)}
        source = None
        if len(faces) == 1:
            source = self._predictor.cut(photo, next(iter(faces.values())).source)
        keep = keep_of(path, options.masks, (photo.shape[1], photo.shape[0]))
        metadata = metadata if self._options.place else metadata.without_place()
        return _SourcePhoto(photo, faces, source, metadata, keep, stored)

    def _target_pose(self, source: _SourcePhoto, pose: Pose3D, job: Job) -> Pose3D:
        """The job's pose of a face of the source, which has the pose ``pose`` in the photo."""
        options = self._options
        if job.target is not None and job.target.suffix.lower() in POSE_SUFFIXES:
            pose = pose_from_file(job.target, pose, source.size, options.transfer)
        elif job.target is not None:
            target = self._targets.start(job.target).result()
            sizes = source.size, target.size
            pose = copied_pose(
                pose, target.face, options.transfer, sizes, target_neutral=self._neutral
            )
            if target.photo is not None:
                pose = registered(pose, source.photo, target.photo, target.face, source.source)
        return adjusted(pose, options.coefficients, options.gaze, job.angles)


def warnings_of(
    poses: Mapping[int, Pose3D], size: tuple[int, int], trained: TrainedRange
) -> tuple[str, ...]:
    """What may be wrong with the faces of a photo of this size; of several, with their numbers."""
    return tuple(
        f"Face {number}: {finding.sentence}" if len(poses) > 1 else finding.sentence
        for number, pose in poses.items()
        for finding in check_pose(pose, size, trained)
    )


def adjusted(
    pose: Pose3D,
    coefficients: Mapping[str, float],
    gaze: tuple[float, float] | None,
    angles: tuple[float, float, float],
) -> Pose3D:
    """A pose with other coefficients of the expression, another gaze, and angles added, degrees."""
    if coefficients or gaze is not None:
        pose = pose.with_coefficients(coefficients, gaze)
    return pose.turned(*np.add((pose.yaw, pose.pitch, pose.roll), angles))


@contextmanager
def networks_for(predictor: Predictor, threads: int) -> Iterator[Predict]:
    """A thread-safe predict function for this number of calling threads.

    With more than one, torch and OpenCV are limited to one thread each inside the context.
    """
    before = torch.get_num_threads(), cv2.getNumThreads()
    if threads > 1:
        torch.set_num_threads(1)
        cv2.setNumThreads(1)
    try:
        if _batches_inputs(predictor.device):
            with MicroBatcher(predictor.predict_all, _MAX_GPU_BATCH) as batcher:
                yield batcher
        else:
            yield lambda posed: predictor.predict_all([posed])[0]
    finally:
        torch.set_num_threads(before[0])
        cv2.setNumThreads(before[1])


def _batches_inputs(device: str) -> bool:
    """Whether one batch is faster on the device than its pictures in separate threads."""
    return device != "cpu"


def job_threads(device: str) -> int:
    """The number of jobs to run at a time."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return cores or 1 if device == "cpu" else min(2 * (cores or 1), _MAX_GPU_BATCH)


class _TargetPhoto(NamedTuple):
    """The face of a target photo, the photo's (width, height), and the photo where it is needed."""

    face: Face
    size: tuple[int, int]
    photo: Photo | None


def _read_target(detector: Detector, keep_photo: bool, path: Path) -> _TargetPhoto:
    photo = read_photo(path)
    face, size = find_face(photo, path, 1, detector), (photo.shape[1], photo.shape[0])
    return _TargetPhoto(face, size, photo if keep_photo else None)


def _expression_at_rest(options: JobOptions) -> Coefficients:
    """The expression that the faces of the targets have at rest. Raises ReposeError when the photo
    of it has no face."""
    if options.neutral is None:
        return REST
    face = find_face(read_photo(options.neutral), options.neutral, 1, options.detector)
    return fitted_head(face).expression


def find_face(photo: Photo, path: Path | str, number: int, detector: Detector) -> Face:
    """The face with this number; see `find_some`."""
    return find_some(photo, path, (number,), detector)[0]


def find_some(
    photo: Photo, path: Path | str, numbers: Sequence[int], detector: Detector
) -> tuple[Face, ...]:
    """The faces with these numbers, from 1, largest first, in the order of the numbers; without a
    number all faces. ``path`` is for sentences.

    Raises ReposeError when there is none, or not one of them.
    """
    faces = find_faces(photo, detector)
    if not faces:
        raise ReposeError(f"No face was found in {path}.")
    for number in numbers:
        if number > len(faces):
            count = "1 face was" if len(faces) == 1 else f"{len(faces)} faces were"
            raise ReposeError(f"There is no face {number} in {path}: {count} found.")
    return tuple(faces[number - 1] for number in numbers) if numbers else faces
