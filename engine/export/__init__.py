"""Export: single pictures, job lists, batches, sequences, and the command `repose`."""
