"""The signal of authorizations that do not reach what is in work: Form 8821 and Form 2848. Never asks an agency for anything."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from workspace.evidence import Evidence
from workspace.signals import words
from workspace.signals.filing_log import form_of
from workspace.signals.k1 import tax_year
from workspace.signals.signal import BlindSpot, Signal
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import Document, Snapshot

Raised = Iterator[Signal | BlindSpot]


@dataclass(frozen=True)
class Authorization:
    """A signed Form 8821 or 2848 with the returns and years it names."""

    document: Document
    forms: frozenset[str]
    years: frozenset[int]
    expires: date | None

    def covers(self, form: str, year: int) -> bool:
        return form in self.forms and year in self.years

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        facts = [self.document.fact(name) for name in ("form", "forms", "years", "expires_on")]
        return tuple(fact.evidence for fact in facts if fact is not None)


@dataclass(frozen=True)
class InWork:
    """A return and year that somebody works on, with what says so."""

    form: str
    year: int
    title: str
    engagement_ref: str | None
    evidence: tuple[Evidence, ...]


def authorization_missing(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """Of a client whose file holds a Form 8821 or 2848: (a) a return in work, or an open IRS notice, is of a form and year that none of
    them covers; (b) the last one that covers what is in work expires within 30 days (setting days), or expired in the last 30. Clients
    without any authorization are not meant: many work without. One whose years or forms could not be read is a blind spot, and then nothing
    is said to be uncovered. Data: authorizations, open returns, notices. Date: expiry; none for (a). Reg. 601.503, IRC §6103(c), §7525."""
    papers = snapshot.of_kind("authorization")
    read = [one for one in map(_read, papers) if one is not None]
    if not papers:
        return
    if len(read) < len(papers):
        unread = next(one for one in papers if _read(one) is None)
        yield BlindSpot(
            snapshot.client.ref,
            "which years and forms the firm is authorized for",
            f"they could not be read in {unread.path}: open it",
        )
        return
    soon = timedelta(days=settings.days("authorization-missing", "days"))
    wanted = list(_in_work(snapshot))
    valid = [one for one in read if one.expires is None or one.expires >= today]
    missing = [work for work in wanted if not any(one.covers(work.form, work.year) for one in read)]
    if missing:
        yield _uncovered(snapshot, read, missing)
    covering = [one for one in read if any(one.covers(work.form, work.year) for work in wanted)]
    last = max(covering, key=lambda one: one.expires or date.max, default=None)
    if last is not None and last.expires is not None and today - soon <= last.expires <= today + soon:
        yield _expiring(snapshot, today, last, last in valid)


def _read(document: Document) -> Authorization | None:
    forms = frozenset(
        form_of(text) for text in re.split(r"[,;/&]|\band\b", document.value("forms") or "") if text.strip()
    )
    years = frozenset(years_in(document.value("years") or ""))
    if not forms or not years:
        return None
    return Authorization(document, forms, years, document.day("expires_on"))


def years_in(text: str) -> list[int]:
    """The years that a field names: "2023-2025" and "2023 through 2025" are three, "2023, 2025" two. A span of more than 30 is none."""
    found: list[int] = []
    for match in re.finditer(
        r"((?:19|20)\d\d)(?:\s*(?:-|–|—|to|through|thru)\s*((?:19|20)\d\d))?", text, re.IGNORECASE
    ):
        first, last = int(match[1]), int(match[2] or match[1])
        found.extend(range(first, last + 1) if last - first <= 30 else ())
    return found


def _in_work(snapshot: Snapshot) -> Iterator[InWork]:
    for engagement in snapshot.engagements:
        year = tax_year(engagement)
        if engagement.is_return and engagement.is_open and engagement.stage != "not-started" and year is not None:
            evidence = (engagement.evidence("title"), engagement.evidence("period_end"))
            yield InWork(engagement.template, year, engagement.title, engagement.ref, evidence)
    for document in snapshot.of_kind("notice"):
        form, said = document.fact("tax_form"), document.fact("tax_year")
        ours = document.notice is None or document.notice.state == "open"
        if form is None or said is None or not said.value.isdigit() or not ours or not _federal(document):
            continue
        title = f"the notice in {document.path}"
        yield InWork(form_of(form.value), int(said.value), title, None, (form.evidence, said.evidence))


def _federal(document: Document) -> bool:
    return (document.value("agency") or "IRS") in ("IRS", "Internal Revenue Service")


def _uncovered(snapshot: Snapshot, read: list[Authorization], missing: list[InWork]) -> Signal:
    names = words.listed(list(dict.fromkeys(f"{one.year} Form {one.form}" for one in missing)))
    return Signal(
        slug="authorization-missing",
        cls="C",
        client_ref=snapshot.client.ref,
        subject=snapshot.client.ref,
        due=None,
        nominal_due=None,
        dollars=None,
        headline=f"No authorization covers {names}",
        rule="A Form 8821 or 2848 reaches the forms and years that it names, no others.",
        why_now=f"{missing[0].title[:1].upper()}{missing[0].title[1:]} is in work; the agency will not speak with the firm about it.",
        next_step="Have a new Form 2848 or 8821 signed that names these years.",
        minutes=10,
        evidence=(
            *(said for one in missing for said in one.evidence),
            *(said for one in read for said in one.evidence),
        ),
        basis="fact",
        engagement_ref=missing[0].engagement_ref,
        waits_on_client=True,
    )


def _expiring(snapshot: Snapshot, today: date, last: Authorization, valid: bool) -> Signal:
    expires = last.expires or today
    return Signal(
        slug="authorization-missing",
        cls="C",
        client_ref=snapshot.client.ref,
        subject=last.document.id,
        due=expires,
        nominal_due=expires,
        dollars=None,
        headline=f"The Form {last.document.value('form') or '8821 or 2848'} {'expires' if valid else 'expired'} on {words.day(expires)}",
        rule="The last authorization that covers what is in work is renewed before it runs out.",
        why_now=f"{words.day(expires)} is {words.away(expires, today)}, and no later one covers the same form and year.",
        next_step="Have a new one signed.",
        minutes=10,
        evidence=last.evidence,
        basis="fact",
        waits_on_client=True,
    )
