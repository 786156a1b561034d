"""Colours, icons, and what the editor remembers between two starts."""
