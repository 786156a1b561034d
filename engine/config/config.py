"""The settings of a run, shared by command line, form, run folder and checkpoint.

Frozen dataclasses, changed by ``dataclasses.replace``; invalid values raise ReposeError on
construction. The docstring below a setting is its text in ``--help`` and in the training form;
`engine.config.presets` has two complete configs.
"""

import dataclasses
import json
import typing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from engine.config.skeletons import SKELETONS
from engine.core.errors import ReposeError

Detector = Literal["landmarker", "dlib"]
"""What finds faces and their landmarks."""

Layout = Literal["fei", "people", "portraits"]
"""How a folder is organised: files <person>-<pose>.jpg; one folder per person; or single portraits,
which are lifted to 3D and turned."""


_MOST_FEATURES = 2**27  # of a layer: 512 MB


def _check(what: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:  # also true for NaN
        raise ReposeError(f"The setting {what} must lie between {low:g} and {high:g}, not {value}.")


@dataclass(frozen=True)
class ImageConfig:
    """The networks' input picture."""

    height: int = 256
    """Height of the picture, pixels."""
    width: int = 256
    """Width of the picture, pixels."""
    crop: Literal["face", "photo"] = "face"
    """A square crop around face and hair, or the whole photo; scaled to the picture."""

    def __post_init__(self) -> None:
        _check("image.height", self.height, 16, 1024)
        _check("image.width", self.width, 16, 1024)


@dataclass(frozen=True)
class HeatmapConfig:
    """The pose heatmaps, G1's input for the points."""

    style: Literal["disc", "blob"] = "blob"
    """A disc of 1 at each point, or a Gaussian."""
    radius: float = 5.0
    """Radius of the disc or standard deviation of the Gaussian, pixels of the picture."""
    stride: int = 4
    """Pixels per heatmap cell; 1: heatmaps join the picture, more: they enter a deeper block."""
    source: bool = True
    """G1 takes the source's pose in addition to the target's (report, section 4.2.3)."""

    def __post_init__(self) -> None:
        _check("heatmaps.radius", self.radius, 0.1, 100)
        if self.stride not in (1, 2, 4, 8, 16, 32):
            raise ReposeError(
                f"The setting heatmaps.stride must be 1, 2, 4 ... 32, not {self.stride}."
            )


@dataclass(frozen=True)
class EdgeConfig:
    """The edge image of the condition ``edges`` (Canny 1986)."""

    low: float = 60.0
    """Canny's lower threshold: gradient at which an edge continues; 8-bit grey levels, Sobel."""
    high: float = 150.0
    """Canny's upper threshold: gradient at which an edge starts."""

    def __post_init__(self) -> None:
        _check("edges.low", self.low, 0, 10_000)
        _check("edges.high", self.high, self.low, 10_000)


@dataclass(frozen=True)
class MaskConfig:
    """The mask, in which the L1 loss counts double."""

    style: Literal["ellipse", "landmarks"] = "ellipse"
    """An ellipse around the box, or the shape of the points: the filled face, a body's limbs."""
    x_scale: float = 1.0
    """Horizontal half axis of the ellipse, widths of the box."""
    y_scale: float = 0.8
    """Vertical half axis of the ellipse, heights of the box."""
    lift: float = 0.1
    """Height of the ellipse's centre above the box's, heights of the box."""
    limb: float = 0.04
    """Half the width of a body's limb, share of the longer side of the box."""

    def __post_init__(self) -> None:
        _check("mask.x_scale", self.x_scale, 0.01, 10)
        _check("mask.y_scale", self.y_scale, 0.01, 10)
        _check("mask.lift", self.lift, -10, 10)
        _check("mask.limb", self.limb, 0, 1)


@dataclass(frozen=True)
class GeneratorConfig:
    """The U-Net of G1 or G2."""

    blocks: int = 5
    """Blocks of the encoder; the decoder has as many."""
    filters: int = 32
    """Filters of the first block; 0: as many as the input has channels."""
    growth: int = 32
    """Filters added from block to block."""
    patch: int = 2
    """Side of the pixel squares that become channels, so that no filters run at full size."""
    middle: Literal["conv", "fc"] = "conv"
    """The middle layer: a convolution, or fully connected."""
    upsampling: Literal["nearest", "deconv"] = "nearest"
    """Nearest-neighbour interpolation, or transposed convolutions."""
    skips: Literal["block", "stride"] = "block"
    """Skip connections: from each block, or from after its stride-2 convolution."""
    start: Literal["he", "torch"] = "he"
    """Initial weights: He's, with G2's difference close to 0; or PyTorch's default."""

    def __post_init__(self) -> None:
        _check("blocks of a generator", self.blocks, 1, 8)
        _check("filters of a generator", self.filters, 0, 1024)
        _check("growth of a generator", self.growth, 0, 256)
        if self.patch not in (1, 2, 4):
            raise ReposeError(f"The setting patch must be 1, 2 or 4, not {self.patch}.")


@dataclass(frozen=True)
class DiscriminatorConfig:
    """D: stride-2 convolutions, then one or more logits."""

    judges: Literal["patches", "image"] = "patches"
    """One logit for each patch of 63 pixels, or one for the image by a fully connected layer."""
    filters: int = 32
    """Filters of the first convolution."""
    growth: int = 32
    """Filters added from convolution to convolution."""
    slope: float = 0.2
    """Slope of the leaky ReLU; 0: ReLU."""
    spectral_norm: bool = True
    """Normalise every layer's spectral norm to 1, so that D does not overpower G2."""
    pretraining: int = 200
    """Steps of training D alone before stage 2."""

    def __post_init__(self) -> None:
        _check("d.filters", self.filters, 1, 1024)
        _check("d.growth", self.growth, 0, 256)
        _check("d.slope", self.slope, 0, 1)
        _check("d.pretraining", self.pretraining, 0, 1_000_000)


@dataclass(frozen=True)
class LossConfig:
    """The losses of both stages."""

    reduction: Literal["mean", "sum"] = "mean"
    """The L1 loss is the mean or the sum over the batch's values."""
    l1_weight: float = 100.0
    """Lambda: weight of the L1 loss relative to the adversarial loss in stage 2."""
    ssim_weight: float = 0.2
    """Weight of the loss 1 - SSIM relative to the L1 loss; 0: none."""
    perceptual_weight: float = 0.15
    """Weight of the perceptual loss (features of a face recognition network) relative to the L1
    loss, in stage 2."""
    identity_weight: float = 0.3
    """Weight of the squared distance between the faces' descriptors in the same network."""
    landmark_weight: float = 1.0
    """Weight of the distance of lids, lips and irises, found by the landmarker, relative to the L1
    loss, in stage 2."""
    expression_weight: float = 1.0
    """Weight of the difference of the landmarker's expression coefficients."""
    cutoff: int = 4
    """Border pixels removed from every side before D and before the metrics."""

    def __post_init__(self) -> None:
        _check("loss.l1_weight", self.l1_weight, 0, 1e6)
        _check("loss.ssim_weight", self.ssim_weight, 0, 1e6)
        _check("loss.perceptual_weight", self.perceptual_weight, 0, 1e6)
        _check("loss.identity_weight", self.identity_weight, 0, 1e6)
        _check("loss.landmark_weight", self.landmark_weight, 0, 1e6)
        _check("loss.expression_weight", self.expression_weight, 0, 1e6)
        _check("loss.cutoff", self.cutoff, 0, 64)


@dataclass(frozen=True)
class StageConfig:
    """One training stage."""

    epochs: int = 50
    """Passes over the pictures; in each, every picture is a source."""
    minutes: float = 0.0
    """Time limit in minutes; 0: none."""
    batch: int = 16
    """Pairs per step."""
    learning_rate: float = 2e-4
    """Adam's learning rate."""
    decay: float = 0.05
    """Factor of the learning rate at the end; it falls in the second half. 1: constant."""
    betas: tuple[float, float] = (0.5, 0.999)
    """Adam's betas."""
    average: float = 0.999
    """Decay of the weights' moving average (EMA), which the model uses; 0: the last weights."""

    def __post_init__(self) -> None:
        _check("epochs of a stage", self.epochs, 0, 1_000_000)
        _check("minutes of a stage", self.minutes, 0, 1e6)
        _check("batch of a stage", self.batch, 1, 4096)
        _check("learning_rate of a stage", self.learning_rate, 1e-9, 1)
        _check("decay of a stage", self.decay, 0, 1)
        _check("average of a stage", self.average, 0, 0.999999)
        for beta in self.betas:
            _check("betas of a stage", beta, 0, 0.999999)


@dataclass(frozen=True)
class DataConfig:
    """The training pictures."""

    folders: tuple[str, ...] = ()
    """Folders of pictures, or their caches; FOLDER:LAYOUT if its layout differs."""
    layout: Layout = "fei"
    """The layout of the other folders."""
    poses: tuple[int, ...] = ()
    """Poses to read from folders with the layout fei; none: all."""
    views: int = 12
    """Views made of each portrait."""
    held_out: float = 0.1
    """Share of the people kept out of training; at least one."""
    hold_out: Literal["people", "pictures"] = "people"
    """Keep out whole people; or, to fine-tune on one person, pictures of each person."""
    repeat: int = 1
    """Times that every picture is a source in one epoch; more for few pictures."""
    targets: int = 4
    """Pairs of each visit to a source: the guides of one source are prepared once for all."""
    detector: Detector = "landmarker"
    """What finds faces and landmarks: MediaPipe's networks, or dlib as in the report."""
    augment: bool = True
    """Augmentation: random light, position, size and background."""

    def __post_init__(self) -> None:
        _check("data.views", self.views, 1, 1000)
        _check("data.held_out", self.held_out, 0, 0.9)
        _check("data.repeat", self.repeat, 1, 10_000)
        _check("data.targets", self.targets, 1, 64)


@dataclass(frozen=True)
class Config:
    """All settings of a run. The defaults are the preset ``default``."""

    skeleton: Literal["face", "body", "none"] = "face"
    """The points of a pose: 68 of a face, 18 of a body, or none."""
    condition: Literal["heatmaps", "edges"] = "heatmaps"
    """G1's input for the pose: heatmaps of the points, or an edge image, without points."""
    image: ImageConfig = field(default_factory=ImageConfig)
    heatmaps: HeatmapConfig = field(default_factory=HeatmapConfig)
    edges: EdgeConfig = field(default_factory=EdgeConfig)
    mask: MaskConfig = field(default_factory=MaskConfig)
    guides: bool = True
    """G1 takes the 2D and the 3D warp, and blends them with its generated image."""
    g1: GeneratorConfig = field(default_factory=GeneratorConfig)
    g2: GeneratorConfig = field(default_factory=lambda: GeneratorConfig(blocks=3))
    d: DiscriminatorConfig = field(default_factory=DiscriminatorConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    stage1: StageConfig = field(default_factory=StageConfig)
    stage2: StageConfig = field(default_factory=lambda: StageConfig(epochs=10))
    data: DataConfig = field(default_factory=DataConfig)
    precision: Literal["half", "full"] = "half"
    """Train in bfloat16 where it is faster, or in float32."""
    seed: int = 0
    """Seed of the random numbers."""

    def __post_init__(self) -> None:
        skeleton, sides = SKELETONS[self.skeleton], (self.image.height, self.image.width)
        if not skeleton.has_head and (self.guides or self.image.crop == "face"):
            raise ReposeError(
                f"Guides and face crops need faces: with the skeleton {self.skeleton} set guides "
                "to false and image.crop to photo."
            )
        if not skeleton.points and self.condition != "edges":
            raise ReposeError("Without points (skeleton none) the condition must be edges.")
        if (self.image.crop == "face" or self.guides) and self.image.height != self.image.width:
            raise ReposeError(f"Face crops and guides need square pictures, not {sides}.")
        for step in (self.heatmaps.stride, self.g1.patch, self.g2.patch):
            if any(side % step for side in sides):
                raise ReposeError(f"The picture's sides {sides} must be multiples of {step}.")
        if 1 < self.heatmaps.stride < self.g1.patch:
            raise ReposeError("The setting heatmaps.stride must be 1 or at least g1.patch.")
        if self.heatmaps.stride >= self.g1.patch << self.g1.blocks:
            raise ReposeError("The setting heatmaps.stride is coarser than G1's last block.")
        for generator in (self.g1, self.g2):
            pixels = sides[0] * sides[1] // generator.patch**2
            if pixels * generator.filters > _MOST_FEATURES:
                raise ReposeError(
                    f"A generator with {generator.filters} filters at {sides[1]}x{sides[0]} pixels"
                    " takes too much memory: set fewer filters, or a larger patch."
                )
        _check("seed", self.seed, 0, 2**32 - 1)
        if min(sides) < 2 * self.loss.cutoff + 16:
            raise ReposeError("The setting loss.cutoff leaves too little of the picture.")

    @property
    def condition_channels(self) -> int:
        """The channels of G1's condition: of the target's pose, and of the source's."""
        channels = 1 if self.condition == "edges" else len(SKELETONS[self.skeleton].points)
        return 2 * channels if self.heatmaps.source else channels

    def to_json(self) -> str:
        """This config as JSON text, one setting per line."""
        return json.dumps(dataclasses.asdict(self), indent=2)

    @staticmethod
    def from_json(text: str) -> "Config":
        """The config in JSON text; missing settings have their defaults.

        Raises ReposeError for invalid JSON and for unknown or invalid settings.
        """
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ReposeError("The settings are not valid JSON.") from error
        return typing.cast(Config, read_settings(Config, values, ""))


_LARGEST_NUMBER = 1e15  # JSON's integers may be larger than a float

_RENAMED = {"data.vary": "augment"}
"""Present names of settings that earlier versions named otherwise."""


def read_settings(kind: Any, value: Any, where: str) -> Any:
    """A parsed JSON value as a ``kind``: a dataclass or the type of a field; ``where`` is the
    setting's name in errors. Raises ReposeError for a wrong type and for unknown settings.

    Not by a library: msgspec ignores unknown fields of dataclasses, cattrs converts wrong types
    (``"3"`` to 3), and both would still need code for old names and for errors in one sentence.
    """
    if type(None) in typing.get_args(kind):
        return None if value is None else read_settings(typing.get_args(kind)[0], value, where)
    if kind is Path and type(value) is str:
        return Path(value)
    if dataclasses.is_dataclass(kind) and isinstance(value, dict):
        kinds = typing.get_type_hints(kind)
        prefix = f"{where}." if where else ""
        value = {_RENAMED.get(prefix + name, name): item for name, item in value.items()}
        for name in value:
            if name not in kinds:
                raise ReposeError(f"There is no setting {prefix}{name}.")
        return kind(**{k: read_settings(kinds[k], v, f"{prefix}{k}") for k, v in value.items()})  # type: ignore[operator]
    arguments = typing.get_args(kind)
    if typing.get_origin(kind) is Literal and value in arguments:
        return value
    if typing.get_origin(kind) is tuple and isinstance(value, list):
        kinds_of_items = arguments[:1] * len(value) if arguments[-1] is ... else arguments
        if len(kinds_of_items) == len(value):
            return tuple(
                read_settings(k, v, where) for k, v in zip(kinds_of_items, value, strict=True)
            )
    if kind is float and type(value) in (int, float) and not abs(value) > _LARGEST_NUMBER:
        return float(value)
    if kind in (bool, int, str) and type(value) is kind:
        return value
    raise ReposeError(f"The setting {where or 'file'} cannot be {value!r:.60}.")
