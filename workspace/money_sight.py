"""Who sees the firm's money: fees, invoices, payments, what time is worth, money in trust. The one place that decides.

With `money:see` all of it; without it hours, dates and stages, and that there is money elsewhere. Prices of a letter are seen by who writes
letters (workspace/letters): she could not write it otherwise. What a document of the client says is no secret of the firm's.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, func, true

from store.tables import SignalRow
from workspace.raised import Raised
from workspace.scope import Right, Scope
from workspace.snapshot.model import Snapshot

TOLD = "shown to those who see money"
SIGNALS = frozenset(
    {
        "ar-aging",
        "done-not-billed",
        "fee-agreement-unsigned",
        "firm-concentration",
        "fixed-fee-underwater",
        "realization-drop",
        "scope-creep",
        "trust-low",
        "trust-unreconciled",
        "wip-aged",
    }
)
"""Signals that are about the firm's money with this client, by slug. A penalty or a balance due to an agency is the client's."""
FEES = ("annual_fee", "fee")
OVER, OF_FEE = "wip-over-budget", " of its fee"
"""Hours over a budget of hours concern whoever works them, without what they are worth; a fee that is used up does not."""


def sees_money(scope: Scope) -> bool:
    """Whether the asker sees amounts."""
    return scope.has(Right.MONEY_SEE)


def amount(scope: Scope, value: Decimal | None) -> Decimal | None:
    """An amount as the asker sees it: None without the right."""
    return value if sees_money(scope) else None


def without_amounts(scope: Scope, values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """What somebody sets, without amounts that she is not shown: an empty field of theirs says nothing. Raises Forbidden, naming the right,
    for one that she sets all the same."""
    if sees_money(scope):
        return dict(values)
    if any(values.get(name) not in (None, "") for name in names):
        scope.require(Right.MONEY_SEE)
    return {name: value for name, value in values.items() if name not in names}


def shown_signals(scope: Scope) -> ColumnElement[bool]:
    """The condition on `SignalRow` that the asker sees what it is about: neither the firm's money, nor a fee that a paper states otherwise
    than the record."""
    if sees_money(scope):
        return true()
    field = SignalRow.detail["sides"][0]["field"].as_string()
    of_fee = and_(SignalRow.slug == OVER, SignalRow.headline.endswith(OF_FEE))
    return and_(SignalRow.slug.not_in(SIGNALS), func.coalesce(field, "").not_in(FEES), ~of_fee)


def quiet(scope: Scope, raised: Raised) -> Raised:
    """A signal as the asker sees it: what is at stake is much of it counted in the client's fee."""
    if sees_money(scope):
        return raised
    if raised.slug != OVER:
        return replace(raised, dollars=None)
    # the last of its evidence is what the hours are worth, and so is what stands before the first semicolon
    said = raised.why_now.partition("; ")[2]
    return replace(raised, dollars=None, why_now=said[:1].upper() + said[1:], evidence=raised.evidence[:-1])


def as_seen(scope: Scope, snapshot: Snapshot) -> Snapshot:
    """The snapshot for somebody to read: without the right no fees, rates, invoices, expenses or trust money are in it. Not for what the
    software works out or drafts."""
    if sees_money(scope):
        return snapshot
    bare: dict[str, Any] = dict.fromkeys(("invoices", "trust"), ())
    return replace(
        snapshot,
        client=replace(snapshot.client, annual_fee=None),
        engagements=tuple(replace(one, fee=None) for one in snapshot.engagements),
        time=tuple(replace(one, rate=None) for one in snapshot.time),
        people={key: replace(one, standard_rate=None) for key, one in snapshot.people.items()},
        **bare,
    )


def brief_as_seen(scope: Scope, payload: Mapping[str, Any]) -> dict[str, Any]:
    """A brief as it is read today: one that was written while she saw money loses it."""
    if sees_money(scope) or not payload.get("money"):
        return dict(payload)
    kept = dict(payload) | {"money": {}}
    for section in ("needs_you", "worth_a_look"):
        cards = [card for card in payload.get(section, ()) if not set(card.get("slugs", ())) & {*SIGNALS, OVER}]
        kept[section] = [{**card, "dollars": None} if "dollars" in card else card for card in cards]
    kept["changed"] = [row for row in payload.get("changed", ()) if row.get("kind") != "payment"]
    return kept
