"""Metadata of pictures: the source's EXIF, XMP and colour profile, and a note of the edit.

The note is XMP (ISO 16684-1) with properties of IPTC's Photo Metadata Standard 2025.1: the Digital
Source Type says that a trained model generated parts of the picture. PNG, JPEG, WebP and TIFF store
all metadata, BMP none.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from importlib import metadata as packages
from typing import Any
from xml.etree import ElementTree

from PIL import ExifTags, Image

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
"""IPTC's code for a photo with generated parts."""

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XMP = "http://ns.adobe.com/xap/1.0/"
_IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_META = "adobe:ns:meta/"
_PREFIXES = {
    "x": _META,
    "rdf": _RDF,
    "xmp": _XMP,
    "Iptc4xmpExt": _IPTC,
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
}
for _prefix, _address in _PREFIXES.items():
    ElementTree.register_namespace(_prefix, _address)

# XMP properties that are wrong after editing: the photo is rotated upright, thumbnails show the
# unedited face, and extended packets are not read.
_STALE = (
    *(f"{{{_PREFIXES['tiff']}}}{name}" for name in ("Orientation", "ImageWidth", "ImageLength")),
    *(f"{{{_PREFIXES['exif']}}}{name}" for name in ("PixelXDimension", "PixelYDimension")),
    f"{{{_XMP}}}Thumbnails",
    "{http://ns.adobe.com/xmp/note/}HasExtendedXMP",
)

_XMP_GPS = f"{{{_PREFIXES['exif']}}}GPS"  # how the names of these properties begin

# EXIF tags kept from the first directory: those that describe the photo. In a TIFF the same
# directory describes the file's layout.
_KEPT = (
    *("ImageDescription", "Make", "Model", "XResolution", "YResolution", "ResolutionUnit"),
    *("Software", "DateTime", "Artist", "HostComputer", "Copyright", "Rating", "RatingPercent"),
    *("XPTitle", "XPComment", "XPAuthor", "XPKeywords", "XPSubject"),
)
# Dropped: offsets into the old file and previews of the unedited face (MakerNote), its size.
_DROPPED = ("MakerNote", "ExifImageWidth", "ExifImageHeight", "ExifInteroperabilityOffset")

_EXIF, _GPS = ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo

# In a JPEG, EXIF and XMP have one segment of 64 kB each.
_LARGEST_EXIF, _LARGEST_XMP = 65_000, 60_000
_LARGEST_ICC = 4_000_000  # bytes: more than any real profile, and copied into every result


@dataclass(frozen=True)
class Metadata:
    """A picture file's metadata; each part may be empty.

    exif  serialised, starting with ``Exif``; orientation 1, without a thumbnail
    icc   the RGB colour profile
    xmp   one packet
    """

    exif: bytes = b""
    icc: bytes = b""
    xmp: bytes = b""

    @classmethod
    def of(cls, image: Image.Image) -> "Metadata":
        """The metadata of an opened picture, without damaged parts."""
        icc = image.info.get("icc_profile") or b""
        xmp = image.info.get("xmp") or b""
        if isinstance(xmp, str):
            xmp = xmp.encode()
        kept = icc[16:20] == b"RGB " and len(icc) <= _LARGEST_ICC
        return cls(_kept_exif(image), icc if kept else b"", bytes(xmp))

    def edited(self, model: str, *, note: bool = True) -> "Metadata":
        """The metadata of a picture that Repose made from this one with the model of that name.

        ``note`` adds the note of the edit.
        """
        return replace(self, xmp=_edited_xmp(self.xmp, model if note else None))

    def without_place(self) -> "Metadata":
        """The metadata without the place where the photo was taken: GPS data in EXIF and XMP."""
        packet = _parsed(self.xmp)
        if packet is not None:
            _drop(packet, lambda name: name.startswith(_XMP_GPS))
        xmp = b"" if packet is None else ElementTree.tostring(packet, encoding="utf-8")
        return replace(self, exif=_without_gps(self.exif), xmp=xmp)

    def options(self) -> dict[str, Any]:
        """Arguments for Pillow's `save` to JPEG and WebP."""
        return {"exif": self.exif, "icc_profile": self.icc or None, "xmp": self.xmp}

    def tiff_tags(self) -> dict[int, Any]:
        """The tags of a TIFF, where EXIF, XMP and profile are in one directory."""
        exif = Image.Exif()
        if self.exif:
            exif.load(self.exif)
        tags: dict[int, Any] = dict(exif)
        tags |= {place: exif.get_ifd(place) for place in (_EXIF, _GPS) if place in exif}
        if self.xmp:
            tags[ExifTags.Base.XMLPacket] = self.xmp
        if self.icc:
            tags[ExifTags.Base.InterColorProfile] = self.icc
        return tags


