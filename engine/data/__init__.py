"""Datasets: their layouts, preparation, cache, and the pairs that training reads."""
