"""dlib's face recognition network (King 2017) as a frozen torch module to learn from: its maps and
its descriptor tell how far a generated face is from the one that it should be.

The network is a ResNet with 29 convolutions. It looks at a *chip*, the face alone, upright, in
150x150 pixels, and gives a descriptor of 128 values; two pictures of one person are less than 0.6
apart (``identity`` measures that with dlib itself). The weights are those of dlib's own file.
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
"""Side of a chip, in pixels."""

_PADDING = 0.25  # around the face in a chip, in sizes of the face; what the network learned with
_MEAN = (122.782, 117.001, 104.298)  # dlib's input_rgb_image, of values up to 255

# The filters, the number of blocks and whether the first halves the map, level by level.
_LEVELS = ((32, 3, False), (64, 4, True), (128, 3, True), (256, 3, True), (256, 1, True))


class RecognitionNet(nn.Module):
    """The network, with weights that stay as they are; gradients go through it to the chips."""

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

        Raises ReposeError when the package with dlib's models is missing or its file is another.
        """
        return cls(_DlibFile(model_file("dlib_face_recognition_resnet_model_v1.dat")))

    def forward(self, chips: Tensor) -> tuple[tuple[Tensor, ...], Tensor]:
        """Maps and descriptors of chips (Bx3x150x150, RGB in [0, 1]).

        The maps are what comes out of the five levels, 0 and above: Bx32x35x35, Bx64x17x17,
        Bx128x8x8, Bx256x4x4, Bx256x2x2. The descriptors (Bx128) are float32 also under autocast.
        """
        x = self.first((255 * chips - self.mean) / 256).relu()
        x = functional.max_pool2d(x, kernel_size=3, stride=2)
        maps = []
        for level in self.levels:
            x = level(x)
            maps.append(x)
        # Not in bfloat16: descriptors differ by little more than its steps.
        with torch.autocast(x.device.type, enabled=False):
            descriptors = x.float().mean(dim=(2, 3)) @ self.fc
        return tuple(maps), descriptors


class RecognitionLosses(NamedTuple):
    """How far images are from their targets, each a scalar in float32.

    perceptual  the mean, over the five levels' maps f and the images x with their targets y, of
                |f(x) - f(y)|_1 / |f(y)|_1: 0 where equal, some 0.4 for two people
    identity    the mean of |d(x) - d(y)|^2 over the descriptors d: below 0.36 the same person
    """

    perceptual: Tensor
    identity: Tensor


def recognition_losses(
    net: RecognitionNet, images: Tensor, targets: Tensor, landmarks: Tensor
) -> RecognitionLosses:
    """Both losses of ``images`` against ``targets`` (Bx3xHxW in [0, 1]).

    ``landmarks`` (Bx68x2, pixels) are those of the targets, where the images should have them too.
    Gradients go to ``images`` alone.
    """
    with torch.no_grad():
        target_maps, target_descriptors = net(face_chips(targets, landmarks))
    maps, descriptors = net(face_chips(images, landmarks))
    distances = [_distance(*pair) for pair in zip(maps, target_maps, strict=True)]
    identity = (descriptors - target_descriptors).square().sum(dim=1).mean()
    return RecognitionLosses(torch.stack(distances).mean(), identity)


def identity_loss(
    net: RecognitionNet, images: Tensor, targets: Tensor, landmarks: Tensor
) -> Tensor:
    """The sum of both ``recognition_losses``, a scalar."""
    losses = recognition_losses(net, images, targets, landmarks)
    return losses.perceptual + losses.identity


def face_chips(images: Tensor, landmarks: Tensor) -> Tensor:
    """The faces of ``images`` (Bx3xHxW) as dlib cuts them out: Bx3x150x150 in float32.

    ``landmarks`` (Bx68x2) are pixels of the images. What lies outside of an image is black. Faces
    larger than two chips are first made smaller by halves, as dlib does. Gradients go to the
    images.
    """
    images = images.float()
    with torch.autocast(images.device.type, enabled=False):
        # Not to be learned from: nothing is won by looking elsewhere.
        coordinates = landmarks.detach().float().flatten(1).to(images.device)
        # Not a matrix product: a GPU might round that coarsely.
        placed = (coordinates[:, :, None] * _chip_places().to(images.device)).sum(dim=1)
        middle, side = placed[:, None, None, :2], placed[:, None, None, 2:]
        width = side.norm(dim=-1, keepdim=True).clamp(min=1)
        # From the middle of the chip's first pixel to that of its last.
        across = side * (width - 1) / width
        down = torch.stack([-across[..., 1], across[..., 0]], dim=-1)
        steps = torch.linspace(-0.5, 0.5, CHIP_SIDE, device=images.device)
        points = middle + steps[None, None, :, None] * across + steps[None, :, None, None] * down
        halvings = ((width - 1) / (CHIP_SIDE - 1)).log2().ceil().clamp(min=1) - 1
        quarter = points.new_tensor([-0.25, 0.25])  # of a pixel: dlib's halves lie askew
        chips = _sampled(images, points)
        for level in range(1, 1 + int(halvings.max())):
            images, points = _halved(images), points / 2 + quarter
            chips = torch.where(halvings == level, _sampled(images, points), chips)
    return chips


