"""From a photo and a pose to the refined picture, and back into the photo."""
