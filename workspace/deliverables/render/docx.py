"""A paper as DOCX: the firm's letterhead, the text, and in an internal copy raised tick numbers with the proof table at the end."""

from io import BytesIO
from typing import Any

from markdown_it.token import Token

from workspace.deliverables.model import OWN_SHEET
from workspace.deliverables.render.marks import SIGNED, marked, pieces, printed_title, to_the_right, tokens
from workspace.deliverables.render.paper import Sheet


def written(sheet: Sheet) -> bytes:
    """The sheet as DOCX bytes."""
    from docx import Document
    from docx.shared import Inches, Pt, RGBColor
    from docx.styles.style import ParagraphStyle

    paper = Document()
    paper.core_properties.title, paper.core_properties.author = sheet.shown["title"], sheet.firm
    style = paper.styles["Normal"]
    assert isinstance(style, ParagraphStyle)
    style.font.name, style.font.size = "Calibri", Pt(11)
    style.paragraph_format.space_after = Pt(8)
    for name in ("Heading 1", "Heading 2"):
        heading = paper.styles[name]
        assert isinstance(heading, ParagraphStyle)
        heading.font.name, heading.font.color.rgb = "Calibri", RGBColor(0, 0, 0)
    for part in paper.sections:
        part.page_width, part.page_height = Inches(8.5), Inches(11)
        part.left_margin = part.right_margin = Inches(1)
    _letterhead(paper, sheet)
    _envelope(paper, sheet)
    for index, section in enumerate(sheet.shown["sections"]):
        title = printed_title(section["title"], sheet.shown["headings"])
        if title:
            paper.add_heading(title, level=2).paragraph_format.page_break_before = title in OWN_SHEET
        text = marked(section["markdown"], index, sheet.shown["tickmarks"]) if sheet.internal else section["markdown"]
        _Writer(paper, sheet).write(tokens(text))
    if sheet.internal:
        _inside(paper, sheet)
    out = BytesIO()
    paper.save(out)
    return out.getvalue()


class _Writer:
    """Puts the tokens of one section into a document, in order."""

    def __init__(self, paper: Any, sheet: Sheet) -> None:
        self.paper = paper
        self.sheet = sheet
        self.lists: list[str] = []
        self.rows: list[list[Token]] = []
        self.right: dict[int, bool] = {}

    def write(self, parsed: list[Token]) -> None:
        for token in parsed:
            if token.type in ("bullet_list_open", "ordered_list_open"):
                self.lists.append("List Bullet" if token.type.startswith("bullet") else "List Number")
            elif token.type in ("bullet_list_close", "ordered_list_close"):
                self.lists.pop()
            elif token.type == "tr_open":
                self.rows.append([])
            elif token.type in ("th_open", "td_open"):
                self.right[len(self.rows[-1])] = to_the_right(token)
            elif token.type == "table_close":
                self._table()
            elif token.type == "inline" and self.rows:
                self.rows[-1].append(token)
            elif token.type == "inline":
                self._line(token)

    def _line(self, token: Token) -> None:
        from docx.shared import Pt

        style = None
        if self.lists:
            style = self.lists[-1] + (f" {min(len(self.lists), 3)}" if len(self.lists) > 1 else "")
        before = self.paper.paragraphs[-1] if token.content in SIGNED else None
        line = self.paper.add_paragraph(style=style)
        if before is not None:  # a signature is never alone on a page, and there is room to sign
            before.paragraph_format.keep_with_next = line.paragraph_format.keep_with_next = True
            line.paragraph_format.space_after = Pt(30)
        _runs(line, token, self.sheet)

    def _table(self) -> None:
        """The rows that hold anything; a head is repeated on every page, and no row is broken over two."""
        rows, right = self.rows, self.right
        self.rows, self.right = [], {}
        filled = [row for row in rows if any(cell.content for cell in row)]
        table = self.paper.add_table(rows=0, cols=max(map(len, filled), default=1))
        for row in filled:
            made = table.add_row()
            _keep_whole(made, head=row is rows[0])
            for at, (cell, token) in enumerate(zip(made.cells, row, strict=False)):
                _runs(cell.paragraphs[0], token, self.sheet, strong=row is rows[0])
                cell.paragraphs[0].paragraph_format.space_after = 0
                if right.get(at):
                    cell.paragraphs[0].alignment = 2
        _ruled(table)
        self.paper.add_paragraph()


