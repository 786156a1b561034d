"""JPEG XL, which Pillow reads and writes with the optional package pillow-jxl-plugin.

That package decodes a file when it is opened, passes no XMP on, and writes no colour profile; the
size and the XMP are therefore read here (ISO/IEC 18181-1, annex D, and 18181-2).
"""

import struct
from collections.abc import Iterator
from functools import cache
from typing import BinaryIO

INSTALL = "pip install 'repose[jxl]'"
"""For sentences."""

_CODESTREAM = b"\xff\x0a"
_FIRST_BOX = b"\0\0\0\x0cJXL \r\n\x87\n"
_HEADER = 32  # bytes, more than the size takes
_LARGEST_XMP = 1_000_000  # bytes
_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))


@cache
def has_jxl() -> bool:
    """Whether the package is installed; Pillow then knows the format."""
    try:
        import pillow_jxl  # noqa: F401
    except ImportError:
        return False
    return True


def is_jxl(start: bytes) -> bool:
    """Whether a file is one, by its first bytes."""
    return start.startswith((_CODESTREAM, _FIRST_BOX))


def read_header(file: BinaryIO) -> tuple[tuple[int, int], bytes]:
    """The (width, height) of the picture in a JPEG XL file, and its XMP packet or nothing.

    Raises ValueError for other files and damaged ones.
    """
    file.seek(0)
    start = file.read(len(_FIRST_BOX))
    if start.startswith(_CODESTREAM):
        file.seek(0)
        return _size(file.read(_HEADER)), b""
    if start != _FIRST_BOX:
        raise ValueError("no JPEG XL")
    stream, xmp = b"", b""
    for kind, length in _boxes(file):
        if kind in (b"jxlc", b"jxlp") and len(stream) < _HEADER:
            # Parts of the stream begin with their number.
            skipped = 4 if kind == b"jxlp" else 0
            stream += file.read(min(length, _HEADER + skipped))[skipped:]
        elif kind == b"xml " and length <= _LARGEST_XMP and not xmp:
            xmp = file.read(length)
    return _size(stream), xmp


def _boxes(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """The kind of each box and the length of its contents, where the file then is."""
    end = file.seek(0, 2)
    place = 0
    while place + 8 <= end:
        file.seek(place)
        length, kind = struct.unpack(">I4s", file.read(8))
        header = 8
        if length == 1:
            (length,) = struct.unpack(">Q", file.read(8))
            header = 16
        if length == 0:  # up to the end of the file
            length = end - place
        if length < header:
            raise ValueError("a damaged box")
        yield kind, min(length, end - place) - header
        place += length


def _size(stream: bytes) -> tuple[int, int]:
    """The width and the height in the first bytes of a codestream."""
    if not stream.startswith(_CODESTREAM) or len(stream) < 12:
        raise ValueError("no codestream")
    bits = int.from_bytes(stream[2:], "little")

    def take(count: int) -> int:
        nonlocal bits
        value = bits & ((1 << count) - 1)
        bits >>= count
        return value

    small = take(1)

    def side() -> int:
        return 8 * (take(5) + 1) if small else take((9, 13, 18, 30)[take(2)]) + 1

    height = side()
    ratio = take(3)
    if ratio == 0:
        return side(), height
    across, down = _RATIOS[ratio - 1]
    return height * across // down, height
