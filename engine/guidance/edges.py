"""Edge images: a condition that needs no points, so that it tells the pose of anything.

Report, section 7 ("contour image from edge detector"). Canny 1986, as OpenCV has it.
"""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.config.config import Config, EdgeConfig


def find_edges(picture: NDArray[np.uint8], config: EdgeConfig) -> NDArray[np.float32]:
    """The edges of a picture (H, W, 3) uint8: (H, W) float32, 1 on an edge and 0 elsewhere.

    Each pixel counts with its steepest channel, so that equally bright colours have edges too.
    """
    found = cv2.Canny(np.ascontiguousarray(picture), config.low, config.high)
    return np.asarray(found > 0, np.float32)


def pooled_edges(source: Tensor, target: Tensor, config: Config) -> Tensor:
    """What G1 sees of both edge images (Bx1xHxW each, 0 and 1).

    Returns Bx2xhxw, the source's before the target's, or Bx1xhxw, the target's, where the config
    leaves the source's out. A cell of ``heatmaps.stride`` pixels a side is 1 where it has an edge.
    """
    edges = torch.cat((source, target), dim=1) if config.heatmaps.source else target
    return nn.functional.max_pool2d(edges, config.heatmaps.stride)
