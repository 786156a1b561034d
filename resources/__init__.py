"""The files that Repose ships: the default model, the head model, icons, the sample photo."""
