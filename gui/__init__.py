"""The desktop editor. It uses only the names that `engine` exports.

Packages; each imports only those above it, and those between the bars do not import one another:

style      colours, icons, what the editor remembers between two starts
document   `Document`, the only owner of photo, landmarks, pose and model; projects
workers    the thread that owns torch, other threads and processes
widgets    widgets that several parts use
--------
canvas     the photo with its handles; the tools that use mouse and keys on it
panes      the two panes beside the canvas
pose       sliders, named poses, poses copied from photos
training   the training panel and its forms
export     the dialog that exports batches
live       poses that follow a video
--------
window     the main window, which creates all parts and connects them; menus, files, help

All that can be undone is one value, `document.Edit`: whatever changes it goes through
`Document.change`, and whatever shows it follows the document's signals.
"""

# Before anything imports NumPy: it says how many threads that may use.
import engine  # noqa: F401

# qimage2ndarray binds to whichever Qt is imported already, so PySide6 has to be first.
import PySide6.QtGui  # noqa: F401  # isort: skip
