"""The fused graph computes what the networks compute."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from engine.config.config import Config
from engine.networks.fused_graph import FusedGraph, can_fuse
from engine.networks.generators import G1, G2
from engine.networks.patches import into_patches, out_of_patches

pytestmark = pytest.mark.skipif(not can_fuse(), reason="torch was built without oneDNN")

Arguments = tuple[Tensor, Tensor, Tensor, Tensor | None]


def variants(config: Config) -> Iterator[tuple[str, Config]]:
    """Settings that change the networks' layers."""
    g1 = config.g1
    yield "default", config
    yield "without guides", replace(config, guides=False)
    yield "target alone", replace(config, heatmaps=replace(config.heatmaps, source=False))
    yield "full heatmaps", replace(config, heatmaps=replace(config.heatmaps, stride=1))
    whole = replace(g1, patch=1)
    heatmaps = replace(config.heatmaps, stride=2)
    yield "no patches", replace(config, g1=whole, g2=whole, heatmaps=heatmaps)
    yield "larger patches", replace(config, g1=replace(g1, patch=4), g2=replace(g1, patch=4))
    yield "report", replace(config, g1=replace(g1, middle="fc", skips="stride", filters=0))
    yield "deconv", replace(config, g1=replace(g1, upsampling="deconv", blocks=3))


