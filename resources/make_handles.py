"""Make `handles.safetensors`: from the landmark network's answer to the 68 in iBUG order.

    python resources/make_handles.py AVATARS PORTRAITS... resources/handles.safetensors

AVATARS is a folder of renderings in the layout fei whose `labels.npz` has `names`, `landmarks`
(N, 68, 3) and `poses`: exact landmarks at every angle. In the folders of PORTRAITS, where the head
is nearly frontal, the targets are what the present `handles.safetensors` finds, the mean of all
looks at a photo: so landmarks do not move from version to version, and the network learns not to
depend on the crop. (The first version learned there from dlib.) Every picture is looked at where
the landmarks are found, a little off that place, and mirrored. A tenth of the groups is held out,
and the errors on it are printed, in percent of the height from brows to chin.

The training takes a minute or two, most of the time goes into looking at the pictures.
"""

import argparse
import csv
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file
from torch import Tensor, nn
from torch.nn import functional

from engine.config.skeletons import MIRROR_IMAGES
from engine.core.files import write_whole
from engine.face import landmarker
from engine.face.face_search import Area, square
from engine.face.handles import NEAREST, HandleNetwork, HeadFrame, Layer, handle_network
from engine.face.landmarker_networks import LANDMARK_SIDE, MAP_SIDES
from engine.face.landmarker_networks import landmarker as networks
from engine.imaging.photos import read_photo

Floats = NDArray[np.float64]

MODES = 64
REDUCED = (16, 32, 64)  # channels that are left of each map
WIDTH = 256
EPOCHS = 16
NOISE = 0.15  # standard deviations of the shape
DROPPED = 0.2  # share of the inner values
FRONTAL = 30.0  # degrees of yaw up to which photographs count
REPEATED = 4  # how often a photograph counts beside a rendering
LOST = 0.25  # of the face height: dense landmarks farther off are of no use


class Look(NamedTuple):
    """What the landmark network answers to an area of a photo or to its mirror image.

    points (478, 3) in pixels of its picture; maps: one for each of `MAP_SIDES`
    """

    points: NDArray[np.float32]
    maps: tuple[NDArray[np.float16], ...]
    area: Area
    mirrored: bool


class Example(NamedTuple):
    """A look at a face, in pixels of the landmark network's picture.

    points (478, 3) and maps: what the network answers; landmarks (68, 2): the truth; unit: pixels
    of the photo in one pixel; yaw in degrees.
    """

    points: NDArray[np.float32]
    maps: tuple[NDArray[np.float16], ...]
    landmarks: Floats
    unit: float
    yaw: float
    held_out: bool
    photograph: bool


def held_out(groups: dict[str, str]) -> set[str]:
    """Every tenth group."""
    return set(sorted(set(groups.values()))[5::10])


def groups_of(folder: Path) -> dict[str, str]:
    with (folder / "groups.csv").open(newline="") as file:
        return {row["person"]: row["group"] for row in csv.DictReader(file)}


def first_area(truth: NDArray[np.floating]) -> Area:
    """Where the network looks first for the face with these landmarks (68, 2)."""
    right, left = truth[36:42].mean(axis=0), truth[42:48].mean(axis=0)
    roll = float(np.arctan2(left[1] - right[1], left[0] - right[0]))
    if np.linalg.norm(left - right) < 0.35 * np.ptp(truth[27:58, 1]):
        roll = 0.0  # a profile: the eyes do not tell
    x, y = (truth.min(axis=0) + truth.max(axis=0)) / 2
    return Area(float(x), float(y), 1.5 * float(np.ptp(truth, axis=0).max()), roll)


def moved(area: Area, random: np.random.Generator) -> Area:
    x, y = random.uniform(-0.03, 0.03, 2) * area.side
    turn = np.radians(random.uniform(-5, 5))
    return Area(area.x + x, area.y + y, area.side * random.uniform(0.93, 1.07), area.roll + turn)


def looks(photo: NDArray[np.uint8], first: Area, random: np.random.Generator) -> list[Look]:
    """What the network sees in the area of the landmarks, in one a little off it, and in the
    mirror image; [] when it sees no face."""
    found = landmarker._landmarks(photo, first)
    if found is None:
        return []
    area = landmarker._area_of(found.dense)
    areas = (area, moved(area, random), area)
    pictures = np.stack([square(photo, one, LANDMARK_SIDE) for one in areas])
    pictures[2] = pictures[2, :, ::-1].copy()
    with torch.inference_mode():
        tensor = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255
        answer = networks().landmarks(tensor)
    maps = [tuple(m[k].numpy().astype(np.float16) for m in answer.maps) for k in range(3)]
    return [Look(answer.points[k].numpy(), maps[k], areas[k], k == 2) for k in range(3)]


