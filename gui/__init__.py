"""The desktop editor. It uses only the names that `engine` exports.

Each package imports only those above it in this list; those between the lines do not import one
another:

style      colours, icons, settings
document   `Document`, the only owner of photo, landmarks, pose and model; `Edit`; project files
workers    the thread that owns the predictor, other threads and processes
widgets    widgets that several packages use
--------
canvas     the photo with its handles; the tools that take its mouse and key events
panes      the two panes beside the canvas
pose       sliders for rotation and expression, named poses, poses copied from photos
training   the training panel and its forms
export     the dialog for batch exports
live       sequences: the poses of a video
--------
window     the main window, which creates all parts and connects them; menus, files, help

A dragged landmark: `canvas.handles` calls `Document.change_pose`, which replaces the immutable
`document.edit.Faces` and emits `pose_changed`; the main window passes the pose to
`workers.predict_worker`, whose `updated` signal brings the prediction to the panes.
"""

# Imported before NumPy, because it sets the number of threads that NumPy may use.
import engine  # noqa: F401

# Imported before qimage2ndarray, which binds to the Qt that is already imported.
import PySide6.QtGui  # noqa: F401  # isort: skip
