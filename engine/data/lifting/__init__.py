"""Single portraits lifted to 3D and turned, which gives pairs of one person."""
