"""One step of each stage: the formulas in NumPy, and whose gradient goes where."""

from contextlib import nullcontext
from copy import deepcopy
from dataclasses import fields, replace
from typing import Any, Literal

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.optim import SGD

from engine.config.config import (
    Config,
    DiscriminatorConfig,
    GeneratorConfig,
    HeatmapConfig,
    ImageConfig,
    LossConfig,
)
from engine.config.presets import PRESETS
from engine.data.batch import Batch
from engine.face.landmark_loss import landmark_losses
from engine.face.landmarks import Landmarks
from engine.face.recognition import RecognitionNet, recognition_losses
from engine.guidance.conditions import pose_heatmaps
from engine.guidance.masks import draw_mask
from engine.imaging.crop import Crop
from engine.networks.discriminator import Discriminator
from engine.networks.generators import G1, G2
from engine.training.stages import Stage1, Stage2, adam

SIDE = 32
SMALL = GeneratorConfig(blocks=2, filters=8, growth=8)
GUIDED = replace(
    PRESETS["default"],
    image=ImageConfig(SIDE, SIDE),
    heatmaps=HeatmapConfig(stride=2),
    g1=SMALL,
    g2=SMALL,
    d=DiscriminatorConfig(filters=8, growth=8),
    precision="full",
)
PLAIN = replace(
    GUIDED,
    guides=False,
    heatmaps=HeatmapConfig(style="disc", stride=1),
    d=DiscriminatorConfig(filters=7, growth=1, slope=0, spectral_norm=False),
    loss=LossConfig(
        reduction="sum",
        l1_weight=0.5,
        ssim_weight=0,
        perceptual_weight=0,
        landmark_weight=0,
        expression_weight=0,
        identity_weight=0,
        cutoff=4,
    ),
)


@pytest.fixture(autouse=True)
def _same_every_time() -> None:
    torch.manual_seed(0)


def random_batch(config: Config, count: int = 3) -> Batch:
    source, target = torch.rand(2, count, 3, SIDE, SIDE)
    landmarks = torch.rand(2, count, 68, 2) * SIDE
    box = torch.tensor([[8.0, 10.0, 20.0, 24.0]]).expand(count, 4)
    guides = torch.rand(count, 8, SIDE, SIDE) if config.guides else None
    return Batch(source, target, landmarks[0], landmarks[1], box, box, guides)


def still(network: nn.Module) -> SGD:
    """An optimizer that leaves the weights, and with them their gradients, to be looked at."""
    return SGD(network.parameters(), lr=0.0)


def stage2(config: Config) -> Stage2:
    g1, g2, d = G1(config), G2(config), Discriminator(config)
    return Stage2(g1, g2, d, still(g2), still(d), config)


def gradients(network: nn.Module) -> list[Tensor | None]:
    return [p.grad for p in network.parameters()]


def refined(stage: Stage2, batch: Batch) -> Tensor:
    poses = pose_heatmaps(batch.source_landmarks, batch.target_landmarks, stage.config)
    coarse = stage.g1(batch.source, poses, batch.guides).image
    return coarse + stage.g2(batch.source, coarse, batch.guides)  # type: ignore[no-any-return]


def l1(image: Tensor, batch: Batch, config: Config) -> float:
    """The sum of |(image - I_T) * (1 + M_T)|, in NumPy."""
    M_T = draw_mask(batch.target_landmarks, batch.target_box, config).numpy()
    return float(np.abs((image.detach() - batch.target).numpy() * (1 + M_T)).sum())


def bce(logits: Tensor, label: int) -> float:
    p = 1 / (1 + np.exp(-logits.detach().double().numpy()))
    return float(-np.log(p if label else 1 - p).mean())


def test_stage1_is_the_formula() -> None:
    batch, g1 = random_batch(PLAIN), G1(PLAIN)
    poses = pose_heatmaps(batch.source_landmarks, batch.target_landmarks, PLAIN)
    expected = l1(g1(batch.source, poses).image, batch, PLAIN)
    losses = Stage1(g1, still(g1), PLAIN).step(batch)
    assert losses["loss_g1"] == losses["loss_coarse"] == pytest.approx(expected, rel=1e-5)


def test_the_generated_image_has_a_loss_of_its_own() -> None:
    config = replace(GUIDED, loss=PLAIN.loss)
    batch, g1 = random_batch(config), G1(config)
    poses = pose_heatmaps(batch.source_landmarks, batch.target_landmarks, config)
    coarse = g1(batch.source, poses, batch.guides)
    losses = Stage1(g1, still(g1), config).step(batch)
    both = l1(coarse.image, batch, config) + l1(coarse.generated, batch, config)
    assert losses["loss_g1"] == pytest.approx(both, rel=1e-5)


