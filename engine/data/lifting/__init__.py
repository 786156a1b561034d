"""Lifting of single portraits to 3D, to render training pairs in other poses."""
