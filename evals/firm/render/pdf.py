"""Blocks to PDF with reportlab, in three looks, without a date of making inside, so that the bytes repeat."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import letter
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import ListFlowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, TableStyle
from reportlab.platypus import Table as Grid

from evals.firm.render.blocks import Block, Blocks, Break, Fields, Heading, Letterhead, Points, Table, Text


@dataclass(frozen=True)
class Look:
    """Type and colour of a sender's paper."""

    body: str = "Times-Roman"
    bold: str = "Times-Bold"
    size: float = 10.5
    accent: str = "#222222"
    centred: bool = False
    ruled: bool = True


LETTER = Look()
MODERN = Look("Helvetica", "Helvetica-Bold", 9.5, "#1f4e79")
CENTRED = Look("Times-Roman", "Times-Bold", 11, "#000000", centred=True)
SMALL = Look("Helvetica", "Helvetica-Bold", 8.5, "#333333")
TYPED = Look("Courier", "Courier-Bold", 9.5, "#000000", ruled=False)


def pdf(blocks: Blocks, look: Look = LETTER, *, footer: str = "", password: str = "") -> bytes:
    """A letter-size PDF. `footer` stands on every page beside its number; `password` encrypts it."""
    out = BytesIO()
    options: dict[str, Any] = (
        {"encrypt": StandardEncryption(password, ownerPassword=password, strength=128)} if password else {}
    )
    page = SimpleDocTemplate(
        out,
        pagesize=letter,
        leftMargin=62,
        rightMargin=62,
        topMargin=50,
        bottomMargin=52,
        invariant=1,
        title="",
        **options,
    )

    def foot(canvas: Any, _: object) -> None:
        canvas.setFont(look.body, 7.5)
        canvas.setFillColor(colors.HexColor("#555555"))
        canvas.drawString(62, 34, footer)
        canvas.drawRightString(550, 34, f"Page {canvas.getPageNumber()}")

    story = [flowable for block in blocks for flowable in _flowables(block, look)]
    page.build(story, onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _style(look: Look, **changes: Any) -> ParagraphStyle:
    base = {"fontName": look.body, "fontSize": look.size, "leading": look.size * 1.28, "spaceAfter": look.size * 0.65}
    return ParagraphStyle("p", **{**base, **changes})


def _flowables(block: Block, look: Look) -> list[Any]:
    if isinstance(block, Heading):
        return [_heading(block, look)]
    if isinstance(block, Text):
        return [Paragraph(_marked(block.text), _style(look))]
    if isinstance(block, Points):
        return [_points(block, look), Spacer(1, 6)]
    if isinstance(block, Fields):
        return [_fields(block, look), Spacer(1, 8)]
    if isinstance(block, Table):
        return [_grid(block, look), Spacer(1, 10)]
    if isinstance(block, Letterhead):
        return _letterhead(block, look)
    assert isinstance(block, Break)
    return [PageBreak()]


def _marked(text: str) -> str:
    return escape(text).replace("\n", "<br/>")


def _heading(block: Heading, look: Look) -> Paragraph:
    size = look.size + (5 if block.level == 1 else 1.5)
    changes: dict[str, Any] = {"fontName": look.bold, "fontSize": size, "leading": size * 1.25, "spaceBefore": 4}
    if look.centred and block.level == 1:
        changes["alignment"] = 1
    return Paragraph(_marked(block.text), _style(look, textColor=colors.HexColor(look.accent), **changes))


def _points(block: Points, look: Look) -> ListFlowable:
    style = _style(look, spaceAfter=3)
    kind: dict[str, Any] = (
        {"bulletType": "1", "bulletFormat": "%s."} if block.numbered else {"bulletType": "bullet", "start": "•"}
    )
    items = [Paragraph(_marked(item), style) for item in block.items]
    return ListFlowable(items, leftIndent=20, bulletFontName=look.body, bulletFontSize=look.size, **kind)


def _fields(block: Fields, look: Look) -> Grid:
    label, value = _style(look, fontName=look.bold, spaceAfter=0), _style(look, spaceAfter=0)
    rows = [[Paragraph(_marked(a), label), Paragraph(_marked(b), value)] for a, b in block.pairs]
    return Grid(
        rows,
        colWidths=[168, 320],
        hAlign="LEFT",
        style=[
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
            ("TOPPADDING", (0, 0), (-1, -1), 1.5),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ],
    )


def _grid(block: Table, look: Look) -> Grid:
    """Short cells are drawn as they are, which is many times faster; only a cell that must wrap becomes a paragraph."""
    size = look.size - 1
    lines = [block.header, *block.rows] if any(block.header) else list(block.rows)
    widths = _widths(lines)
    wrapped = _style(look, fontSize=size, leading=size * 1.2, spaceAfter=0)
    rows = [[_cell(cell, width, size, wrapped) for cell, width in zip(line, widths, strict=True)] for line in lines]
    style = TableStyle([("FONT", (0, 0), (-1, -1), look.body, size, size * 1.2), ("VALIGN", (0, 0), (-1, -1), "TOP")])
    style.add("TOPPADDING", (0, 0), (-1, -1), 1.5)
    style.add("LEFTPADDING", (0, 0), (0, -1), 0)
    style.add("BOTTOMPADDING", (0, 0), (-1, -1), 2.5)
    for column in block.right:
        style.add("ALIGN", (column, 0), (column, -1), "RIGHT")
    if any(block.header):
        style.add("FONT", (0, 0), (-1, 0), look.bold, size, size * 1.2)
    if look.ruled:
        style.add("LINEBELOW", (0, 0), (-1, 0), 0.7, colors.HexColor(look.accent))
    if block.total:
        style.add("LINEABOVE", (0, -1), (-1, -1), 0.7, colors.black)
        style.add("FONT", (0, -1), (-1, -1), look.bold, size, size * 1.2)
    return Grid(rows, colWidths=widths, style=style, repeatRows=1, hAlign="LEFT")


def _cell(cell: str, width: float, size: float, wrapped: ParagraphStyle) -> Any:
    return Paragraph(_marked(cell), wrapped) if len(cell) * size * 0.52 > width - 12 else cell


def _widths(lines: list[tuple[str, ...]]) -> list[float]:
    """Columns share 488 points by the length of their longest cell, within limits; narrow tables stay narrow."""
    longest = [min(64, max(8, *(len(cell) for cell in column))) for column in zip(*lines, strict=True)]
    room = min(488, 6.4 * sum(longest))
    return [room * length / sum(longest) for length in longest]


def _letterhead(block: Letterhead, look: Look) -> list[Any]:
    align = 1 if look.centred else 0
    accent = colors.HexColor(look.accent)
    name = _style(
        look,
        fontName=look.bold,
        fontSize=look.size + 5,
        leading=look.size + 8,
        spaceAfter=1,
        alignment=align,
        textColor=accent,
    )
    line = _style(look, fontSize=look.size - 1.5, leading=look.size + 1, spaceAfter=0, alignment=align)
    rule = (
        Grid(
            [[""]], colWidths=[488], rowHeights=[5], hAlign="LEFT", style=[("LINEBELOW", (0, 0), (-1, -1), 0.8, accent)]
        )
        if look.ruled
        else Spacer(1, 4)
    )
    return [Paragraph(_marked(block.name), name), Paragraph(_marked("\n".join(block.lines)), line), rule, Spacer(1, 12)]
