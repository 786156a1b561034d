"""What travels with a picture beside its pixels: the source's EXIF, XMP and colour profile, and the
note that the picture was edited.

The note is XMP (ISO 16684-1) in the words of IPTC's Photo Metadata Standard 2025.1: its Digital
Source Type says that a trained model made parts of the picture. PNG, JPEG, WebP and TIFF carry all
of it, BMP nothing.
"""

from dataclasses import dataclass, replace
from functools import cache
from importlib import metadata as packages
from typing import Any
from xml.etree import ElementTree

from PIL import ExifTags, Image

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
"""IPTC's word for a photo of which parts were generated."""

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

# What the source says of its own file and no longer holds: it is turned upright, its thumbnails
# show the unedited face, and the rest of an extended packet is not read.
_STALE = (
    *(f"{{{_PREFIXES['tiff']}}}{name}" for name in ("Orientation", "ImageWidth", "ImageLength")),
    *(f"{{{_PREFIXES['exif']}}}{name}" for name in ("PixelXDimension", "PixelYDimension")),
    f"{{{_XMP}}}Thumbnails",
    "{http://ns.adobe.com/xmp/note/}HasExtendedXMP",
)

# Of the first directory only what describes the photo; a TIFF's tells how the file is laid out too.
_KEPT = (
    *("ImageDescription", "Make", "Model", "XResolution", "YResolution", "ResolutionUnit"),
    *("Software", "DateTime", "Artist", "HostComputer", "Copyright", "Rating", "RatingPercent"),
    *("XPTitle", "XPComment", "XPAuthor", "XPKeywords", "XPSubject"),
)
# Places in the old file and pictures of the unedited face (MakerNote), and the old file's size.
_DROPPED = ("MakerNote", "ExifImageWidth", "ExifImageHeight", "ExifInteroperabilityOffset")

# A JPEG holds EXIF and XMP in a segment of 64 kB each.
_LARGEST_EXIF, _LARGEST_XMP = 65_000, 60_000


@dataclass(frozen=True)
class Metadata:
    """What a picture file says beside its pixels; each part may be empty.

    exif  as files hold it, beginning with ``Exif``; the orientation is 1 and there is no thumbnail
    icc   the profile of RGB colours    xmp  one packet
    """

    exif: bytes = b""
    icc: bytes = b""
    xmp: bytes = b""

    @classmethod
    def of(cls, image: Image.Image) -> "Metadata":
        """That of an opened picture; parts that are damaged are left out."""
        icc = image.info.get("icc_profile") or b""
        xmp = image.info.get("xmp") or b""
        if isinstance(xmp, str):
            xmp = xmp.encode()
        return cls(_kept_exif(image), icc if icc[16:20] == b"RGB " else b"", bytes(xmp))

    def edited(self, model: str, *, note: bool = True) -> "Metadata":
        """That of a picture which Repose made from this one with the model of that name.

        Without ``note`` it does not say so.
        """
        return replace(self, xmp=_edited_xmp(self.xmp, model if note else None))

    def options(self, kind: str) -> dict[str, Any]:
        """The arguments with which Pillow writes it into a JPEG, WebP, TIFF or (nothing) BMP."""
        if kind == "BMP":
            return {}
        parts: dict[str, Any] = {"exif": self.exif, "icc_profile": self.icc or None}
        if kind == "TIFF":  # where EXIF and XMP are tags of one directory
            parts["exif"] = Image.Exif()
            if self.exif:
                parts["compression"] = "raw"  # libtiff, which compresses, writes no EXIF
            parts["exif"].load(self.exif)
            if self.xmp:
                parts["exif"][ExifTags.Base.XMLPacket] = self.xmp
        else:
            parts["xmp"] = self.xmp
        return parts


def _kept_exif(image: Image.Image) -> bytes:
    try:
        found, kept = image.getexif(), Image.Exif()
        for name in _KEPT:
            tag = ExifTags.Base[name]
            if tag in found:
                kept[tag] = found[tag]
        for directory in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo):
            values = dict(found.get_ifd(directory))
            for name in _DROPPED if directory == ExifTags.IFD.Exif else ():
                values.pop(ExifTags.Base[name], None)
            if values:
                kept[directory] = values
        if not len(kept):
            return b""
        kept[ExifTags.Base.Orientation] = 1
        written = bytes(kept.tobytes())
    except Exception:  # whatever strangers' cameras and programs wrote there
        return b""
    return written if len(written) <= _LARGEST_EXIF else b""


def _edited_xmp(source: bytes, model: str | None) -> bytes:
    """The source's packet without what no longer holds, and with the note unless model is None."""
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
    for part in rdf:
        for stale in (*_STALE, *note):
            part.attrib.pop(stale, None)
            for child in part.findall(stale):
                part.remove(child)
    if note:
        last = ElementTree.SubElement(rdf, f"{{{_RDF}}}Description", {about: name or ""})
        for key, text in note.items():
            ElementTree.SubElement(last, key).text = text
    body: bytes = ElementTree.tostring(packet, encoding="utf-8")
    mark = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'.encode()
    return mark + body + b'\n<?xpacket end="w"?>'


def _note(model: str) -> dict[str, str]:
    return {
        f"{{{_XMP}}}CreatorTool": f"Repose {version()}".strip(),
        f"{{{_IPTC}}}DigitalSourceType": SOURCE_TYPE,
        f"{{{_IPTC}}}AISystemUsed": f"Repose, model {model}",
        f"{{{_IPTC}}}AISystemVersionUsed": version(),
    }


def _parsed(packet: bytes) -> ElementTree.Element | None:
    """The tree of an XMP packet; None when it is none, or one that no camera would write."""
    # No XMP has entities of its own, and those of a stranger could fill the memory.
    if not packet or len(packet) > _LARGEST_XMP or b"<!" in packet.replace(b"<!--", b""):
        return None
    try:
        root = ElementTree.fromstring(packet.strip(b"\0 \t\r\n"))
    except (ElementTree.ParseError, ValueError, LookupError):
        return None
    return root if next(root.iter(f"{{{_RDF}}}RDF"), None) is not None else None


@cache
def version() -> str:
    """The version of Repose; empty where it runs without being installed."""
    try:
        return packages.version("repose")
    except packages.PackageNotFoundError:
        return ""
