"""A Word file made plain before it is read: content controls, insertions and text boxes opened, deletions left out.

Owns these few changes of the XML, because readers of DOCX skip what stands inside such wrappers. Never changes words.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from ingestion.parse.wording import one_line
from ingestion.parse.xml import read_broken_xml, read_xml, write_xml

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PARTS = re.compile(r"word/(?:document|header\d*|footer\d*)\.xml")
_NOTES = (
    ("word/footnotes.xml", "footnote", "Footnote"),
    ("word/endnotes.xml", "endnote", "Endnote"),
    ("word/comments.xml", "comment", "Comment"),
)
_MARKS = (b"<w:sdt", b"<w:ins ", b"<w:del ", b"<w:moveTo ", b"<w:smartTag", b"<w:fldSimple", b"txbxContent")
_OPENED = ("sdtContent", "sdt", "ins", "moveTo", "smartTag", "customXml", "fldSimple")
_LEFT_OUT = ("del", "moveFrom", "sdtPr", "sdtEndPr", "customXmlPr", "smartTagPr")


def plain_word(data: bytes) -> bytes:
    """The same file with its text where every reader finds it; `data` itself if there is nothing to change."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if _PARTS.fullmatch(name)}
        changed = {name: _plain(xml) for name, xml in parts.items() if any(mark in xml for mark in _MARKS)}
        return _rewritten(archive, changed) if changed else data


def notes_of(archive: zipfile.ZipFile) -> Iterator[str]:
    """The footnotes, endnotes and comments, each as one line that says what it is; readers of DOCX pass them over."""
    for part, kind, called in _NOTES:
        root = read_broken_xml(archive.read(part)) if part in archive.namelist() else None
        found = root.iter(_W + kind) if root is not None else ()
        # Separators and their like have a type.
        for number, note in enumerate((n for n in found if n.get(_W + "type") in (None, "normal")), start=1):
            words = one_line(" ".join("".join(t.text or "" for t in p.iter(_W + "t")) for p in note.iter(_W + "p")))
            by = f" by {one_line(note.get(_W + 'author', ''))}" if note.get(_W + "author") else f" {number}"
            if words:
                yield f"{called}{by}: {words}"


def has_deletions(archive: zipfile.ZipFile) -> bool:
    """Whether words are marked as deleted that nobody has accepted or rejected yet."""
    return "word/document.xml" in archive.namelist() and b"<w:delText" in archive.read("word/document.xml")


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
