"""Rich Text Format to paragraphs, tables and pages.

Owns the grammar of RTF 1.9 as far as words need it: groups, destinations, code pages, rows and cells. Never opens an object or picture
inside the file, never follows a field. Own code, because the libraries that are kept lose pages, tables and what stands in a margin.
"""

import codecs
import re
from dataclasses import dataclass, field, replace

from ingestion.elements import ElementType, Finding, Parsed
from ingestion.parse.broken import Unreadable
from ingestion.parse.pages import Block, assemble, table
from ingestion.parse.text import kind_of
from ingestion.parse.wording import one_line, tidy

RTF = "application/rtf"
_TOKEN = re.compile(
    rb"\\([A-Za-z]{1,32})(-?\d{1,10})? ?|\\'([0-9A-Fa-f]{2})|\\([^A-Za-z'])|([{}])|[\r\n]+|([^\\{}\r\n]+)|\\", re.DOTALL
)
# Groups whose words are no words of the document (specification 1.9.1, "destinations").
_SILENT = frozenset({
    "fonttbl", "colortbl", "stylesheet", "listtable", "listoverridetable", "revtbl", "rsidtbl", "generator", "info",
    "pict", "objdata", "objclass", "objname", "fldinst", "bkmkstart", "bkmkend", "datafield", "formfield",
    "themedata", "colorschememapping", "latentstyles", "datastore", "xmlnstbl", "filetbl", "shpinst", "sp",
    "nonesttables", "private", "xe", "tc", "rxe", "txe", "ftnsep", "ftnsepc", "aftnsep", "aftnsepc", "mmath",
    "tbldef",
})  # fmt: skip
_ASIDE: dict[str, ElementType] = {
    **dict.fromkeys(("header", "headerf", "headerl", "headerr"), "Header"),
    **dict.fromkeys(("footer", "footerf", "footerl", "footerr"), "Footer"),
    **dict.fromkeys(("footnote", "annotation"), "Text"),
}
# Said aloud though they carry the mark of what may be skipped, or stand inside a silent group.
_SPOKEN = frozenset({"shptxt", "pntext", "listtext"})
_SIGNS = {
    "tab": "\t", "line": "\n", "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’",
    "ldblquote": "“", "rdblquote": "”", "emspace": " ", "enspace": " ", "qmspace": " ", "nestcell": " ", "nestrow": "\n",
}  # fmt: skip
_SYMBOLS = {"~": " ", "_": "-", "{": "{", "}": "}", "\\": "\\"}
_CHARSETS = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "cp936", 136: "cp950", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250", 254: "cp437",
    255: "cp850",
}  # fmt: skip


@dataclass(frozen=True)
class _State:
    """What a group inherits and gives back at its end. `skip`: bytes that stand in for a character beyond the code page."""

    silent: bool = False
    hidden: bool = False
    skip: int = 1
    encoding: str = "cp1252"
    table: bool = False
    heading: bool = False
    aside: bool = False
    destination: str = ""


@dataclass
class _Stream:
    """Words on their way to a block; a margin or a footnote has its own."""

    kind: ElementType | None = None
    words: list[str] = field(default_factory=list[str])
    cells: list[str] = field(default_factory=list[str])
    rows: list[list[str]] = field(default_factory=list[list[str]])


def parse_rtf(name: str, data: bytes) -> Parsed:
    """Pages where the file breaks them; margins and notes where they stand in the file. Raises Unreadable if nothing of it is RTF."""
    reader = _Reader(data)
    reader.read()
    pages, elements = assemble(reader.blocks, count=1)
    findings = []
    if reader.stack:
        if not any(page.text for page in pages):
            raise Unreadable("is cut off before its first words; ask for it again")
        findings.append(Finding(name, f"{name} ends in the middle: it is cut off or damaged; ask for it again."))
    return Parsed(RTF, pages, elements, tuple(findings), title=one_line("".join(reader.title)) or None)


