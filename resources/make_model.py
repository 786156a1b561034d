"""Make the model that Repose ships from a run: G1 and G2 in float16, without what training needs.

python resources/make_model.py RUN/best.safetensors resources/default.safetensors
"""

import sys
from pathlib import Path

from engine.networks.checkpoint import load_checkpoint, save_checkpoint


def main(trained: Path, shipped: Path) -> None:
    checkpoint = load_checkpoint(trained)
    weights = {name: checkpoint.weights[name] for name in ("g1", "g2")}
    metadata = {**checkpoint.metadata, "name": shipped.stem}
    save_checkpoint(shipped, checkpoint.config, weights, half=True, metadata=metadata)
    print(f"{shipped}: {shipped.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
