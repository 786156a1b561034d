"""The dialog for batch exports."""
