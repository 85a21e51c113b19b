"""Payroll registers: the totals of one pay run. Never reads an employee's own line: those are nobody's business but the books'."""

from ingestion.elements import ReadFact
from ingestion.facts.labels import Field, labelled, read_fields
from ingestion.facts.periods import find_period
from ingestion.facts.tables import Column, Header, aligned, find_header, is_total, row_values
from ingestion.facts.text import Found, Line, Reading, fact, page_text, trimmed
from ingestion.facts.values import COUNT, DATE, MONEY, NAME

COLUMNS = (
    Column("employee", NAME, (r"employees?(?: name)?", r"name")),
    Column("gross", MONEY, (r"(?:total )?gross(?: (?:pay|wages|earnings))?", r"total (?:pay|earnings)")),
    Column(
        "federal_withheld",
        MONEY,
        (
            r"fed(?:eral|\.)?(?: (?:income tax|withholding|withheld|w/?h|tax|inc\.? tax|it))(?: withheld)?",
            r"fit(?:w)?",
            r"federal",
        ),
    ),
    Column("net", MONEY, (r"(?:total )?net(?: (?:pay|wages|amount))?",)),
)
FIELDS = (
    Field(
        "pay_date",
        DATE,
        (r"(?:pay|check|payment|paid)(?: ?day)?(?: date| on)?", r"date paid"),
        (r"paid(?: on)? <date>",),
    ),
    Field(
        "employees",
        COUNT,
        (r"(?:number of |total |# of )?employees(?: paid)?(?: in (?:this )?(?:run|register))?", r"head ?count"),
    ),
)
_TOTAL_FIELDS = (
    Field("gross", MONEY, (r"total gross(?: (?:pay|wages|earnings))?", r"gross (?:pay|wages|earnings|payroll)")),
    Field(
        "federal_withheld",
        MONEY,
        (
            r"(?:total )?fed(?:eral|\.)? (?:income tax|tax|withholding)(?: (?:withheld|withholding))?",
            r"federal withheld",
        ),
    ),
    Field("net", MONEY, (r"total net(?: (?:pay|wages))?", r"net (?:pay|wages|payroll)")),
)


def read(reading: Reading) -> list[ReadFact]:
    """The facts of a payroll register: the row of totals under recognised headers, else labelled totals."""
    facts = read_fields(reading, FIELDS[:1])
    period = find_period(reading, r"\b(?:pay\s+)?period\b")
    if period is not None:
        facts += [fact("period_start", DATE, period[0], reading), fact("period_end", DATE, period[1], reading)]
    totals, employees = _totals(reading)
    for field in _TOTAL_FIELDS:
        found = totals.get(field.name) or labelled(reading, field.labels, MONEY)
        if found is not None:
            facts.append(fact(field.name, MONEY, found, reading))
    count = labelled(reading, FIELDS[1].labels, COUNT) or employees
    return facts if count is None else [*facts, fact("employees", COUNT, count, reading)]


def _totals(reading: Reading) -> tuple[dict[str, Found], Found | None]:
    """The row of totals, and the number of employees above it quoted by their rows."""
    header = find_header(reading, COLUMNS, ("gross",))
    if header is None:
        return {}, None
    lines = [
        line
        for line in reading.lines[header.index + 1 :]
        if line.page == reading.lines[header.index].page or line.cells
    ]
    rows: list[Line] = []
    for line in lines:
        values = row_values(aligned(reading.lines[header.index], line), COLUMNS[1:], header)
        if is_total(line.text) and values:
            return values, _counted(reading, header, rows)
        if "gross" in values:
            rows.append(line)
    return {}, None


def _counted(reading: Reading, header: Header, rows: list[Line]) -> Found | None:
    """How many employees the register lists; the quote runs over their rows, so it needs them on one page."""
    if not rows or "employee" not in header.columns or rows[0].page != rows[-1].page:
        return None
    span = trimmed(rows[0].page, page_text(reading, rows[0].page), rows[0].start, rows[-1].end)
    return Found(str(len(rows)), span, 0.7)
