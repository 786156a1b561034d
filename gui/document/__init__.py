"""What is being edited, and the files that hold it."""
