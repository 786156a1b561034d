"""The report's tables 1 and 2 (section 4.4), extended by standard errors, baselines, metrics of
faces, and a split by pose change."""

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from engine.core.files import write_whole
from engine.evaluation.scores import MEASURES, METHODS, ChangeScale, Score

FIRST = 12
"""Number of pairs of table 1 in the text; the CSV file has all."""

REPORTED = ("ssim_source", "ssim_coarse", "ssim_refined", "l1_refined")
"""The report's columns, in its order."""

_NAMES = {
    "ssim_source": "SSIM(I_S, I_T)",
    "ssim_warp": "SSIM(I_T, 2D warp)",
    "ssim_layers": "SSIM(I_T, layers)",
    "ssim_coarse": "SSIM(I_T, I_G1)",
    "ssim_refined": "SSIM(I_T, I_G2)",
    "l1_source": "L1(I_S, I_T)",
    "l1_warp": "L1(I_T, 2D warp)",
    "l1_refined": "L1(I_T, I_G2)",
    "identity_refined": "identity",
    "landmarks_refined": "landmarks %",
    "ssim": "SSIM",
    "l1": "L1",
    "sharpness": "sharpness",
    "identity": "identity",
    "landmarks": "landmarks %",
    "expression": "expression",
    "lids": "lids %",
    "gaze": "gaze %",
    "lost": "faces lost %",
}
_OURS = ("ssim_warp", "l1_source", "l1_warp", "identity_refined", "landmarks_refined")
# The others have 4, as in the report.
_DIGITS = {
    "sharpness": 2,
    "identity": 3,
    "landmarks": 1,
    "expression": 2,
    "lids": 1,
    "gaze": 1,
    "lost": 1,
}

_LEGEND = """\
± is the standard error over people: the pairs of one person count as one observation, for they are
not independent. I_S is the source, I_T the target, I_G1 the coarse image, I_G2 the refined one; 2D
warp is the source bent to the target's points, without any network; layers are the guides of the
networks. Sharpness is the strength of the Laplacian, divided by the target's.
"""
_FACES = """\
Identity is the distance of dlib's recognition network to the target (above 0.6 is another person);
landmarks is how far those that dlib finds in the result are from the pose asked for, in percent of
the distance of the outer corners of the eyes (in the source or the target, whichever shows more of
it); faces lost are results in which dlib finds no face. Expression is the mean difference of the
landmarker's expression coefficients, times 100; lids and gaze are the differences of the openings
of the eyes and of the irises' places in them, in percent of an eye's width.
"""


@dataclass(frozen=True)
class Mean:
    """The mean over ``pairs`` pairs, and its standard error (None with fewer than two groups)."""

    mean: float
    error: float | None
    pairs: int


@dataclass(frozen=True)
class Band:
    """The means over the pairs with a pose change in [low, high); ``high`` None is unlimited."""

    low: float
    high: float | None
    pairs: int
    people: int
    means: dict[str, Mean]


@dataclass(frozen=True)
class Tables:
    """Both tables of one data set.

    scores   table 1: every pair
    means    table 2: means by the names of `Score.values`, of the metrics with at least one value
    scale    the scale of pose change; None if it is undefined
    bands    the means by band of pose change
    parts    the means of SSIM and L1 by region of the target, named like ``means``
    caution  limitations of the numbers, as sentences; usually empty
    """

    scores: Sequence[Score]
    means: dict[str, Mean]
    scale: ChangeScale | None
    bands: Sequence[Band]
    parts: dict[str, dict[str, Mean]]
    caution: str

    @classmethod
    def of(cls, scores: Sequence[Score], scale: ChangeScale | None, caution: str = "") -> Self:
        bands = []
        for low, high in scale.bands if scale else ():
            inside = [s for s in scores if s.change is not None and low <= s.change < high]
            if inside:
                top = None if np.isinf(high) else high
                bands.append(Band(low, top, len(inside), _people(inside), _means(inside)))
        return cls(scores, _means(scores), scale, bands, _part_means(scores), caution)

    def as_json(self) -> dict[str, Any]:
        """The tables as a JSON-serialisable dictionary."""
        return {
            "caution": self.caution,
            "pairs": len(self.scores),
            "people": _people(self.scores),
            "table 1": [as_row(score) for score in self.scores],
            "table 2": {name: asdict(mean) for name, mean in self.means.items()},
            "change": self.scale and {"name": self.scale.name, "unit": self.scale.unit.strip()},
            "by change": [asdict(band) for band in self.bands],
            "by part": {
                part: {name: asdict(mean) for name, mean in means.items()}
                for part, means in self.parts.items()
            },
        }

    def as_markdown(self) -> str:
        """The tables as Markdown; table 1 is limited to the first `FIRST` pairs."""
        shown = self.scores[:FIRST]
        rest = (
            f", the first {len(shown)}; all are in scores.csv" if len(self.scores) > FIRST else ""
        )
        parts = [
            *([self.caution + "\n"] if self.caution else []),
            f"{len(self.scores)} pairs of {_people(self.scores)} people.\n",
            f"### Table 1: pairs{rest}\n",
            self._table1(shown),
            "### Table 2: means\n",
            _markdown([[_NAMES[n] for n in REPORTED], [self._cell(n) for n in REPORTED]]),
            "### Every method" + (f", by {self.scale.name}\n" if self.scale else "\n"),
            self._by_method(),
            *(("### By part of the target\n", self._by_part()) if self.parts else ()),
            _LEGEND + (_FACES if "lost_refined" in self.means else ""),
        ]
        return "\n".join(parts)

    def _table1(self, scores: Sequence[Score]) -> str:
        columns = [name for name in (*REPORTED, *_OURS) if name in self.means]
        scale = [self.scale.name] if self.scale else []
        rows = [["source", "target", *scale, *(_NAMES[name] for name in columns)]]
        for score in scores:
            values = score.values()
            change = "" if score.change is None or not self.scale else _change(score, self.scale)
            cells = [_rounded(name, values[name]) for name in columns]
            rows.append([score.source, score.target, *([change] if scale else []), *cells])
        return _markdown(rows)

    def _by_method(self) -> str:
        methods = [m for m in METHODS if f"ssim_{m}" in self.means]
        columns = [n for n in MEASURES if any(f"{n}_{m}" in self.means for m in methods)]
        head = ["method", "pairs", "people", *(_NAMES[name] for name in columns)]
        rows = [[self.scale.name, *head] if self.scale else head]
        everything = Band(0, None, len(self.scores), _people(self.scores), self.means)
        for band in (*self.bands, everything):
            first = [] if self.scale is None else [_range(band, self.scale)]
            if band is everything and first:
                first = ["all"]
            for method in methods:
                cells = [_mean(n, band.means.get(f"{n}_{method}")) for n in columns]
                rows.append([*first, method, str(band.pairs), str(band.people), *cells])
        return _markdown(rows)

    def _by_part(self) -> str:
        columns = list(next(iter(self.parts.values())))
        head = [
            f"{_NAMES[measure]} {method}" for measure, method in (c.split("_") for c in columns)
        ]
        rows = [["part", "pairs", *head]]
        for part, means in self.parts.items():
            pairs = max(mean.pairs for mean in means.values())
            rows.append([part, str(pairs), *(_mean(name, means.get(name)) for name in columns)])
        return _markdown(rows)

    def _cell(self, name: str) -> str:
        return _mean(name, self.means.get(name))


