"""What a newcomer wants to know, on one page."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

HELP = """<h3>Repose gives a face in a photo a new pose.</h3>
<p><b>Drag</b> the points on the face, or the yaw, pitch and roll sliders; the result follows.</p>
<table cellpadding="3">
<tr><td><b>Shift-click</b></td><td>add a point to the selection, or take it out</td></tr>
<tr><td><b>Drag beside a point</b></td><td>select all points in a rectangle</td></tr>
<tr><td><b>Arrow keys</b></td><td>move the selection by 1 pixel, with Shift by 10</td></tr>
<tr><td><b>Esc</b></td><td>give up a drag; drop the selection</td></tr>
<tr><td><b>Wheel, middle drag</b></td><td>zoom at the cursor, pan</td></tr>
<tr><td><b>Ctrl+0, Ctrl+1</b></td><td>whole photo, face</td></tr>
<tr><td><b>Hold on a result</b></td><td>compare it with the original</td></tr>
</table>
<p>Please ask people before you edit their picture.</p>"""


def show_help(parent: QWidget) -> None:
    """Show the page; the editor stays usable."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle("How to use Repose")
    box.setText(HELP)
    box.open()
