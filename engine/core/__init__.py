"""Errors, files, devices, processes, thread-safe caching and batching."""
