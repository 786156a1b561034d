"""Many jobs at once, as fast as the networks allow.

Each job is one thread's from the pose to the written file, and several are under way: while one
waits for the networks or the disk, others read, paste and encode. On a processor every thread runs
the networks itself, with one thread of torch's, which is faster than several threads for one
picture; for a GPU one thread collects what the others need and sends it there together.
"""

import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Lock
from typing import NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from engine.core.errors import ReposeError
from engine.core.files import DiskFullError
from engine.core.sharing import FutureCache, MicroBatcher
from engine.export.jobs import Job, JobOptions, Outcome, View
from engine.face.dlib_detector import find_faces
from engine.face.landmarks import Landmarks
from engine.face.pose import Pose3D, copy_pose
from engine.face.pose_files import POSE_SUFFIXES, read_pose
from engine.guidance.keep import KeepMask, keep_of
from engine.imaging.photos import Photo, check_photo_path, read_photo, read_picture, write_photo
from engine.imaging.provenance import Metadata
from engine.inference.posing import NetworkInput, Prediction, Source, keep_refined
from engine.inference.predictor import Predictor

_MOST_ON_A_GPU = 32  # jobs under way: a GPU gets at most so many pictures at once
_DETECTING = Lock()  # dlib's detectors work for one thread at a time
_TARGETS_KEPT = 1000  # landmarks of target photos, half a kilobyte each


def repose_all(
    predictor: Predictor,
    jobs: Sequence[Job],
    options: JobOptions,
    stop: Event | None = None,
) -> Iterator[Outcome]:
    """Do ``jobs`` and tell what became of each, in their order; one that fails does not stop the
    others. Memory holds a few of them at a time, however many there are.

    stop  set it to begin no more jobs; those under way are finished

    Raises ReposeError when the disk is full, for then all that follow would fail.
    """
    threads = min(job_threads(predictor.device), max(len(jobs), 1))
    read = {path.resolve() for job in jobs for path in (job.source, job.target) if path}
    read |= {options.masks.resolve()} if options.masks else set()
    waiting: deque[Future[Outcome]] = deque()
    with ExitStack() as stack:
        bench = stack.enter_context(_bench(predictor, options, read, threads))
        pool = ThreadPoolExecutor(threads, thread_name_prefix="job")
        stack.callback(pool.shutdown, cancel_futures=True)
        for job in jobs:
            if stop is not None and stop.is_set():
                break
            waiting.append(bench.start(job, pool))
            while len(waiting) > 2 * threads + 2:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


class Portrait(NamedTuple):
    """A photo's size (width, height) and one face in it (68x2, pixels)."""

    size: tuple[int, int]
    landmarks: Landmarks


class _Subject(NamedTuple):
    """A source, read and cut."""

    portrait: Portrait
    lifted: Pose3D
    source: Source
    metadata: Metadata
    keep: KeepMask | None