def mean_over_people(values: Sequence[float], groups: Sequence[str]) -> Mean:
    """The mean of ``values`` and its standard error, clustered by group (Liang and Zeger 1986).

    With one value per group it equals the usual standard error; it grows with the correlation of
    the values within groups.
    """
    mean = float(np.mean(values))
    residuals: dict[str, float] = defaultdict(float)
    for value, group in zip(values, groups, strict=True):
        residuals[group] += value - mean
    count = len(residuals)
    if count < 2:
        return Mean(mean, None, len(values))
    squares = sum(residual**2 for residual in residuals.values())
    error = float(np.sqrt(count / (count - 1) * squares)) / len(values)
    return Mean(mean, error, len(values))


def as_row(score: Score) -> dict[str, str | float | None]:
    """One row of `scores.csv`."""
    names = {name: getattr(score, name) for name in ("data", "source", "target", "group", "change")}
    return {**names, **score.values()}


def write_csv(path: Path, scores: Sequence[Score]) -> None:
    """Write one row per pair, atomically; missing values are empty."""
    rows = [as_row(score) for score in scores]
    with write_whole(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _means(scores: Sequence[Score]) -> dict[str, Mean]:
    names = list(scores[0].values()) if scores else []
    means = {}
    for name in names:
        known = [(v, s.group) for s in scores if (v := s.values()[name]) is not None]
        if known:
            values, groups = zip(*known, strict=True)
            means[name] = mean_over_people(values, groups)
    return means


def _part_means(scores: Sequence[Score]) -> dict[str, dict[str, Mean]]:
    result: dict[str, dict[str, Mean]] = {}
    for part in dict.fromkeys(name for score in scores for name in score.parts):
        having = [score for score in scores if part in score.parts]
        groups = [score.group for score in having]
        result[part] = {
            f"{measure}_{method}": mean_over_people(
                [getattr(score.parts[part][method], measure) for score in having], groups
            )
            for measure in ("ssim", "l1")
            for method in METHODS
            if method in having[0].parts[part]
        }
    return result


def _people(scores: Sequence[Score]) -> int:
    return len({score.group for score in scores})


def _range(band: Band, scale: ChangeScale) -> str:
    upper = "more" if band.high is None else f"{band.high:g}"
    return f"{band.low:g} to {upper}{scale.unit}"


def _change(score: Score, scale: ChangeScale) -> str:
    return f"{score.change:.0f}{scale.unit}"


def _mean(name: str, mean: Mean | None) -> str:
    if mean is None:
        return ""
    error = "" if mean.error is None else f" ± {_rounded(name, mean.error)}"
    return _rounded(name, mean.mean) + error


def _rounded(name: str, value: float | None) -> str:
    return "" if value is None else f"{value:.{_DIGITS.get(name.split('_')[0], 4)}f}"


def _markdown(rows: Sequence[Sequence[str]]) -> str:
    """Format rows of cells as a Markdown table; the first row is the header."""
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]]) + "\n"
