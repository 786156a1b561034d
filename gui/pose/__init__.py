"""Sliders, named poses, and poses copied from photos."""
