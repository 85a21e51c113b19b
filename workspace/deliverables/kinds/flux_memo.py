"""`flux-memo`: what moved between two periods of the books, for the file.

Inputs: the profit and loss it is about, the one before it, the general ledger of both. Sections: threshold, what moved, cost of sales,
causes, unexplained. Figures: the lines, their changes, the part of the cost of sales that follows revenue, the ledger's entries and what
they leave. It stays in the firm. A partner checks the causes: none is stated that no entry supports. Drafted by the night when a month's
margin swings.
"""

from datetime import date
from decimal import Decimal

from store.errors import Invalid
from workspace.deliverables import sources, statements
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.kinds import changes, entries
from workspace.deliverables.occasions import about, for_statement
from workspace.deliverables.support import Support
from workspace.snapshot import Snapshot

HALF = Decimal("0.5")
CHECKS = (
    "Causes: each is supported by entries, or stands among the unexplained",
    "Cut-off: what belongs to the other period",
    "Right client, right periods",
)


def occasion(snapshot: Snapshot, today: date, engagement_ref: str | None) -> str:
    """The client's latest statement that has one to compare with."""
    found = [one for one in statements.statements(snapshot) if statements.before(snapshot, one)]
    if not found:
        raise Invalid(
            f"two profit and loss statements of {snapshot.client.name} that can be compared are not on file: "
            "two months in a row, or the same period of two years"
        )
    return for_statement(found[-1].document.id)


def gather(snapshot: Snapshot, today: date, occasion: str) -> Gathered:
    """Raises Invalid when the statement is gone or has none to compare with."""
    latest = statements.of_document(snapshot, about(occasion))
    earlier = statements.before(snapshot, latest) if latest else None
    least = changes.least_of(snapshot, earlier) if earlier else None
    if latest is None or earlier is None or least is None:
        raise Invalid("there is no statement of the period before to compare with")
    support = Support(snapshot)
    partner = sources.signer(snapshot)
    moved = changes.of(snapshot, latest, earlier)
    percent, share = changes.percent_of(snapshot), changes.share_of(snapshot)
    large = changes.large(moved, least, percent)
    follows = changes.followed(latest, earlier)
    found = entries.behind(snapshot, latest, earlier, large)
    variables = {
        "client": support.client(),
        "now": statements.period(support, latest),
        "before": statements.period(support, earlier),
        "percent": support.amount(percent),
        "share": None
        if share == HALF
        else support.amount(statements.setting(changes.SLUG, "of_revenue_percent", f"{share.normalize():f}")),
        "least": support.amount(least),
        "totals": [row for name in changes.TOTALS if (row := changes.total_row(support, latest, earlier, name))],
        "margin": changes.margin(support, latest),
        "margin_before": changes.margin(support, earlier),
        "moved": [changes.row(support, one) for one in large],
        "ledger": found is not None,
        "causes": [entries.rows(support, one) for one in found or () if one.entries],
        "unexplained": [entries.rows(support, one) for one in found or () if Decimal(one.left.value)],
        "counted": support.counted("lines", [one.label.label.evidence for one in moved]) if moved else None,
        "follows": support.amount(follows[0]) if follows else None,
        "left": support.amount(follows[1]) if follows else None,
    }
    return Gathered(
        title=f"Flux memo: {snapshot.client.name}",
        cls="D",
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=(f"{partner.name} <{partner.email}>",) if partner else (),
        checks=CHECKS,
        unseen=(*_no_ledger(found is not None), *_unread(latest, earlier)),
    )


def _no_ledger(is_there: bool) -> tuple[str, ...]:
    return () if is_there else ("The entries behind a change: no general ledger of both periods is on file",)


def _unread(latest: statements.Statement, earlier: statements.Statement) -> tuple[str, ...]:
    bare = [one.document.path for one in (latest, earlier) if not one.lines]
    return tuple(f"The lines of {path}: only its totals could be read" for path in bare)
