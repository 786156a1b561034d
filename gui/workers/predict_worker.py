"""The thread that owns the predictor; finding and recognising faces have threads of their own."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QMutex, QMutexLocker, QObject, QThread, QWaitCondition, Signal

import engine
from gui.document.document import Model
from gui.document.edit import FacePose
from gui.workers.background import explain
from gui.workers.others import OtherFaces, Others

if TYPE_CHECKING:
    from engine import (
        Group,
        KeepMask,
        Landmarks,
        LiftedFace,
        Metadata,
        Pose3D,
        Precision,
        Prediction,
        Predictor,
        Stored,
    )

Square = tuple[float, float, float]


@dataclass(frozen=True)
class Request:
    """A pose to predict, or its landmarks (68x2 pixels), and the overlays to compute.

    others  the other reposed faces of the photo
    """

    pose: Pose3D | Landmarks
    heatmaps: bool = False
    mask: bool = False
    parts: bool = False
    others: tuple[FacePose, ...] = ()


@dataclass(frozen=True)
class Update:
    """The answer to a request.

    `crop` is the square of the photo that the pictures cover: left, top and side in pixels.
    Overlays are None if not requested: heatmaps and mask SxS, 0..1; the parts a square of
    `engine.PartLabel`. They cover `overlay_crop`, the source's crop; `crop` differs from it only
    for poses that reach beyond it. `others` is the same object until another of them changes.
    """

    prediction: Prediction
    crop: Square
    overlay_crop: Square
    heatmaps: NDArray[np.float32] | None
    mask: NDArray[np.float32] | None
    parts: NDArray[np.uint8] | None
    milliseconds: float
    others: Others | None = None


class PredictWorker(QThread):
    """Runs jobs by priority: the queue, then the newest pose, then the poses of `play`.

    The queue holds loads and saves; none is overwritten. The newest pose has one slot, which a
    newer one overwrites; its result is dropped if the source or the model has changed since the
    request. Each asker of `play` has a slot of its own, and they take turns; each pose that is not
    overwritten is answered by `played`.
    """

    updated = Signal(object)  # Update
    played = Signal(object, object)  # the token of `play`, and a Prediction or an error sentence
    model_loaded = Signal(object)  # Model
    saved = Signal(object, object)  # Path, and the token of `save`
    failed = Signal(str)
    _predicted = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mutex = QMutex()
        self._wake = QWaitCondition()
        self._queue: deque[Callable[[], None]] = deque()
        self._newest: tuple[int, Request] | None = None
        # The token and the pose of each asker, in the order of their turns.
        self._playing: dict[object, tuple[object, Pose3D | Landmarks]] = {}
        self._generation = 0
        self._stopping = False
        # Used by the worker thread only:
        self._predictor: Predictor | None = None
        self._source: tuple[NDArray[np.uint8], LiftedFace | Landmarks] | None = None
        self._icc = b""
        self._others = OtherFaces()
        self._said = ""  # why the other faces are not shown
        self._ready = False
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="save")
        self._predicted.connect(self._deliver)

    # Called in the GUI thread

    def load_model(
        self,
        path: Path | None,
        device: str = "auto",
        precision: Precision = "auto",
        threads: int = 0,
    ) -> None:
        """Load a model (None: the default one). If that fails, the previous one stays in use."""
        self._enqueue(lambda: self._load_model(path, device, precision, threads))

    def set_source(
        self, photo: NDArray[np.uint8], face: LiftedFace | Landmarks, icc: bytes = b""
    ) -> None:
        """Set the source: a photo (HxWx3 RGB uint8) with its colour profile, and its face, or the
        face's landmarks."""
        self._enqueue(lambda: self._set_source((photo, face), icc))

    def clear_source(self) -> None:
        """Set no source; poses are ignored until `set_source`."""
        self._enqueue(lambda: self._set_source(None))

    def save(
        self,
        path: Path,
        pose: Pose3D | Landmarks,
        token: object,
        metadata: Metadata | None = None,
        note: bool = True,
        keep: KeepMask | None = None,
        stored: Stored | None = None,
        others: tuple[FacePose, ...] = (),
        layer: bool = False,
    ) -> None:
        """Write the photo with its face in `pose` at full size, then emit `saved` with `token`.

        metadata  of the photo, to be written to the file
        note      whether the file notes that it was edited
        keep      the areas that stay as in the photo
        stored    the photo with 16 bits or transparency, which the file then has
        others    the other faces to repose
        layer     only what changed in the photo, transparent elsewhere
        """

        def predict() -> None:
            predictor = self._require_predictor()
            edited = (metadata or engine.Metadata()).edited(predictor.model_name, note=note)
            faces = [engine.PosedFace(predictor.predict(pose), keep)]
            beside = self._other_faces(predictor, others)
            group = engine.Group.of([*faces, *(beside.group.faces if beside is not None else ())])
            # Writing a large photo takes seconds; meanwhile this thread continues with updates.
            self._writer.submit(self._attempt, lambda: write(group, edited))

        def write(group: Group, edited: Metadata) -> None:
            view: Literal["layer", "photo"] = "layer" if layer else "photo"
            engine.write_view(path, group, view, stored, metadata=edited)
            self.saved.emit(path, token)

        self._enqueue(predict, changes_picture=False)

    def request(self, request: Request) -> None:
        """Predict this pose next; overwrites a pose that is still waiting."""
        with QMutexLocker(self._mutex):
            self._newest = (self._generation, request)
            self._wake.wakeAll()

    def play(self, asker: object, token: object, pose: Pose3D | Landmarks) -> None:
        """Predict this pose for `played` at the lowest priority; overwrites a pose of the same
        asker that is still waiting."""
        with QMutexLocker(self._mutex):
            self._playing[asker] = (token, pose)
            self._wake.wakeAll()

    def stop(self) -> None:
        """Finish the queue, so that no save is lost, then end the threads."""
        with QMutexLocker(self._mutex):
            self._stopping = True
            self._wake.wakeAll()
        self.wait()
        self._writer.shutdown()

    def _enqueue(self, job: Callable[[], None], changes_picture: bool = True) -> None:
        with QMutexLocker(self._mutex):
            if changes_picture:
                self._generation += 1
                self._newest = None
            self._queue.append(job)
            self._wake.wakeAll()

    def _deliver(self, generation: int, update: Update) -> None:
        if generation == self._generation:
            self.updated.emit(update)

    # Called in the worker thread

    def run(self) -> None:
        while (job := self._next_job()) is not None:
            self._attempt(job)

    def _attempt(self, job: Callable[[], None]) -> None:
        try:
            job()
        except Exception as error:  # shown to the user; the thread continues
            self.failed.emit(explain(error))

    def _next_job(self) -> Callable[[], None] | None:
        with QMutexLocker(self._mutex):
            while True:
                if self._queue:
                    return self._queue.popleft()
                if self._stopping:
                    return None
                if self._newest is not None:
                    generation, request = self._newest
                    self._newest = None
                    return lambda: self._predict(generation, request)
                if self._playing:
                    token, pose = self._playing.pop(next(iter(self._playing)))
                    return lambda: self._play(token, pose)
                self._wake.wait(self._mutex)

    def _load_model(
        self, path: Path | None, device: str, precision: Precision, threads: int
    ) -> None:
        predictor = engine.Predictor(path, device, precision, threads)
        if self._source is not None:
            predictor.set_source(*self._source)
        self._predictor = predictor
        self._others.clear()
        self._ready = self._source is not None
        self.model_loaded.emit(
            Model(
                path,
                predictor.model_name,
                predictor.device,
                predictor.trained_range,
                predictor.threads,
                str(predictor.precision).removeprefix("torch."),
            )
        )

    def _set_source(
        self, source: tuple[NDArray[np.uint8], LiftedFace | Landmarks] | None, icc: bytes = b""
    ) -> None:
        if source is None or self._source is None or source[0] is not self._source[0]:
            self._others.clear()
        self._source, self._icc = source, icc
        self._ready = False
        if source is not None and self._predictor is not None:
            self._predictor.set_source(*source)
            self._ready = True

    def _predict(self, generation: int, request: Request) -> None:
        predictor = self._predictor
        if predictor is None or not self._ready:
            return
        start = time.perf_counter()
        prediction = predictor.predict(request.pose)
        milliseconds = (time.perf_counter() - start) * 1000.0
        others = self._shown_others(predictor, request.others)
        if isinstance(request.pose, engine.Pose3D):
            self._others.remember(request.pose, prediction)
        heatmaps = predictor.heatmaps(prediction.pose) if request.heatmaps else None
        mask = predictor.mask(prediction.pose) if request.mask else None
        parts = predictor.parts() if request.parts else None
        crop, own = prediction.crop, predictor.crop
        update = Update(
            prediction,
            (crop.left, crop.top, crop.side),
            (own.left, own.top, own.side),
            heatmaps,
            mask,
            parts,
            milliseconds,
            others,
        )
        self._predicted.emit(generation, update)

    def _shown_others(self, predictor: Predictor, faces: tuple[FacePose, ...]) -> Others | None:
        """The other faces; None if one of them cannot be shown, which is said once."""
        try:
            others = self._other_faces(predictor, faces)
        except engine.ReposeError as error:
            if str(error) != self._said:
                self._said = str(error)
                self.failed.emit(self._said)
            return None
        self._said = ""
        return others

    def _other_faces(self, predictor: Predictor, faces: tuple[FacePose, ...]) -> Others | None:
        if self._source is None:
            return None
        return self._others.get(predictor, self._source[0], faces, self._icc)

    def _play(self, token: object, pose: Pose3D | Landmarks) -> None:
        predictor = self._predictor
        try:
            if predictor is None or not self._ready:
                raise engine.ReposeError(
                    self.tr("Open a photo and choose its face to play the poses on it.")
                )
            answer: Prediction | str = predictor.predict(pose)
        except Exception as error:  # shown in the asker's dialog
            answer = explain(error)
        self.played.emit(token, answer)

    def _require_predictor(self) -> Predictor:
        if self._predictor is None or not self._ready:
            raise engine.ReposeError(
                self.tr(
                    "There is no refined picture to save yet; open a model and a photo with a face."
                )
            )
        return self._predictor
