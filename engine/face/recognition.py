"""dlib's face recognition network (King 2017) as a frozen torch module, for losses.

The network is a ResNet with 29 convolutions. Its input is a *chip*, the aligned face in 150x150
pixels; its output is a descriptor of 128 values. The distance of two descriptors of one person is
below 0.6 (`engine.face.identity` computes it with dlib). The weights are read from dlib's file.
"""

import math
from functools import cache
from pathlib import Path
from typing import NamedTuple

import dlib
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.config.skeletons import N_LANDMARKS
from engine.core.errors import ReposeError
from engine.core.files import reason
from engine.face.dlib_detector import model_file

CHIP_SIDE = 150
"""Side of a chip, pixels."""

_PADDING = 0.25  # margin of a chip, of the face's size; as in the network's training
_MEAN = (122.782, 117.001, 104.298)  # RGB, 0 to 255; dlib's input_rgb_image

# For each level: filters, number of blocks, whether the first block downsamples.
_LEVELS = ((32, 3, False), (64, 4, True), (128, 3, True), (256, 3, True), (256, 1, True))


class RecognitionNet(nn.Module):
    """The network with frozen weights; gradients pass to the chips."""

    mean: Tensor
    fc: Tensor

    def __init__(self, file: "_DlibFile") -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(_MEAN)[:, None, None])
        self.first = _convolution(file, 3, 32, kernel=7, stride=2)
        levels: list[nn.Module] = []
        inputs = 32
        for filters, count, halves in _LEVELS:
            blocks = [_Block(file, inputs, filters, halves)]
            blocks += [_Block(file, filters, filters, False) for _ in range(count - 1)]
            levels.append(nn.Sequential(*blocks))
            inputs = filters
        self.levels = nn.ModuleList(levels)
        self.register_buffer("fc", file.floats("fc_2", inputs * 128, skipped=2).view(inputs, 128))

    @classmethod
    def load(cls) -> "RecognitionNet":
        """The network with dlib's weights, in float32 on the CPU.

        Raises ReposeError when the package with dlib's models is missing or the file is invalid.
        """
        return cls(_DlibFile(model_file("dlib_face_recognition_resnet_model_v1.dat")))

    def forward(self, chips: Tensor) -> tuple[tuple[Tensor, ...], Tensor]:
        """Feature maps and descriptors of chips (Bx3x150x150, RGB in [0, 1]).

        The maps are the non-negative outputs of the five levels: Bx32x35x35, Bx64x17x17, Bx128x8x8,
        Bx256x4x4, Bx256x2x2. The descriptors (Bx128) are float32 also under autocast.
        """
        x = self.first((255 * chips - self.mean) / 256).relu()
        x = functional.max_pool2d(x, kernel_size=3, stride=2)
        maps = []
        for level in self.levels:
            x = level(x)
            maps.append(x)
        # Not in bfloat16: its resolution is close to the differences between descriptors.
        with torch.autocast(x.device.type, enabled=False):
            descriptors = x.float().mean(dim=(2, 3)) @ self.fc
        return tuple(maps), descriptors


class RecognitionLosses(NamedTuple):
    """Losses of images against targets, float32 scalars.

    perceptual  mean of |f(x) - f(y)|_1 / |f(y)|_1 over the maps f of the five levels and the images
                x with targets y; 0 if equal, about 0.4 for two people
    identity    mean of |d(x) - d(y)|^2 over the descriptors d; below 0.36 for the same person
    """

    perceptual: Tensor
    identity: Tensor


def recognition_losses(
    net: RecognitionNet, images: Tensor, targets: Tensor, landmarks: Tensor
) -> RecognitionLosses:
    """Both losses of ``images`` against ``targets`` (Bx3xHxW in [0, 1]).

    ``landmarks`` (Bx68x2, pixels) are the targets', used for both. Only ``images`` get gradients.
    """
    with torch.no_grad():
        target_maps, target_descriptors = net(face_chips(targets, landmarks))
    maps, descriptors = net(face_chips(images, landmarks))
    distances = [_distance(*pair) for pair in zip(maps, target_maps, strict=True)]
    identity = (descriptors - target_descriptors).square().sum(dim=1).mean()
    return RecognitionLosses(torch.stack(distances).mean(), identity)


