"""What the e-file reports on file say of each filing, and which of them are about one return. Never decides what is late.

A report is a document of the kind `acknowledgements`, one row a filing; several reports of a client are one log.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from workspace.evidence import Evidence
from workspace.signals.k1 import tax_year
from workspace.snapshot.model import Document, Engagement, Fact, Snapshot

ACCEPTED, REJECTED, SENT = "accepted", "rejected", "sent"
INDIVIDUAL = ("1040", "1040-SR", "1040-NR", "1040-X")
QUARTERLY = ("941", "720")
_ORDER: dict[str | None, int] = {SENT: 1, REJECTED: 2, ACCEPTED: 3}
_ONE_QUARTER = 45  # days: rows of a quarterly form that lie nearer together are about the same quarter
_STATUS = (
    (REJECTED, re.compile(r"reject|error|denied|failed", re.IGNORECASE)),
    (SENT, re.compile(r"sent|transmit|submitted|pending|process|received|awaiting", re.IGNORECASE)),
    (ACCEPTED, re.compile(r"accept|complete|filed", re.IGNORECASE)),
)


@dataclass(frozen=True)
class Filing:
    """One row. `form` as the table of due dates writes it, "" where it was not read; `status` None: in words nobody knows.

    `year` is the tax year and `on` the day of the status, None where the row has none. `code` is the agency's reject code."""

    form: str
    year: int | None
    status: str | None
    on: date | None
    code: str | None
    document: Document
    facts: tuple[Fact, ...]

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        return tuple(fact.evidence for fact in self.facts)

    @property
    def name(self) -> str:
        """ "2025 Form 1040", with what of it is known."""
        return " ".join(
            part for part in (str(self.year or ""), f"Form {self.form}" if self.form else "a filing") if part
        )

    def same_return(self, other: "Filing") -> bool:
        """Whether two rows are about one return. A year that a row does not say distinguishes nothing, a form that was not read
        everything; the quarters of Form 941 are told apart by their days."""
        if (
            not self.form
            or self.form != other.form
            or (None not in (self.year, other.year) and self.year != other.year)
        ):
            return False
        if self.form not in QUARTERLY or self.on is None or other.on is None:
            return True
        return abs((self.on - other.on).days) <= _ONE_QUARTER


def filings(snapshot: Snapshot) -> tuple[Filing, ...]:
    """Every row of every report, the oldest first; rows without a day before all others, and on one day what was sent before its answer."""
    found = [filing for one in snapshot.of_kind("acknowledgements") for filing in _rows(one)]
    return tuple(sorted(found, key=lambda one: (one.on or date.min, _ORDER.get(one.status, 0), one.document.path)))


def _rows(document: Document) -> Iterator[Filing]:
    for row in document.rows():
        year = row.get("tax_year")
        yield Filing(
            form=form_of(row["form"].value) if "form" in row else "",
            year=int(year.value) if year is not None and year.value.isdigit() else None,
            status=_status(row["status"].value) if "status" in row else None,
            on=row["date"].day if "date" in row else None,
            code=row["code"].value if "code" in row else None,
            document=document,
            facts=tuple(row[name] for name in ("form", "tax_year", "status", "date", "code") if name in row),
        )


def form_of(text: str) -> str:
    """A form's number as the table writes it: "Form 1120S" is "1120-S", "1099 NEC" is "1099-NEC"."""
    name = re.sub(r"\b(?:federal|irs|form|us)\b", "", text, flags=re.IGNORECASE).strip().upper()
    match = re.match(r"(\d{3,4})\s*-?\s*([A-Z]{1,4})?\b", name)
    if match is None:
        return name
    return f"{match[1]}-{match[2]}" if match[2] else match[1]


def _status(text: str) -> str | None:
    if re.search(r"not (?:yet )?accepted", text, re.IGNORECASE):
        return SENT
    return next((status for status, pattern in _STATUS if pattern.search(text)), None)


def latest(log: Iterable[Filing]) -> list[Filing]:
    """The last row of each return, in the order of the log."""
    found: list[Filing] = []
    for filing in log:
        found = [one for one in found if not one.same_return(filing)]
        found.append(filing)
    return found


def was_accepted(log: Iterable[Filing], form: str, year: int | None) -> Filing | None:
    """The row that says that a form of a tax year was accepted."""
    return next((one for one in log if one.status == ACCEPTED and one.form == form and one.year == year), None)


def work_of(snapshot: Snapshot, filing: Filing) -> Engagement | None:
    """The engagement of the return that a row is about."""
    for engagement in snapshot.engagements:
        if engagement.is_return and engagement.template == filing.form and tax_year(engagement) == filing.year:
            return engagement
    return None
