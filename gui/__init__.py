"""The desktop editor. It uses only the names that `engine` exports."""

# qimage2ndarray binds to whichever Qt is imported already, so PySide6 has to be first.
import PySide6.QtGui  # noqa: F401
