"""Dates that only a scan can see (notices, deposits, estimates, elections), from what the last one raised.

Where a signal's evidence says how its date was counted, the date is counted again here, so that it shows authority and every step.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from store.errors import Invalid
from store.ids import stable_id
from workspace.calendar.gather import Material, OfClient
from workspace.calendar.model import Dated, Entry
from workspace.deadlines import Deadline
from workspace.deadlines.again import again
from workspace.raised import Raised
from workspace.signals.days import business_days_to
from workspace.signals.notices import FAMILIES

SLUGS: Mapping[str, str] = {
    **dict.fromkeys(FAMILIES, "notice"),
    "refund-claim-disallowed": "refund",
    "refund-claim-closing": "refund",
    "election-83b": "election",
    "election-s-corp": "election",
    "estimate-due": "estimate",
    "payroll-deposit": "payroll",
    "payroll-return": "payroll",
    "deferrals-late": "payroll",
    "information-returns": "information",
    "sales-tax-return": "sales-tax",
    "efile-rejected": "e-file",
    "promise-due": "promise",
    "document-expiring": "expiry",
}
_COUNTED = re.compile(r"due\((?P<rule>[^,;]+), (?P<form>[^;]*); (?P<inputs>.*)\) = (?P<day>\d{4}-\d\d-\d\d)")
_SENTENCE = re.compile(r"(?<=\.)\s+(?=[A-Z])")
_TENTH = Decimal("0.1")


def entry_of(material: Material, of: OfClient, raised: Raised) -> Entry:
    """The date of a raised signal that has one, as far as it is chosen and counted."""
    assert raised.due is not None  # gather.py reads dated ones only
    who, client = _owner(material, raised), of.facts.client
    return Entry(
        key=stable_id("day", client.ref, raised.slug, raised.subject),
        kind=SLUGS[raised.slug],
        cls=raised.cls,
        client_ref=client.ref,
        client=client.name,
        title=raised.headline,
        due=raised.due,
        people=frozenset(raised.people) | frozenset([who] if who else _serving(of)),
        done=False,
        missed=raised.due < material.today,
    )


def of_raised(material: Material, of: OfClient, raised: Raised, entry: Entry) -> Dated:
    """The same with all that lies behind it."""
    table = _counted(raised.evidence, entry.due)
    owner = material.people.get(_owner(material, raised) or "")
    read = raised.basis != "record"
    how = [*(table.how if table else (*_SENTENCE.split(raised.rule), raised.why_now))]
    if read and not any("confirm" in sentence for sentence in how):
        how.append("Read from the page: confirm.")
    slack, words = _slack(raised, material.today)
    return Dated(
        **entry._asdict(),
        client_id=of.facts.client.id,
        engagement_ref=raised.engagement_ref,
        stage=None,
        owner_id=owner.id if owner else None,
        owner=owner.name if owner else None,
        nominal=raised.nominal_due or entry.due,
        rolled=table.rolled if table else entry.due,
        because=table.rolled_because if table else None,
        extended=False,
        extendable_to=None,
        postponed_by=table.postponed_by if table else None,
        rule_id=table.rule_id if table else raised.slug,
        authority=table.authority if table else raised.rule,
        years=table.years if table else "",
        roll_policy=table.roll_policy if table else "",
        computed=table is not None,
        confirm=read or (table is not None and table.confirm),
        how=tuple(one for one in how if one),
        slack_days=slack,
        slack_how=words,
        hours_left=None,
        progress=None,
    )


def _owner(material: Material, raised: Raised) -> str | None:
    return raised.delegate_id or next((one for one in raised.people if one in material.people), None)


def _serving(of: OfClient) -> tuple[str, ...]:
    return tuple(one for one in (of.facts.client.manager_id or of.facts.client.partner_id,) if one)


def _slack(raised: Raised, today: date) -> tuple[Decimal, str]:
    """The slack that the scan computed, less the business days since."""
    assert raised.due is not None
    if raised.slack_days is None:
        days = Decimal(business_days_to(today, raised.due))
        return days.quantize(_TENTH), f"{days} business days to the date; no work is counted."
    since = business_days_to(raised.as_of, today)
    at = f"The scan of {raised.as_of:%B} {raised.as_of.day} computed {raised.slack_days} business days of slack"
    return (Decimal(raised.slack_days) - since).quantize(_TENTH), at + (f"; {since} have passed." if since else ".")


def _counted(evidence: Sequence[Mapping[str, Any]], day: date) -> Deadline | None:
    """The deadline that some piece of derived evidence counts to that day; None where none does."""
    for formula in _formulas(evidence):
        found = _COUNTED.fullmatch(formula)
        if found is None or found["day"] != day.isoformat():
            continue
        inputs = dict(pair.split("=", 1) for pair in found["inputs"].split("; ") if "=" in pair)
        try:
            deadline = again(found["rule"], found["form"], inputs)
        except (Invalid, KeyError, ValueError):
            continue  # a rule of the table has changed since the scan: the scan's own words stand
        if deadline.due == day:
            return deadline
    return None


def _formulas(evidence: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for one in evidence:
        if one.get("kind") == "derived":
            yield str(one["formula"])
            yield from _formulas(one.get("inputs", ()))
