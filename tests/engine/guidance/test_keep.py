"""Areas that must not change."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import engine
from engine.core.errors import ReposeError
from engine.export.batches import ExportBatch
from engine.export.repose_options import batch_arguments
from engine.face.landmarks import Landmarks
from engine.face.pose import Pose3D
from engine.guidance.keep import LONGEST, KeepMask, keep_of
from engine.imaging.crop import Crop
from engine.imaging.photos import Photo, read_photo, write_photo
from engine.inference.prediction import keep_refined
from engine.inference.predictor import Predictor
from main import main

SIZE = (3000, 4000)


def dot(x: float, y: float, radius: float, size: tuple[int, int] = SIZE) -> KeepMask:
    return KeepMask.nothing(size).painted([(x, y)], radius)


def test_a_mask_is_no_longer_than_it_needs_to_be() -> None:
    assert KeepMask.nothing(SIZE).pixels.shape == (LONGEST, 768)
    assert KeepMask.nothing((64, 48)).pixels.shape == (48, 64)
    assert KeepMask.nothing((1, 5000)).pixels.shape == (LONGEST, 1)


def test_a_dot_lies_where_it_was_painted() -> None:
    kept = dot(1500.0, 1000.0, 100).window(1000, 500, 1000, 1000)
    rows, columns = np.nonzero(kept > 0.5)
    assert rows.mean() == pytest.approx(500, abs=1)
    assert columns.mean() == pytest.approx(500, abs=1)
    assert np.ptp(columns) == pytest.approx(200, abs=6)
    assert kept[500, 500] == 1
    assert kept[0, 0] == 0


def test_a_stroke_has_no_gaps_and_can_be_erased() -> None:
    stroke = KeepMask.nothing(SIZE).painted([(500, 500), (2500, 500), (2500, 3000)], 50)
    for x, y in ((500, 500), (1234, 500), (2500, 500), (2500, 1777), (2500, 3000)):
        assert stroke.window(x, y, 1, 1) == 1
    assert stroke.window(1234, 600, 1, 1) == 0
    erased = stroke.painted([(1000, 500), (1500, 500)], 100, erase=True)
    assert erased.window(1234, 500, 1, 1) == 0
    assert erased.window(2000, 500, 1, 1) == 1
    assert not stroke.empty
    assert stroke.painted([(500, 500), (2500, 500), (2500, 3000)], 120, erase=True).empty


def test_a_stroke_may_leave_the_photo() -> None:
    stroke = KeepMask.nothing(SIZE).painted([(-900, -900), (5000, 6000)], 50)
    assert stroke.window(1500, 1907, 1, 1) == 1


def test_a_soft_border_keeps_the_inside() -> None:
    hard = dot(1500, 2000, 400)
    soft = hard.feathered(200)
    row = soft.window(1500, 2000, 700, 1)[0]
    assert row[:280].min() == 1, "the inside is kept to the bit"
    assert row[400] == pytest.approx(0.5, abs=0.1)
    assert 0.05 < row[450] < 0.5
    assert row[520:].max() == 0
    assert (np.diff(row) <= 0).all()
    assert soft.feathered(0) == hard
    np.testing.assert_array_equal(soft.pixels, hard.pixels)


@pytest.mark.parametrize("crop", [Crop(700, 900, 1500), Crop(-200, -300, 900), Crop(100, 200, 60)])
@pytest.mark.parametrize("size", [64, 256])
def test_over_a_crop_is_what_the_window_shows(crop: Crop, size: int) -> None:
    soft = dot(1500, 1500, 400).painted([(100, 200)], 150).feathered(90)
    over = soft.over(crop, size)
    assert over.shape == (size, size)
    assert over.dtype == np.float32
    whole = soft.window(crop.left, crop.top, crop.side, crop.side)
    pixel = (np.arange(size) + 0.5) * crop.side / size
    expected = whole[pixel.astype(int)[:, None], pixel.astype(int)[None]]
    np.testing.assert_allclose(over, expected, atol=0.12)
    assert over.min() >= 0
    assert over.max() <= 1


def test_png_and_back_is_the_same_mask() -> None:
    mask = dot(700, 900, 123).feathered(17)
    assert KeepMask.from_png(mask.to_png(), SIZE, 17) == mask
    with pytest.raises(ReposeError, match="damaged"):
        KeepMask.from_png(b"nothing", SIZE)


def test_a_mask_larger_than_any_is_not_decoded() -> None:
    """A project of a stranger: a megabyte of PNG may be gigabytes of pixels."""
    file = io.BytesIO()
    Image.new("1", (LONGEST, LONGEST + 1)).save(file, "PNG")
    with pytest.raises(ReposeError, match="damaged"):
        KeepMask.from_png(file.getvalue(), SIZE)


def test_inverting_twice_changes_nothing() -> None:
    mask = dot(700, 900, 123)
    assert mask.inverted() != mask
    assert mask.inverted().inverted() == mask


def test_a_written_mask_reads_again(tmp_path: Path) -> None:
    mask = dot(1500, 1500, 400).feathered(100)
    mask.write(tmp_path / "keep.png")
    read = KeepMask.read(tmp_path / "keep.png", SIZE)
    np.testing.assert_array_equal(read.pixels, mask.soft)


def test_masks_of_another_shape_and_all_white_ones_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "keep.png"
    write_photo(path, np.zeros((100, 100, 3), np.uint8))
    with pytest.raises(ReposeError, match="100x100 pixels and the photo 3000x4000"):
        KeepMask.read(path, SIZE)
    assert KeepMask.read(path, (400, 400)).empty
    write_photo(path, np.full((100, 100, 3), 255, np.uint8))
    with pytest.raises(ReposeError, match="all white"):
        KeepMask.read(path, (400, 400))


@pytest.fixture(scope="module")
def keep(photo: Photo, face: Landmarks) -> KeepMask:
    """The right eye with a hard border."""
    size = (photo.shape[1], photo.shape[0])
    x, y = face[36:42].mean(axis=0).tolist()
    return dot(x, y, 25, size)


def test_what_is_kept_is_the_photo_and_nothing_else_differs(
    predictor: Predictor, photo: Photo, face: Landmarks, keep: KeepMask
) -> None:
    predictor.set_source(photo, face)
    prediction = predictor.predict(Pose3D.of(face).turned(20, 0, 0).landmarks())
    free, kept = predictor.paste(prediction), predictor.paste(prediction, keep)
    share = keep.window(0, 0, *keep.photo_size)
    assert (free[share == 1] != photo[share == 1]).any()
    np.testing.assert_array_equal(kept[share == 1], photo[share == 1])
    np.testing.assert_array_equal(kept[share == 0], free[share == 0])


def test_the_pane_shows_what_is_kept(
    predictor: Predictor, photo: Photo, face: Landmarks, keep: KeepMask
) -> None:
    predictor.set_source(photo, face)
    prediction = predictor.predict(Pose3D.of(face).turned(20, 0, 0).landmarks())
    refined = keep_refined(prediction, keep)
    share = keep.over(prediction.crop, predictor.size)
    own = prediction.posed.source.pixels / 255
    np.testing.assert_allclose(refined[share == 1], own[share == 1], atol=1e-6)
    np.testing.assert_array_equal(refined[share == 0], prediction.refined[share == 0])
    assert refined.dtype == np.float32


def test_areas_of_another_photo_are_refused(
    predictor: Predictor, photo: Photo, face: Landmarks
) -> None:
    predictor.set_source(photo, face)
    prediction = predictor.predict(face)
    with pytest.raises(ReposeError, match="another photo, of 3000x4000"):
        predictor.paste(prediction, dot(10, 10, 10))
    with pytest.raises(ReposeError, match="another photo"):
        keep_refined(prediction, dot(10, 10, 10))


def test_the_engine_exports_it() -> None:
    assert engine.KeepMask is KeepMask
    assert engine.keep_refined is keep_refined


def test_the_command_line_keeps_what_a_mask_says(
    photo: Photo, face: Landmarks, keep: KeepMask, sample: Path, model: Path, tmp_path: Path
) -> None:
    mask = tmp_path / "masks" / "sample.png"
    keep.write(mask)
    free, kept, too = (tmp_path / f"{name}.png" for name in ("free", "kept", "too"))
    turn = ["--yaw", "20", "--model", str(model), "--device", "cpu"]
    assert main(["repose", str(sample), "-o", str(free), *turn]) == 0
    assert main(["repose", str(sample), "-o", str(kept), *turn, "--keep-area", str(mask)]) == 0
    assert (
        main(["repose", str(sample), "-o", str(too), *turn, "--keep-area", str(mask.parent)]) == 0
    )
    share = keep.window(0, 0, *keep.photo_size)
    for path in (kept, too):
        made = read_photo(path)
        np.testing.assert_array_equal(made[share == 1], photo[share == 1])
        np.testing.assert_array_equal(made[share == 0], read_photo(free)[share == 0])
    assert (read_photo(free)[share == 1] != photo[share == 1]).any()


def test_a_mask_is_not_overwritten_and_must_be_there(
    keep: KeepMask, sample: Path, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mask = tmp_path / "mask.png"
    keep.write(mask)
    how = ["--model", str(model), "--device", "cpu", "--keep-area"]
    assert main(["repose", str(sample), "-o", str(mask), *how, str(mask)]) == 1
    assert "is needed as it is" in capsys.readouterr().err
    assert main(["repose", str(sample), "-o", str(tmp_path / "o.png"), *how, "none.png"]) == 1
    assert "none.png does not exist" in capsys.readouterr().err


def test_a_folder_of_masks_is_for_those_that_have_one(keep: KeepMask, tmp_path: Path) -> None:
    keep.write(tmp_path / "one.png")
    assert keep_of(Path("one.jpg"), tmp_path, keep.photo_size) is not None
    assert keep_of(Path("two.jpg"), tmp_path, keep.photo_size) is None
    assert keep_of(Path("one.jpg"), None, keep.photo_size) is None


def test_a_batch_carries_its_masks(tmp_path: Path) -> None:
    batch = ExportBatch(sources=(tmp_path / "a.jpg",), out=tmp_path, masks=tmp_path / "mask.png")
    assert ExportBatch.from_json(batch.to_json()) == batch
    assert batch.options.masks == batch.masks
    words = batch_arguments(batch)
    assert words[words.index("--keep-area") + 1] == str(batch.masks)
