"""Pairs of pictures of one person for training and evaluation: splits, crops, augmentation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from engine.config.config import Config
from engine.config.skeletons import SKELETONS
from engine.core.errors import ReposeError
from engine.data.augmentation import (
    degraded,
    exchanged_background,
    random_backdrop,
    random_jitter,
    recoloured,
    shaken,
)
from engine.data.batch import Batch
from engine.data.cache import Picture, Pixels
from engine.data.split import partners
from engine.face.coefficients import Coefficients
from engine.face.landmarks import Landmarks, flipped
from engine.face.lifted_face import LiftedFace
from engine.face.parts import PartLabel
from engine.guidance.alignment import STILL, Offset, alignment, moved
from engine.guidance.conditions import find_edges
from engine.guidance.guides import SourceHead
from engine.imaging.crop import Crop

# Probabilities, per training pair:
_BACKDROPS = 0.5  # replace the background
_POOR = 0.2  # blur and JPEG compression
_UNCERTAIN = 0.5  # noise on the landmarks
_PHOTOGRAPHS = 0.5  # choose a photograph, if the person has photographs and lifted views


@dataclass(frozen=True, eq=False)
class Pair:
    """Two pictures of one person, cropped and scaled to the networks' size.

    source, target  (H, W, 3) uint8; landmarks (N, 2) and boxes (4,) in their pixels
    weight          (H, W) uint8: loss weight of each pixel of the target; None means 255 everywhere
    source_parts, target_parts  (H, W, 6) float32 in [0, 1]: the share of each `PartLabel`; None if
                    they are unknown
    source_expression, target_expression  of the faces; None if only their landmarks are known
    offset          by which the target was moved, so that its head is where the source's is
    """

    source: Pixels
    target: Pixels
    source_landmarks: Landmarks
    target_landmarks: Landmarks
    source_box: NDArray[np.float32]
    target_box: NDArray[np.float32]
    weight: NDArray[np.uint8] | None = None
    source_parts: NDArray[np.float32] | None = None
    target_parts: NDArray[np.float32] | None = None
    source_expression: Coefficients | None = None
    target_expression: Coefficients | None = None
    offset: Offset = STILL


class PairSet(torch.utils.data.Dataset[dict[str, torch.Tensor]]):
    """Training pairs: a source with a random target of the same person, and random augmentation if
    the config asks for it.

    Items are deterministic in the config's seed and the index. `data.targets` consecutive items
    have the same source in the same crop, so that its guides are prepared once for all of them. If
    a person has photographs and views lifted from them, half of the targets are photographs, which
    contain no inpainted pixels. If there are several photographs, half of the sources are, too:
    otherwise true pairs are rare, and sources are nearly always softened by lifting.

    Raises ReposeError when no person has two pictures.
    """

    def __init__(self, pictures: Sequence[Picture], config: Config) -> None:
        self._pictures, self._config = pictures, config
        self._augmented = config.data.augment
        self._source: GuidedSource | None = None  # of the last item
        self._partners = partners(pictures)
        self.sources = [i for i, others in enumerate(self._partners) if others]
        if not self.sources:
            raise ReposeError("No person has two pictures: there are no pairs to train on.")

    def __len__(self) -> int:
        data = self._config.data
        return len(self.sources) * data.repeat * data.targets

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        visit = index // self._config.data.targets  # of the source
        rng = np.random.default_rng((self._config.seed, visit))
        source = self._source_of(self.sources[visit % len(self.sources)], rng)
        chosen = np.random.default_rng((self._config.seed, visit, index))
        target = int(chosen.choice(self._targets(source, chosen)))
        pair = cut_pair(
            self._pictures[source],
            self._pictures[target],
            self._config,
            rng if self._augmented else None,
        )
        if self._config.image.crop == "face" and self._augmented and rng.random() < _BACKDROPS:
            other = self._pictures[int(rng.integers(len(self._pictures)))]
            pair = with_backdrop(pair, other.pixels, rng)
        if self._config.guides:
            last = self._source
            if last is None or not np.array_equal(last.pixels, pair.source):
                self._source = GuidedSource.of(pair)
        return to_tensors(pair, self._config, self._source)

    @property
    def targets(self) -> int:
        """Consecutive items with the same source."""
        return self._config.data.targets

    def _source_of(self, visited: int, rng: np.random.Generator) -> int:
        """The index of the source of a visit to a picture: it, or a photograph of the person."""
        photographs = self._photographs([visited, *self._partners[visited]])
        views = len(self._partners[visited]) + 1 - len(photographs)
        if len(photographs) < 2 or not views or rng.random() >= _PHOTOGRAPHS:
            return visited
        return int(rng.choice(photographs))

    def _photographs(self, indices: Sequence[int]) -> list[int]:
        """Those of the pictures that are not lifted views."""
        return [index for index in indices if self._pictures[index].weight is None]

    def _targets(self, source: int, rng: np.random.Generator) -> Sequence[int]:
        """The indices of the candidate targets."""
        others = self._partners[source]
        photographs = self._photographs(others)
        if not 0 < len(photographs) < len(others):
            return others
        if rng.random() < _PHOTOGRAPHS:
            return photographs
        return [other for other in others if other not in photographs]


def cut_pair(
    source: Picture, target: Picture, config: Config, rng: np.random.Generator | None = None
) -> Pair:
    """Crop two pictures of one person to a pair; ``rng`` enables random augmentation.

    Both pictures get the same geometric and colour transforms and the same mirroring. With the crop
    "photo" whole pictures are scaled to the networks' size. With "face", pictures of a fixed camera
    share the source's crop, which keeps the background aligned; other pictures have their own crop.
    With guides, the target is moved so that its head is where the source's is.
    """
    height, width = config.image.height, config.image.width
    if config.image.crop == "photo":
        maps = [_photo_to_network(picture, height, width) for picture in (source, target)]
    else:
        maps = [crop.matrix(width) for crop in _crops(source, target)]
    if rng is not None:
        jitter = random_jitter(width, height, rng)
        maps = [jitter @ matrix for matrix in maps]
    offset = STILL
    if config.guides:
        offset = alignment(_moved(source.landmarks, maps[0]), _moved(target.landmarks, maps[1]))
        maps[1] = np.array([[1, 0, offset[0]], [0, 1, offset[1]], [0, 0, 1.0]]) @ maps[1]
    first = _Cut.of(source, maps[0], height, width)
    second = _Cut.of(target, maps[1], height, width)
    if rng is not None:
        if rng.random() < 0.5:
            mirror = SKELETONS[source.skeleton].mirror
            first, second = first.mirrored(mirror), second.mirrored(mirror)
            offset = -offset[0], offset[1]
        pixels = recoloured([first.pixels, second.pixels], rng)
        if rng.random() < _POOR:
            pixels = degraded(pixels, rng)
        if rng.random() < _UNCERTAIN:
            points = [shaken(cut.landmarks, rng) for cut in (first, second)]
            first, second = (
                first._replace(landmarks=points[0]),
                second._replace(landmarks=points[1]),
            )
        first, second = first._replace(pixels=pixels[0]), second._replace(pixels=pixels[1])
    return Pair(
        source=first.pixels,
        target=second.pixels,
        source_landmarks=first.landmarks,
        target_landmarks=second.landmarks,
        source_box=first.box,
        target_box=second.box,
        weight=second.weight,
        source_parts=first.parts,
        target_parts=second.parts,
        source_expression=first.expression,
        target_expression=second.expression,
        offset=offset,
    )


def with_backdrop(pair: Pair, other: Pixels, rng: np.random.Generator) -> Pair:
    """The pair with its background replaced by one made from ``other``; the unchanged pair if its
    parts are unknown.

    This prevents a bias towards smooth backgrounds when training on studio pictures. The new
    background is known everywhere and has the full loss weight.
    """
    if pair.source_parts is None or pair.target_parts is None:
        return pair
    backdrop = random_backdrop(other, pair.source.shape[0], rng)
    source = exchanged_background(pair.source, pair.source_parts, backdrop)
    behind = np.asarray(moved(backdrop, pair.offset))
    target = exchanged_background(pair.target, pair.target_parts, behind)
    weight = pair.weight
    if weight is not None:
        known = pair.target_parts[..., PartLabel.BACKGROUND] * 255
        weight = np.maximum(weight, known.astype(np.uint8))
    return replace(pair, source=source, target=target, weight=weight)


@dataclass(frozen=True, eq=False)
class GuidedSource:
    """The source of pairs, for the guides of any target: its face in 3D and its layers."""

    pixels: Pixels
    face: LiftedFace
    layers: SourceHead

    @classmethod
    def of(cls, pair: Pair) -> Self:
        face = LiftedFace.of(pair.source_landmarks)
        if pair.source_expression is not None:
            gaze = pair.source_expression.gaze
            face = replace(face, expression=face.expression.with_gaze(*gaze))
        return cls(pair.source, face, SourceHead(pair.source, pair.source_parts, face.head))

    def guides(self, pair: Pair) -> NDArray[np.float32]:
        """The guides (8, S, S) for the target of a pair with this source.

        The target's landmarks do not tell its gaze, but its expression does, if it is known.
        """
        head = self.face.followed(pair.target_landmarks - np.array(pair.offset, np.float32))
        if pair.target_expression is not None:
            head = replace(head, expression=head.expression.with_gaze(*pair.target_expression.gaze))
        return moved(self.layers.maps(head).guides(self.pixels), pair.offset, axis=1)


def to_tensors(
    pair: Pair, config: Config, source: GuidedSource | None = None
) -> dict[str, torch.Tensor]:
    """The tensors of one pair, by the field names of `Batch`. Guides and edges are included if the
    config uses them, the weight if the pair has one.

    source  the pair's source for guides, if it is there already
    """
    item = {
        "source": _to_tensor(pair.source),
        "target": _to_tensor(pair.target),
        "source_landmarks": torch.from_numpy(pair.source_landmarks),
        "target_landmarks": torch.from_numpy(pair.target_landmarks),
        "source_box": torch.from_numpy(pair.source_box.astype(np.float32)),
        "target_box": torch.from_numpy(pair.target_box.astype(np.float32)),
    }
    if pair.weight is not None:
        item["weight"] = torch.from_numpy(pair.weight)[None].float() / 255
    if config.condition == "edges":
        item["source_edges"] = torch.from_numpy(find_edges(pair.source, config.edges))[None]
        item["target_edges"] = torch.from_numpy(find_edges(pair.target, config.edges))[None]
    if config.guides:
        source = source or GuidedSource.of(pair)
        item["guides"] = torch.from_numpy(source.guides(pair))
    return item


def to_batch(items: Sequence[dict[str, torch.Tensor]]) -> Batch:
    """Collate items to a batch, images in channels-last memory format.

    If some items have weights, the weights of the others are 1.
    """
    if any("weight" in item for item in items):
        items = [{"weight": torch.ones_like(item["target"][:1]), **item} for item in items]
    return Batch(**{name: _stacked([item[name] for item in items]) for name in items[0]})


def _stacked(tensors: Sequence[torch.Tensor]) -> torch.Tensor:
    """Stack tensors; images (C, H, W) become channels-last in memory."""
    if tensors[0].ndim < 3:
        return torch.stack(list(tensors))
    return torch.stack([tensor.permute(1, 2, 0) for tensor in tensors]).permute(0, 3, 1, 2)


class _Cut(NamedTuple):
    """A picture at the networks' size (H, W, 3), its points (N, 2), box (4,), weight (H, W), parts
    (H, W, 6) and expression."""

    pixels: Pixels
    landmarks: Landmarks
    box: NDArray[np.float32]
    weight: NDArray[np.uint8] | None
    parts: NDArray[np.float32] | None
    expression: Coefficients | None

    @classmethod
    def of(cls, picture: Picture, matrix: NDArray[np.float64], height: int, width: int) -> Self:
        """The picture transformed by an affine map (3, 3) to (height, width)."""
        weight, labels = picture.weight, picture.labels
        return cls(
            _sampled(picture.pixels, matrix, height, width),
            _moved(picture.landmarks, matrix),
            _moved(picture.box.reshape(2, 2), matrix).ravel(),
            None if weight is None else _sampled(weight, matrix, height, width),
            None if labels is None else _sampled_shares(labels, matrix, height, width),
            picture.expression,
        )

    def mirrored(self, mirror: Sequence[int]) -> "_Cut":
        """The mirrored picture; ``mirror`` as in `Skeleton`."""
        width = self.pixels.shape[1]
        left, top, right, bottom = self.box
        return _Cut(
            np.ascontiguousarray(self.pixels[:, ::-1]),
            flipped(self.landmarks, width, mirror),
            np.array([width - 1 - right, top, width - 1 - left, bottom], np.float32),
            None if self.weight is None else np.ascontiguousarray(self.weight[:, ::-1]),
            None if self.parts is None else np.ascontiguousarray(self.parts[:, ::-1]),
            None if self.expression is None else self.expression.mirrored(),
        )


def _crops(source: Picture, target: Picture) -> tuple[Crop, Crop]:
    """The crops of both pictures; with a fixed camera one common crop that covers both faces."""
    crop = Crop.around(source.landmarks)
    if not source.fixed_camera or source.shape != target.shape:
        return crop, Crop.around(target.landmarks)
    if not crop.covers(target.landmarks):
        crop = crop.covering(target.landmarks)
    return crop, crop


def _to_tensor(picture: Pixels) -> torch.Tensor:
    return torch.from_numpy(picture).permute(2, 0, 1).float() / 255


def _photo_to_network(picture: Picture, height: int, width: int) -> NDArray[np.float64]:
    """Affine map (3, 3) from pixels of a whole picture to pixels of the networks."""
    x, y = width / picture.shape[1], height / picture.shape[0]
    return np.array([[x, 0, (x - 1) / 2], [0, y, (y - 1) / 2], [0, 0, 1]])


def _sampled(picture: Pixels, matrix: NDArray[np.float64], height: int, width: int) -> Pixels:
    """A picture (H, W[, 3]) transformed by an affine map (3, 3) to (height, width)."""
    # Bilinear sampling aliases when shrinking: supersample by 2, then average.
    finer = 2 if np.sqrt(abs(np.linalg.det(matrix[:2, :2]))) < 0.75 else 1
    matrix = np.diag([finer, finer, 1.0]) @ matrix
    matrix[:2, 2] += (finer - 1) / 2
    drawn = cv2.warpAffine(
        picture, matrix[:2], (width * finer, height * finer), borderMode=cv2.BORDER_REPLICATE
    )
    if finer > 1:
        drawn = cv2.resize(drawn, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(drawn, np.uint8)


def _sampled_shares(
    labels: NDArray[np.uint8], matrix: NDArray[np.float64], height: int, width: int
) -> NDArray[np.float32]:
    """The share of each label (H, W) in the pixels of the transformed picture, (height, width, 6).

    Blurred a little, because the edges of labels are hard and those of hair and skin are not.
    """
    planes = [
        _sampled((labels == part).astype(np.uint8) * 255, matrix, height, width)
        for part in PartLabel
    ]
    shares = cv2.GaussianBlur(np.dstack(planes), (0, 0), 0.7).astype(np.float32)
    return np.asarray(shares / shares.sum(axis=2, keepdims=True).clip(1), np.float32)


def _moved(points: NDArray[np.float32], matrix: NDArray[np.float64]) -> NDArray[np.float32]:
    return (points @ matrix[:2, :2].T + matrix[:2, 2]).astype(np.float32)
