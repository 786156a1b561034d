"""Benchmarks of updates, training and exports."""