def _sampled(images: Tensor, points: Tensor) -> Tensor:
    """The images' values at points (Bx150x150x2, pixels)."""
    largest = torch.tensor(images.shape[:1:-1], device=images.device).sub(1).clamp(min=1)
    grid = 2 * points / largest - 1
    return functional.grid_sample(images, grid, padding_mode="zeros", align_corners=True)


def _halved(images: Tensor) -> Tensor:
    """Half the size, smoothed; pixel k lies where pixel 2k lay."""
    row = images.new_tensor([1, 4, 6, 4, 1]) / 16
    channels = images.shape[1]
    kernel = torch.outer(row, row).expand(channels, 1, 5, 5)
    padded = functional.pad(images, (2, 2, 2, 2), mode="replicate")
    return functional.conv2d(padded, kernel, stride=2, groups=channels)


@cache
def _chip_places() -> Tensor:
    """Where dlib puts the chip, linear in the landmarks: flattened, they are multiplied by this
    (136x4), to get the middle of the chip and its upper edge as a vector.

    dlib fits a mean face of its own by least squares, without the jaw, the brows and the lower lip.
    It tells by where the chip goes when one coordinate changes.
    """
    one = 1_000_000  # dlib's points are whole numbers
    rows = []
    for moved in range(2 * N_LANDMARKS):
        values = [one if place == moved else 0 for place in range(2 * N_LANDMARKS)]
        points = [dlib.point(x, y) for x, y in zip(values[::2], values[1::2], strict=True)]
        shape = dlib.full_object_detection(dlib.rectangle(0, 0, 1, 1), points)
        chip = dlib.get_face_chip_details(shape, CHIP_SIDE, _PADDING)
        box, angle = chip.rect, chip.angle
        middle = ((box.left() + box.right()) / 2, (box.top() + box.bottom()) / 2)
        rows.append((*middle, box.width() * math.cos(angle), box.width() * math.sin(angle)))
    return torch.tensor(rows, dtype=torch.float64).div(one).float()


def _distance(maps: Tensor, targets: Tensor) -> Tensor:
    """|maps - targets|_1 / |targets|_1, the mean over the batch."""
    maps, targets = maps.float().flatten(1), targets.float().flatten(1)
    scale = targets.abs().mean(dim=1).clamp(min=1e-6)
    return ((maps - targets).abs().mean(dim=1) / scale).mean()


class _Block(nn.Module):
    """Two convolutions, added to what went in; one that halves the map adds it halved."""

    def __init__(self, file: "_DlibFile", inputs: int, filters: int, halves: bool) -> None:
        super().__init__()
        self.halves = halves
        self.first = _convolution(file, inputs, filters, stride=2 if halves else 1)
        self.second = _convolution(file, filters, filters)

    def forward(self, x: Tensor) -> Tensor:
        inner: Tensor = self.second(self.first(x).relu())
        if not self.halves:
            return (x + inner).relu()
        # dlib adds maps of different sizes as if the smaller one went on with zeros.
        skip = functional.avg_pool2d(x, kernel_size=2)
        size = [max(pair) for pair in zip(skip.shape, inner.shape, strict=True)]
        return (_grown(skip, size) + _grown(inner, size)).relu()


def _grown(x: Tensor, size: list[int]) -> Tensor:
    channels, height, width = (to - now for to, now in zip(size[1:], x.shape[1:], strict=True))
    return functional.pad(x, (0, width, 0, height, 0, channels))


def _convolution(
    file: "_DlibFile", inputs: int, filters: int, kernel: int = 3, stride: int = 1
) -> nn.Conv2d:
    """The next convolution, with the next affine layer (what was batch normalisation) in it."""
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
    """A network as dlib writes it, read layer by layer from the input on.

    Each layer is its name, the tensor of its values and settings that are known here. Integers
    are a byte that holds their length, then that many bytes. Raises ReposeError.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._data = path.read_bytes()
        except OSError as error:
            raise ReposeError(f"{path} cannot be read: {reason(error)}.") from error
        self._at = 0

    def floats(self, layer: str, count: int, skipped: int = 0) -> Tensor:
        """The ``count`` values of the next layer, which must be of this kind.

        ``skipped``: integers between the name and the tensor.
        """
        name = bytes([1, len(layer)]) + layer.encode()
        found = self._data.find(name, self._at, self._at + 512)  # no two are further apart
        self._at = found + len(name)
        for _ in range(skipped):
            self._integer()
        if (
            found < 0
            or self._integer() != 2
            or math.prod(self._integer() for _ in range(4)) != count
        ):
            raise self._another()
        values = self._data[self._at : self._at + 4 * count]
        if len(values) < 4 * count:
            raise self._another()
        self._at += 4 * count
        return torch.frombuffer(bytearray(values), dtype=torch.float32)

    def _integer(self) -> int:
        length = self._data[self._at] if self._at < len(self._data) else 0
        start = self._at + 1
        self._at = start + length
        return int.from_bytes(self._data[start : self._at], "little")

    def _another(self) -> ReposeError:
        return ReposeError(
            f"{self._path} is not dlib's face recognition network: install it again with "
            "`pip install --force-reinstall face_recognition_models`."
        )
