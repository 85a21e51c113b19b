"""A figure of a client's own books as a value: an amount, its account, its period, and the cell that states it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from workspace.evidence import DocumentEvidence

STATEMENTS = ("trial-balance", "profit-and-loss", "balance-sheet")


@dataclass(frozen=True)
class Figure:
    """One amount of a statement; what the fields mean says `store.tables.BookFigure`. `printed` is the amount as the statement has it.

    `corrected_by` is the name of the person who said what the words mean, "" where they were read."""

    document_id: str
    version_id: str
    path: str
    received_at: datetime
    statement: str
    measure: str
    role: str
    period_start: date | None
    period_end: date
    line: int | None
    number: str | None
    account: str
    type: str | None
    told_by: str | None
    amount: Decimal
    sign: int
    basis: str | None
    page: int
    start: int
    end: int
    quote: str
    cell: str | None
    confidence: float
    told: tuple[int, int, int, str]
    named: tuple[int, int, int, str]
    beyond: bool
    sheet: str | None
    corrected_by: str = ""

    @property
    def printed(self) -> Decimal:
        return self.sign * self.amount

    @property
    def evidence(self) -> DocumentEvidence:
        span = (self.page, self.start, self.end, self.quote)
        return DocumentEvidence(self.document_id, self.version_id, *span, self.corrected_by)

    @property
    def of_period(self) -> DocumentEvidence:
        """The words that name its period."""
        return DocumentEvidence(self.document_id, self.version_id, *self.told)
