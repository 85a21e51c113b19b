"""How characters are written down once for all parsers: NFC, no control characters, ligatures as letters.

Owns the rule; every text that becomes part of a Page went through `clean`. Never touches layout or order.
"""

import re
import unicodedata

_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_SPACES = dict.fromkeys((0x00A0, 0x2007, 0x202F, 0x2002, 0x2003, 0x2009), " ")
_DROPPED = dict.fromkeys((0x00AD, 0x200B, 0x2060, 0xFEFF), None)
_TRANSLATION: dict[int, str | None] = {**_LIGATURES, **_SPACES, **_DROPPED, 0xFFFE: "-", 0x0002: "-"}
# C0 and C1 controls but tab and newline, lone surrogates (no UTF-8 can hold them) and noncharacters.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\uffff]")


def clean(text: str) -> str:
    """`text` in NFC with newlines as \\n and without control characters; PDFium's line-end hyphens become "-"."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_TRANSLATION)
    return unicodedata.normalize("NFC", _CONTROL.sub("", text))


def one_line(text: str) -> str:
    """`clean` text with every run of white space as one blank: a table's cell, a heading, a header's value."""
    return " ".join(clean(text).split())


def tidy(text: str) -> str:
    """`clean` text without blanks at line ends and with at most one empty line in a row."""
    lines = [line.rstrip() for line in clean(text).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
