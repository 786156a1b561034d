"""The files that Repose ships: the default model, the mean head, icons, the sample photo."""
