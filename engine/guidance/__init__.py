"""Inputs and weights of the networks: guides, pose heatmaps, edges, masks, keep masks."""
