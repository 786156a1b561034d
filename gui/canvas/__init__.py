"""The photo with its handles, and the tools that use mouse and keys on it."""
