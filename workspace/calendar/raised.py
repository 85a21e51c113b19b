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
from workspace.calendar.model import Dated
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


def of_raised(material: Material, of: OfClient, raised: Raised) -> Dated:
    """The date of a raised signal that has one."""
    assert raised.due is not None  # gather.py reads dated ones only
    table = _counted(raised.evidence, raised.due)
    who = raised.delegate_id or next((one for one in raised.people if one in material.people), None)
    owner = material.people.get(who or "")
    client = of.facts.client
    read = raised.basis != "record"
    how = [*(table.how if table else (*_SENTENCE.split(raised.rule), raised.why_now))]
    if read and not any("confirm" in sentence for sentence in how):
        how.append("Read from the page: confirm.")
    slack, words = _slack(raised, material.today)
    return Dated(
        key=stable_id("day", client.ref, raised.slug, raised.subject),
        kind=SLUGS[raised.slug],
        cls=raised.cls,
        client_id=client.id,
        client_ref=client.ref,
        client=client.name,
        title=raised.headline,
        engagement_ref=raised.engagement_ref,
        stage=None,
        owner_id=owner.id if owner else None,
        owner=owner.name if owner else None,
        people=frozenset(raised.people) | frozenset([who] if who else _serving(of)),
        nominal=raised.nominal_due or raised.due,
        rolled=table.rolled if table else raised.due,
        due=raised.due,
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
        done=False,
        missed=raised.due < material.today,
    )


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
