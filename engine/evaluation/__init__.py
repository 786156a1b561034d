"""Metrics on held-out people, tables and figures."""
