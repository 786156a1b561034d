"""Inference: from a photo and a pose to the refined picture, composited into the photo."""
