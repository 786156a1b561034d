"""What the networks start from: guides, heatmaps, masks, kept areas."""
