"""`concentration-memo`: how much hangs on one customer of the client, or on this client for the firm.

Inputs: the receivables report by customer and the ones before it; or the firm's billing of twelve months with this client's part. Sections:
share, trend, exposure, options. Figures: shares, amounts, what is past due. The memo on customers goes to the client's main contact, the
one on the firm's own revenue to the partner. Drafted by the night when either concentration is raised; the firm's total is read by the
night only, so on demand the memo is about customers.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from store.errors import Invalid
from workspace.deliverables import sources, statements
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.occasions import about, for_customers
from workspace.deliverables.support import Support
from workspace.evidence import RecordEvidence
from workspace.snapshot import Document, Fact, Snapshot
from workspace.tie_out import Fact as Proven
from workspace.tie_out import derive, from_record

CHECKS = (
    "The facts: names, amounts, day of the report",
    "No advice beyond the letter; options, not a recommendation",
    "Who reads it: another customer's name is the client's own affair, this client's share is the firm's",
)
_FIRM_CHECKS = (
    "Independence: what the share means under the firm's own policy",
    "The period of twelve months",
    "It stays in the firm",
)
_MOST = 5
_LATE = ("1-30", "31-60", "61-90", "90+")
Row = dict[str, object]


def occasion(snapshot: Snapshot, today: date, engagement_ref: str | None) -> str:
    """The client's latest receivables report by customer."""
    found = statements.age(snapshot, "ar-aging")
    if found is None or not _customers(found[1]):
        raise Invalid(f"no receivables report of {snapshot.client.name} by customer is on file")
    return for_customers(found[1].id)


def gather(snapshot: Snapshot, today: date, occasion: str) -> Gathered:
    """Raises Invalid when the report is gone, or the firm's total is not known."""
    return (
        _of_firm(snapshot, today) if occasion.startswith("share:") else _of_customers(snapshot, today, about(occasion))
    )


def _customers(report: Document) -> list[tuple[Fact, Fact, dict[str, Fact]]]:
    """The customers that owe something, the largest first, with their rows."""
    found = [(row["customer"], row["total"], row) for row in report.rows() if "customer" in row and "total" in row]
    owing = [one for one in found if (one[1].number or 0) > 0]
    return sorted(owing, key=lambda one: (-(one[1].number or Decimal(0)), one[0].value))


def _of_customers(snapshot: Snapshot, today: date, report_id: str) -> Gathered:
    report = next((one for one in snapshot.of_kind("ar-aging") if one.id == report_id), None)
    customers = _customers(report) if report else []
    whole = statements.read_amount("total", report.fact("total")) if report else None
    if report is None or whole is None or not customers or Decimal(whole.value) <= 0:
        raise Invalid("the receivables report is not on file any more, or its totals could not be read")
    support = Support(snapshot)
    contact, as_of = sources.addressee(snapshot), report.fact("as_of")
    first, most = customers[0], _MOST if len(customers) > _MOST + 1 else len(customers)
    variables = {
        **support.greeting(contact),
        "firm": False,
        "as_of": support.day(as_of.day, as_of.evidence) if as_of else None,
        "whole": support.amount(whole),
        "most": _row(support, first, whole),
        "counted": support.counted("customers", [one[0].evidence for one in customers]),
        "rows": [_row(support, one, whole) for one in customers[:most]],
        "others": _others(support, customers[most:], whole),
        "trend": list(_trend(support, report, first[0].value)),
        "late": _late(support, first[2]),
    }
    return Gathered(
        title=f"Customer concentration: {snapshot.client.name}",
        cls="D",
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=sources.recipient(contact),
        checks=CHECKS,
        unseen=(*support.unseen_of_contact(contact), *_unseen(snapshot)),
    )


def _row(support: Support, one: tuple[Fact, Fact, dict[str, Fact]], whole: Proven) -> Row:
    name, owed, _ = one
    amount = from_record("owed", "money", owed.value, owed.evidence)
    return {
        "name": support.words(name.value, name.evidence, name=True),
        "owed": support.amount(amount),
        "share": support.amount(derive.share("share", amount, whole)),
    }


