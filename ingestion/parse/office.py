"""Word and PowerPoint files.

Owns what is not text in them: the title, and the finding when nothing can be read. Never runs a macro.
"""

import contextlib
import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

from ingestion.elements import Finding, Parsed
from ingestion.identify import DOCX, PPTX
from ingestion.parse.broken import BROKEN, Unreadable, broken
from ingestion.parse.pages import Block, assemble, table
from ingestion.parse.pictures import in_package, words_in
from ingestion.parse.rescue import rescued
from ingestion.parse.word_xml import has_deletions, notes_of, plain_word
from ingestion.parse.wording import one_line
from ingestion.parse.xml import read_xml

OnPage = Callable[[int], None]
_PICTURE = 13  # MSO_SHAPE_TYPE.PICTURE
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def parse_docx(name: str, data: bytes, *, on_page: OnPage | None = None) -> Parsed:
    """Paragraphs, lists, tables, headers and footers in the file's order, then its notes, comments and pictures; of a damaged file what
    is left. Raises Unreadable."""
    from ingestion.parse.library import docx_blocks

    def read(data: bytes, findings: list[Finding]) -> list[Block]:
        blocks = docx_blocks(plain_word(data))
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            blocks += [Block("ListItem", note, max((b.page for b in blocks), default=1)) for note in notes_of(archive)]
            if has_deletions(archive):
                why = f"{name} has tracked changes; what is marked as deleted was left out, what is marked as inserted was read."
                findings.append(Finding(name, why, "info"))
            last = max((b.page for b in blocks), default=1)
            return blocks + words_in(name, in_package(archive, "word/media/", last), findings, on_page)

    return _parse(name, data, DOCX, read)


def parse_pptx(name: str, data: bytes, *, on_page: OnPage | None = None) -> Parsed:
    """A page for each slide, its notes at the end; of a damaged file what is left. Raises Unreadable."""
    from ingestion.parse.library import pptx_blocks

    def read(data: bytes, findings: list[Finding]) -> list[Block]:
        from pptx import Presentation

        deck = Presentation(io.BytesIO(data))
        hidden = [n for n, slide in enumerate(deck.slides, start=1) if slide._element.get("show") in ("0", "false")]
        if hidden:
            which = f"slide {hidden[0]} is" if len(hidden) == 1 else f"slides {', '.join(map(str, hidden))} are"
            findings.append(Finding(name, f"{name}: {which} hidden; read all the same.", "info"))
        return [*pptx_blocks(data), *_charts(deck), *words_in(name, _pictures(deck), findings, on_page)]

    return _parse(name, data, PPTX, read)


def _pictures(deck: Any) -> Iterator[tuple[int, bytes]]:
    for number, slide in enumerate(deck.slides, start=1):
        for shape in slide.shapes:
            # One that is only linked has no file.
            with contextlib.suppress(*broken()):
                if shape.shape_type == _PICTURE:
                    yield number, shape.image.blob


def _charts(deck: Any) -> Iterator[Block]:
    """The title and the figures behind each chart, which only its drawing shows."""
    for number, slide in enumerate(deck.slides, start=1):
        for shape in slide.shapes:
            if getattr(shape, "has_chart", False):
                chart: Any = getattr(shape, "chart")  # noqa: B009 - the type of a shape with a chart is not in pptx's types
                if chart.has_title and chart.chart_title.has_text_frame:
                    yield Block("Title", one_line(chart.chart_title.text_frame.text), number)
                yield table(_figures(chart), number)


def _figures(chart: Any) -> Iterator[list[str]]:
    """One row a category, one column a series, as the file stores them (python-pptx itself knows no 3-D charts)."""
    series = list(chart._chartSpace.iter(_C + "ser"))
    if not series:
        return
    yield ["", *(" ".join(_values(one, "tx")) for one in series)]
    columns = [_values(one, "val") for one in series]
    for i, category in enumerate(_values(series[0], "cat")):
        yield [category, *(column[i] if i < len(column) else "" for column in columns)]


def _values(series: Any, part: str) -> list[str]:
    return [one_line(value.text or "") for node in series.findall(_C + part) for value in node.iter(_C + "v")]


def _parse(name: str, data: bytes, media_type: str, read: Callable[[bytes, list[Finding]], list[Block]]) -> Parsed:
    findings: list[Finding] = []
    try:
        _check_archive(data)
        pages, elements = assemble(read(data, findings), count=1)
        return Parsed(media_type, pages, elements, tuple(findings), title=_title(data))
    except broken(Unreadable) as error:
        blocks = rescued(data, media_type)
        if not blocks:
            raise Unreadable("is damaged or cut off; ask for it again") from error
    pages, elements = assemble(blocks, count=1)
    why = f"{name} is damaged or cut off; what is left of its words was read: ask for it again."
    return Parsed(media_type, pages, elements, (Finding(name, why),))


def _check_archive(data: bytes) -> None:
    """Says so in words if the container itself is broken, before a reader fails on it somewhere inside."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            archive.getinfo("[Content_Types].xml")
    except BROKEN as error:
        raise Unreadable("is damaged or cut off; ask for it again") from error


def _title(data: bytes) -> str | None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if "docProps/core.xml" not in archive.namelist():
            return None
        core = read_xml(archive.read("docProps/core.xml"))
    title = core.findtext("{http://purl.org/dc/elements/1.1/}title")
    return one_line(title) or None if title else None
