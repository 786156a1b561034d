"""The photo with its handles, and the tools that take its mouse and key events."""
