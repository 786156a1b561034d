"""The tables: means, their errors over people, and the same numbers in every file."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.config.config import Config, ImageConfig
from engine.evaluation.scores import Measures, PartMeasures, Score, change_scale
from engine.evaluation.tables import FIRST, Tables, mean_over_people, write_csv

SCALE = change_scale(Config())


def score(ssim: float, group: str = "a", change: float | None = 5.0, **more: float | None) -> Score:
    methods = {
        "source": Measures(ssim / 2, 0.2),
        "coarse": Measures(ssim, 0.1),
        "refined": Measures(ssim, 0.1, **more),
    }
    return Score("data", "one.jpg", "two|.jpg", group, change, methods)


def test_the_error_of_independent_values_is_the_usual_one() -> None:
    values = [0.1, 0.4, 0.7, 0.2]
    mean = mean_over_people(values, ["a", "b", "c", "d"])
    assert mean.mean == pytest.approx(0.35)
    assert mean.error == pytest.approx(np.std(values, ddof=1) / 2)
    assert mean.pairs == 4


def test_pairs_of_one_person_count_as_one_observation() -> None:
    # By hand: people with means 1 and 3, all alike within; the error is that of two values.
    mean = mean_over_people([1.0, 1.0, 3.0, 3.0], ["a", "a", "b", "b"])
    assert mean.mean == 2
    assert mean.error == pytest.approx(np.std([1, 3], ddof=1) / np.sqrt(2))
    # By hand, of unequal people: residuals a -2/3 - 2/3, b 4/3; sqrt(2/1 * 32/9) / 3.
    uneven = mean_over_people([1.0, 1.0, 3.0], ["a", "a", "b"])
    assert uneven.error == pytest.approx(np.sqrt(2 * 32 / 9) / 3)
    assert mean_over_people([1.0, 2.0], ["a", "a"]).error is None


def test_table_2_is_the_mean_of_table_1() -> None:
    scores = [score(0.2), score(0.3, "b"), score(0.7, "c", change=20.0)]
    table = Tables.of(scores, SCALE)
    assert table.means["ssim_refined"].mean == pytest.approx(0.4)
    assert table.means["ssim_source"].mean == pytest.approx(0.2)
    near, far = table.bands
    assert (near.low, near.high, near.pairs, near.people) == (0, 15, 2, 2)
    assert near.means["ssim_refined"].mean == pytest.approx(0.25)
    assert (far.low, far.pairs) == (15, 1)
    assert far.means["ssim_refined"].error is None


def test_what_was_not_measured_is_left_out() -> None:
    table = Tables.of([score(0.2, change=None), score(0.3, "b", change=None)], None)
    assert "identity_refined" not in table.means
    assert not table.bands
    text = table.as_markdown()
    assert "identity" not in text
    assert "change" not in text
    faces = [score(0.2, identity=0.4, lost=0.0), score(0.3, "b", identity=None, lost=100.0)]
    table = Tables.of(faces, SCALE)
    assert table.means["identity_refined"].pairs == 1
    assert table.means["lost_refined"].mean == 50
    assert "identity" in table.as_markdown()


def test_the_text_has_the_reports_columns_and_the_first_pairs() -> None:
    scores = [score(0.5, group=str(k), change=k) for k in range(FIRST + 8)]
    text = Tables.of(scores, SCALE, "Beware.").as_markdown()
    head = "SSIM(I_S, I_T) | SSIM(I_T, I_G1) | SSIM(I_T, I_G2) | L1(I_T, I_G2) |"
    assert f"| source | target | yaw change | {head}" in text
    assert f"\n| {head}\n" in text
    assert "| 0.2500 ± 0.0000 | 0.5000 ± 0.0000 | 0.5000 ± 0.0000 | 0.1000 ± 0.0000 |" in text
    assert text.count("two\\|.jpg") == FIRST
    assert text.startswith("Beware.\n")
    assert f"{FIRST + 8} pairs of {FIRST + 8} people" in text
    assert "| 15 to 30° | refined |" in text
    assert "| all | refined |" in text


def test_csv_and_json_hold_the_same_numbers(tmp_path: Path) -> None:
    scores = [score(1 / 3, identity=0.1), score(0.25, "b", change=None)]
    write_csv(tmp_path / "scores.csv", scores)
    with (tmp_path / "scores.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    held = json.loads(json.dumps(Tables.of(scores, SCALE).as_json()))
    for row, line in zip(rows, held["table 1"], strict=True):
        assert row == {k: "" if v is None else str(v) for k, v in line.items()}
    column = [float(row["ssim_refined"]) for row in rows]
    assert held["table 2"]["ssim_refined"]["mean"] == pytest.approx(np.mean(column))
    assert held["table 2"]["identity_refined"] == {"mean": 0.1, "error": None, "pairs": 1}
    assert held["change"] == {"name": "yaw change", "unit": "°"}


def test_a_band_without_end_is_valid_json() -> None:
    scale = change_scale(
        replace(Config(), skeleton="body", guides=False, image=ImageConfig(crop="photo"))
    )
    table = Tables.of([score(0.5, change=300.0)], scale)
    assert json.loads(json.dumps(table.as_json(), allow_nan=False))["by change"][0]["high"] is None
    assert "50 to more % of the box" in table.as_markdown()


def test_parts_are_means_over_the_pairs_that_show_them() -> None:
    mouth = {"refined": PartMeasures(0.5, 0.2)}, {"refined": PartMeasures(0.7, 0.1)}
    one = replace(score(0.5), parts={"mouth": mouth[0]})
    two = replace(score(0.5, "b"), parts={"mouth": mouth[1], "hair": mouth[1]})
    table = Tables.of([one, two, score(0.5, "c")], SCALE)
    assert table.parts["mouth"]["ssim_refined"].mean == pytest.approx(0.6)
    assert table.parts["mouth"]["l1_refined"].pairs == 2
    assert table.parts["hair"]["l1_refined"].mean == pytest.approx(0.1)
    text = table.as_markdown()
    assert "| part | pairs | SSIM refined | L1 refined |" in text
    assert "| hair | 1 | 0.7000 | 0.1000 |" in text
    assert table.as_json()["by part"]["mouth"]["ssim_refined"]["pairs"] == 2
    assert not Tables.of([score(0.5)], SCALE).parts
