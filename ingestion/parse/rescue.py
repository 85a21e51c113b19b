"""The words of a Word or PowerPoint file that its reader cannot open any more: taken from the parts of it that are still there.

Owns no layout: paragraphs, rows of tables, slides. Never used for a file that opens.
"""

import re
from collections.abc import Iterator
from typing import Any

from ingestion.identify import DOCX
from ingestion.parse.pages import Block, table
from ingestion.parse.wording import one_line, tidy
from ingestion.parse.xml import read_broken_xml
from ingestion.salvage import salvaged

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_SLIDE = re.compile(r"ppt/slides/slide(\d+)\.xml")


def rescued(data: bytes, media_type: str) -> list[Block]:
    """What can still be read, in order; nothing if that is nothing."""
    blocks: list[Block] = []
    for piece in salvaged(data):
        slide = _SLIDE.fullmatch(piece.path)
        wanted = piece.path == "word/document.xml" if media_type == DOCX else slide is not None
        root = read_broken_xml(piece.data) if wanted else None
        if root is not None:
            blocks += _blocks(
                root, _W if media_type == DOCX else _A, int(slide[1]) if slide and int(slide[1]) < 5_000 else 1
            )
    return [block for block in blocks if block.text]


def _blocks(root: Any, space: str, page: int) -> Iterator[Block]:
    for node in root.iter(space + "p", space + "tbl"):
        inside = any(above.tag == space + "tbl" for above in node.iterancestors())
        if node.tag == space + "tbl" and not inside:
            rows = (
                [one_line(_words(cell, space)) for cell in row.iter(space + "tc")] for row in node.iter(space + "tr")
            )
            yield table(rows, page)
        elif node.tag == space + "p" and not inside:
            yield Block("Text", tidy(_words(node, space)).strip(), page)


def _words(node: Any, space: str) -> str:
    parts = {space + "t": "", space + "tab": "\t", space + "br": "\n", space + "p": " "}
    return "".join((one.text or "") if one.tag == space + "t" else parts[one.tag] for one in node.iter(*parts))