def test_stage2_is_the_formula() -> None:
    batch, stage = random_batch(PLAIN), stage2(PLAIN)
    image = refined(stage, batch)
    true, false = stage.d(batch.source, batch.target), stage.d(batch.source, image)
    losses = stage.step(batch)
    assert losses["loss_d"] == pytest.approx(bce(true, 1) + bce(false, 0), rel=1e-5)
    expected = bce(false, 1) + 0.5 * l1(image, batch, PLAIN)
    assert losses["loss_g2"] == pytest.approx(expected, rel=1e-5)


def test_stage2_asks_the_recognition_network() -> None:
    loss = replace(PLAIN.loss, perceptual_weight=3.0, identity_weight=2.0)
    config = replace(PLAIN, loss=loss)
    batch, stage = random_batch(config), stage2(config)
    image = refined(stage, batch)
    seen = recognition_losses(RecognitionNet.load(), image, batch.target, batch.target_landmarks)
    plain = float(l1(image, batch, config))
    losses = stage.step(batch)
    unlike = losses["loss_refined"] - plain
    assert unlike > 0.1
    assert unlike == pytest.approx(3 * seen.perceptual.item() + 2 * seen.identity.item(), rel=0.01)


def test_stage2_asks_the_landmarker() -> None:
    loss = replace(PLAIN.loss, landmark_weight=30.0, expression_weight=20.0)
    config = replace(PLAIN, loss=loss)
    batch, stage = random_batch(config), stage2(config)
    image = refined(stage, batch)
    found = landmark_losses(image, batch.target, batch.target_landmarks)
    plain = float(l1(image, batch, config))
    unlike = stage.step(batch)["loss_refined"] - plain
    assert unlike > 0.1
    assert unlike == pytest.approx(
        30 * found.points.item() + 20 * found.expression.item(), rel=0.01
    )


def test_halves_of_a_batch_have_its_gradient(face: Landmarks) -> None:
    """What two processes average is what one would have: the face recognition's share, too."""
    batch = random_batch(GUIDED, count=4)
    crop = Crop.around(face)
    landmarks = torch.from_numpy(crop.to_network(face, SIDE)).expand(4, 68, 2)
    batch = replace(batch, source_landmarks=landmarks, target_landmarks=landmarks)

    def gradient(batch: Batch) -> Tensor:
        torch.manual_seed(0)
        stage = stage2(GUIDED)
        for parameter in stage.g2.parameters():
            nn.init.normal_(parameter, std=0.1)
        stage.step(batch)
        return torch.cat([p.grad.flatten() for p in stage.g2.parameters() if p.grad is not None])

    halves = [gradient(pair_of(batch, start)) for start in (0, 2)]
    whole = gradient(batch)
    assert (sum(halves) / 2 - whole).norm() < 1e-4 * whole.norm()
    assert (halves[0] - whole).norm() > 1e-2 * whole.norm(), "else the test shows nothing"


def pair_of(batch: Batch, start: int) -> Batch:
    """Two neighbours of a batch."""
    values: dict[str, Any] = {field.name: getattr(batch, field.name) for field in fields(batch)}
    return Batch(**{k: v[start : start + 2] for k, v in values.items() if v is not None})


@pytest.mark.parametrize("config", [PLAIN, GUIDED], ids=["plain", "guided"])
def test_no_gradient_reaches_another_network(config: Config) -> None:
    batch, stage = random_batch(config), stage2(config)
    alone = deepcopy(stage)
    alone.pretrain_d_step(batch)
    stage.step(batch)
    assert gradients(stage.g1) == [None] * len(gradients(stage.g1))
    assert gradients(alone.g2) == [None] * len(gradients(alone.g2))
    # The step of G2 has added nothing to D's gradient.
    for ours, expected in zip(gradients(stage.d), gradients(alone.d), strict=True):
        torch.testing.assert_close(ours, expected)


def test_g2s_gradient_is_that_of_its_own_loss() -> None:
    batch, stage = random_batch(PLAIN), stage2(PLAIN)
    image = refined(stage, batch)
    M_T = draw_mask(batch.target_landmarks, batch.target_box, PLAIN)
    loss = nn.functional.softplus(-stage.d(batch.source, image)).mean()
    loss = loss + 0.5 * ((image - batch.target) * (1 + M_T)).abs().sum()
    expected = torch.autograd.grad(loss, list(stage.g2.parameters()))
    stage.step(batch)
    for ours, theirs in zip(gradients(stage.g2), expected, strict=True):
        torch.testing.assert_close(ours, theirs)


