"""Batches: all of their jobs are done, and what fails is told."""

import csv
import errno
import os
import threading
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from export_names import names
from PIL import Image

from engine.config.config import Detector
from engine.core import files
from engine.core.errors import ReposeError
from engine.export import export
from engine.export.batch_run import ExportResult, Progress, run_batch
from engine.export.batches import ExportBatch, Format, plan_batch
from engine.export.jobs import Job, Outcome, View
from engine.export.log import BatchLog, read_log
from engine.face.detection import find_faces
from engine.face.faces import Face
from engine.face.landmarks import Landmarks
from engine.face.pose_files import write_pose
from engine.imaging.photos import Photo, read_photo, read_picture, write_photo
from engine.inference.prediction import NetworkInput, Prediction
from engine.inference.predictor import Predictor


def run(batch: ExportBatch, **how: object) -> tuple[ExportResult, list[Outcome]]:
    outcomes: list[Outcome] = []

    def tell(outcome: Outcome | None, _progress: Progress) -> None:
        if outcome is not None:
            outcomes.append(outcome)

    ended = run_batch(batch, tell, threading.Event(), **how)  # type: ignore[arg-type]
    return ended, outcomes


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "tif"])
def test_a_batch_is_made_whole_with_a_report(
    batch: ExportBatch, tmp_path: Path, suffix: Format
) -> None:
    out = tmp_path / "out"
    batch = replace(
        batch, format=suffix, sheet=tmp_path / "sheet.jpg", animation=tmp_path / "sweep.gif"
    )
    ended, outcomes = run(batch)
    assert ended.progress[:4] == (4, 4, 0, 0)
    assert [outcome.job for outcome in outcomes] == list(plan_batch(batch))
    for name in names(batch):
        metadata = read_picture(out / name).metadata
        assert b"compositeWithTrainedAlgorithmicMedia" in metadata.xmp
        assert b"Repose, model small" in metadata.xmp
    told = rows(out / "report.csv")
    assert [row["output"] for row in told] == [str(out / name) for name in names(batch)]
    assert told[0]["yaw"] == "-10"
    assert {row["result"] for row in told} == {"done"}
    made = [tmp_path / "sheet.jpg", tmp_path / "sweep-a.gif", tmp_path / "sweep-b.gif"]
    assert list(ended.made) == made
    assert all(path.stat().st_size > 1000 for path in made)


@pytest.mark.parametrize(("view", "suffix"), [("photo", "ora"), ("photo", "psd"), ("layer", "tif")])
def test_a_batch_has_layers(
    batch: ExportBatch, photos: Path, photo: Photo, tmp_path: Path, view: View, suffix: Format
) -> None:
    batch = replace(batch, sources=(photos / "a.jpg",), yaw=(20.0,), name="{source}")
    assert run(batch)[0].progress.failed == 0
    assert run(replace(batch, view=view, format=suffix))[0].progress.failed == 0
    made = tmp_path / "out" / f"a.{suffix}"
    if suffix == "ora":
        with zipfile.ZipFile(made) as archive, archive.open("mergedimage.png") as file:
            picture = np.asarray(Image.open(file), np.int64)
    else:
        with Image.open(made) as image:
            picture = np.asarray(image, np.int64)
    if view == "layer":
        alpha = picture[..., 3:] / 255
        assert 0.01 < alpha.mean() < 0.9
        picture = np.rint(alpha * picture[..., :3] + (1 - alpha) * photo).astype(np.int64)
    assert np.abs(picture - read_photo(tmp_path / "out" / "a.png")).max() <= 1


def test_views_that_a_format_cannot_hold_are_refused(batch: ExportBatch, tmp_path: Path) -> None:
    with pytest.raises(ReposeError, match="transparent"):
        replace(batch, view="layer", format="jpg")
    with pytest.raises(ReposeError, match="only the whole photo"):
        replace(batch, view="face", format="ora")
    with pytest.raises(ReposeError, match="flat pictures"):
        replace(batch, format="psd", sheet=tmp_path / "sheet.png")
    with pytest.raises(ReposeError, match="flat pictures"):
        replace(batch, format="ora", animation=tmp_path / "sweep.gif")


def test_pictures_that_are_there_are_kept_unless_asked(batch: ExportBatch, tmp_path: Path) -> None:
    run(batch)
    pictures = sorted((tmp_path / "out").glob("*.png"))
    pictures[0].unlink()
    before = pictures[1].stat().st_mtime_ns
    ended, outcomes = run(batch)
    assert [outcome.result for outcome in outcomes] == ["done", "kept", "kept", "kept"]
    assert ended.progress.kept == 3
    assert pictures[1].stat().st_mtime_ns == before
    _, outcomes = run(replace(batch, overwrite=True))
    assert {outcome.result for outcome in outcomes} == {"done"}
    assert pictures[1].stat().st_mtime_ns > before