def _kept_exif(image: Image.Image) -> bytes:
    """The source's EXIF without tags that are wrong after editing; empty if it cannot be read."""
    try:
        found, kept = image.getexif(), Image.Exif()
        for name in _KEPT:
            tag = ExifTags.Base[name]
            if tag in found:
                kept[tag] = found[tag]
        for directory in (_EXIF, _GPS):
            values = dict(found.get_ifd(directory))
            for name in _DROPPED if directory == _EXIF else ():
                values.pop(ExifTags.Base[name], None)
            if values:
                kept[directory] = values
        if not len(kept):
            return b""
        kept[ExifTags.Base.Orientation] = 1
        written = bytes(kept.tobytes())
    except Exception:  # malformed EXIF raises many types
        return b""
    return written if len(written) <= _LARGEST_EXIF else b""


def _without_gps(exif: bytes) -> bytes:
    if not exif:
        return b""
    kept = Image.Exif()
    kept.load(exif)
    inner = dict(kept.get_ifd(_EXIF))
    if _GPS in kept:
        del kept[_GPS]
    if inner:
        kept[_EXIF] = inner
    return bytes(kept.tobytes())


def _drop(packet: ElementTree.Element, unwanted: Callable[[str], bool]) -> None:
    """Remove the properties with these names from an XMP packet."""
    for part in next(packet.iter(f"{{{_RDF}}}RDF")):
        for name in filter(unwanted, list(part.attrib)):
            del part.attrib[name]
        for child in [child for child in part if unwanted(child.tag)]:
            part.remove(child)


def _edited_xmp(source: bytes, model: str | None) -> bytes:
    """The source's packet without stale properties, and with the note unless ``model`` is None."""
    packet = _parsed(source)
    if packet is None and model is None:
        return b""
    if packet is None:
        packet = ElementTree.Element(f"{{{_META}}}xmpmeta")
        ElementTree.SubElement(packet, f"{{{_RDF}}}RDF")
    rdf = next(packet.iter(f"{{{_RDF}}}RDF"))
    about = f"{{{_RDF}}}about"
    name = next((part.get(about) for part in rdf if part.get(about)), "")
    note = {} if model is None else _note(model)
    _drop(packet, {*_STALE, *note}.__contains__)
    if note:
        last = ElementTree.SubElement(rdf, f"{{{_RDF}}}Description", {about: name or ""})
        for key, text in note.items():
            ElementTree.SubElement(last, key).text = text
    body: bytes = ElementTree.tostring(packet, encoding="utf-8")
    mark = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'.encode()
    return mark + body + b'\n<?xpacket end="w"?>'


def _note(model: str) -> dict[str, str]:
    """The note's XMP properties."""
    return {
        f"{{{_XMP}}}CreatorTool": f"Repose {version()}".strip(),
        f"{{{_IPTC}}}DigitalSourceType": SOURCE_TYPE,
        f"{{{_IPTC}}}AISystemUsed": f"Repose, model {model}",
        f"{{{_IPTC}}}AISystemVersionUsed": version(),
    }


def _parsed(packet: bytes) -> ElementTree.Element | None:
    """The tree of an XMP packet; None if it is invalid, too large or declares entities."""
    # XMP declares no entities; those of an untrusted file could exhaust the memory.
    if not packet or len(packet) > _LARGEST_XMP or b"<!" in packet.replace(b"<!--", b""):
        return None
    try:
        root = ElementTree.fromstring(packet.strip(b"\0 \t\r\n"))
    except (ElementTree.ParseError, ValueError, LookupError):
        return None
    return root if next(root.iter(f"{{{_RDF}}}RDF"), None) is not None else None


@cache
def version() -> str:
    """The version of Repose; empty if it is not installed."""
    try:
        return packages.version("repose")
    except packages.PackageNotFoundError:
        return ""
