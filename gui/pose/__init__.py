"""Sliders for rotation and expression, named poses, and poses copied from photos."""
