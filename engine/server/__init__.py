"""The command `serve`: an HTTP server on this machine, for scripts and plug-ins."""
