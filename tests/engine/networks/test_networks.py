"""G1, G2 and D: what they are made of, what they take and give, what they cost."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from engine.config.config import Config, DiscriminatorConfig, GeneratorConfig, ImageConfig
from engine.config.presets import PRESETS
from engine.guidance.conditions import pose_heatmaps
from engine.guidance.guides import GUIDE_CHANNELS
from engine.networks.discriminator import Discriminator, without_border
from engine.networks.generators import G1, G2
from engine.networks.unet import UNet, Upsampling


@pytest.fixture(autouse=True)
def _same_every_time() -> None:
    torch.manual_seed(0)


def inputs(config: Config, count: int = 1) -> tuple[Tensor, Tensor, Tensor | None]:
    """A random source, heatmaps of random poses, random guides if the config has any."""
    size = config.image.height, config.image.width
    source, target = torch.rand(2, count, 68, 2) * min(size)
    guides = torch.rand(count, GUIDE_CHANNELS, *size) if config.guides else None
    return torch.rand(count, 3, *size), pose_heatmaps(source, target, config), guides


def gflop(network: nn.Module, *arguments: Tensor | None) -> float:
    """Two for each multiplication with its addition, in thousands of millions."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(*arguments)
    return float(counter.get_total_flops() / 1e9)


def shapes(network: nn.Module, kind: type[nn.Module]) -> list[tuple[int, ...]]:
    """(filters out, filters in) of the layers of one kind."""
    layers = (m for m in network.modules() if isinstance(m, kind))
    return [tuple(layer.get_parameter("weight").shape[:2]) for layer in layers]


@pytest.mark.parametrize("name", PRESETS)
def test_images_in_images_out(name: str) -> None:
    config = PRESETS[name]
    source, heatmaps, guides = inputs(config, 2)
    with torch.no_grad():
        coarse = G1(config)(source, heatmaps, guides)
        difference = G2(config)(source, coarse.image, guides)
        logits = Discriminator(config)(source, coarse.image + difference)
    assert coarse.image.shape == coarse.generated.shape == difference.shape == source.shape
    assert logits.shape == (2, 1 if name == "report" else 16 * 16)


def test_report_costs_what_the_published_code_costs() -> None:
    config = PRESETS["report"]
    assert gflop(G1(config), *inputs(config)) == pytest.approx(28.4, abs=0.1)


def test_default_costs_at_most_ten_gflop_an_update() -> None:
    config = PRESETS["default"]
    source, heatmaps, guides = inputs(config)
    g1, g2 = G1(config), G2(config)
    assert gflop(g1, source, heatmaps, guides) + gflop(g2, source, source, guides) < 10


def test_g1_of_the_report() -> None:
    g1 = G1(PRESETS["report"])
    down = g1.unet.blocks_down
    filters = [139, 155, 171, 187, 203, 219]
    assert [shapes(block, nn.Conv2d) for block in down] == [[(n, n), (n, n)] for n in filters]
    assert shapes(g1.unet.strides, nn.Conv2d) == list(zip(filters[1:], filters, strict=False))
    assert shapes(g1.unet.middle, nn.Linear) == [(219 * 4 * 5, 219 * 4 * 5)]
    assert shapes(g1.unet.last, nn.Conv2d) == [(3, 139)]
    assert {m.kernel_size for m in g1.modules() if isinstance(m, nn.Conv2d)} == {(3, 3), (1, 1)}


def test_g2_of_the_report() -> None:
    g2 = G2(PRESETS["report"])
    assert [shapes(block, nn.Conv2d)[0][0] for block in g2.unet.blocks_down] == [6, 9, 12, 15]
    assert shapes(g2.unet.middle, nn.Conv2d) == [(15, 15)]
    assert shapes(g2, nn.Linear) == []


def test_d_of_the_report() -> None:
    d = Discriminator(PRESETS["report"])
    # 112x152 without the border; halved to 56x76, 28x38, 14x19, 7x10, 4x5.
    assert shapes(d, nn.Conv2d) == [(7, 6), (8, 7), (9, 8), (10, 9), (11, 10)]
    assert shapes(d, nn.Linear) == [(1, 11 * 4 * 5)]


def test_no_relu_after_the_middle_and_the_last_layer() -> None:
    for config in PRESETS.values():
        source, heatmaps, guides = inputs(config)
        g1 = G1(config)
        middles: list[Tensor] = []
        g1.unet.middle.register_forward_hook(lambda *call, seen=middles: seen.append(call[2]))
        nn.init.constant_(g1.unet.last.bias, -1.5)  # type: ignore[arg-type]
        with torch.no_grad():
            coarse = g1(source, heatmaps, guides)
        assert middles[0].min() < 0
        assert coarse.generated.min() < 0


@pytest.mark.parametrize("skips", ["block", "stride"])
@pytest.mark.parametrize("upsampling", ["nearest", "deconv"])
@pytest.mark.parametrize("middle", ["conv", "fc"])
def test_unet_of_every_kind_at_odd_sizes(skips: str, upsampling: str, middle: str) -> None:
    settings = {"skips": skips, "upsampling": upsampling, "middle": middle}
    config = GeneratorConfig(blocks=4, filters=5, growth=2, patch=1, **settings)  # type: ignore[arg-type]
    unet = UNet(config, (30, 43), channels=6, out=3)
    picture = torch.rand(2, 6, 30, 43, requires_grad=True)
    output = unet(picture)
    assert output.shape == (2, 3, 30, 43)
    output.square().sum().backward()
    assert all(p.grad is not None and p.grad.any() for p in unet.parameters())
    kinds = {type(m.convolution) for m in unet.modules() if isinstance(m, Upsampling)}
    assert kinds == {nn.Conv2d if upsampling == "nearest" else nn.ConvTranspose2d}


