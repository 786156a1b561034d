"""The dialog that exports batches."""