def _others(support: Support, rest: list[tuple[Fact, Fact, dict[str, Fact]]], whole: Proven) -> Row | None:
    """The customers below the largest in one line; None where each has its own."""
    if not rest:
        return None
    owed = derive.total("others", [from_record("owed", "money", one.value, one.evidence) for _, one, _ in rest])
    return {
        "counted": support.counted("other customers", [one[0].evidence for one in rest]),
        "owed": support.amount(owed),
        "share": support.amount(derive.share("share", owed, whole)),
    }


def _trend(support: Support, report: Document, name: str) -> Iterator[Row]:
    """The same customer's share in earlier reports, oldest first."""
    dated = sorted(
        (day, one.path, one) for one in support.snapshot.of_kind("ar-aging") if (day := one.day("as_of")) is not None
    )
    for day, _, one in dated:
        whole, as_of = statements.read_amount("total", one.fact("total")), one.fact("as_of")
        same = next((each for each in _customers(one) if each[0].value == name), None)
        if one.id != report.id and same is not None and whole is not None and as_of is not None:
            yield {"day": support.day(day, as_of.evidence), "share": _row(support, same, whole)["share"]}


def _late(support: Support, row: dict[str, Fact]) -> object:
    """What of the customer's debt is past due; None where nothing is."""
    parts = [statements.read_amount(name, row.get(name)) for name in _LATE]
    known = [one for one in parts if one is not None and Decimal(one.value)]
    return support.total(known) if known else None


def _unseen(snapshot: Snapshot) -> Iterator[str]:
    yield "Sales by customer: the report says what is owed, not what was sold"
    if len(snapshot.of_kind("ar-aging")) < 2:
        yield "The trend: only one receivables report is on file"


def _of_firm(snapshot: Snapshot, today: date) -> Gathered:
    firm, partner = snapshot.firm, sources.signer(snapshot)
    if firm is None or firm.billed <= 0:
        raise Invalid("what the firm billed in all is read by the night only: the memo is drafted with the next scan")
    bills = [one for one in snapshot.invoices if firm.first <= one.issued_on <= firm.last]
    before = [one for one in snapshot.invoices if one.issued_on < firm.first]
    if not bills:
        raise Invalid(f"{snapshot.client.name} was billed nothing in the last twelve months")
    support = Support(snapshot)
    span = RecordEvidence("firm:billed", f"{firm.first.isoformat()} to {firm.last.isoformat()}", str(firm.billed))
    whole = from_record("billed by the firm", "money", firm.billed, span)
    mine = _sum([from_record("invoice", "money", one.amount, one.evidence("amount")) for one in bills])
    due = [support.balance(one.invoice, today) for one in sources.open_invoices(snapshot, today)]
    largest = max(bills, key=lambda one: (one.amount, one.number))
    variables = {
        "client": support.client(),
        "firm": True,
        "first": support.day(firm.first, RecordEvidence("firm:billed", "first day", firm.first.isoformat())),
        "last": support.day(firm.last, RecordEvidence("firm:billed", "last day", firm.last.isoformat())),
        "whole": support.amount(whole),
        "mine": support.amount(mine),
        "share": support.amount(derive.share("share", mine, whole)),
        "earlier": support.amount(
            _sum([from_record("invoice", "money", b.amount, b.evidence("amount")) for b in before])
        )
        if before
        else None,
        "largest": support.money(largest.amount, largest.evidence("amount")),
        "largest_number": support.words(largest.number, largest.evidence("number"), name=True),
        "largest_share": support.amount(
            derive.share("share", from_record("invoice", "money", largest.amount, largest.evidence("amount")), mine)
        ),
        "open": support.total(due) if due else None,
    }
    return Gathered(
        title=f"Share of the firm's revenue: {snapshot.client.name}",
        cls="C",
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=(f"{partner.name} <{partner.email}>",) if partner else (),
        checks=_FIRM_CHECKS,
        unseen=("The firm's total of the year before", "What is agreed for the coming year"),
    )


def _sum(parts: list[Proven]) -> Proven:
    return parts[0] if len(parts) == 1 else derive.total("billed", parts)
