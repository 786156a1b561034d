"""The training panel and its forms."""