def labelled(look: Look, truth: Floats, yaw: float, out: bool, photograph: bool) -> Example:
    """The look with the landmarks of the face (68, 2), pixels of the photo."""
    matrix = look.area.matrix(LANDMARK_SIDE)
    landmarks: Floats = truth @ matrix[:, :2].T + matrix[:, 2] + 0.5
    if look.mirrored:
        landmarks = mirrored(landmarks)
    unit = look.area.side / LANDMARK_SIDE
    return Example(look.points, look.maps, landmarks, unit, yaw, out, photograph)


def mirrored(points: Floats) -> Floats:
    """The 68 landmarks (68, 2) in the mirror image of the network's picture."""
    flipped: Floats = points[list(MIRROR_IMAGES)] * (-1, 1) + (LANDMARK_SIDE, 0)
    return flipped


def present(look: Look) -> Floats:
    """The 68 landmarks (68, 2) that the present network finds, pixels of the photo."""
    maps = [map_.astype(np.float32) for map_ in look.maps]
    points = handle_network().landmarks(look.points, maps, networks().canonical)
    placed = mirrored(points.astype(np.float64)) if look.mirrored else points
    return landmarker._placed(placed, look.area).astype(np.float64)


def renderings(folder: Path, random: np.random.Generator) -> Iterator[Example]:
    groups = groups_of(folder)
    out = held_out(groups)
    labels = np.load(folder / "labels.npz")
    for name, points, pose in zip(
        labels["names"], labels["landmarks"], labels["poses"], strict=True
    ):
        truth = points[:, :2].astype(np.float64)
        is_out = groups[str(name).split("-")[0]] in out
        for look in looks(read_photo(folder / f"{name}.jpg"), first_area(truth), random):
            example = labelled(look, truth, float(pose[0]), is_out, False)
            gap = example.points[list(NEAREST[17:]), :2] - example.landmarks[17:]
            if np.linalg.norm(gap, axis=1).mean() < LOST * height_of(example.landmarks):
                yield example


def photographs(folder: Path, random: np.random.Generator) -> Iterator[Example]:
    groups = groups_of(folder)
    out = held_out(groups)
    for person, group in groups.items():
        path = folder / f"{person}.jpg"
        photo = read_photo(path) if path.is_file() else None
        face = None if photo is None else landmarker.find_largest_face(photo)
        if photo is None or face is None or face.angles is None:
            continue
        if abs(face.angles[0]) < FRONTAL:
            seen = looks(photo, first_area(face.landmarks.astype(np.float64)), random)
            truth = np.mean([present(look) for look in seen], axis=0)
            for look in seen:
                yield labelled(look, truth, face.angles[0], group in out, True)


def height_of(landmarks: NDArray[np.floating]) -> float:
    """From brows to chin."""
    return float(np.linalg.norm(landmarks[8] - landmarks[[19, 24]].mean(axis=0)))


class Trained(nn.Module):
    """A `HandleNetwork` that learns."""

    def __init__(self, shape: int, outputs: int) -> None:
        super().__init__()
        self.reductions = nn.ModuleList(nn.Conv2d(128, channels, 1) for channels in REDUCED)
        seen = sum(n * side**2 for n, side in zip(REDUCED, MAP_SIDES, strict=True))
        sides = (shape + seen, WIDTH, WIDTH, outputs)
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sides))
        self.direct = nn.Linear(shape, outputs)
        self.dropout = nn.Dropout(DROPPED)

    def forward(self, shape: Tensor, maps: Sequence[Tensor]) -> Tensor:
        values = [shape]
        for reduction, map_ in zip(self.reductions, maps, strict=True):
            reduced = functional.gelu(reduction(map_), approximate="tanh")
            values.append(self.dropout(reduced.flatten(1)))
        hidden = functional.gelu(self.layers[0](torch.cat(values, dim=1)), approximate="tanh")
        hidden = functional.gelu(self.layers[1](self.dropout(hidden)), approximate="tanh")
        answer: Tensor = self.layers[2](hidden) + self.direct(shape)
        return answer