def test_each_step_moves_only_its_networks() -> None:
    config, batch = GUIDED, random_batch(GUIDED)
    g1, g2, d = G1(config), G2(config), Discriminator(config)
    stage = Stage2(g1, g2, d, adam(g2, config.stage2), adam(d, config.stage2), config)

    def moved(before: nn.Module, after: nn.Module) -> bool:
        pairs = zip(before.parameters(), after.parameters(), strict=True)
        return any(not torch.equal(a, b) for a, b in pairs)

    before = deepcopy((g1, g2, d))
    stage.pretrain_d_step(batch)
    assert [moved(a, b) for a, b in zip(before, (g1, g2, d), strict=True)] == [False, False, True]
    before = deepcopy((g1, g2, d))
    stage.step(batch)
    assert [moved(a, b) for a, b in zip(before, (g1, g2, d), strict=True)] == [False, True, True]


def test_the_border_counts_for_the_l1_loss_but_not_for_d() -> None:
    batch, stage = random_batch(PLAIN), stage2(PLAIN)
    border = batch.target.clone()
    border[..., 0] = 1 - border[..., 0]
    changed = replace(batch, target=border)
    one, other = stage.step(batch), stage.step(changed)
    assert one["loss_d"] == other["loss_d"]
    assert one["loss_refined"] != other["loss_refined"]


def test_pixels_without_weight_teach_nothing() -> None:
    batch, g1 = random_batch(GUIDED), G1(GUIDED)
    weight = torch.ones(3, 1, SIDE, SIDE)
    weight[..., 16:] = 0
    noise = batch.target.clone()
    noise[..., 20:] = torch.rand_like(noise[..., 20:])
    stage = Stage1(g1, still(g1), GUIDED)
    one = stage.step(replace(batch, weight=weight))
    other = stage.step(replace(batch, weight=weight, target=noise))
    assert one == other
    assert one != stage.step(batch)


@pytest.mark.parametrize("precision", ["full", "half"])
def test_stage1_learns(precision: Literal["full", "half"]) -> None:
    config = replace(GUIDED, precision=precision)
    batch, g1 = random_batch(config), G1(config)
    stage = Stage1(g1, adam(g1, replace(config.stage1, learning_rate=2e-3)), config)
    losses = [stage.step(batch)["loss_g1"] for _ in range(40)]
    assert losses[-1] < 0.9 * losses[0]
    assert all(p.dtype == torch.float32 for p in g1.parameters())


@pytest.mark.parametrize(("setting", "decay"), [(0.75, 2 / 11), (0.1, 0.1)])
def test_the_average_follows_the_weights_faster_at_first(setting: float, decay: float) -> None:
    stage1 = replace(GUIDED.stage1, average=setting, learning_rate=1e-2)
    config, batch = replace(GUIDED, stage1=stage1), random_batch(GUIDED)
    g1 = G1(config)
    stage = Stage1(g1, adam(g1, stage1), config)
    stage.step(batch)
    first = deepcopy(g1.state_dict())
    average = stage.average.module.state_dict()
    torch.testing.assert_close(average, first)
    stage.step(batch)
    for name, tensor in g1.state_dict().items():
        torch.testing.assert_close(average[name], decay * first[name] + (1 - decay) * tensor)


def test_a_batch_moves_whole() -> None:
    batch = random_batch(PLAIN).to("meta")
    assert batch.source.device.type == batch.target_box.device.type == "meta"
    assert batch.guides is None


def test_a_step_reads_nothing_from_the_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading one number would wait for the whole step. Tensors on "meta" have no numbers."""
    monkeypatch.setattr(torch, "autocast", lambda *_, **__: nullcontext())  # not for "meta"
    monkeypatch.setattr(torch, "is_autocast_enabled", lambda *_: False)
    config = replace(GUIDED, mask=replace(GUIDED.mask, style="landmarks"))
    batch = random_batch(config).to("meta")
    g1, g2, d = G1(config).to("meta"), G2(config).to("meta"), Discriminator(config).to("meta")
    stage1 = Stage1(g1, adam(g1, config.stage1), config)
    stage2 = Stage2(g1, g2, d, adam(g2, config.stage2), adam(d, config.stage2), config)
    for _ in range(3):
        losses = [*stage1.step(batch).values(), *stage2.pretrain_d_step(batch).values()]
        losses += stage2.step(batch).values()
    assert all(loss.is_meta and not loss.requires_grad for loss in losses)


def test_pinned_memory_is_for_the_whole_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tensor, "pin_memory", lambda tensor: tensor + 1)  # needs a GPU
    batch = random_batch(GUIDED)
    pinned = batch.pin_memory()
    assert torch.equal(pinned.target_box, batch.target_box + 1)
    assert pinned.guides is not None
    assert pinned.weight is None
