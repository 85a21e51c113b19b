"""The door to unstructured: its elements as our blocks, offline and silent.

Owns how that library is set up before its first import. Nothing else imports it.
"""

import io
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from ingestion.elements import ElementType
from ingestion.parse.pages import Block, table
from ingestion.parse.wording import one_line, tidy

_LETTER = re.compile(r"[^\W\d_]")
_KINDS: dict[str, ElementType] = {
    "Title": "Title",
    "ListItem": "ListItem",
    "Header": "Header",
    "Footer": "Footer",
    "PageNumber": "Footer",
}


def html_blocks(text: str) -> list[Block]:
    """Blocks of an HTML page or mail body; scripts, styles and hidden heads are left out."""
    prepare()
    from unstructured.partition.html import partition_html

    return _blocks(partition_html(text=text, languages=["eng"])) if text.strip() else []


def markdown_blocks(text: str) -> list[Block]:
    """Blocks of a Markdown file, its tables included."""
    prepare()
    from unstructured.partition.md import partition_md

    return _blocks(partition_md(text=text, languages=["eng"])) if text.strip() else []


def docx_blocks(data: bytes) -> list[Block]:
    """Blocks of a Word file in order; pages only where the file has page breaks of its own."""
    prepare()
    from unstructured.partition.docx import partition_docx

    return _blocks(partition_docx(file=io.BytesIO(data), languages=["eng"]))


def pptx_blocks(data: bytes) -> list[Block]:
    """Blocks of a presentation, a page for each slide, speaker's notes included."""
    prepare()
    from unstructured.partition.pptx import partition_pptx

    return _blocks(partition_pptx(file=io.BytesIO(data), include_slide_notes=True, languages=["eng"]))


@lru_cache(maxsize=1)
def prepare() -> None:
    """Sentences by a rule instead of a spaCy model fetched from the network.

    Raises RuntimeError if the library no longer has the place where this is set (it is pinned below 0.28).
    """
    import spacy
    from unstructured.nlp import tokenize

    if not hasattr(tokenize, "_get_nlp"):
        raise RuntimeError("unstructured.nlp.tokenize has no _get_nlp: it would fetch a model from the network")
    blank = spacy.blank("en")
    blank.add_pipe("sentencizer")
    setattr(tokenize, "_get_nlp", lambda: blank)  # noqa: B010 - a plain assignment fails the type of what it replaces


def _blocks(elements: Iterable[Any]) -> list[Block]:
    blocks: list[Block] = []
    for element in elements:
        page = element.metadata.page_number or 1
        if element.category == "PageBreak":
            continue
        if element.category == "Table" and element.metadata.text_as_html:
            blocks.append(table(_rows(element.metadata.text_as_html), page))
        else:
            kind = _KINDS.get(element.category, "Text")
            blocks.append(Block(kind, tidy(element.text), page))
    return blocks


def _rows(markup: str) -> Iterator[list[str]]:
    """Rows of a table's HTML. A cell over several columns stands in the first; one over several rows stands in each of them, so that no
    cell slips into another's column. A table inside a cell becomes its words."""
    from lxml import html

    below: dict[int, tuple[str, int]] = {}
    for row in html.fragments_fromstring(markup)[0].xpath(".//tr[not(ancestor::td)]"):
        cells: list[str] = []
        reaching: dict[int, tuple[str, int]] = {}
        for cell in row.xpath("./td|./th"):
            cells += _from_above(below, len(cells), reaching)
            words = one_line(" ".join(cell.itertext()))
            columns, rows = _span(cell.get("colspan")), _span(cell.get("rowspan"))
            for n in range(columns if rows > 1 else 0):
                reaching[len(cells) + n] = (words if n == 0 and _LETTER.search(words) else "", rows - 1)
            cells += [words, *[""] * (columns - 1)]
        cells += _from_above(below, len(cells), reaching)
        below = reaching
        yield cells


def _from_above(below: dict[int, tuple[str, int]], column: int, reaching: dict[int, tuple[str, int]]) -> list[str]:
    """The cells that reach down from earlier rows to this place of the row; `reaching` is told of those that reach further."""
    found: list[str] = []
    while column in below:
        words, left = below[column]
        if left > 1:
            reaching[column] = (words, left - 1)
        found.append(words)
        column += 1
    return found


def _span(written: str | None) -> int:
    return min(int(written), 200) if written and written.isdigit() else 1
