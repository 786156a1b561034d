"""The same pose for several faces of a photo, in one picture."""

from pathlib import Path

import numpy as np
import pytest

from engine.core.errors import ReposeError
from engine.export.batches import ExportBatch
from engine.export.export import repose_all
from engine.export.jobs import Job, JobOptions, Outcome, read_faces
from engine.imaging.photos import read_photo
from engine.inference.predictor import Predictor


def run(predictor: Predictor, source: Path, out: Path, faces: tuple[int, ...]) -> Outcome:
    job = Job(source, None, out, (15.0, 0.0, 0.0))
    (outcome,) = repose_all(predictor, [job], JobOptions(faces=faces))
    return outcome


def test_faces_are_composited_into_one_picture(
    predictor: Predictor, two_faces: Path, tmp_path: Path
) -> None:
    made = {}
    for faces in ((1,), (2,), (1, 2), ()):
        outcome = run(predictor, two_faces, tmp_path / "out.png", faces)
        assert outcome.result == "done", outcome.reason
        made[faces] = read_photo(tmp_path / "out.png")
    photo = read_photo(two_faces)
    large, small = ((made[faces] != photo).any(axis=2) for faces in ((1,), (2,)))
    both = made[1, 2]
    np.testing.assert_array_equal(both, made[()])
    np.testing.assert_array_equal(both[large & ~small], made[1,][large & ~small])
    np.testing.assert_array_equal(both[small & ~large], made[2,][small & ~large])
    np.testing.assert_array_equal(both[~small & ~large], photo[~small & ~large])


def test_a_missing_face_is_named(predictor: Predictor, two_faces: Path, tmp_path: Path) -> None:
    outcome = run(predictor, two_faces, tmp_path / "out.png", (1, 3))
    assert outcome.result == "failed"
    assert "no face 3" in outcome.reason
    assert not (tmp_path / "out.png").exists()


def test_a_warning_names_its_face(predictor: Predictor, two_faces: Path, tmp_path: Path) -> None:
    assert "Face 2: " in run(predictor, two_faces, tmp_path / "a.png", ()).warning
    assert "Face" not in run(predictor, two_faces, tmp_path / "b.png", (2,)).warning.split()[0]


def test_the_words_for_faces() -> None:
    assert read_faces("2") == (2,)
    assert read_faces("3, 1,3") == (3, 1)
    assert read_faces("all") == ()
    for text in ("", "0", "1,-2", "1-3", "one", "1,,2"):
        with pytest.raises(ReposeError):
            read_faces(text)


def test_a_batch_of_an_earlier_version_has_one_face() -> None:
    text = ExportBatch(face="2").to_json()
    assert ExportBatch.from_json(text.replace('"2"', "2")) == ExportBatch(face="2")
    assert ExportBatch.from_json(ExportBatch(face="1,3").to_json()).options.faces == (1, 3)


@pytest.mark.parametrize("options", [{"view": "face"}, {"transfer": "absolute"}])
def test_what_is_for_one_face_refuses_several(options: dict[str, str]) -> None:
    ExportBatch(**options)  # type: ignore[arg-type]
    with pytest.raises(ReposeError, match="choose one"):
        ExportBatch(face="all", **options)  # type: ignore[arg-type]
