"""Poses that follow a video."""
