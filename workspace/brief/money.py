"""The firm's money in the reader's clients: billed and collected since the scan before, old receivables, work over budget or unbilled."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from workspace.brief.material import OLD, Material
from workspace.money_sight import sees_money
from workspace.raised import Raised
from workspace.snapshot.model import ZERO

_CENT = Decimal("0.01")


def money(material: Material) -> dict[str, Any]:
    """`money`; empty for those who do not see money: they do the work and do not bill it.

    Billed and collected count whole days, from the day of the scan before through yesterday, so that every invoice is told of once."""
    if not sees_money(material.scope):
        return {}
    until = material.today - timedelta(days=1)
    billed = [row for row in material.bills if material.since <= row.issued_on <= until]
    paid = [row for row in material.payments if row.paid_on <= until]
    still_open = [one for one in material.raised if one.is_open]
    return {
        "since": material.since.isoformat(),
        "until": until.isoformat(),
        "billed": _sum(row.amount for row in billed),
        "billed_count": len(billed),
        "collected": _sum(row.amount for row in paid),
        "collected_count": len(paid),
        **_receivables(material, "ar_60", OLD),
        **_receivables(material, "ar_90", 90),
        **_raised(still_open, "over_budget", ("wip-over-budget",)),
        **_raised(still_open, "not_billed", ("done-not-billed", "wip-aged")),
    }


def _receivables(material: Material, name: str, days: int) -> dict[str, Any]:
    last = material.today - timedelta(days=days)
    old = [row for row in material.bills if row.due_on <= last and row.balance > 0]
    return {name: _sum(row.balance for row in old), f"{name}_clients": len({row.client_id for row in old})}


def _raised(signals: list[Raised], name: str, slugs: tuple[str, ...]) -> dict[str, Any]:
    """How many engagements, and what they come to; of an engagement with two such signals the larger amount counts."""
    value: dict[tuple[str, str], Decimal] = {}
    for one in signals:
        if one.slug in slugs:
            place = (one.client_id, one.engagement_ref or one.subject)
            value[place] = max(value.get(place, ZERO), one.dollars or ZERO)
    return {name: len(value), f"{name}_value": _sum(value.values())}


def _sum(amounts: Iterable[Decimal]) -> str:
    return str(sum(amounts, ZERO).quantize(_CENT))
