"""Make `handles.safetensors`: from MediaPipe's dense landmarks to the 68 in iBUG order.

    python resources/make_handles.py AVATARS PORTRAITS... resources/handles.safetensors

AVATARS is a folder of renderings in the layout fei whose `labels.npz` has `names`, `landmarks`
(N, 68, 3) and `poses`: exact landmarks at every angle. In the folders of PORTRAITS, where the head
is nearly frontal, dlib is accurate: its landmarks are the targets. A tenth of the groups is held
out, and the errors on it are printed, in percent of the height from brows to chin.

The training takes about five minutes, most of it to find the faces.
"""

import argparse
import csv
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file
from torch import nn
from torch.nn import functional

from engine.config.skeletons import MIRROR_IMAGES
from engine.face import landmarker
from engine.face.dlib_detector import find_largest_face
from engine.face.handles import NEAREST, HandleNetwork, HeadFrame, features
from engine.face.landmarker_networks import landmarker as networks
from engine.imaging.photos import read_photo

Floats = NDArray[np.float64]

MODES = 64
WIDTH = 192
EPOCHS = 60
NOISE = 0.15  # standard deviations of the inputs
FRONTAL = 25.0  # degrees of yaw up to which dlib's landmarks count
REPEATED = 4  # how often a photograph counts beside a rendering
LOST = 0.25  # of the face height: dense landmarks farther off are of no use


class Example(NamedTuple):
    """A face: dense landmarks (478, 3) and the 68 (68, 2), pixels; yaw in degrees."""

    dense: Floats
    landmarks: Floats
    yaw: float
    held_out: bool
    photograph: bool


def held_out(groups: dict[str, str]) -> set[str]:
    """Every tenth group."""
    return set(sorted(set(groups.values()))[5::10])


def groups_of(folder: Path) -> dict[str, str]:
    with (folder / "groups.csv").open(newline="") as file:
        return {row["person"]: row["group"] for row in csv.DictReader(file)}


def dense_near(photo: NDArray[np.uint8], truth: Floats) -> Floats | None:
    """Dense landmarks (478, 3) of the face with these landmarks (68, 2), without a detection."""
    right, left = truth[36:42].mean(axis=0), truth[42:48].mean(axis=0)
    roll = float(np.arctan2(left[1] - right[1], left[0] - right[0]))
    if np.linalg.norm(left - right) < 0.35 * np.ptp(truth[27:58, 1]):
        roll = 0.0  # a profile: the eyes do not tell
    x, y = (truth.min(axis=0) + truth.max(axis=0)) / 2
    area = landmarker._Area(float(x), float(y), 1.5 * float(np.ptp(truth, axis=0).max()), roll)
    for _ in range(2):
        found = landmarker._landmarks(photo, area)
        if found is None:
            return None
        dense = found[0]
        area = landmarker._area_of(dense)
    return dense.astype(np.float64)


def renderings(folder: Path) -> Iterator[Example]:
    groups = groups_of(folder)
    out = held_out(groups)
    labels = np.load(folder / "labels.npz")
    for name, points, pose in zip(
        labels["names"], labels["landmarks"], labels["poses"], strict=True
    ):
        photo = read_photo(folder / f"{name}.jpg")
        truth = points[:, :2].astype(np.float64)
        dense = dense_near(photo, truth)
        if dense is None:
            continue
        error = np.linalg.norm(dense[list(NEAREST[17:]), :2] - truth[17:], axis=1).mean()
        if error < LOST * height_of(truth):
            person = str(name).split("-")[0]
            yield Example(dense, truth, float(pose[0]), groups[person] in out, False)


def photographs(folder: Path) -> Iterator[Example]:
    groups = groups_of(folder)
    out = held_out(groups)
    for person, group in groups.items():
        path = folder / f"{person}.jpg"
        if not path.is_file():
            continue
        photo = read_photo(path)
        face = find_largest_face(photo)
        if face is None:
            continue
        truth = face.landmarks.astype(np.float64)
        dense = dense_near(photo, truth)
        if dense is None:
            continue
        yaw = HeadFrame.of(dense, networks().canonical).angles[0]
        error = np.linalg.norm(dense[list(NEAREST[17:]), :2] - truth[17:], axis=1).mean()
        if abs(yaw) < FRONTAL and error < 0.06 * height_of(truth):
            yield Example(dense, truth, yaw, group in out, True)


def height_of(landmarks: Floats) -> float:
    """From brows to chin, pixels."""
    return float(np.linalg.norm(landmarks[8] - landmarks[[19, 24]].mean(axis=0)))