def face_chips(images: Tensor, landmarks: Tensor) -> Tensor:
    """Chips of ``images`` (Bx3xHxW) with dlib's alignment: Bx3x150x150, float32, differentiable.

    ``landmarks`` (Bx68x2) are pixels of the images. Outside of an image a chip is black. As in
    dlib, faces larger than two chips are sampled from an image pyramid.
    """
    images = images.float()
    with torch.autocast(images.device.type, enabled=False):
        # No gradient to the landmarks: the loss must not change where the chip is cut out.
        coordinates = landmarks.detach().float().flatten(1).to(images.device)
        # Not a matrix product, which a GPU may compute in TF32.
        placed = (coordinates[:, :, None] * _chip_matrix(images.device)).sum(dim=1)
        middle, side = placed[:, None, None, :2], placed[:, None, None, 2:]
        width = side.norm(dim=-1, keepdim=True).clamp(min=1)
        # From the centre of the chip's first pixel to that of its last.
        across = side * (width - 1) / width
        down = torch.stack([-across[..., 1], across[..., 0]], dim=-1)
        steps = torch.linspace(-0.5, 0.5, CHIP_SIDE, device=images.device)
        points = middle + steps[None, None, :, None] * across + steps[None, :, None, None] * down
        halvings = ((width - 1) / (CHIP_SIDE - 1)).log2().ceil().clamp(min=1) - 1
        quarter = _constant((-0.25, 0.25), images.device)  # pixels: offset of dlib's pyramid levels
        chips = _sampled(images, points)
        for level in range(1, 1 + _levels(halvings, images)):
            images, points = _halved(images), points / 2 + quarter
            chips = torch.where(halvings == level, _sampled(images, points), chips)
    return chips


def _levels(halvings: Tensor, images: Tensor) -> int:
    """The number of pyramid levels to draw: the largest of the ``halvings``.

    On a GPU, where reading them would wait, the number for chips of twice the images' size.
    """
    if halvings.device.type == "cpu":
        return int(halvings.max())
    return max(0, math.ceil(math.log2(2 * max(images.shape[2:]) / (CHIP_SIDE - 1))) - 1)


def _sampled(images: Tensor, points: Tensor) -> Tensor:
    """Sample images (BxCxHxW) bilinearly at points (Bx150x150x2, pixels)."""
    height, width = images.shape[2:]
    grid = 2 * points / _constant((max(width - 1, 1), max(height - 1, 1)), images.device) - 1
    return functional.grid_sample(images, grid, padding_mode="zeros", align_corners=True)


def _halved(images: Tensor) -> Tensor:
    """The next pyramid level: binomial filter, then every second pixel (k is at 2k)."""
    row = _constant((1.0, 4.0, 6.0, 4.0, 1.0), images.device) / 16
    channels = images.shape[1]
    kernel = torch.outer(row, row).expand(channels, 1, 5, 5)
    padded = functional.pad(images, (2, 2, 2, 2), mode="replicate")
    return functional.conv2d(padded, kernel, stride=2, groups=channels)


@cache
def _constant(values: tuple[float, ...], device: torch.device) -> Tensor:
    """A constant tensor; creating it anew would wait for the GPU."""
    return torch.tensor(values, device=device)


@cache
def _chip_matrix(device: torch.device) -> Tensor:
    """The matrix (136x4) from flattened landmarks to a chip: its centre and its upper edge vector.

    dlib fits its mean face by least squares, without the jaw, the brows and the lower lip, so the
    chip is linear in the landmarks. The rows are found by setting one coordinate at a time.
    """
    one = 1_000_000  # dlib's points are integers
    rows = []
    for moved in range(2 * N_LANDMARKS):
        values = [one if place == moved else 0 for place in range(2 * N_LANDMARKS)]
        points = [dlib.point(x, y) for x, y in zip(values[::2], values[1::2], strict=True)]
        shape = dlib.full_object_detection(dlib.rectangle(0, 0, 1, 1), points)
        chip = dlib.get_face_chip_details(shape, CHIP_SIDE, _PADDING)
        box, angle = chip.rect, chip.angle
        middle = ((box.left() + box.right()) / 2, (box.top() + box.bottom()) / 2)
        rows.append((*middle, box.width() * math.cos(angle), box.width() * math.sin(angle)))
    return torch.tensor(rows, dtype=torch.float64).div(one).float().to(device)


