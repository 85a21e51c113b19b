"""A notice as the practice sees it: the record where a person confirmed it, else what was read, and whether it was answered.

Never computes a date.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from workspace.deadlines.rules import normal_notice
from workspace.evidence import Evidence, RecordEvidence
from workspace.signals.countries import COUNTRIES
from workspace.signals.signal import Basis
from workspace.snapshot.model import Document, Notice, Snapshot

_FEDERAL = ("irs", "internal revenue", "treasury")
_ADDRESS_LINES = 8  # an address stands this close under its name


@dataclass(frozen=True)
class NoticeReading:
    """One notice. `dated` (its own date) and `respond_by` None: not read. `abroad`: addressed to a person outside the United States.

    `amount` None: it asks for nothing. `confirmed`: a person checked the record, which then is the basis."""

    document: Document
    number: str | None
    agency: str | None
    dated: date | None
    respond_by: date | None
    amount: Decimal | None
    abroad: bool
    confirmed: bool
    evidence: tuple[Evidence, ...]

    @property
    def is_federal(self) -> bool:
        """Of the IRS; a notice without an agency is taken for one."""
        return self.agency is None or any(word in self.agency.lower() for word in _FEDERAL)

    @property
    def name(self) -> str:
        """How people call it: "CP2000", "Letter 531", "Notice of the PA Department of Revenue"."""
        if self.is_federal:
            number = self.number or "A notice"
            return f"Letter {number}" if re.match(r"\d", number) else number
        return f"Notice {self.number} of {self.agency}" if self.number else f"Notice of {self.agency}"

    @property
    def basis(self) -> Basis:
        return "record" if self.confirmed else "fact"


def notices_of(snapshot: Snapshot) -> Iterator[NoticeReading]:
    """The client's notices, by path; copies of the same bytes once."""
    for document in snapshot.of_kind("notice"):
        yield read_notice(document)


def read_notice(document: Document) -> NoticeReading:
    """The notice of one document: the record's value where it has one, else the fact read from the page."""
    record = document.notice or Notice(id="")
    evidence: list[Evidence] = []
    for field, name in (
        ("number", "notice_number"),
        ("notice_date", "notice_date"),
        ("respond_by", "respond_by"),
        ("amount", "amount_due"),
    ):
        fact = document.fact(name)
        value = getattr(record, field, None)
        if fact is not None and (value is None or str(value) == fact.value):
            evidence.append(fact.evidence)
        elif value is not None:
            evidence.append(RecordEvidence(f"notice:{record.id}", field, str(value)))
    amount = document.number("amount_due")
    return NoticeReading(
        document=document,
        number=record.number or document.value("notice_number"),
        agency=record.agency or document.value("agency"),
        dated=record.notice_date or document.day("notice_date"),
        respond_by=record.respond_by or document.day("respond_by"),
        amount=amount if amount is not None and amount > 0 else None,
        abroad=is_abroad(document),
        confirmed=record.confirmed,
        evidence=tuple(evidence),
    )


def is_abroad(document: Document) -> bool:
    """Whether the taxpayer's address on the first page ends with the name of a foreign country.

    The lines under the taxpayer's name are looked at, wherever on the page it stands; those of the agency are not."""
    fact = document.fact("taxpayer_name")
    if not document.text or fact is None or fact.page != 1:
        return False
    page = document.text[0]
    name = r"\s+".join(re.escape(word) for word in fact.value.split())
    ends = [fact.end, *(found.end() for found in re.finditer(name, page, re.IGNORECASE))]
    return any(_country(line) in COUNTRIES for end in ends for line in page[end:].splitlines()[:_ADDRESS_LINES])


def _country(line: str) -> str:
    """The last words of an address line, as the list of countries writes them; a postcode after them does not matter."""
    words = [
        re.sub(r"[^a-z ]", "", part.lower()).strip() for part in re.split(r"\s{3,}|\|", line.strip())[0].split(",")
    ]
    return next((part for part in reversed(words) if part), "")


def answered_by(snapshot: Snapshot, notice: NoticeReading) -> Evidence | None:
    """What shows that the notice was answered; None: nothing does.

    The record says so; or a mail receipt of the notice's day or later names its number; or an engagement whose title names it is
    filed or done.
    """
    record = notice.document.notice
    if record is not None and record.state in ("answered", "closed"):
        return RecordEvidence(f"notice:{record.id}", "state", record.state)
    if notice.number is None:
        return None
    for receipt in snapshot.of_kind("mail-receipt"):
        mailed = receipt.fact("mailed_on")
        later = mailed is not None and mailed.day is not None and (notice.dated is None or mailed.day >= notice.dated)
        if mailed is not None and later and any(names(text, notice.number) for text in receipt.text):
            return mailed.evidence
    for engagement in snapshot.engagements:
        if not engagement.is_open and names(engagement.title, notice.number):
            return engagement.evidence("stage")
    return None


def names(text: str, number: str) -> bool:
    """Whether a text names a notice, however it is written: "CP 2000", "Letter 531", "LT-11"."""
    wanted = re.sub(r"(?<=\d)[A-Z]$", "", normal_notice(number))  # CP504B is a CP504
    pattern = r"[\s-]?".join(re.findall(r"[A-Z]+|\d+", wanted))
    prefix = r"(?:letter|form|notice|l|ltr)[\s-]*" if wanted[:1].isdigit() else ""
    return re.search(rf"(?<![A-Za-z0-9-]){prefix}{pattern}[A-Z]?(?![A-Za-z0-9])", text, re.IGNORECASE) is not None