@pytest.mark.parametrize("skips", ["block", "stride"])
def test_what_goes_across_is_added(skips: str) -> None:
    config = GeneratorConfig(blocks=3, filters=4, growth=2, patch=1, skips=skips)  # type: ignore[arg-type]
    unet = UNet(config, (16, 20), channels=3, out=3)
    taken: dict[nn.Module, Tensor] = {}
    given: dict[nn.Module, Tensor] = {}
    for module in unet.modules():
        module.register_forward_pre_hook(lambda m, x: taken.update({m: x[0]}))
        module.register_forward_hook(lambda m, x, y: given.update({m: y}))
    unet(torch.rand(1, 3, 16, 20))
    down, strides, up = unet.blocks_down, unet.strides, unet.blocks_up
    low, high = unet.upsamplings
    pairs = [(unet.middle, down[2]), (low, down[1]), (high, down[0])]
    if skips == "stride":
        pairs = [(unet.middle, down[2]), (up[0], strides[1]), (low, strides[0])]
    for block, (below, across) in zip(up, pairs, strict=True):
        torch.testing.assert_close(taken[block], given[below] + given[across])


@pytest.mark.parametrize("name", PRESETS)
def test_g1_looks_at_the_source_and_at_both_poses(name: str) -> None:
    config = PRESETS[name]
    source, heatmaps, guides = inputs(config)
    source.requires_grad_()
    heatmaps.requires_grad_()
    G1(config)(source, heatmaps, guides).generated.square().sum().backward()
    assert source.grad is not None
    assert heatmaps.grad is not None
    assert source.grad.any()
    assert heatmaps.grad.flatten(2).any(dim=2).all()


def test_coarse_is_the_blend_of_generated_warps_and_source() -> None:
    config = PRESETS["default"]
    source, heatmaps, guides = inputs(config)
    assert guides is not None
    g1 = G1(config)
    nn.init.normal_(g1.unet.last.weight)
    with torch.no_grad():
        image, generated, blend = g1(source, heatmaps, guides)
    layers = [generated, guides[:, 3:6], guides[:, :3], source]
    expected = sum(blend[:, i : i + 1] * layer for i, layer in enumerate(layers))
    torch.testing.assert_close(image, expected)
    torch.testing.assert_close(blend.sum(dim=1), torch.ones(1, 256, 256))


def test_training_starts_on_the_guides_and_without_a_difference() -> None:
    config = PRESETS["default"]
    source, heatmaps, guides = inputs(config)
    assert guides is not None
    with torch.no_grad():
        coarse = G1(config)(source, heatmaps, guides)
        difference = G2(config)(source, coarse.image, guides)
    assert coarse.blend[:, 0].min() > 0.5
    assert coarse.generated.sub(guides[:, 3:6]).abs().mean() < 0.1
    assert difference.abs().max() < 0.05


def test_the_difference_map_can_put_the_warps_back() -> None:
    config = PRESETS["default"]
    source, _, guides = inputs(config)
    assert guides is not None
    g2 = G2(config)
    with torch.no_grad():
        bias = g2.unet.last.get_parameter("bias")
        bias[3 * 4 : 4 * 4], bias[4 * 4 :] = -50, 50  # nothing of the 2D warp, all of both
        refined = source + g2(source, source, guides)
    torch.testing.assert_close(refined, guides[:, 3:6])


def test_each_logit_of_patches_judges_its_own_patch() -> None:
    config = replace(PRESETS["default"], image=ImageConfig(height=128, width=128))
    d = Discriminator(config).eval()
    source, image = torch.rand(2, 1, 3, 128, 128)
    changed = image.clone()
    changed[..., 10, 10] += 1
    differs = (d(source, changed) != d(source, image)).view(8, 8)
    assert differs[0, 0]
    assert not differs[4:].any()
    assert not differs[:, 4:].any()


def test_d_never_sees_the_border() -> None:
    config = replace(PRESETS["default"], image=ImageConfig(height=64, width=64))
    d = Discriminator(config).eval()
    source, image = torch.rand(2, 2, 3, 64, 64)
    framed = torch.zeros_like(image)
    inside = slice(config.loss.cutoff, -config.loss.cutoff)
    framed[..., inside, inside] = image[..., inside, inside]
    assert torch.equal(d(source, framed), d(source, image))
    framed[..., 4, 4] += 1
    assert not torch.equal(d(source, framed), d(source, image))
    assert not torch.equal(d(image, image), d(source, image))


def test_without_border_takes_n_pixels_from_every_side() -> None:
    image = torch.arange(30).view(5, 6)
    assert without_border(image, 0).shape == (5, 6)
    assert without_border(image, 2).tolist() == [[14, 15]]


def test_d_without_spectral_norm_is_plain() -> None:
    config = replace(PRESETS["default"], d=DiscriminatorConfig(spectral_norm=False))
    assert all("parametrizations" not in name for name in Discriminator(config).state_dict())


def test_half_precision_gives_the_same_picture() -> None:
    config = PRESETS["default"]
    source, heatmaps, guides = inputs(config)
    g1 = G1(config)
    nn.init.normal_(g1.unet.last.weight, std=0.01)
    with torch.no_grad():
        full = g1(source, heatmaps, guides).image
        with torch.autocast("cpu", torch.bfloat16):
            half = g1(source, heatmaps, guides).image
    assert full.std() > 0.1
    assert (half - full).abs().mean() < 1 / 255