class _Bench:
    """What the jobs of one list share. ``read`` are the files that they read, resolved."""

    def __init__(
        self,
        predictor: Predictor,
        options: JobOptions,
        read: set[Path],
        readers: ThreadPoolExecutor,
        predict: Callable[[NetworkInput], Prediction],
        threads: int,
    ) -> None:
        self._predictor, self._options, self._read = predictor, options, read
        self._readers, self._predict = readers, predict
        self._subjects = FutureCache(self._subject, threads + 2)
        self._targets = FutureCache(_read_portrait, _TARGETS_KEPT)

    def start(self, job: Job, pool: ThreadPoolExecutor) -> Future[Outcome]:
        """Begin a job; its source is read ahead."""
        if not job.problem and self._options.keep and job.output.exists():
            kept: Future[Outcome] = Future()
            kept.set_result(Outcome(job, "kept"))
            return kept
        if job.problem:
            return pool.submit(self._do, job, None)
        return pool.submit(self._do, job, self._subjects.start(job.source, self._readers))

    def _do(self, job: Job, subject: Future[_Subject] | None) -> Outcome:
        start = time.perf_counter()
        try:
            if subject is None:
                raise ReposeError(job.problem)
            self._check_output(job)
            found = subject.result()
            pose = self._target_pose(found, job)
            prediction = self._predict(self._predictor.pose(found.source, pose))
            metadata = found.metadata.edited(self._predictor.model_name, note=self._options.note)
            picture = shown(prediction, self._options.view, found.keep)
            write_photo(job.output, picture, self._options.quality, metadata)
        except DiskFullError:
            raise
        except ReposeError as error:
            return Outcome(job, "failed", str(error), time.perf_counter() - start)
        except Exception as error:  # a fault that one photo brings out must not stop the others
            text = " ".join(f"{type(error).__name__}: {error}".split())
            reason = f"{job.source} brought out a fault in Repose ({text})."
            return Outcome(job, "failed", reason, time.perf_counter() - start)
        return Outcome(job, "done", seconds=time.perf_counter() - start)

    def _check_output(self, job: Job) -> None:
        check_photo_path(job.output)
        if job.output.exists() and job.source.exists() and job.output.samefile(job.source):
            raise ReposeError(f"{job.output} is the source itself; choose another output.")
        if job.output.resolve() in self._read:
            raise ReposeError(f"{job.output} is needed as it is; choose another output.")

    def _subject(self, path: Path) -> _Subject:
        photo, metadata = read_picture(path)
        face = _find_face(photo, path, self._options.face)
        portrait = Portrait((photo.shape[1], photo.shape[0]), face)
        source = self._predictor.cut(photo, face)
        keep = keep_of(path, self._options.masks, portrait.size)
        return _Subject(portrait, Pose3D.of(face), source, metadata, keep)

    def _target_pose(self, subject: _Subject, job: Job) -> Landmarks:
        source = subject.portrait
        if job.target is None:
            pose = source.landmarks
        elif job.target.suffix.lower() in POSE_SUFFIXES:
            pose = read_pose(job.target, source.landmarks)
        else:
            found = self._targets.start(job.target).result()
            transfer = self._options.transfer
            pose = copy_pose(source.landmarks, found.landmarks, transfer, source.size, found.size)
        if any(job.angles):
            pose = subject.lifted.with_landmarks(pose).turned(*job.angles).landmarks()
        return pose


@contextmanager
def _bench(
    predictor: Predictor, options: JobOptions, read: set[Path], threads: int
) -> Iterator[_Bench]:
    readers = ThreadPoolExecutor(min(threads, os.cpu_count() or 1), "source")
    with networks_for(predictor, threads) as predict:
        try:
            yield _Bench(predictor, options, read, readers, predict, threads)
        finally:
            readers.shutdown(cancel_futures=True)


@contextmanager
def networks_for(
    predictor: Predictor, threads: int
) -> Iterator[Callable[[NetworkInput], Prediction]]:
    """What so many threads call for the networks' part of a picture each; meanwhile torch and
    OpenCV use one thread in each of them."""
    before = torch.get_num_threads(), cv2.getNumThreads()
    if threads > 1:
        torch.set_num_threads(1)
        cv2.setNumThreads(1)
    try:
        if _gathers(predictor.device):
            with MicroBatcher(predictor.predict_all, _MOST_ON_A_GPU) as gathering:
                yield gathering
        else:
            yield lambda posed: predictor.predict_all([posed])[0]
    finally:
        torch.set_num_threads(before[0])
        cv2.setNumThreads(before[1])


def _gathers(device: str) -> bool:
    """Whether the networks are faster with several pictures at once than in several threads."""
    return device != "cpu"


def job_threads(device: str) -> int:
    """How many jobs to have under way."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return cores or 1 if device == "cpu" else min(2 * (cores or 1), _MOST_ON_A_GPU)


def _read_portrait(path: Path) -> Portrait:
    photo = read_photo(path)
    return Portrait((photo.shape[1], photo.shape[0]), _find_face(photo, path, 1))


def _find_face(photo: Photo, path: Path, number: int) -> Landmarks:
    with _DETECTING:
        faces = find_faces(photo)
    if not faces:
        raise ReposeError(f"No face was found in {path}.")
    if number > len(faces):
        count = "1 face was" if len(faces) == 1 else f"{len(faces)} faces were"
        raise ReposeError(f"There is no face {number} in {path}: {count} found.")
    return faces[number - 1].landmarks


def shown(prediction: Prediction, view: View, keep: KeepMask | None = None) -> Photo:
    """What a view shows of a prediction, (H, W, 3) uint8; ``keep``: where the photo stays."""
    if view == "photo":
        return prediction.pasted(keep)
    if view == "face":
        return _to_8_bits(keep_refined(prediction, keep) if keep else prediction.refined)
    if view == "coarse":
        return _to_8_bits(prediction.coarse)
    return _to_8_bits((prediction.difference + np.float32(1)) / np.float32(2))


def _to_8_bits(image: NDArray[np.float32]) -> Photo:
    eight: Photo = np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)
    return eight
