"""Colours, icons and settings."""
