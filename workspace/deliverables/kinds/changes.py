"""What two statements of one length say of each other, for the close report and the flux memo: totals, lines, margins, what follows sales.

Owns how lines are matched and which changes are large. Gives no cause: that is for the ledger's entries and a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from workspace.deliverables import statements
from workspace.deliverables.statements import Line, Statement
from workspace.deliverables.support import Printed, Support
from workspace.signals.thresholds import resolve
from workspace.snapshot import Snapshot
from workspace.tie_out import Fact, derive

TOTALS = {
    "revenue": "Revenue",
    "cost_of_sales": "Cost of sales",
    "gross_profit": "Gross profit",
    "net_income": "Net income",
}
SLUG = "flux-memo"
Row = dict[str, object]


@dataclass(frozen=True)
class Change:
    """A line of both statements, or of one. `percent` None: there was nothing before."""

    label: Line
    now: Fact | None
    before: Fact | None
    by: Fact
    percent: Fact | None

    @property
    def size(self) -> Decimal:
        return abs(Decimal(self.by.value))


def of(snapshot: Snapshot, latest: Statement, earlier: Statement) -> list[Change]:
    """Every line that differs, the largest change first."""
    found: list[Change] = []
    names = dict.fromkeys(one.name for one in (*latest.lines, *earlier.lines))
    for name in names:
        now, then = latest.line(name), earlier.line(name)
        change = _change(now, then)
        if change is not None and change.size:
            found.append(change)
    return sorted(found, key=lambda one: (-one.size, one.label.name))


def _change(now: Line | None, then: Line | None) -> Change | None:
    new = statements.read_amount("amount", now.amount) if now else None
    old = statements.read_amount("amount", then.amount) if then else None
    label = now or then
    if label is None:
        return None
    if new is None or old is None:
        only = new or old
        return Change(label, new, old, only, None) if only else None
    by = derive.difference("change", new, old)
    percent = derive.change("change", new, old) if Decimal(old.value) else None
    return Change(label, new, old, by, percent)


def percent_of(snapshot: Snapshot) -> Fact:
    """The percent from which a change is large: the firm's or the client's setting, a tenth without one."""
    return statements.setting(SLUG, "percent", f"{resolve(snapshot.settings).of(SLUG, 'percent').normalize():f}")


def large(changes: Sequence[Change], least: Fact, percent: Fact) -> list[Change]:
    """The changes of at least `least` dollars and `percent` of the earlier amount; what is new or gone counts by its dollars."""
    return [
        one
        for one in changes
        if one.size >= Decimal(least.value)
        and (one.percent is None or abs(Decimal(one.percent.value)) >= Decimal(percent.value))
    ]


def share_of(snapshot: Snapshot) -> Decimal:
    """The percent of the earlier revenue that a change must come to: the firm's or the client's setting, half a percent without one."""
    return resolve(snapshot.settings).of(SLUG, "of_revenue_percent")


def least_of(snapshot: Snapshot, earlier: Statement) -> Fact | None:
    """The dollars from which a change is large."""
    revenue = earlier.amount("revenue")
    part = f"{(share_of(snapshot) / 100).normalize():f}"
    share = statements.setting(SLUG, "of_revenue", part)
    factor = statements.number("factor", Decimal(part), share.evidence)
    return derive.product("least", revenue, factor) if revenue else None


def row(support: Support, change: Change) -> Row:
    return {
        "what": statements.label(support, change.label),
        "now": statements.printed(support, change.now),
        "before": statements.printed(support, change.before),
        "by": support.amount(change.by),
        "percent": statements.printed(support, change.percent),
    }


def total_row(support: Support, latest: Statement, earlier: Statement | None, name: str) -> Row | None:
    """A total of the statement beside the earlier one; None where the statement has none."""
    now = latest.amount(name)
    if now is None:
        return None
    then = earlier.amount(name) if earlier else None
    by = derive.difference("change", now, then) if then else None
    percent = derive.change("change", now, then) if then and Decimal(then.value) else None
    return {
        "what": support.plain(TOTALS[name]),
        "now": support.amount(now),
        "before": statements.printed(support, then),
        "by": statements.printed(support, by),
        "percent": statements.printed(support, percent),
    }


def margin(support: Support, one: Statement) -> Printed | None:
    """Gross profit in percent of revenue."""
    gross, revenue = one.amount("gross_profit"), one.amount("revenue")
    return support.amount(derive.share("gross margin", gross, revenue)) if gross and revenue else None


def followed(latest: Statement, earlier: Statement) -> tuple[Fact, Fact] | None:
    """The change of the cost of sales in two: what follows revenue at the earlier rate, and what is left; None without all four."""
    facts = [one.amount(name) for one in (latest, earlier) for name in ("cost_of_sales", "revenue")]
    if any(one is None or not Decimal(one.value) for one in facts):
        return None
    cost, revenue, cost_before, revenue_before = (one for one in facts if one is not None)
    rate = derive.ratio("rate", cost_before, revenue_before, places=4)
    expected = derive.product("follows revenue", derive.difference("change", revenue, revenue_before), rate)
    return expected, derive.difference("left", derive.difference("change", cost, cost_before), expected)
