"""The optimisation steps of the two training stages (report, section 3.5).

Notation: I_S is the source image, I_T the target image, M_T the mask around the target.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor, nn
from torch.amp import GradScaler
from torch.optim import Adam, Optimizer
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from engine.config.config import Config, StageConfig
from engine.core import distributed
from engine.core.devices import training_precision
from engine.data.batch import Batch
from engine.face.landmark_loss import landmark_losses
from engine.guidance.conditions import pooled_edges, pose_heatmaps
from engine.guidance.masks import draw_mask
from engine.networks.discriminator import Discriminator
from engine.networks.generators import G1, G2, Coarse
from engine.networks.losses import bce, dissimilarity, masked_l1

if TYPE_CHECKING:
    from engine.face.recognition import RecognitionNet

_Tensors = tuple[Tensor, ...] | list[Tensor]
Losses = dict[str, Tensor]
"""Scalars by name, on the device: reading one there would wait for the whole step."""


def adam(network: nn.Module, stage: StageConfig) -> Adam:
    """The optimizer of one network in one stage (Kingma and Ba 2014, arXiv:1412.6980)."""
    return Adam(network.parameters(), lr=stage.learning_rate, betas=stage.betas)


class Stage1:
    """Trains G1: L_G1 = |(coarse - I_T) * (1 + M_T)|_1.

    With guides, the generated image (G1's output before blending with the warped source) gets the
    same loss in addition; without it, training collapses to copying the warps. ``average`` holds
    the exponential moving average of G1's weights.
    """

    def __init__(self, g1: G1, optimizer: Optimizer, config: Config) -> None:
        self.g1, self.optimizer, self.config = g1, optimizer, config
        self.average = _average(g1, config.stage1)
        self.scaler = _scaler(g1, config)
        self._g1 = distributed.parallel(g1)

    def step(self, batch: Batch) -> Losses:
        """One step of G1 on ``batch``. Returns ``loss_g1``, the total loss (including the generated
        image's, with guides), and ``loss_coarse``, the loss of the coarse image."""
        M_T = draw_mask(batch.target_landmarks, batch.target_box, self.config)
        coarse = draw_coarse(self._g1, batch, self.config)
        loss_coarse = _distance(coarse.image, batch, M_T, self.config)
        loss = loss_coarse
        if self.config.guides:
            loss = loss + _distance(coarse.generated, batch, M_T, self.config)
        _descend(self.optimizer, loss, self.scaler)
        self.average.update_parameters(self.g1)
        return {"loss_g1": loss.detach(), "loss_coarse": loss_coarse.detach()}


class Stage2:
    """Trains G2 against D; G1 is frozen.

    L_D  = BCE(D(I_S, I_T), 1) + BCE(D(I_S, refined), 0)
    L_G2 = BCE(D(I_S, refined), 1) + lambda * |(refined - I_T) * (1 + M_T)|_1

    If their weights in the config are not 0, perceptual and identity losses in the features of a
    face recognition network are added to the L1 loss: they preserve the person's identity.

    G2 and D have separate optimizers; the gradient of each loss reaches only its own network.
    ``g1`` should be the averaged G1, ``Stage1.average.module``. ``average`` holds the exponential
    moving average of G2's weights.
    """

    def __init__(
        self,
        g1: G1,
        g2: G2,
        d: Discriminator,
        optimizer_g2: Optimizer,
        optimizer_d: Optimizer,
        config: Config,
    ) -> None:
        self.g1, self.g2, self.d = g1, g2, d
        self.optimizer_g2, self.optimizer_d, self.config = optimizer_g2, optimizer_d, config
        self.average = _average(g2, config.stage2)
        self.scaler = _scaler(g2, config)
        self._g2, self._d = distributed.parallel(g2), distributed.parallel(d)

    def pretrain_d_step(self, batch: Batch) -> Losses:
        """One step of D alone on ``batch``, before the first ``step``. Returns ``loss_d``."""
        with torch.no_grad():
            refined = self._refined(batch)
        return self._step_d(batch, refined)

    def step(self, batch: Batch) -> Losses:
        """One step of D, then one of G2 on ``batch``. Returns the losses by name."""
        M_T = draw_mask(batch.target_landmarks, batch.target_box, self.config)
        refined = self._refined(batch)
        losses = self._step_d(batch, refined.detach())

        # Call D directly: DistributedDataParallel would wait for gradients of the frozen D.
        with _frozen(self.d), _autocast(batch, self.config):
            judged = self.d(batch.source, refined)
        loss_refined = _distance(refined, batch, M_T, self.config)
        loss_refined = loss_refined + _unlikeness(refined, batch, self.config)
        loss = bce(judged, 1) + self.config.loss.l1_weight * loss_refined
        _descend(self.optimizer_g2, loss, self.scaler)
        self.average.update_parameters(self.g2)
        return {**losses, "loss_g2": loss.detach(), "loss_refined": loss_refined.detach()}

    def _refined(self, batch: Batch) -> Tensor:
        """coarse + difference map, Bx3xHxW; differentiable with respect to G2 only."""
        with torch.no_grad():
            coarse = draw_coarse(self.g1, batch, self.config).image
        with _autocast(batch, self.config):
            difference = cast(Tensor, self._g2(batch.source, coarse, batch.guides))
        return coarse + difference

    def _step_d(self, batch: Batch, refined: Tensor) -> Losses:
        sources, images = (batch.source, batch.source), (batch.target, refined)
        with _autocast(batch, self.config):
            true, false = self._d(torch.cat(sources), torch.cat(images)).chunk(2)
        loss = bce(true, 1) + bce(false, 0)
        _descend(self.optimizer_d, loss, self.scaler)
        return {"loss_d": loss.detach()}


def draw_condition(batch: Batch, config: Config) -> Tensor:
    """The pose condition of G1 for ``batch``: BxCxhxw in [0, 1], with C =
    ``config.condition_channels`` and the picture's height and width divided by
    ``heatmaps.stride``.
    """
    if config.condition == "edges":
        assert batch.source_edges is not None
        assert batch.target_edges is not None
        return pooled_edges(batch.source_edges, batch.target_edges, config)
    return pose_heatmaps(batch.source_landmarks, batch.target_landmarks, config)


def draw_coarse(g1: nn.Module, batch: Batch, config: Config) -> Coarse:
    """The output of G1 for ``batch``."""
    condition = draw_condition(batch, config)
    with _autocast(batch, config):
        return cast(Coarse, g1(batch.source, condition, batch.guides))


def _distance(image: Tensor, batch: Batch, mask: Tensor, config: Config) -> Tensor:
    """The masked L1 loss of ``image``, plus weighted 1 - SSIM if its weight is not 0."""
    loss = masked_l1(image, batch.target, mask, batch.weight, config.loss.reduction)
    if config.loss.reduction == "sum":
        # DistributedDataParallel averages gradients over ranks; this turns the mean into a sum.
        loss = loss * distributed.count()
    if config.loss.ssim_weight:
        unlike = dissimilarity(image, batch.target, batch.weight)
        loss = loss + config.loss.ssim_weight * unlike
    return loss


def _unlikeness(image: Tensor, batch: Batch, config: Config) -> Tensor | float:
    """Weighted losses of the face in ``image`` in the features of the recognition network and of
    the landmarker; 0 for other skeletons."""
    loss, total = config.loss, cast(Tensor | float, 0.0)
    if config.skeleton != "face":
        return total
    if loss.perceptual_weight or loss.identity_weight:
        from engine.face.recognition import recognition_losses  # imported late: needs dlib

        with _autocast(batch, config):
            net = _recognition(image.device)
            seen = recognition_losses(net, image, batch.target, batch.target_landmarks)
        total += loss.perceptual_weight * seen.perceptual + loss.identity_weight * seen.identity
    if loss.landmark_weight or loss.expression_weight:
        found = landmark_losses(image, batch.target, batch.target_landmarks)
        total += loss.landmark_weight * found.points + loss.expression_weight * found.expression
    return total


@cache
def _recognition(device: torch.device) -> "RecognitionNet":
    from engine.face.recognition import RecognitionNet

    return RecognitionNet.load().to(device)


@contextmanager
def _frozen(network: nn.Module) -> Iterator[None]:
    """Within this context, ``network`` accumulates no gradients."""
    network.requires_grad_(False)
    try:
        yield
    finally:
        network.requires_grad_(True)


def _descend(optimizer: Optimizer, loss: Tensor, scaler: GradScaler) -> None:
    """One step of ``optimizer`` along the negative gradient of ``loss``."""
    optimizer.zero_grad(set_to_none=True)
    scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
    scaler.step(optimizer)
    scaler.update()


def _scaler(network: nn.Module, config: Config) -> GradScaler:
    """Loss scaling against gradient underflow in float16; disabled for other precisions."""
    device = next(network.parameters()).device.type
    half = config.precision == "half" and training_precision(device) is torch.float16
    return GradScaler(device, enabled=half)


def _average(network: nn.Module, stage: StageConfig) -> AveragedModel:
    """The exponential moving average of the weights; the first update copies them.

    The decay after n updates is min((1 + n) / (10 + n), ``stage.average``): this warm-up keeps the
    initial weights from dominating the average of a short training.
    """

    def average(averages: _Tensors, weights: _Tensors, updates: Tensor | int) -> None:
        n = averaged.n_averaged  # `updates`, but in the CPU's memory, without waiting for a GPU
        decay = ((1 + n) / (10 + n)).clamp(max=stage.average).item()
        update = get_ema_multi_avg_fn(decay)  # type: ignore[no-untyped-call]
        update(averages, weights, updates)

    averaged = AveragedModel(network, multi_avg_fn=average)
    return averaged


def _autocast(batch: Batch, config: Config) -> torch.autocast:
    """Mixed precision, if the config asks for it and it is faster on the device."""
    device = batch.source.device.type
    precision = training_precision(device) if config.precision == "half" else torch.float32
    enabled = precision is not torch.float32
    return torch.autocast(device, precision if enabled else None, enabled=enabled)
