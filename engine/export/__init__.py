"""Batches, sequences, and the command `repose`."""
