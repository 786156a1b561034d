"""The main window: it creates all parts and connects them."""
