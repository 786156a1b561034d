"""Faces: landmarks, the 3D head, poses and expressions, pose files, recognition."""