def _distance(maps: Tensor, targets: Tensor) -> Tensor:
    """|maps - targets|_1 / |targets|_1, the mean over the batch."""
    maps, targets = maps.float().flatten(1), targets.float().flatten(1)
    scale = targets.abs().mean(dim=1).clamp(min=1e-6)
    return ((maps - targets).abs().mean(dim=1) / scale).mean()


class _Block(nn.Module):
    """A residual block of two convolutions; a downsampling one pools the skip connection."""

    def __init__(self, file: "_DlibFile", inputs: int, filters: int, halves: bool) -> None:
        super().__init__()
        self.halves = halves
        self.first = _convolution(file, inputs, filters, stride=2 if halves else 1)
        self.second = _convolution(file, filters, filters)

    def forward(self, x: Tensor) -> Tensor:
        inner: Tensor = self.second(self.first(x).relu())
        if not self.halves:
            return (x + inner).relu()
        # dlib adds maps of different sizes by zero-padding the smaller one.
        skip = functional.avg_pool2d(x, kernel_size=2)
        size = [max(pair) for pair in zip(skip.shape, inner.shape, strict=True)]
        return (_grown(skip, size) + _grown(inner, size)).relu()


def _grown(x: Tensor, size: list[int]) -> Tensor:
    channels, height, width = (to - now for to, now in zip(size[1:], x.shape[1:], strict=True))
    return functional.pad(x, (0, width, 0, height, 0, channels))


def _convolution(
    file: "_DlibFile", inputs: int, filters: int, kernel: int = 3, stride: int = 1
) -> nn.Conv2d:
    """The file's next convolution, fused with the affine layer (batch normalisation) after it."""
    padding = 0 if stride > 1 else kernel // 2
    layer = nn.Conv2d(inputs, filters, kernel, stride, padding)
    shape = layer.weight.shape
    values = file.floats("con_4", shape.numel() + filters)
    factor, offset = file.floats("affine_", 2 * filters).chunk(2)
    weight = values[:-filters].view(shape) * factor.view(-1, 1, 1, 1)
    layer.weight = nn.Parameter(weight, requires_grad=False)
    layer.bias = nn.Parameter(values[-filters:] * factor + offset, requires_grad=False)
    return layer


class _DlibFile:
    """A parser of dlib's serialised network, layer by layer from the input on.

    A layer is stored as its name, its parameter tensor and settings, which are fixed here. An
    integer is stored as a length byte and that many bytes, little-endian. Raises ReposeError.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._data = path.read_bytes()
        except OSError as error:
            raise ReposeError(f"{path} cannot be read: {reason(error)}.") from error
        self._at = 0

    def floats(self, layer: str, count: int, skipped: int = 0) -> Tensor:
        """The ``count`` parameters of the next layer of this type.

        skipped  number of integers between the name and the tensor
        """
        name = bytes([1, len(layer)]) + layer.encode()
        found = self._data.find(name, self._at, self._at + 512)  # layers are less far apart
        self._at = found + len(name)
        for _ in range(skipped):
            self._integer()
        if (
            found < 0
            or self._integer() != 2
            or math.prod(self._integer() for _ in range(4)) != count
        ):
            raise self._invalid()
        values = self._data[self._at : self._at + 4 * count]
        if len(values) < 4 * count:
            raise self._invalid()
        self._at += 4 * count
        return torch.frombuffer(bytearray(values), dtype=torch.float32)

    def _integer(self) -> int:
        length = self._data[self._at] if self._at < len(self._data) else 0
        start = self._at + 1
        self._at = start + length
        return int.from_bytes(self._data[start : self._at], "little")

    def _invalid(self) -> ReposeError:
        return ReposeError(
            f"{self._path} is not dlib's face recognition network: install it again with "
            "`pip install --force-reinstall face_recognition_models`."
        )
