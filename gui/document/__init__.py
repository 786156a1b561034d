"""The document: photo, landmarks, pose and model; and the project files that store it."""
