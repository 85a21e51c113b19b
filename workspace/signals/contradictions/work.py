"""Agreed services, closed periods and the kind of return against the work on record. Never opens an engagement."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from workspace.evidence import Evidence, RecordEvidence
from workspace.signals import words
from workspace.signals.contradictions.found import SLUG, Contradiction
from workspace.signals.contradictions.money import prints
from workspace.signals.names import ids_differ, same_name
from workspace.signals.sides import Sides
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import Document, Engagement, Fact, Snapshot

# What a letter calls a service, and the templates of the work that is meant.
_SERVICES: dict[str, tuple[str, tuple[str, ...]]] = {
    "Form 1120-S": (r"\bform 1120-?s\b", ("1120-S",)),
    "Form 1120": (r"\bform 1120(?!-?s)\b", ("1120",)),
    "Form 1065": (r"\bform 1065\b", ("1065",)),
    "Form 1040": (r"\bform 1040(?!-?es)\b", ("1040",)),
    "Form 1041": (r"\bform 1041\b", ("1041",)),
    "Form 990": (r"\bform 990\b", ("990",)),
    "payroll": (r"\bpayroll (?:processing|tax returns?|returns?)\b|\bforms? 941\b", ("payroll",)),
    "bookkeeping": (
        r"\bbookkeeping\b|\bmonthly close\b|\bcoding and reconciliation\b",
        ("bookkeeping", "monthly-close"),
    ),
    "sales tax": (r"\bsales (?:and use )?tax returns?\b", ("sales-tax",)),
    "audit": (r"\baudit of the\b", ("audit",)),
    "review": (r"\breview of the\b[^;]{0,30}\bfinancial statements\b", ("review",)),
    "compilation": (r"\bcompil(?:ation|e|ing) (?:of )?the\b", ("compilation",)),
}
_EXCLUDES = re.compile(r"\b(?:not|no|exclud\w+|except|other than|outside)\b", re.IGNORECASE)
_CLOSES = ("monthly-close", "bookkeeping")
_CLOSED = ("in-review", "ready-to-file", "done", "filed")
_CORPORATE = ("1120", "1065")


def letter_services(snapshot: Snapshot, today: date, settings: Thresholds) -> Iterator[Contradiction]:
    """A letter whose period is not over for more than a year agrees a service for which no work of that period is on record; or prints the
    ref of work whose service it does not list. Other letters of the client and work of any stage count."""
    for letter in snapshot.of_kind("engagement-letter"):
        services, start, end = letter.fact("services"), letter.day("period_start"), letter.day("period_end")
        if services is None or start is None or end is None or end < today - timedelta(days=365):
            continue
        if letter.value("client_name") and not same_name(letter.value("client_name"), snapshot.client.name):
            continue
        listed = _listed(services.value)
        there = [one for one in snapshot.engagements if _overlaps(one, start, end)]
        if not there or not listed:
            continue
        missing = [name for name in listed if not any(one.template in _SERVICES[name][1] for one in there)]
        unlisted = [one for one in there if _unlisted(one, listed) and prints(letter, one.ref)]
        if missing:
            yield _services(
                snapshot, letter, services, there, f"agrees {words.listed(missing)}, for which no work is on record"
            )
        elif unlisted:
            yield _services(
                snapshot, letter, services, unlisted, f"is for {unlisted[0].ref} and does not list {unlisted[0].title}"
            )


def _listed(services: str) -> list[str]:
    items = [item for item in services.split(";") if not _EXCLUDES.search(item)]
    return [
        name for name, (said, _) in _SERVICES.items() if any(re.search(said, item, re.IGNORECASE) for item in items)
    ]


def _unlisted(engagement: Engagement, listed: list[str]) -> bool:
    names = [name for name, (_, templates) in _SERVICES.items() if engagement.template in templates]
    return bool(names) and not any(name in listed for name in names)


def _overlaps(engagement: Engagement, start: date, end: date) -> bool:
    """Work without dates may be of any period."""
    return (engagement.period_start is None or engagement.period_start <= end) and (
        engagement.period_end is None or engagement.period_end >= start
    )


def _services(
    snapshot: Snapshot, letter: Document, services: Fact, there: list[Engagement], says: str
) -> Contradiction:
    recorded = "; ".join(one.title for one in there)
    held = RecordEvidence(f"client:{snapshot.client.ref}", "engagements", recorded)
    return Contradiction(
        letter.id,
        f"The letter in {letter.path} {says}",
        f"On record for that period: {recorded}.",
        "Open the work that was agreed, or have the letter amended.",
        (services.evidence, held),
        Sides(
            "Services",
            "services",
            recorded,
            services.value,
            held,
            services.evidence,
            why_not="Work is opened as an engagement, with its owner and its dates: that is not done from a letter alone.",
        ),
    )


def statement_before_close(snapshot: Snapshot, today: date, settings: Thresholds) -> Iterator[Contradiction]:
    """A close is in review or done, and the last statement of a bank account ends before the close's period does, within the last
    days of it (setting close_days). Also where the trial balance says that the books are closed to a month end and the last statement
    stops short within that month."""
    days = settings.days(SLUG, "close_days")
    for account, statements in _by_account(snapshot).items():
        end, last = max(
            ((d, one) for one in statements if (d := one.day("period_end"))), key=lambda p: (p[0], p[1].path)
        )
        close = next((one for one in snapshot.engagements if _ends_later(one, end, today, days)), None)
        fact = last.fact("period_end")
        if fact is None:
            continue
        if close is not None and close.period_end is not None:
            yield _short(last, fact, account, close.evidence("period_end"), close.period_end, close.ref)
            continue
        books = next((one for one in snapshot.of_kind("trial-balance") if _stops_short(one, end)), None)
        as_of = books.fact("as_of") if books is not None else None
        if as_of is not None and as_of.day is not None:
            yield _short(last, fact, account, as_of.evidence, as_of.day, None)


def _by_account(snapshot: Snapshot) -> dict[str, list[Document]]:
    found: dict[str, list[Document]] = {}
    for one in snapshot.of_kind("bank-statement"):
        account = one.value("account_last4")
        if account and one.day("period_end") is not None:
            found.setdefault(account, []).append(one)
    return dict(sorted(found.items()))


def _ends_later(close: Engagement, end: date, today: date, days: int) -> bool:
    if close.template not in _CLOSES or close.stage not in _CLOSED or close.period_end is None:
        return False
    return close.period_end <= today and timedelta(0) < close.period_end - end <= timedelta(days=days)


def _stops_short(books: Document, end: date) -> bool:
    as_of = books.day("as_of")
    if as_of is None or (as_of + timedelta(days=1)).day != 1:
        return False
    return (as_of.year, as_of.month) == (end.year, end.month) and end < as_of


def _short(statement: Document, fact: Fact, account: str, held: Evidence, end: date, ref: str | None) -> Contradiction:
    stated = fact.day or end
    return Contradiction(
        statement.id,
        f"The last statement of account {account} ends on {words.day(stated)}, the books are closed to {words.day(end)}",
        f"{words.count((end - stated).days, 'day')} of the period are not on any statement.",
        "Get the statement that covers the end of the period before the close is relied on.",
        (fact.evidence, held),
        Sides(
            f"Account {account}, end of period",
            "period_end",
            end.isoformat(),
            fact.value,
            held,
            fact.evidence,
            why_not="The close is done anew when the statement is there; no record of ours changes.",
        ),
        engagement_ref=ref,
    )


def elected_entity(snapshot: Snapshot, today: date, settings: Thresholds) -> Iterator[Contradiction]:
    """An election to be an S corporation was granted, and for a year from then on a Form 1120 or 1065 of the client was prepared; or the
    record still has the client as one that files it."""
    granted = [one for one in snapshot.of_kind("election") if _granted(one)]
    if not granted:
        return
    election = min(granted, key=lambda one: (one.day("effective") or date.max, one.path))
    effective = election.fact("effective")
    if effective is None or effective.day is None or effective.day > today:
        return
    client = snapshot.client
    if client.entity_type in _CORPORATE:
        held = client.evidence("entity_type")
        yield Contradiction(
            election.id,
            f"The S election is in effect since {words.day(effective.day)}, the record files Form {client.entity_type}",
            "A return of the wrong kind is no return.",
            "Correct the record, and see that the year's return is an 1120-S.",
            (effective.evidence, held),
            Sides(
                "Files as",
                "entity_type",
                held.value,
                "1120-S",
                held,
                effective.evidence,
                held.record,
                (("entity_type", held.value, "1120-S"),),
            ),
        )
    for paper in snapshot.of_kind("tax-return"):
        form, year = paper.fact("form"), paper.value("tax_year") or ""
        theirs = ids_differ(paper.value("taxpayer_id"), client.tax_id)
        if (
            form is None
            or form.value not in _CORPORATE
            or theirs
            or not year.isdigit()
            or int(year) < effective.day.year
        ):
            continue
        yield Contradiction(
            paper.id,
            f"The {year} return was prepared as Form {form.value}, the S election is in effect since {words.day(effective.day)}",
            "A return of the wrong kind is no return.",
            "Prepare Form 1120-S for that year before anything is filed.",
            (form.evidence, effective.evidence),
            Sides(
                f"Return of {year}",
                "form",
                f"1120-S since {effective.value}",
                form.value,
                effective.evidence,
                form.evidence,
                why_not="The election stands; the return is prepared anew.",
            ),
        )


def _granted(election: Document) -> bool:
    """CP261 grants; a Form 2553 by itself only asks."""
    return election.value("form") == "CP261" or election.day("granted_on") is not None
