"""A client's health: flags with a name, each with why it stands and what proves it. Pure: made of what the last scan raised and read.

Owns which signals make which flag. There is no score, and an unseen client is never a healthy one: that it was not seen is a flag.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from workspace.raised import Raised
from workspace.signals.notices import FAMILIES

FLAGS: Mapping[str, str] = {
    "right": "A right may be lost",
    "missed": "A date was missed",
    "time": "Time runs out",
    "notice": "A notice is open",
    "filing": "A filing or payment is open",
    "contradiction": "The file contradicts itself",
    "unanswered": "We owe an answer",
    "silent": "The client is silent",
    "waiting": "We wait for papers",
    "books": "The books are behind",
    "signature": "A signature is missing",
    "budget": "Work outgrows its fee",
    "unpaid": "Bills are unpaid",
    "unbilled": "Work is not billed",
    "business": "The client’s business",
    "concentration": "Much of our revenue",
    "other": "Something else is raised",
    "unseen": "Not fully seen",
}
_BY_SLUG: Mapping[str, str] = {
    **dict.fromkeys(FAMILIES, "notice"),
    "notice-unopened": "notice",
    **dict.fromkeys(("return-at-risk", "extension-needed", "extension-payment"), "time"),
    "return-overdue": "missed",
    **dict.fromkeys(
        ("efile-rejected", "efile-unacknowledged", "esign-out", "payroll-deposit", "payroll-return"), "filing"
    ),
    **dict.fromkeys(("sales-tax-return", "information-returns", "deferrals-late", "estimate-due"), "filing"),
    **dict.fromkeys(("nexus-approaching", "vendor-without-w9", "estimate-stale", "election-s-corp"), "filing"),
    "document-contradicts-record": "contradiction",
    **dict.fromkeys(("message-unanswered", "promise-due"), "unanswered"),
    **dict.fromkeys(("client-silent", "no-client-contact"), "silent"),
    **dict.fromkeys(("request-overdue", "k1-awaited", "onboarding-stalled"), "waiting"),
    **dict.fromkeys(
        ("close-late", "uncategorized-balance", "trial-balance-off", "duplicate-or-missing-document"), "books"
    ),
    **dict.fromkeys(
        ("letter-unsigned", "letter-expiring", "authorization-missing", "fee-agreement-unsigned"), "signature"
    ),
    **dict.fromkeys(("wip-over-budget", "fixed-fee-underwater", "realization-drop", "scope-creep"), "budget"),
    "ar-aging": "unpaid",
    **dict.fromkeys(("done-not-billed", "wip-aged"), "unbilled"),
    **dict.fromkeys(("covenant-near", "cash-runway", "margin-swing", "customer-concentration"), "business"),
    **dict.fromkeys(("related-party", "officer-compensation", "document-expiring"), "business"),
    "firm-concentration": "concentration",
}
# Raised at a client, but about somebody of the firm.
_NOT_OF_CLIENT = frozenset({"capacity-overload"})


@dataclass(frozen=True)
class Reason:
    """Why a flag stands: what is so, why now, and the evidence as JSON. `key` is the signal's, None for what no signal says."""

    what: str
    why: str
    cls: str
    due: date | None
    key: str | None
    evidence: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Flag:
    """A named flag. `severe`: a right or a date is at stake, the red state. `head` is what its first reason says, "" where no reason was
    read."""

    slug: str
    name: str
    severe: bool
    reasons: tuple[Reason, ...]
    head: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "flag": self.slug,
            "name": self.name,
            "severe": self.severe,
            "reasons": [
                {
                    "what": one.what,
                    "why": one.why,
                    "class": one.cls,
                    "due": one.due.isoformat() if one.due else None,
                    "signal": one.key,
                    "evidence": [dict(piece) for piece in one.evidence],
                }
                for one in self.reasons
            ],
        }


def flags_of(
    raised: Iterable[Raised],
    deadlines: Sequence[Mapping[str, Any]],
    unseen: Sequence[tuple[str, str]],
    today: date,
) -> tuple[Flag, ...]:
    """The flags in the order of FLAGS. `deadlines` are what the scan read of open work (client_reading.py), `unseen` pairs of what could
    not be judged and why."""
    found: dict[str, list[Reason]] = {}
    told: set[str | None] = set()
    for one in raised:
        if one.is_open and one.slug not in _NOT_OF_CLIENT:
            found.setdefault(_flag_of(one), []).append(_reason(one))
            if one.slug in ("return-overdue", "return-at-risk", "extension-needed"):
                told.add(one.engagement_ref)
    for row in deadlines:
        slug = _time_of(row, today)
        if slug is not None and row["ref"] not in told:
            found.setdefault(slug, []).append(_of_deadline(row, slug))
    for what, why in unseen:
        found.setdefault("unseen", []).append(Reason(what, why, "D", None, None, ()))
    return tuple(
        Flag(slug, name, slug in ("right", "missed"), tuple(found[slug]), found[slug][0].what)
        for slug, name in FLAGS.items()
        if slug in found
    )


def _flag_of(one: Raised) -> str:
    if one.cls == "A":
        return "right"
    if one.missed and one.cls == "B":
        return "missed"
    return _BY_SLUG.get(one.slug, "other")


def _reason(one: Raised) -> Reason:
    return Reason(one.headline, one.why_now, one.cls, one.due, one.key, one.evidence)


def _time_of(row: Mapping[str, Any], today: date) -> str | None:
    """Whether an open date is missed or leaves no time; None when neither."""
    if date.fromisoformat(row["due"]) < today:
        return "missed"
    return "time" if float(row["slack_days"]) <= 0 else None


def _of_deadline(row: Mapping[str, Any], slug: str) -> Reason:
    due = date.fromisoformat(row["due"])
    if slug == "missed":
        why = f"It was due on {due:%B} {due.day}, {due.year} and is not finished."
    else:
        why = f"Due on {due:%B} {due.day}, {due.year}; after the work that remains {row['slack_days']} business days are left."
    record = {"kind": "record", "record": f"engagement:{row['ref']}", "field": "due", "value": row["due"]}
    return Reason(str(row["title"]), why, "B", due, None, (record,) if row["ref"] else ())
