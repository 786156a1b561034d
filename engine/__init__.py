"""The engine: all of Repose except the window. It imports neither ``gui`` nor Qt.

`__init__.pyi` lists the exported names and the modules that define them. They are imported at first
use, so that the window opens before torch and dlib are imported, which takes a second.

Packages, each of which imports only those above it:

core        errors, files, devices, processes, caching and batching across threads
config      the settings of a model and of its training, skeletons
imaging     photo files and their metadata, resampling, the rasteriser, the crop around a face
face        landmarks, the 3D head, poses, expressions, pose files, recognition
guidance    the networks' inputs beside the photo: guides, heatmaps, masks; kept areas
networks    U-Net, G1, G2, D, losses, checkpoints, the fused graph for CPUs
inference   `Predictor`: from a photo and a pose to the refined picture, and compositing
data        datasets, their preparation and cache, pairs for training, lifted portraits
training    stage 1 and stage 2, run folders, the trainer
evaluation  metrics, tables and figures
export      batches, sequences, the command `repose`
server      `repose serve`, an HTTP server for other programs
benchmark   speed of update, training and export

*The report*, whose sections docstrings cite, applies the method of L. Ma et al., "Pose Guided
Person Image Generation" (2017, arXiv:1705.09368), to faces instead of bodies.

    photo = engine.read_photo("photo.jpg")
    landmarks = engine.find_faces(photo)[0].landmarks
    predictor = engine.Predictor()
    predictor.set_source(photo, landmarks)
    pose = engine.Pose3D.of(landmarks).turned(yaw=20, pitch=0, roll=0).landmarks()
    engine.write_photo("turned.png", predictor.paste(predictor.predict(pose)))
"""

import os

import lazy_loader

# Idle OpenMP threads sleep: if they spin while another process (a training) is busy, an update
# takes many times as long. Read when torch is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# GNU's OpenMP (Linux) spins a thousand times (about 10 microseconds) before it sleeps: waking the
# threads for each of the hundred operations of an update would add a fifth to its time.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

# NumPy multiplies only small matrices here: OpenBLAS threads would add a third to an update's time.
# Read when NumPy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
