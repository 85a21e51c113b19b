"""Word and PowerPoint files.

Owns what is not text in them: the title, and the finding when nothing can be read. Never runs a macro.
"""

import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

from ingestion.elements import Finding, Parsed
from ingestion.identify import DOCX, PPTX
from ingestion.parse.broken import BROKEN, Unreadable
from ingestion.parse.pages import Block, assemble, table
from ingestion.parse.rescue import rescued
from ingestion.parse.word_xml import plain_word
from ingestion.parse.wording import one_line
from ingestion.parse.xml import read_xml

_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def parse_docx(name: str, data: bytes) -> Parsed:
    """Paragraphs, lists, tables, headers and footers in the file's order; of a damaged file what is left. Raises Unreadable."""
    from ingestion.parse.library import docx_blocks

    return _parse(name, data, DOCX, lambda data: docx_blocks(plain_word(data)))


def parse_pptx(name: str, data: bytes) -> Parsed:
    """A page for each slide; of a damaged file what is left. Raises Unreadable."""
    from ingestion.parse.library import pptx_blocks

    return _parse(name, data, PPTX, lambda data: [*pptx_blocks(data), *_charts(data)])


def _charts(data: bytes) -> Iterator[Block]:
    """The title and the figures behind each chart, which only its drawing shows."""
    from pptx import Presentation

    for number, slide in enumerate(Presentation(io.BytesIO(data)).slides, start=1):
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


def _parse(name: str, data: bytes, media_type: str, read: Callable[[bytes], list[Block]]) -> Parsed:
    try:
        _check_archive(data)
        pages, elements = assemble(read(data), count=1)
        return Parsed(media_type, pages, elements, title=_title(data))
    except (*BROKEN, Unreadable) as error:
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
