"""The engine: everything of Repose but the window. It imports neither ``gui`` nor Qt.

`__init__.pyi` lists the names that the window and scripts use, and the module that defines each.
They are imported at first use, because torch and dlib take a second to import and the window shows
sooner without them.

Packages, each of which imports only those above it:

core        errors, files, devices, processes, locks between threads
config      every setting of a model and of its training
imaging     photos in and out, resampling, the rasteriser, the crop around a face
face        landmarks, the 3D head, poses, expressions, pose files, recognition
guidance    what the networks start from: guides, heatmaps, masks, kept areas
networks    U-Net, G1, G2, D, losses, checkpoints, the fused graph
inference   `Predictor`: from a photo and a pose to the refined picture, back into the photo
data        datasets, their preparation and cache, pairs for training, lifted portraits
training    stage 1 and stage 2, run folders, the trainer
evaluation  metrics, tables and figures
export      batches, sequences, the command `repose`
benchmark   how fast update, training and export are

What docstrings call *the report*, and whose sections they name, carries the method of L. Ma et al.,
"Pose Guided Person Image Generation" (2017, arXiv:1705.09368), over from bodies to faces.

    photo = engine.read_photo("photo.jpg")
    landmarks = engine.find_faces(photo)[0].landmarks
    predictor = engine.Predictor()
    predictor.set_source(photo, landmarks)
    pose = engine.Pose3D.of(landmarks).turned(yaw=20, pitch=0, roll=0).landmarks()
    engine.write_photo("turned.png", predictor.paste(predictor.predict(pose)))
"""

import os

import lazy_loader

# OpenMP threads that wait for work must sleep. Spinning threads beside another busy process (a
# training run) make an update many times slower. Read once, when torch is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# GNU's OpenMP (Linux) may spin a thousand times (about 10 microseconds) before it sleeps: waking
# threads for each of the hundred operations of an update would cost a fifth of its time.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

# The matrices that NumPy multiplies here are small: OpenBLAS threads would cost a third of an
# update. Read once, when NumPy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