def mirrored_points() -> NDArray[np.int64]:
    """(478,) the dense landmark on the other side of each."""
    points = networks().canonical.points
    apart = np.linalg.norm(points[:, None] * (-1, 1, 1) - points[None], axis=2)
    right, left = (468, 471, 470, 469, 472), (473, 476, 475, 474, 477)
    irises = dict(zip((*right, *left), (*left, *right), strict=True))
    return np.concatenate([apart.argmin(axis=1), [irises[k] for k in range(468, 478)]])


def mirrored(example: Example) -> Example:
    flip = np.array([-1.0, 1.0])
    dense = example.dense[mirrored_points()] * (-1, 1, 1)
    return example._replace(
        dense=dense, landmarks=example.landmarks[list(MIRROR_IMAGES)] * flip, yaw=-example.yaw
    )


def offsets(example: Example) -> Floats:
    """What the network learns: (68, 2) from the nearest dense points, in the head's frame."""
    frame = HeadFrame.of(example.dense, networks().canonical)
    gap = example.landmarks - example.dense[list(NEAREST), :2]
    result: Floats = gap @ frame.upright().T / frame.scale
    return result


def train(examples: list[Example]) -> HandleNetwork:
    canonical = networks().canonical
    frames = [HeadFrame.of(example.dense, canonical) for example in examples]
    shapes = np.stack([f.inside(e.dense) for e, f in zip(examples, frames, strict=True)])
    mean = shapes.mean(axis=0)
    flat = (shapes - mean).reshape(len(shapes), -1)
    _, sizes, directions = np.linalg.svd(flat[::4], full_matrices=False)
    modes = directions[:MODES] / (sizes[:MODES, None] / np.sqrt(len(flat[::4])))
    goals = np.stack([offsets(example) for example in examples])
    offset, unit = goals.mean(axis=0), float(goals.std())
    inputs = np.stack(
        [features(modes, mean, e.dense, f) for e, f in zip(examples, frames, strict=True)]
    )
    x = torch.tensor(inputs, dtype=torch.float32)
    y = torch.tensor((goals - offset).reshape(len(goals), -1) / unit, dtype=torch.float32)
    torch.manual_seed(0)
    sides = (x.shape[1], WIDTH, WIDTH, y.shape[1])
    linear = [nn.Linear(a, b) for a, b in pairwise(sides)]
    network = nn.Sequential(linear[0], nn.GELU("tanh"), linear[1], nn.GELU("tanh"), linear[2])
    steps = EPOCHS * len(x) // 256
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, steps)
    for _ in range(steps):
        chosen = torch.randint(len(x), (256,))
        noisy = x[chosen] + NOISE * torch.randn(256, x.shape[1])
        loss = functional.smooth_l1_loss(network(noisy), y[chosen], beta=0.3)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    layers = tuple(
        (layer.weight.detach().double().numpy(), layer.bias.detach().double().numpy())
        for layer in linear
    )
    return HandleNetwork(mean, modes, layers, offset, unit)


def report(name: str, network: HandleNetwork, examples: list[Example], heights: Floats) -> None:
    errors = []
    for example, height in zip(examples, heights, strict=True):
        frame = HeadFrame.of(example.dense, networks().canonical)
        found = network.landmarks(example.dense, frame)
        errors.append(100 * np.linalg.norm(found - example.landmarks, axis=1) / height)
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
    rendered = list(renderings(arguments.folders[0]))
    real = [example for folder in arguments.folders[1:] for example in photographs(folder)]
    known = [example for example in rendered if not example.held_out]
    known += REPEATED * [example for example in real if not example.held_out]
    network = train(known + [mirrored(example) for example in known])
    height = np.median([height_of(e.landmarks) for e in rendered if abs(e.yaw) < 20])
    for name, all_ in (("renderings", rendered), ("photographs", real)):
        new = [example for example in all_ if example.held_out]
        same = np.full(len(new), height)
        own = np.array([height_of(example.landmarks) for example in new])
        report(name, network, new, own if all_ is real else same)
    layers = {f"weight{k}": w for k, (w, _) in enumerate(network.layers)}
    layers |= {f"bias{k}": b for k, (_, b) in enumerate(network.layers)}
    values = {"mean": network.mean, "modes": network.modes, "offset": network.offset, **layers}
    stored = {name: value.astype(np.float32) for name, value in values.items()}
    save_file({**stored, "unit": np.array([network.unit], np.float32)}, arguments.output)


if __name__ == "__main__":
    main()