class _Reader:
    """Goes once over the tokens; what a control word means is a method's short list."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.state = _State()
        self.stack: list[_State] = []
        self.streams = [_Stream()]
        self.blocks: list[Block] = []
        self.title: list[str] = []
        self.ansi = "cp1252"
        self.fonts: dict[int, str] = {}
        self.font = 0
        self.page = 1
        self.left_to_skip = 0
        self.optional = False
        self.pending = bytearray()

    def read(self) -> None:
        at = 0
        while match := _TOKEN.match(self.data, at):
            at = match.end()
            word, number, hexed, symbol, brace, plain = match.groups()
            if hexed:
                self._bytes(bytes.fromhex(hexed.decode()))
                continue
            if plain:
                self._bytes(plain)
                continue
            self._flush()
            if word:
                at += self._word(word.decode(), int(number) if number else None)
            elif brace:
                if self._brace(brace):
                    break
            elif symbol:
                self._symbol(symbol.decode("latin-1"))
        self._flush()
        self._end_paragraph()

    def _brace(self, brace: bytes) -> bool:
        """True at the end of the document's own group."""
        self.left_to_skip, self.optional = 0, False
        if brace == b"{":
            self.stack.append(self.state)
            self.state = replace(self.state, destination="")
            return False
        if not self.stack:
            return True
        before = self.stack.pop()
        if self.state.aside and not before.aside:
            self._end_paragraph()
            self.streams.pop()
        self.state = before
        return not self.stack

    def _symbol(self, symbol: str) -> None:
        if symbol == "*":
            self.optional = True
        elif symbol in "\r\n":
            self._end_paragraph()
        else:
            self._say(_SYMBOLS.get(symbol, ""))

    def _word(self, word: str, number: int | None) -> int:
        """Acts on a control word; gives how many bytes after it are no text."""
        optional, self.optional = self.optional, False
        if word == "bin":
            return max(0, number or 0)
        if word in _SPOKEN:
            self.state = replace(self.state, silent=False, destination=word)
        elif word in _SILENT or (optional and word not in _ASIDE):
            self.state = replace(self.state, silent=True, destination=word)
        elif word == "title" and self.state.silent:
            self.state = replace(self.state, destination=word)
        elif word in _ASIDE and not self.state.silent:
            self.streams.append(_Stream(_ASIDE[word]))
            self.state = replace(self.state, aside=True, table=False, heading=False)
        elif word == "u" and number is not None:
            self._say(chr(number % 0x10000))
            self.left_to_skip = self.state.skip
        elif word in _SIGNS:
            self._say(_SIGNS[word])
        elif word in ("par", "cell", "row", "page", "sect"):
            self._break(word)
        else:
            self._property(word, number)
        return 0

    def _property(self, word: str, number: int | None) -> None:
        if word == "uc":
            self.state = replace(self.state, skip=max(0, min(number or 0, 8)))
        elif word == "ansicpg" and number:
            self.ansi = _known(f"cp{number}")
            self.state = replace(self.state, encoding=self.ansi)
        elif word == "mac":
            self.ansi = "mac_roman"
            self.state = replace(self.state, encoding=self.ansi)
        elif word == "fcharset" and number is not None:
            self.fonts[self.font] = _CHARSETS.get(number, "")
        elif word == "f" and number is not None:
            self.font = number
            self.state = replace(self.state, encoding=self.fonts.get(number) or self.ansi)
        elif word in ("v", "deleted"):
            self.state = replace(self.state, hidden=number != 0)
        elif word == "pard":
            self.state = replace(self.state, table=False, heading=False)
        elif word == "intbl":
            self.state = replace(self.state, table=True)
        elif word == "outlinelevel":
            self.state = replace(self.state, heading=number is not None and number < 9)

    def _break(self, word: str) -> None:
        stream = self.streams[-1]
        if self.state.silent:
            return
        if word == "par" and self.state.table:
            stream.words.append("\n")
        elif word == "cell":
            stream.cells.append(one_line("".join(stream.words)))
            stream.words.clear()
        elif word == "row":
            stream.rows.append([*stream.cells])
            stream.cells.clear()
        else:
            self._end_paragraph()
        if word == "page" and not self.state.aside:
            self._end_table()
            self.page += 1

    def _bytes(self, data: bytes) -> None:
        skipped = min(self.left_to_skip, len(data))
        self.left_to_skip -= skipped
        self.pending += data[skipped:]

    def _flush(self) -> None:
        if self.pending:
            self._say(bytes(self.pending).decode(self.state.encoding, "replace"))
            self.pending.clear()

    def _say(self, words: str) -> None:
        if not self.state.silent and not self.state.hidden:
            self.streams[-1].words.append(words)
        elif self.state.destination == "title":
            self.title.append(words)

    def _end_paragraph(self) -> None:
        stream = self.streams[-1]
        # Characters beyond U+FFFF come as two halves.
        words = "".join(stream.words).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        text = tidy(words).strip()
        stream.words.clear()
        if text or not self.state.table:
            self._end_table()
        if text:
            kind = stream.kind or ("Title" if self.state.heading else kind_of(text))
            self.blocks.append(Block(kind, text, self.page))

    def _end_table(self) -> None:
        stream = self.streams[-1]
        rows = [*stream.rows, stream.cells] if stream.cells else stream.rows
        if rows:
            self.blocks.append(table(rows, self.page))
            stream.rows, stream.cells = [], []


def _known(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return "cp1252"
