"""The shapes of the head model: MakeHuman's expressions and identities on the vertices of the head.

`resources/make_head_model.py` stores them. All vertices are MakeHuman's (decimetres, x to the
person's left, y up, z to the viewer) until `HeadCut.moves` takes the head's out of them.
"""

import gzip
import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

N_SAMPLES = 1500
N_MODES = 20
FACE_SHARE = 0.15  # what a vertex that is not in the face counts in the principal components

FEATURES = (
    "head",
    "forehead",
    "eyes",
    "eyebrows",
    "nose",
    "mouth",
    "cheek",
    "chin",
    "ears",
    "neck",
)
# Where the head is and how large is the pose's, and wounds and tips of ears are no identities.
LEFT_OUT = ("head-trans", "neck-trans", "neck-double", "head-age", "head-fat", "pointed", "hook")
SPREAD = {"head": 0.3, "eyes": 0.35, "ears": 0.4, "neck": 0.3, "mouth": 0.35, "nose": 0.35}
OTHER_SPREAD = 0.3
ONE_SIDED = 0.12  # standard deviation of what is on one side only
ASYMMETRY = 0.12


def read_target(path: Path) -> tuple[Ints, Array]:
    """A MakeHuman target: vertices (K,) and how far they move (K, 3)."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        lines = [line.split() for line in file if line.strip() and not line.startswith("#")]
    indices = np.array([int(line[0]) for line in lines], np.int64)
    offsets = np.array([[float(number) for number in line[1:4]] for line in lines])
    return indices, offsets.reshape(-1, 3)


@dataclass(frozen=True)
class HeadCut:
    """Which of MakeHuman's vertices are the head's: used (V,), of n_vertices."""

    used: Ints
    n_vertices: int

    def moves(self, path: Path) -> Array:
        """A target's moves (V, 3) in the directions of head coordinates: y down."""
        whole = np.zeros((self.n_vertices, 3))
        indices, offsets = read_target(path)
        whole[indices] = offsets
        return whole[self.used] * (1, -1, 1)


def expressions(cut: HeadCut, faceunits: Path) -> dict[str, Array]:
    """The ARKit face units by name, (V, 3) each at full strength."""
    paths = sorted(faceunits.glob("*.target"))
    assert len(paths) == 52, "52 face units are expected"
    return {path.name.removesuffix(".target"): cut.moves(path) for path in paths}


class Population:
    """Many heads: sexes, ages, origins and builds, and single features on top of them.

    A head is a weighted sum of MakeHuman's shapes.
    """

    def __init__(self, cut: HeadCut, targets: Path) -> None:
        self._cut = cut
        self._shapes: list[NDArray[np.float32]] = []
        self._macros = {
            path.name.removesuffix(".target.gz"): self._add(path)
            for path in sorted((targets / "macrodetails").glob("*.target.gz"))
            if "baby" not in path.name
        }
        # Each feature: its standard deviation, what it is called at both ends, on both sides.
        self._features: list[tuple[float, tuple[int, int], tuple[int, int] | None]] = []
        for folder in FEATURES:
            for less, more in _opposites(targets / folder):
                if less.name.startswith("r-"):
                    continue
                ends, others = (self._add(less), self._add(more)), None
                if less.name.startswith("l-"):
                    right = [path.with_name("r" + path.name[1:]) for path in (less, more)]
                    others = self._add(right[0]), self._add(right[1])
                self._features.append((SPREAD.get(folder, OTHER_SPREAD), ends, others))
        for path in sorted((targets / "asym").glob("asym-*-l.target.gz")):
            other = path.with_name(path.name.replace("-l.", "-r."))
            self._features.append((ASYMMETRY, (self._add(path), self._add(other)), None))

    def draw(self, count: int) -> NDArray[np.float32]:
        """How far the vertices of heads are from MakeHuman's base mesh, (count, V, 3)."""
        rng = np.random.default_rng(0)
        weights = np.stack([self._weights(rng) for _ in range(count)])
        shapes = np.stack(self._shapes)
        heads = weights.astype(np.float32) @ shapes.reshape(len(shapes), -1)
        return heads.reshape(count, -1, 3)

    def _add(self, path: Path) -> int:
        self._shapes.append(self._cut.moves(path).astype(np.float32))
        return len(self._shapes) - 1

    def _weights(self, rng: np.random.Generator) -> Array:
        """Of every shape in one head."""
        weights = np.zeros(len(self._shapes))
        origin = dict(zip(("african", "asian", "caucasian"), rng.dirichlet([0.7] * 3), strict=True))
        male = rng.beta(0.6, 0.6)
        sex = {"male": male, "female": 1 - male}
        years = rng.uniform(0.35, 1)  # as MakeHuman counts: 0.1875 a child, 0.5 young, 1 old
        if years < 0.5:
            age = {"child": (0.5 - years) / 0.3125, "young": (years - 0.1875) / 0.3125}
        else:
            age = {"young": (1 - years) / 0.5, "old": (years - 0.5) / 0.5}
        muscle, weight = (_build(rng.normal(0, 0.35), word) for word in ("muscle", "weight"))
        for s, a in itertools.product(sex, age):
            share = sex[s] * age[a]
            for o in origin:
                weights[self._macros[f"{o}-{s}-{a}"]] += share * origin[o]
            for m, w in itertools.product(muscle, weight):
                weights[self._macros[f"universal-{s}-{a}-{m}-{w}"]] += share * muscle[m] * weight[w]
        for spread, ends, others in self._features:
            value = rng.normal(0, spread)
            if others is None:
                weights[ends[value > 0]] += abs(value)
                continue
            apart = rng.normal(0, ONE_SIDED)
            for one, (less, more) in ((value + apart, ends), (value - apart, others)):
                weights[more if one > 0 else less] += abs(one)
        return weights


