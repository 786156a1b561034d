"""The two training stages, their run folders, and the trainer."""
