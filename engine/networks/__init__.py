"""The networks G1, G2 and D, their losses, checkpoints and the fused graph."""
