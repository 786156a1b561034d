"""Pictures: reading and writing, resampling, drawing triangles, the crop around a face."""
