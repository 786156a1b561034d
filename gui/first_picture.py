"""Opens the editor, waits for its first refined picture and leaves: what `benchmark` times.

Run as a program: `python -m gui.first_picture DEVICE PHOTO [MODEL]`; the exit status is 0 when the
picture came.
"""

import sys
from pathlib import Path

from gui.app import make_application
from gui.main_window import MainWindow


def main(device: str, photo: str, model: str = "") -> int:
    """Returns the exit status: 0 when a picture came, 1 when an error came instead."""
    app = make_application()
    window = MainWindow(device)
    errors: list[str] = []
    window.worker.updated.connect(window.close)
    for sender in (window.worker, window.background, window.files):
        sender.failed.connect(errors.append)
        sender.failed.connect(window.close)
    window.show()
    window.start(Path(photo), Path(model) if model else None)
    app.exec()
    print(*errors, sep="\n", end="", file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
