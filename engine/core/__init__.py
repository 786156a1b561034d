"""What everything else builds on: errors, files, devices, processes, locks."""
