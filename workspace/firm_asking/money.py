"""Money over all clients: who owes what for how long, what is unbilled, what was billed. A fixed number of queries each; sums are made
here."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import quote

from sqlalchemy import func, select, type_coerce

from store import tables
from store.types import Money
from workspace.evidence import RecordEvidence
from workspace.firm_asking.grammar import FirmQuestion
from workspace.firm_asking.table import FirmAnswer, FirmLine, Mine, mine, summed
from workspace.scope import Scope
from workspace.signals.proof import difference, product, total
from workspace.signals.words import count, day, dollars

ZERO = Decimal(0)
_SHOWN = 12  # rows behind a sum that are cited one by one


@dataclass(frozen=True)
class _Bill:
    number: str
    issued: date
    due: date
    amount: Decimal
    paid: Decimal

    @property
    def balance(self) -> Decimal:
        return self.amount - self.paid


def owes(scope: Scope, asked: FirmQuestion) -> FirmAnswer:
    """Clients with unpaid invoices; with `days`, what is past due by more than that; with `over`, more dollars than that."""
    of = mine(scope, asked)
    latest = scope.today - timedelta(days=asked.days or 0)
    lines: list[tuple[Decimal, FirmLine]] = []
    for client_id, bills in _bills(scope, of).items():
        old = [one for one in bills if one.balance > 0 and (asked.days is None or one.due < latest)]
        whole = summed([one.balance for one in old])
        if old and whole > (asked.over or ZERO):
            oldest = min(one.due for one in old)
            late = max((scope.today - oldest).days, 0)
            ref, name = of.names[client_id]
            cells = (dollars(whole), str(len(old)), day(oldest), count(late, "day") if late else "not yet due")
            proof = total([one.balance for one in old], [_balance(one) for one in old])
            since = RecordEvidence(f"invoice:{min(old, key=lambda one: one.due).number}", "due_on", oldest.isoformat())
            lines.append((whole, FirmLine(ref, name, cells, f"/clients/{quote(ref)}/money", (proof, since))))
    lines.sort(key=lambda pair: (-pair[0], pair[1].client_ref))
    age = f" for more than {asked.days} days past due" if asked.days is not None else ""
    more = f" more than {dollars(asked.over)}" if asked.over else ""
    whole = summed([amount for amount, _ in lines])
    some = f"{count(len(lines), 'client owes', 'clients owe')} us{more}{age}: {dollars(whole)} in all."
    said = some if lines else f"No client owes us{more or ' anything'}{age}."
    return FirmAnswer(
        asked, said, ("owed", "invoices", "oldest due", "past due"), tuple(line for _, line in lines), len(of.names)
    )


def _bills(scope: Scope, of: Mine) -> dict[str, list[_Bill]]:
    bill, payment = tables.Invoice, tables.Payment
    paid = (
        select(payment.invoice_id, func.sum(payment.amount).label("paid"))
        .where(payment.paid_on <= scope.today, payment.client_id.in_(of.ids))
        .group_by(payment.invoice_id)
        .subquery()
    )
    rows = scope.session.execute(
        select(bill.client_id, bill.number, bill.issued_on, bill.due_on, bill.amount, type_coerce(func.coalesce(paid.c.paid, 0), Money()))
        .outerjoin(paid, paid.c.invoice_id == bill.id)
        .where(bill.client_id.in_(of.ids))
        .order_by(bill.due_on, bill.number)
    )  # fmt: skip
    found: dict[str, list[_Bill]] = defaultdict(list)
    for client_id, number, issued, due, amount, got in rows.tuples():
        found[client_id].append(_Bill(number, issued, due, amount, got or ZERO))
    return found


def _balance(bill: _Bill) -> RecordEvidence:
    """What is unpaid on a bill; its own page shows amount and payments."""
    amount = RecordEvidence(f"invoice:{bill.number}", "amount", str(bill.amount))
    if not bill.paid:
        return amount
    got = RecordEvidence(f"invoice:{bill.number}", "paid", str(bill.paid))
    return difference(bill.amount, bill.paid, [amount, got])  # type: ignore[return-value]


def unbilled(scope: Scope, asked: FirmQuestion) -> FirmAnswer:
    """Clients with billable time on no invoice and after the last one of its engagement; with `over`, more dollars than that."""
    of = mine(scope, asked)
    lines: list[tuple[Decimal, FirmLine]] = []
    for client_id, entries in _unbilled(scope, of).items():
        values = [product(hours, rate, _operands(entry, hours, rate)) for entry, _, hours, rate in entries]
        whole = summed([value for value, _ in values])
        if whole > (asked.over or ZERO):
            ref, name = of.names[client_id]
            oldest = min(on for _, on, _, _ in entries)
            cells = (dollars(whole), day(oldest), count((scope.today - oldest).days, "day"))
            proof = total([value for value, _ in values], [one for _, one in values])
            lines.append((whole, FirmLine(ref, name, cells, f"/clients/{quote(ref)}/money", (proof,))))
    lines.sort(key=lambda pair: (-pair[0], pair[1].client_ref))
    more = f" over {dollars(asked.over)}" if asked.over else ""
    whole = summed([amount for amount, _ in lines])
    some = f"{count(len(lines), 'client has', 'clients have')} unbilled time{more}: {dollars(whole)} in all."
    said = some if lines else f"No client has unbilled time{more}."
    return FirmAnswer(asked, said, ("unbilled", "oldest", "age"), tuple(line for _, line in lines), len(of.names))


def _operands(entry: str, hours: Decimal, rate: Decimal) -> list[RecordEvidence]:
    return [RecordEvidence(f"time:{entry}", "hours", str(hours)), RecordEvidence(f"time:{entry}", "rate", str(rate))]


def _unbilled(scope: Scope, of: Mine) -> dict[str, list[tuple[str, date, Decimal, Decimal]]]:
    """Entry, day, hours and rate by client; two queries."""
    entry, bill, person = tables.TimeEntry, tables.Invoice, tables.Person
    issued = scope.session.execute(
        select(bill.client_id, bill.engagement_id, func.max(bill.issued_on))
        .where(bill.client_id.in_(of.ids), bill.issued_on <= scope.today)
        .group_by(bill.client_id, bill.engagement_id)
    )
    last = {(client, engagement): on for client, engagement, on in issued.tuples()}
    rows = scope.session.execute(
        select(entry.client_id, entry.engagement_id, entry.id, entry.date, entry.hours, func.coalesce(entry.rate, person.standard_rate))
        .join(person, person.id == entry.person_id)
        .where(entry.client_id.in_(of.ids), entry.billable, entry.invoice_id.is_(None), entry.date <= scope.today)
        .order_by(entry.date, entry.id)
    )  # fmt: skip
    found: dict[str, list[tuple[str, date, Decimal, Decimal]]] = defaultdict(list)
    for client, engagement, row_id, on, hours, rate in rows.tuples():
        until = last.get((client, engagement))
        if rate and (until is None or on > until):
            found[client].append((row_id, on, hours, Decimal(rate)))
    return found


def billed(scope: Scope, asked: FirmQuestion) -> FirmAnswer:
    """What each client was invoiced in the span, this year without one; the most first."""
    of = mine(scope, asked)
    first, last = asked.first or date(scope.today.year, 1, 1), min(asked.last or scope.today, scope.today)
    lines: list[tuple[Decimal, FirmLine]] = []
    for client_id, bills in _bills(scope, of).items():
        in_span = [one for one in bills if first <= one.issued <= last]
        whole = summed([one.amount for one in in_span])
        if whole > (asked.over or ZERO):
            ref, name = of.names[client_id]
            proof = total([one.amount for one in in_span], list(_amounts(in_span)))
            cells = (dollars(whole), str(len(in_span)))
            lines.append((whole, FirmLine(ref, name, cells, f"/clients/{quote(ref)}/money", (proof,))))
    lines.sort(key=lambda pair: (-pair[0], pair[1].client_ref))
    whole = summed([amount for amount, _ in lines])
    some = f"{dollars(whole)} was billed to {count(len(lines), 'client')} from {day(first)} to {day(last)}."
    said = some if lines else f"Nothing was billed from {day(first)} to {day(last)}."
    return FirmAnswer(asked, said, ("billed", "invoices"), tuple(line for _, line in lines), len(of.names))


def _amounts(bills: list[_Bill]) -> Iterator[RecordEvidence]:
    return (RecordEvidence(f"invoice:{one.number}", "amount", str(one.amount)) for one in bills)