def train(examples: list[Example]) -> HandleNetwork:
    canonical = networks().canonical
    centre = (LANDMARK_SIDE / 2, LANDMARK_SIDE / 2, 0)
    inside = []
    for example in examples:
        centred = example.points - centre
        inside.append(HeadFrame.of(centred, canonical).inside(centred).astype(np.float32).ravel())
    shapes = np.stack(inside)
    mean = shapes.mean(axis=0)
    few = shapes[:: max(1, len(shapes) // 2000)] - mean
    _, sizes, directions = np.linalg.svd(few, full_matrices=False)
    modes = directions[:MODES] / (sizes[:MODES, None] / np.sqrt(len(few)))
    empty: Layer = (np.zeros((0, 0), np.float32), np.zeros(0, np.float32))
    shaped = HandleNetwork(mean.reshape(-1, 3), modes, (), (), empty)
    inputs = np.stack([shaped.shape(example.points, canonical) for example in examples])
    goals = np.stack([(e.landmarks - e.points[list(NEAREST), :2]).ravel() for e in examples])
    maps = [torch.from_numpy(np.stack([e.maps[k] for e in examples])) for k in range(len(REDUCED))]
    middle, spread = inputs.mean(axis=0), inputs.std(axis=0)
    levels = [(float(m[::9].float().mean()), float(m[::9].float().std())) for m in maps]
    offset, unit = goals.mean(axis=0), float(goals.std())
    x = torch.tensor((inputs - middle) / spread, dtype=torch.float32)
    y = torch.tensor((goals - offset) / unit, dtype=torch.float32)
    weights = torch.tensor([REPEATED if e.photograph else 1.0 for e in examples])
    torch.manual_seed(0)
    network = Trained(x.shape[1], y.shape[1])
    steps = max(2, int(EPOCHS * float(weights.sum())) // 256)
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, steps)
    for _ in range(steps):
        chosen = torch.multinomial(weights, 256, replacement=True)
        noisy = x[chosen] + NOISE * torch.randn(256, x.shape[1])
        seen = [(m[chosen].float() - a) / b for m, (a, b) in zip(maps, levels, strict=True)]
        loss = functional.smooth_l1_loss(network(noisy, seen), y[chosen], beta=0.3)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    return folded(network, shaped, (middle, spread), levels, (offset, unit))


def folded(
    network: Trained,
    shaped: HandleNetwork,
    inputs: tuple[NDArray[np.float32], NDArray[np.float32]],
    levels: Sequence[tuple[float, float]],
    outputs: tuple[Floats, float],
) -> HandleNetwork:
    """The trained network with the means and spreads of its inputs and outputs in its layers."""
    middle, spread = inputs
    offset, unit = outputs

    def numbers(layer: nn.Module) -> tuple[Floats, Floats]:
        weight, bias = (value.detach().double().numpy() for value in layer.parameters())
        return weight.reshape(len(weight), -1), bias

    reductions = []
    for layer, (level, size) in zip(network.reductions, levels, strict=True):
        weight, bias = numbers(layer)
        reductions.append((weight / size, bias - weight.sum(axis=1) * level / size))
    layers = [numbers(layer) for layer in network.layers]
    weight, bias = layers[0]
    count = len(middle)
    bias = bias - weight[:, :count] @ (middle / spread)
    layers[0] = (np.hstack([weight[:, :count] / spread, weight[:, count:]]), bias)
    layers[-1] = (unit * layers[-1][0], unit * layers[-1][1] + offset)
    weight, bias = numbers(network.direct)
    direct = (unit * weight / spread, unit * (bias - weight @ (middle / spread)))

    def single(layer: tuple[Floats, Floats]) -> Layer:
        return layer[0].astype(np.float32), layer[1].astype(np.float32)

    return HandleNetwork(
        shaped.mean,
        shaped.modes,
        tuple(single(layer) for layer in reductions),
        tuple(single(layer) for layer in layers),
        single(direct),
    )


def stored(network: HandleNetwork) -> dict[str, NDArray[np.float16]]:
    """The network as it is written, in half precision."""
    layers = {
        **{f"reduction{k}": layer for k, layer in enumerate(network.reductions)},
        **{f"layer{k}": layer for k, layer in enumerate(network.layers)},
        "direct0": network.direct,
    }
    values = {"mean": network.mean, "modes": network.modes}
    for name, (weight, bias) in layers.items():
        values |= {f"{name}.weight": weight, f"{name}.bias": bias}
    return {name: value.astype(np.float16) for name, value in values.items()}


def report(name: str, network: HandleNetwork, examples: list[Example], heights: Floats) -> None:
    errors = []
    for example, height in zip(examples, heights, strict=True):
        maps = [map_.astype(np.float32) for map_ in example.maps]
        found = network.landmarks(example.points, maps, networks().canonical)
        gap = np.linalg.norm(found - example.landmarks, axis=1)
        errors.append(100 * gap * example.unit / height)
    yaws = np.array([abs(example.yaw) for example in examples])
    for low, high in ((0, 40), (40, 60), (60, 83)):
        chosen = np.array(errors)[(yaws >= low) & (yaws < high)]
        if len(chosen):
            inner, jaw = chosen[:, 17:].mean(), chosen[:, :17].mean()
            print(f"{name}, {low} to {high} degrees: inner {inner:.2f}, jaw {jaw:.2f} %")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    random = np.random.default_rng(0)
    rendered = list(renderings(arguments.folders[0], random))
    real = [e for folder in arguments.folders[1:] for e in photographs(folder, random)]
    network = train([example for example in rendered + real if not example.held_out])
    height = np.median([e.unit * height_of(e.landmarks) for e in rendered if abs(e.yaw) < 20])
    for name, all_ in (("renderings", rendered), ("photographs", real)):
        new = [example for example in all_ if example.held_out]
        same = np.full(len(new), height)
        own = np.array([example.unit * height_of(example.landmarks) for example in new])
        report(name, network, new, own if all_ is real else same)
    with write_whole(arguments.output) as path:
        save_file(stored(network), path)


if __name__ == "__main__":
    main()
