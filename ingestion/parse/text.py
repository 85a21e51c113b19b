"""Plain text, Markdown, HTML and OFX; and bytes to text for all other parsers.

Owns the guess of an encoding. Never runs scripts, never follows a link.
"""

import codecs
import re

from ingestion.elements import Element, ElementType, Page, Parsed
from ingestion.identify import utf16_name
from ingestion.parse.pages import assemble
from ingestion.parse.wording import tidy

_DECLARED = re.compile(rb"""(?i)charset\s*=\s*["']?([\w-]+)""")
_BLOCK = re.compile(r"\S(?:.|\n(?!\s*\n))*")
_HEADING = re.compile(r"^(?:[A-Z0-9][A-Z0-9 ,.&'’/()-]{3,80}|\d+(?:\.\d+)*\.?\s+[A-Z].{2,60})$")
_LIST_ITEM = re.compile(r"^\s*(?:[-*•]|\(?\d{1,2}[.)])\s")


def decode(data: bytes, declared: str | None = None) -> str:
    """`data` as text: by byte order mark, else UTF-8, each byte that is not UTF-8 read as Windows-1252 (files are often mixed).

    `declared` is a charset that a header names; it counts where it is neither of these two and fits.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if wide := utf16_name(data):
        return data.decode(wide, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if declared and (text := _as_declared(data, declared)):
        return text
    codecs.register_error("windows", _as_windows)
    return data.decode("utf-8", "windows")


def parse_text(data: bytes, media_type: str) -> Parsed:
    """The text as it is, a page for each form feed; elements are its paragraphs."""
    pages: list[Page] = []
    elements: list[Element] = []
    for number, part in enumerate(decode(data).split("\f"), start=1):
        text = tidy(part)
        pages.append(Page(number, text, "text" if text else "none"))
        for match in _BLOCK.finditer(text):
            start, end = match.start(), match.start() + len(match.group().rstrip())
            elements.append(Element(kind_of(text[start:end]), text[start:end], number, start, end))
    return Parsed(media_type, tuple(pages), tuple(elements))


def parse_html(data: bytes) -> Parsed:
    """What a reader of the page sees, through unstructured; the title is the page's own."""
    from ingestion.parse.library import html_blocks

    declared = _DECLARED.search(data[:2048])
    text = decode(data, declared[1].decode() if declared else None)
    pages, elements = assemble(html_blocks(text), count=1)
    title = re.search(r"(?is)<title[^>]*>(.*?)</title>", text)
    return Parsed("text/html", pages, elements, title=(" ".join(title[1].split()) or None) if title else None)


def parse_markdown(data: bytes) -> Parsed:
    """Headings, lists, tables and paragraphs without their marks, through unstructured."""
    from ingestion.parse.library import markdown_blocks

    pages, elements = assemble(markdown_blocks(decode(data)), count=1)
    return Parsed("text/markdown", pages, elements)


def kind_of(block: str) -> ElementType:
    """What a paragraph without any mark of its own is, by how it is written."""
    if _LIST_ITEM.match(block):
        return "ListItem"
    return "Title" if "\n" not in block and _HEADING.match(block) and any(map(str.isalpha, block)) else "Text"


def _as_declared(data: bytes, declared: str) -> str | None:
    try:
        name = codecs.lookup(declared).name
        # What calls itself GB2312 has long been its superset.
        name = "gb18030" if name in {"gb2312", "gbk"} else name
        return None if name in {"utf-8", "ascii", "cp1252", "iso8859-1"} else data.decode(name)
    except (LookupError, UnicodeDecodeError):
        return None


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end
