"""Sequences: the poses of a video, or of a folder of frames, on the open photo."""
