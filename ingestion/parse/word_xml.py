"""A Word file made plain before it is read: content controls, insertions and text boxes opened, deletions left out.

Owns these few changes of the XML, because readers of DOCX skip what stands inside such wrappers. Never changes words.
"""

import io
import re
import zipfile
from typing import Any

from ingestion.parse.xml import read_xml, write_xml

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PARTS = re.compile(r"word/(?:document|header\d*|footer\d*)\.xml")
_MARKS = (b"<w:sdt", b"<w:ins ", b"<w:del ", b"<w:moveTo ", b"<w:smartTag", b"txbxContent")
_OPENED = ("sdtContent", "sdt", "ins", "moveTo", "smartTag", "customXml")
_LEFT_OUT = ("del", "moveFrom", "sdtPr", "sdtEndPr", "customXmlPr", "smartTagPr")


def plain_word(data: bytes) -> bytes:
    """The same file with its text where every reader finds it; `data` itself if there is nothing to change."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if _PARTS.fullmatch(name)}
        changed = {name: _plain(xml) for name, xml in parts.items() if any(mark in xml for mark in _MARKS)}
        return _rewritten(archive, changed) if changed else data


def _rewritten(archive: zipfile.ZipFile, changed: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
        for entry in archive.infolist():
            copy.writestr(entry, changed.get(entry.filename) or archive.read(entry))
    return out.getvalue()


def _plain(xml: bytes) -> bytes:
    root = read_xml(xml)
    for name in _LEFT_OUT:
        # A mark inside properties (a deleted paragraph end, an inserted row) wraps no text: it stays.
        for node in [n for n in root.iter(_W + name) if n.getparent().tag not in {_W + "rPr", _W + "trPr"}]:
            node.getparent().remove(node)
    for box in list(root.iter(_W + "txbxContent")):
        _hoist(box)
    for name in _OPENED:
        for node in list(root.iter(_W + name)):
            _open(node)
    return write_xml(root)


def _open(node: Any) -> None:
    """The children take the place of their wrapper."""
    parent = node.getparent()
    if parent.tag in {_W + "rPr", _W + "trPr"}:
        return
    at = parent.index(node)
    for child in reversed(list(node)):
        parent.insert(at, child)
    parent.remove(node)


def _hoist(box: Any) -> None:
    """A text box's paragraphs move behind the paragraph it hangs on; the copy kept for old programs goes."""
    wrappers = [node for node in box.iterancestors() if node.tag == _W + "p"]
    fallback = any(node.tag.endswith("}Fallback") for node in box.iterancestors())
    if not fallback and wrappers:
        for child in reversed(list(box)):
            wrappers[-1].addnext(child)
    box.getparent().remove(box)