def test_a_stopped_batch_goes_on_where_it_stopped(batch: ExportBatch, tmp_path: Path) -> None:
    batch = replace(batch, yaw=tuple(float(k) for k in range(20)), sheet=tmp_path / "sheet.png")
    stop = threading.Event()

    def tell(outcome: Outcome | None, _progress: Progress) -> None:
        if outcome is not None:
            stop.set()

    ended = run_batch(batch, tell, stop)
    made = len(list((tmp_path / "out").glob("*.png")))
    assert 0 < made < 40
    assert made == ended.progress.done
    assert not (tmp_path / "sheet.png").exists()
    _, outcomes = run(batch)
    assert [o.result for o in outcomes].count("kept") == made
    assert len(list((tmp_path / "out").glob("*.png"))) == 40


def test_leftovers_of_a_killed_run_are_cleared(batch: ExportBatch, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    old, new, other = (out / name for name in (
        ".0123456789ab.part.png", ".ba9876543210.part.png", ".hidden.png"))  # fmt: skip
    for path in (old, new, other):
        path.touch()
    os.utime(old, (1e9, 1e9))
    run(batch)
    assert not old.exists()
    assert new.exists()
    assert other.exists()


def bad_batch(batch: ExportBatch, photos: Path, face: Landmarks, tmp_path: Path) -> ExportBatch:
    """A batch with one of every mistake in its middle."""
    write_photo(photos / "faceless.png", np.full((64, 64, 3), 90, np.uint8))
    (photos / "broken.jpg").write_bytes((photos / "a.jpg").read_bytes()[:30_000])
    (photos / "empty.jpg").touch()
    small = read_picture(photos / "a.jpg").photo[:400]
    write_photo(tmp_path / "small.png", small)
    write_pose(tmp_path / "good.pts", face, (512, 512))
    (tmp_path / "nonsense.pts").write_text("version: 1\nn_points: 68\n{\nhello\n}\n")
    return replace(
        batch,
        sources=(photos, tmp_path / "missing.jpg"),
        targets=(photos / "a.jpg", tmp_path / "small.png"),
        poses=(tmp_path / "good.pts", tmp_path / "nonsense.pts"),
        yaw=(0.0,),
        transfer="absolute",
    )


def test_bad_input_in_the_middle_stops_nothing_and_is_told(
    batch: ExportBatch, photos: Path, face: Landmarks, tmp_path: Path
) -> None:
    ended, _ = run(bad_batch(batch, photos, face, tmp_path))
    assert ended.progress[:4] == (6 * 4, 4, 0, 20)
    reasons = {
        (Path(row["source"]).name, Path(row["pose"]).name): row["reason"]
        for row in rows(tmp_path / "out" / "report.csv")
    }
    for source, pose, words in (
        ("a.jpg", "a.jpg", ""),
        ("a.jpg", "small.png", "same size"),
        ("a.jpg", "good.pts", ""),
        ("a.jpg", "nonsense.pts", "cannot be used as a pose"),
        ("b.jpg", "good.pts", ""),
        ("broken.jpg", "a.jpg", "damaged or truncated"),
        ("empty.jpg", "good.pts", "is empty"),
        ("faceless.png", "good.pts", "No face was found"),
        ("missing.jpg", "a.jpg", "does not exist"),
    ):
        reason = reasons[source, pose]
        assert words in reason
        assert bool(words) == bool(reason)


def test_a_gpus_batches_give_the_same_pictures(
    batch: ExportBatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Jobs whose poses are gathered for the networks, as on a GPU; they run on the processor here.
    class Elsewhere(Predictor):
        def __init__(self, model: Path, _device: str) -> None:
            super().__init__(model, "cpu")
            self.together: list[int] = []

        def predict_all(self, batch: Sequence[NetworkInput]) -> list[Prediction]:
            self.together.append(len(batch))
            return super().predict_all(batch)

    predictor = Elsewhere(batch.model or Path(), "cpu")
    batch = replace(batch, yaw=tuple(map(float, range(-10, 10, 2))))
    assert {o.result for o in export.repose_all(predictor, plan_batch(batch), batch.options)} == {
        "done"
    }
    there = replace(batch, out=tmp_path / "gathered")
    predictor.together.clear()
    monkeypatch.setattr(export, "_batches_inputs", lambda _device: True)
    monkeypatch.setattr(export, "job_threads", lambda _device: 8)
    outcomes = export.repose_all(predictor, plan_batch(there), there.options)
    assert {outcome.result for outcome in outcomes} == {"done"}
    assert sum(predictor.together) == 20
    for name in names(batch):
        one, other = (read_photo(tmp_path / folder / name) for folder in ("out", "gathered"))
        assert np.abs(one.astype(int) - other).max() <= 6


def test_a_face_is_looked_for_once_in_a_photo_without(
    batch: ExportBatch, no_face: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Photo] = []

    def look(photo: Photo, detector: Detector) -> tuple[Face, ...]:
        looked.append(photo)
        return find_faces(photo, detector)

    monkeypatch.setattr(export, "find_faces", look)
    _, outcomes = run(replace(batch, targets=(no_face,), yaw=tuple(map(float, range(5)))))
    assert {outcome.result for outcome in outcomes} == {"failed"}
    assert len(looked) == 3, "two sources and one target"


def test_no_source_or_pose_is_ever_overwritten(batch: ExportBatch, photos: Path) -> None:
    before = {path: path.read_bytes() for path in photos.iterdir()}
    into = replace(batch, out=photos, yaw=(0.0,), name="{source}", format="jpg", overwrite=True)
    _, outcomes = run(into)
    assert {outcome.result for outcome in outcomes} == {"failed"}
    assert "source itself" in outcomes[0].reason
    assert all(path.read_bytes() == data for path, data in before.items())
    # Where a's picture would be the photo b.
    jobs = [
        Job(photos / "a.jpg", None, photos / "b.jpg"),
        Job(photos / "b.jpg", None, photos / "c.jpg"),
    ]
    assert "needed as it is" in do(into, jobs)[0].reason


def do(batch: ExportBatch, jobs: list[Job]) -> list[Outcome]:
    return list(export.repose_all(Predictor(batch.model, "cpu"), jobs, batch.options))


def test_only_failures_are_tried_again(batch: ExportBatch, photos: Path, tmp_path: Path) -> None:
    whole = (photos / "b.jpg").read_bytes()
    (photos / "b.jpg").write_bytes(whole[:9000])
    ended, _ = run(batch)
    assert ended.progress[:4] == (4, 2, 0, 2)
    (photos / "b.jpg").write_bytes(whole)
    ended, outcomes = run(batch, retry=True)
    assert [outcome.job.source.name for outcome in outcomes] == ["b.jpg"] * 2
    assert ended.progress[:4] == (2, 2, 0, 0)
    assert [row["result"] for row in rows(tmp_path / "out" / "report.csv")] == ["done"] * 4
    with pytest.raises(ReposeError, match="Nothing failed"):
        run(batch, retry=True)


def test_failures_that_a_stopped_retry_did_not_reach_stay_failures(
    batch: ExportBatch, photos: Path, tmp_path: Path
) -> None:
    whole = (photos / "b.jpg").read_bytes()
    (photos / "b.jpg").write_bytes(whole[:9000])
    # Ten failures: more than are in work at a time with one thread.
    batch = replace(batch, yaw=tuple(map(float, range(10))), threads=1)
    assert run(batch)[0].progress[:4] == (20, 10, 0, 10)
    (photos / "b.jpg").write_bytes(whole)
    log, stop = tmp_path / "out" / "report.csv", threading.Event()

    def tell(outcome: Outcome | None, _progress: Progress) -> None:
        if outcome is not None:
            assert len(read_log(log)) == 20, "the log is complete at any moment"
            stop.set()

    done = run_batch(batch, tell, stop, retry=True).progress.done
    assert 0 < done < 10
    told = [row["result"] for row in rows(log)]
    assert told == ["done"] * (10 + done) + ["failed"] * (10 - done)
    assert run(batch, retry=True)[0].progress[:4] == (10 - done, 10 - done, 0, 0)
    assert [row["result"] for row in rows(log)] == ["done"] * 20


def test_of_a_log_with_two_rows_of_a_picture_the_last_counts(tmp_path: Path) -> None:
    """As it is after a retry that ended with the process."""
    jobs = [Job(Path("a.jpg"), None, tmp_path / f"{k}.png") for k in range(2)]
    with BatchLog(tmp_path / "log.csv") as log:
        for job in jobs:
            log.add(Outcome(job, "failed", "No face."))
        log.add(Outcome(jobs[0], "done"))
    assert [row["result"] for row in read_log(tmp_path / "log.csv")] == ["done", "failed"]


def test_a_full_disk_stops_the_batch_with_one_sentence(
    batch: ExportBatch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sync, calls = os.fsync, []

    def fill(number: int) -> None:
        calls.append(number)
        if len(calls) > 3:  # the probe of the folder and two pictures fit
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(number)

    monkeypatch.setattr(os, "fsync", fill)
    with pytest.raises(ReposeError, match="the disk is full: free some space") as caught:
        run(replace(batch, yaw=tuple(map(float, range(20)))))
    assert isinstance(caught.value, files.DiskFullError)
    assert len(list((tmp_path / "out").glob("*.png"))) == 2
    assert not list((tmp_path / "out").glob(".*"))


def test_a_folder_that_cannot_be_written_is_one_sentence(
    batch: ExportBatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ReposeError, match="cannot be written"):
        run(replace(batch, out=tmp_path / "file" / "out"))


def test_a_sheet_alone_leaves_no_other_pictures(batch: ExportBatch, tmp_path: Path) -> None:
    ended, _ = run(replace(batch, out=None, sheet=tmp_path / "sheet.png"))
    assert ended.made == (tmp_path / "sheet.png",)
    assert ended.log is None
    assert not (tmp_path / "out").exists()
    with pytest.raises(ReposeError, match="sheet or an animation"):
        run(replace(batch, out=None))
