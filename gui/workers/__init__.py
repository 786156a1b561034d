"""Threads and processes that work in the background."""