def _build(value: float, word: str) -> dict[str, float]:
    extreme = min(abs(value), 1.0)
    return {f"average{word}": 1 - extreme, f"{'max' if value > 0 else 'min'}{word}": extreme}


def identity_modes(
    population: Population, mean: Array, mirror: NDArray[np.int32], in_face: NDArray[np.bool_]
) -> Array:
    """Principal components (N_MODES, V, 3) of many heads, one standard deviation each.

    mean (V, 3): the head that all are aligned to, for place, size and turn are the pose's.
    mirror (V,): the vertex on the other side; each mode is symmetric or antisymmetric.
    in_face (V,): what the components explain first.
    """
    weight = np.where(in_face, 1.0, FACE_SHARE)
    heads = aligned(mean, population.draw(N_SAMPLES), weight)
    heads -= heads.mean(axis=0)
    mirrored = heads[:, mirror] * np.array([-1, 1, 1], np.float32)
    root = np.sqrt(weight)[:, None]
    modes = []
    for part in ((heads + mirrored) / 2, (heads - mirrored) / 2):
        rows = (part * root).reshape(N_SAMPLES, -1)
        values, vectors = np.linalg.eigh((rows @ rows.T).astype(np.float64))
        for value, vector in zip(values[-N_MODES:], vectors[:, -N_MODES:].T, strict=True):
            # A unit vector of samples gives the axis times its strength over all of them.
            axis = (vector @ rows).reshape(-1, 3) / np.sqrt(N_SAMPLES)
            modes.append((value, axis / root))
    modes.sort(key=lambda mode: -mode[0])
    return np.stack([mode for _, mode in modes[:N_MODES]])


def aligned(mean: Array, moves: NDArray[np.float32], weight: Array) -> NDArray[np.float32]:
    """Displacements (N, V, 3) of heads after the best shift, scale and rotation onto the mean."""
    columns = np.zeros((*mean.shape, 7))
    for axis, unit in enumerate(np.eye(3)):
        columns[:, axis, axis] = 1
        columns[:, :, 3 + axis] = np.cross(unit, mean)
    columns[:, :, 6] = mean
    flat = columns.reshape(-1, 7)
    weighted = flat * np.repeat(weight, 3)[:, None]
    rows = moves.reshape(len(moves), -1)
    fit = np.linalg.solve(flat.T @ weighted, weighted.T @ rows.T)
    left: NDArray[np.float32] = (rows - (flat @ fit).T).astype(np.float32)
    return left.reshape(moves.shape)


def _opposites(folder: Path) -> list[tuple[Path, Path]]:
    """Targets that are opposite to each other."""
    words = (("decr", "incr"), ("down", "up"), ("in", "out"), ("backward", "forward"),
             ("concave", "convex"))  # fmt: skip
    pairs = []
    for less, more in words:
        for path in sorted(folder.glob(f"*-{less}.target.gz")):
            other = path.with_name(path.name.replace(f"-{less}.target", f"-{more}.target"))
            if other.exists() and not any(word in path.name for word in LEFT_OUT):
                pairs.append((path, other))
    return pairs