class Networks:
    """G1 and G2 with random weights; the last layers' are large enough to show errors."""

    def __init__(self, config: Config, precision: torch.dtype) -> None:
        torch.manual_seed(0)
        self.config, self.precision = config, precision
        self.g1, self.g2 = G1(config), G2(config)
        for network in (self.g1, self.g2):
            nn.init.normal_(network.unet.last.weight, std=0.05)
            network.eval().requires_grad_(False)
            network.to(precision, memory_format=torch.channels_last)  # type: ignore[call-overload]

    def __call__(
        self, picture: Tensor, own: Tensor, target: Tensor, guides: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        condition = torch.cat((own, target), 1) if self.config.heatmaps.source else target
        with torch.autocast("cpu", torch.bfloat16, enabled=self.precision is torch.bfloat16):
            coarse = self.g1(picture, condition, guides).image
            return coarse, self.g2(picture, coarse, guides)

    def arguments(self, seed: int, size: int | None = None) -> Arguments:
        """Two steady ones and two changing ones."""
        random = torch.Generator().manual_seed(seed)
        size, stride = size or self.config.image.height, self.config.heatmaps.stride
        shapes = [(3, size), (68, size // stride), (68, size // stride), (8, size)]
        picture, own, target, guides = (
            torch.rand(1, channels, side, side, generator=random) for channels, side in shapes
        )
        return picture, own, target, guides if self.config.guides else None


def fuse(networks: Networks) -> FusedGraph:
    arguments = networks.arguments(0)
    return FusedGraph(networks, arguments[:2], arguments[2:])


def test_a_graph_fits_pictures_of_other_sizes(small_config: Config) -> None:
    networks = Networks(small_config, torch.float32)
    graph = fuse(networks)
    for size in (96, 128):
        arguments = networks.arguments(1, size)
        found = graph(graph.prepare(*arguments[:2]), *arguments[2:])
        for own, true in zip(found, networks(*arguments), strict=True):
            assert own.shape[-1] == size
            torch.testing.assert_close(own, true, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("name", [name for name, _ in variants(Config())])
def test_it_computes_the_same(small_config: Config, name: str) -> None:
    networks = Networks(dict(variants(small_config))[name], torch.float32)
    graph = fuse(networks)
    for seed in (1, 2):
        arguments = networks.arguments(seed)
        prepared = graph.prepare(*arguments[:2])
        for _ in range(2):  # calls do not change what is prepared
            found = graph(prepared, *arguments[2:])
            with torch.no_grad():
                expected = networks(*arguments)
            assert expected[1].std() > 0.01, "else the test shows little"
            for one, other in zip(found, expected, strict=True):
                torch.testing.assert_close(one, other, atol=2e-4, rtol=1e-3)


def test_half_precision_stays_as_close_as_it_was(small_config: Config) -> None:
    full, half = (Networks(small_config, dtype) for dtype in (torch.float32, torch.bfloat16))
    arguments = full.arguments(1)
    graph = fuse(half)
    found = graph(graph.prepare(*arguments[:2]), *arguments[2:])
    with torch.no_grad():
        exact, usual = full(*arguments), half(*arguments)
    for one, other, true in zip(found, usual, exact, strict=True):
        assert (one - true).abs().mean() < 1.5 * (other - true).abs().mean() + 1e-4


def test_convolutions_are_fused_and_those_of_the_source_are_prepared(small_config: Config) -> None:
    networks = Networks(small_config, torch.float32)
    graph = fuse(networks)
    names = [str(node.target) for node in graph._run.graph.nodes if node.op == "call_function"]
    unfused = ("aten.convolution", "aten.relu", "aten.pixel_unshuffle", "aten.cat")
    assert not any(name.startswith(unfused) for name in names), names
    prepared = graph.prepare(*networks.arguments(1)[:2])
    shapes = {tuple(value.shape) for value in prepared}
    assert (1, 4, 32, 32) in shapes, "the terms of the first layers"
    assert not any(shape[1] == 68 for shape in shapes), (
        "the convolution of the source's heatmaps is prepared, not they"
    )


def test_the_same_tensor_twice_is_two_arguments() -> None:
    zeros = torch.zeros(1, 2, 4, 4)
    graph = FusedGraph(lambda a, b: (a - 2 * b,), (zeros,), (zeros,))
    prepared = graph.prepare(zeros + 5)
    (found,) = graph(prepared, zeros + 1)
    assert (found == 3).all()


def test_values_changed_in_place_are_not_prepared() -> None:
    def function(steady: Tensor, changing: Tensor) -> tuple[Tensor, ...]:
        total = steady * 2
        total += changing
        return total, steady + 1

    graph = FusedGraph(function, (torch.zeros(3),), (torch.zeros(3),))
    prepared = graph.prepare(torch.ones(3))
    for _ in range(2):
        total, more = graph(prepared, torch.full((3,), 5.0))
        assert total.tolist() == [7, 7, 7]
        assert more.tolist() == [2, 2, 2]


def test_a_convolution_added_to_itself_and_one_in_groups() -> None:
    torch.manual_seed(0)
    first, groups = nn.Conv2d(8, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1, groups=4)

    def function(x: Tensor) -> tuple[Tensor, ...]:
        y = first(x)
        return y + y, torch.relu(groups(torch.cat((y, x), 1)[:, 4:12])), y.add(x, alpha=0.5)

    x = torch.rand(1, 8, 12, 12)
    graph = FusedGraph(function, (), (x,))
    for one, other in zip(graph((), x), function(x), strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)


def test_threads_share_it(small_config: Config) -> None:
    networks = Networks(small_config, torch.float32)
    graph = fuse(networks)
    arguments = [networks.arguments(seed) for seed in range(8)]

    def run(one: Arguments) -> Tensor:
        return graph(graph.prepare(*one[:2]), *one[2:])[0]

    alone = [run(one) for one in arguments]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(run, arguments))
    for one, other in zip(alone, together, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("side", [1, 2, 4])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_patches_are_pixels_as_channels(side: int, dtype: torch.dtype) -> None:
    picture = torch.rand(1, 3, 8, 16)
    patches = into_patches(picture, side, dtype)
    assert torch.equal(patches, nn.functional.pixel_unshuffle(picture, side).to(dtype))
    assert patches.is_contiguous(memory_format=torch.channels_last)
    back = out_of_patches(patches, side, torch.float32)
    assert torch.equal(back, picture.to(dtype).float())
    assert back.is_contiguous()


def test_a_product_goes_into_a_sum_of_its_shape_alone() -> None:
    torch.manual_seed(0)
    first, second = nn.Conv2d(8, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1)

    def function(x: Tensor, scale: Tensor) -> tuple[Tensor, ...]:
        y = torch.relu(first(x))
        z = y + torch.relu(second(y))
        return z * scale + y, z + scale * scale, z * 2 + y

    x, scale = torch.rand(1, 8, 12, 12), torch.rand(1, 1, 12, 12)
    graph = FusedGraph(function, (), (x, scale))
    for one, other in zip(graph((), x, scale), function(x, scale), strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)
    names = [str(node.target) for node in graph._run.graph.nodes]
    assert names.count("aten.addcmul.default") == 2, "not the product of a smaller shape"
