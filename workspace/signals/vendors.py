"""Signals of payments to vendors: information returns to be filed, vendors without a Form W-9. Never files and never asks anybody."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from store.errors import Invalid
from workspace.deadlines import Deadline, add_business_days, return_deadline, threshold
from workspace.evidence import Evidence
from workspace.signals import words
from workspace.signals.filing_log import ACCEPTED, SENT, filings
from workspace.signals.names import same_name
from workspace.signals.proof import total
from workspace.signals.signal import BlindSpot, Signal
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import ZERO, Document, Fact, Snapshot

Raised = Iterator[Signal | BlindSpot]
_CORPORATE = re.compile(r"\b(?:inc|incorporated|corp|corporation)\b\.?|\b[SC] corporation\b", re.IGNORECASE)
_FORM = "1099-NEC"


@dataclass(frozen=True)
class Vendor:
    """One row of a list of vendors. `w9` None: the list does not say whether a Form W-9 is on file."""

    name: str
    paid: Fact
    amount: Decimal
    w9: bool | None
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class VendorList:
    """The vendors of one year. Corporations by their name, or by their Form W-9 on file, are left out: they get no Form 1099-NEC."""

    document: Document
    year: int
    vendors: tuple[Vendor, ...]

    def from_amount(self, least: Decimal) -> list[Vendor]:
        return [one for one in self.vendors if one.amount >= least]


def vendor_lists(snapshot: Snapshot) -> list[VendorList]:
    """One list a year, oldest year first: where a year has several, one that is named for its contractors, else the last by path."""
    found: dict[int, VendorList] = {}
    for document in sorted(snapshot.of_kind("vendor-totals"), key=lambda one: (_is_of_contractors(one), one.path)):
        years = {row["year"].value for row in document.rows() if "year" in row}
        if len(years) == 1 and next(iter(years)).isdigit():
            year = int(next(iter(years)))
            found[year] = VendorList(document, year, tuple(_vendors(snapshot, document)))
    return [found[year] for year in sorted(found)]


def _is_of_contractors(document: Document) -> bool:
    return re.search(r"1099|contractor", document.name, re.IGNORECASE) is not None


def _vendors(snapshot: Snapshot, document: Document) -> Iterator[Vendor]:
    papers = snapshot.of_kind("w-9")
    for row in document.rows():
        name, paid, flag = row.get("name"), row.get("paid"), row.get("w9_on_file")
        if name is None or paid is None or paid.number is None or _CORPORATE.search(name.value):
            continue
        paper = next((one for one in papers if same_name(one.value("name"), name.value)), None)
        if paper is not None and _CORPORATE.search(paper.value("classification") or ""):
            continue
        has = True if paper is not None else None if flag is None else flag.value == "yes"
        facts = tuple(row[key] for key in ("name", "paid", "w9_on_file") if key in row)
        yield Vendor(name.value, paid, paid.number, has, facts)


def information_returns(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """Vendors that are no corporations were paid at least the year's threshold ($600 through 2025, $2,000 in 2026) and no Form 1099-NEC
    of the client for them is on file, from 20 business days before January 31 (setting business_days), rolled, to 180 days after (setting
    days). On file is: an accepted or sent row of a 1099 or 1096 of the year in the e-file reports, a copy that names client and vendor, or
    a finished engagement or task that names 1099 and the year. Past the date it is raised where something says that these are 1099 vendors
    and the client files for them: the list's name, 1099s of this or another year, open 1099 work; a plain list of vendors, which may be
    paid for goods, is then a blind spot, as is one without a year. Data: vendor totals, W-9s, 1099s, e-file reports, engagements, tasks.
    IRC §6041(a), §6041A, §6071(c), §6721."""
    ahead, days = settings.days("information-returns", "business_days"), settings.days("information-returns", "days")
    for one in vendor_lists(snapshot):
        try:
            deadline = return_deadline(_FORM, date(one.year, 12, 31))
            limit = threshold("1099-nec", one.year).amount
        except Invalid:
            continue
        window = add_business_days(deadline.due, -ahead) <= today <= deadline.due + timedelta(days=days)
        if not window or _was_filed(snapshot, one.year):
            continue
        copies = _copies(snapshot, str(one.year))
        unfiled = [v for v in one.from_amount(limit) if not any(same_name(v.name, to) for to in copies)]
        if unfiled and (today <= deadline.due or _is_filer(snapshot, one)):
            yield _unfiled(snapshot, today, one, deadline, limit, unfiled)
        elif unfiled:
            yield BlindSpot(
                snapshot.client.ref,
                f"whether vendors of {one.year} needed a Form 1099-NEC",
                f"{words.count(len(unfiled), 'vendor')} of {one.document.path} passed {words.dollars(limit)} and no 1099 filing is on file",
            )
    yield from _without_year(snapshot)


def _is_filer(snapshot: Snapshot, one: VendorList) -> bool:
    """Something says that the client files 1099s, or that the list is of those who get one."""
    titles = [f"{work.template} {work.title}" for work in snapshot.engagements] + [
        task.title for task in snapshot.tasks
    ]
    filed = any(filing.form.startswith(("1099", "1096")) for filing in filings(snapshot))
    return (
        _is_of_contractors(one.document) or filed or any("1099" in title for title in titles) or bool(_copies(snapshot))
    )


def _unfiled(
    snapshot: Snapshot, today: date, one: VendorList, deadline: Deadline, limit: Decimal, unfiled: list[Vendor]
) -> Signal:
    late = deadline.due < today
    names = words.listed([vendor.name for vendor in unfiled])
    return Signal(
        slug="information-returns",
        cls="B",
        client_ref=snapshot.client.ref,
        subject=one.document.id,
        due=deadline.due,
        nominal_due=deadline.nominal,
        dollars=_dollars(unfiled),
        headline=f"Forms 1099-NEC for {one.year} of {words.count(len(unfiled), 'vendor')} are not on file as filed",
        rule=f"From {words.dollars(limit)} a year a vendor that is no corporation gets one for services. {' '.join(deadline.how)}",
        why_now=f"{names}: due {words.away(deadline.due, today)}"
        + ("; the penalty of each rises after 30 days and on August 1." if late else "."),
        next_step="File what is missing, or add the e-file report that shows it." if late else "Prepare and file them.",
        minutes=30,
        evidence=_evidence(unfiled),
        basis="fact",
    )


def _without_year(snapshot: Snapshot) -> Raised:
    for document in snapshot.of_kind("vendor-totals"):
        years = {row["year"].value for row in document.rows() if "year" in row}
        if len(years) != 1 and any(True for _ in document.rows()):
            yield BlindSpot(
                snapshot.client.ref,
                "which vendors need a Form 1099",
                f"the year of {document.path} could not be read: name it in the file's heading",
            )
            return


def _was_filed(snapshot: Snapshot, year: int) -> bool:
    for one in filings(snapshot):
        form = one.form.startswith(("1099", "1096"))
        if form and one.status in (ACCEPTED, SENT) and one.year == year:
            return True
    for work in snapshot.engagements:
        if "1099" in f"{work.template} {work.title}" and str(year) in work.title and not work.is_open:
            return True
    return any("1099" in one.title and str(year) in one.title and not one.is_open for one in snapshot.tasks)


def _copies(snapshot: Snapshot, year: str = "") -> list[str]:
    """Who got a 1099 of the client, in a year or ever."""
    return [
        one.value("recipient") or ""
        for one in snapshot.of_kind("1099")
        if year in ("", one.value("tax_year")) and same_name(one.value("payer"), snapshot.client.name)
    ]


def _dollars(vendors: list[Vendor]) -> Decimal:
    return sum((one.amount for one in vendors), ZERO)


def _evidence(vendors: list[Vendor]) -> tuple[Evidence, ...]:
    """The rows, and what was paid to them together."""
    said: list[Evidence] = [fact.evidence for one in vendors for fact in one.facts]
    return (*said, total([one.amount for one in vendors], [one.paid.evidence for one in vendors]))


def vendor_without_w9(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """A vendor that is no corporation was paid at least 80 % (setting percent) of the year's reporting threshold and has no Form W-9 on
    file, in this year or the last. Data: vendor totals with their W-9 column, W-9s on file. No date: now, since from the next payment on
    24 % must be withheld. A list that does not say who has one is a blind spot. Dollars: what was paid to them. IRC §6109(a)(2),
    §3406(a)(1)(A)."""
    percent = settings.of("vendor-without-w9", "percent")
    for one in vendor_lists(snapshot):
        if one.year < today.year - 1:
            continue
        try:
            limit = threshold("1099-nec", one.year).amount
        except Invalid:
            continue
        near = one.from_amount(limit * percent / 100)
        without = [vendor for vendor in near if vendor.w9 is False]
        if without:
            yield _without(snapshot, one, without, limit)
        elif near and all(vendor.w9 is None for vendor in near):
            yield BlindSpot(
                snapshot.client.ref,
                f"which vendors of {one.year} have a Form W-9 on file",
                f"{one.document.path} does not say: add the column to the report",
            )


def _without(snapshot: Snapshot, one: VendorList, without: list[Vendor], limit: Decimal) -> Signal:
    names = words.listed([f"{vendor.name} ({words.dollars(vendor.amount)})" for vendor in without])
    return Signal(
        slug="vendor-without-w9",
        cls="C",
        client_ref=snapshot.client.ref,
        subject=one.document.id,
        due=None,
        nominal_due=None,
        dollars=_dollars(without),
        headline=f"{words.count(len(without), 'vendor')} of {one.year} {'has' if len(without) == 1 else 'have'} no Form W-9 on file",
        rule=f"Asked for before a vendor reaches the reporting threshold, {words.dollars(limit)} in {one.year}.",
        why_now=f"{names}. Without a taxpayer number 24 % of further payments must be withheld.",
        next_step="Ask the client to get a Form W-9 before the next payment.",
        minutes=5,
        evidence=_evidence(without),
        basis="fact",
        waits_on_client=True,
    )
