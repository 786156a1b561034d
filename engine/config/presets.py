"""The presets: complete configs by name."""

import types
from collections.abc import Mapping

from engine.config.config import (
    Config,
    DataConfig,
    DiscriminatorConfig,
    GeneratorConfig,
    HeatmapConfig,
    ImageConfig,
    LossConfig,
    StageConfig,
)

_REPORT_STAGE = StageConfig(batch=4, learning_rate=1e-5, decay=1.0, average=0.0)

PRESETS: Mapping[str, Config] = types.MappingProxyType(
    {
        "default": Config(),
        "report": Config(
            image=ImageConfig(height=120, width=160, crop="photo"),
            heatmaps=HeatmapConfig(style="disc", radius=5.0, stride=1),
            guides=False,
            g1=GeneratorConfig(6, 0, 16, patch=1, middle="fc", skips="stride", start="torch"),
            g2=GeneratorConfig(4, 0, 3, patch=1, middle="conv", skips="stride", start="torch"),
            d=DiscriminatorConfig("image", filters=7, growth=1, slope=0.0, spectral_norm=False),
            loss=LossConfig(
                reduction="sum",
                l1_weight=1.0,
                ssim_weight=0.0,
                perceptual_weight=0.0,
                identity_weight=0.0,
                landmark_weight=0.0,
                expression_weight=0.0,
                cutoff=4,
            ),
            stage1=_REPORT_STAGE,
            stage2=_REPORT_STAGE,
            data=DataConfig(poses=tuple(range(1, 11)), targets=1, augment=False, detector="dlib"),
            precision="full",
        ),
    }
)
"""``default`` is our method; ``report`` is the experiment as the report's published code ran it.

Each variant in the report is one setting of the preset ``report``: `mask.style` (section 4.2.1),
`g1.upsampling` and `g2.upsampling` (4.2.2), `heatmaps.source` (4.2.3), `loss.cutoff` (4.2.4),
`g1.middle`, `g1.blocks`, `g1.growth` (3.3), `loss.l1_weight` (lambda, 3.5), `d.pretraining` (6),
`condition` (7).
"""
