"""Every setting of a model and of its training."""