def _keep_whole(row: Any, *, head: bool) -> None:
    """A row that stays on one page; a head stands on every page of its table."""
    from docx.oxml import OxmlElement

    properties = row._tr.get_or_add_trPr()
    for name in ("w:cantSplit", *(("w:tblHeader",) if head else ())):
        properties.append(OxmlElement(name))


def _ruled(table: Any) -> None:
    """Hairlines under the rows, and nothing else."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    lines = "".join(
        f'<w:{side} w:val="single" w:sz="2" w:space="0" w:color="999999"/>' for side in ("bottom", "insideH")
    )
    table._tbl.tblPr.append(parse_xml(f"<w:tblBorders {nsdecls('w')}>{lines}</w:tblBorders>"))


def _runs(paragraph: Any, token: Token, sheet: Sheet, *, strong: bool = False) -> None:
    """The words of a line; emphasis as it stands, a raised number behind each marked figure. `strong`: the whole line is."""
    bold, italic = strong, False
    held: int | None = None
    for child in token.children or ():
        if child.type in ("strong_open", "strong_close"):
            bold = strong or child.type == "strong_open"
        elif child.type in ("em_open", "em_close"):
            italic = child.type == "em_open"
        elif child.type == "hardbreak":
            paragraph.add_run().add_break()
        elif child.type == "softbreak":
            paragraph.add_run(" ")
        else:
            for text, tick in pieces(child.content):
                run = paragraph.add_run(text)
                run.bold, run.italic = bold or None, italic or None
                held = _raise(paragraph, tick, held, sheet)


def _raise(paragraph: Any, tick: int | None, held: int | None, sheet: Sheet) -> int | None:
    """The number of a tickmark behind its figure, once."""
    if tick is None or tick == held:
        return tick
    untied = sheet.shown["tickmarks"][tick]["status"] == "untied"
    run = paragraph.add_run(f"{'?' if untied else ''}{tick + 1}")
    run.font.superscript = True
    return tick


def _letterhead(paper: Any, sheet: Sheet) -> None:
    header = paper.sections[0].header.paragraphs[0]
    run = header.add_run(sheet.firm)
    run.bold = True
    for line in sheet.letterhead:
        header.add_run().add_break()
        header.add_run(line)
    foot = paper.sections[0].footer.paragraphs[0]
    if sheet.watermark:
        mark = header.add_run(f"    {sheet.watermark}")
        mark.bold = True
        foot.add_run(f"{sheet.watermark} · ").bold = True
    foot.add_run(f"{sheet.foot} · page ")
    _numbered(foot)


def _numbered(paragraph: Any) -> None:
    """The number of the page, as the word processor counts it."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    paragraph._p.append(parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>'))


def _envelope(paper: Any, sheet: Sheet) -> None:
    dated = sheet.dated or "[dated on release]"
    if sheet.goes_by == "letter":
        paper.add_paragraph(dated)
    elif sheet.goes_by == "mail":
        to = ", ".join(sheet.shown["recipients"]) or "[no address]"
        lines = paper.add_paragraph()
        for number, (name, value) in enumerate((("To", to), ("Date", dated), ("Subject", sheet.shown["title"]))):
            if number:
                lines.add_run().add_break()
            lines.add_run(f"{name}: ").bold = True
            lines.add_run(value)
    else:
        paper.add_heading(sheet.shown["title"], level=1)


def _inside(paper: Any, sheet: Sheet) -> None:
    """What never leaves the firm, on a page of its own."""
    paper.add_page_break()
    if sheet.shown["note"]:
        paper.add_heading("About this version", level=2)
        paper.add_paragraph(sheet.shown["note"])
    paper.add_heading("Proof", level=2)
    table = paper.add_table(rows=0, cols=4)
    for line in sheet.proof:
        cells = table.add_row().cells
        for cell, text in zip(cells, (str(line.number), line.figure, line.status, line.source), strict=True):
            cell.text = text
    for title, lines in (("To check", sheet.shown["checks"]), ("What could not be seen", sheet.shown["unseen"])):
        if lines:
            paper.add_heading(title, level=2)
        for one in lines:
            paper.add_paragraph(one, style="List Bullet")
