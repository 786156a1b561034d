"""The two panes beside the canvas."""
