"""Signals of the client's own business: margins that move, customers it depends on, payments to its own people, cash that runs out.

Reads what the client's reports say; gives no advice on the business and never judges a person.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from workspace.books.apart import apart
from workspace.deadlines import month_end
from workspace.evidence import Evidence, RecordEvidence
from workspace.signals import words
from workspace.signals.ledger import Account, TrialBalance, trial_balances
from workspace.signals.names import same_name
from workspace.signals.proof import difference, share, total
from workspace.signals.signal import BlindSpot, Signal
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import ZERO, Document, Fact, Snapshot

Raised = Iterator[Signal | BlindSpot]
_TRAILING = 6
OWNERS_LOAN = re.compile(
    r"(?=.*\b(?:share|stock)holders?\b|.*\b(?:officer|member|partner|owner|affiliate)s?\b|.*\brelated part)"
    r"(?=.*\b(?:loans?|notes?|due|advances?)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Month:
    """A month's profit and loss statement with a revenue: gross profit is revenue less cost of sales where it is not stated."""

    document: Document
    end: date
    gross: Decimal
    revenue: Decimal
    gross_proof: Evidence
    revenue_proof: Evidence

    @property
    def follows(self) -> date:
        """The end of the month before."""
        return month_end(self.end.year, self.end.month - 1)


def margin_swing(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """The gross margin of the client's latest month is 5 points or more (setting points) above or below that of the six months before it
    together. Data: profit and loss statements of single months; fewer than seven in a row, of at least three, are a blind spot. Dollars:
    the points of that month's revenue."""
    months = sorted(_months(snapshot), key=lambda one: (one.end, one.document.path))
    by_end = {one.end: one for one in months}
    if len(by_end) < 3:
        return
    row = [by_end[max(by_end)]]
    while row[-1].follows in by_end:
        row.append(by_end[row[-1].follows])
    if len(row) <= _TRAILING:
        yield BlindSpot(
            snapshot.client.ref,
            f"whether the margin of {row[0].end:%B %Y} is out of line",
            "the six monthly statements before it are not all on file: ask for them",
        )
        return
    latest, before = row[0], row[1 : _TRAILING + 1]
    now = share(latest.gross, latest.revenue, [latest.gross_proof, latest.revenue_proof])
    gross, revenue = [one.gross for one in before], [one.revenue for one in before]
    sums = [total(gross, [one.gross_proof for one in before]), total(revenue, [one.revenue_proof for one in before])]
    then = share(sum(gross, ZERO), sum(revenue, ZERO), sums)
    if abs(now[0] - then[0]) >= settings.of("margin-swing", "points"):
        yield _swing(snapshot, latest, now, then, settings)


def _months(snapshot: Snapshot) -> Iterator[_Month]:
    for one in apart(snapshot, "profit-and-loss"):
        start, end, revenue = one.day("period_start"), one.day("period_end"), one.fact("revenue")
        gross, cost = one.fact("gross_profit"), one.fact("cost_of_sales")
        if start is None or end is None or revenue is None or not revenue.number or revenue.number < 0:
            continue
        if start.day != 1 or end != month_end(start.year, start.month):
            continue
        if gross is not None and gross.number is not None:
            yield _Month(one, end, gross.number, revenue.number, gross.evidence, revenue.evidence)
        elif cost is not None and cost.number is not None:
            proof = difference(revenue.number, cost.number, [revenue.evidence, cost.evidence])
            yield _Month(one, end, revenue.number - cost.number, revenue.number, proof, revenue.evidence)


def _swing(
    snapshot: Snapshot,
    latest: _Month,
    now: tuple[Decimal, Evidence],
    then: tuple[Decimal, Evidence],
    settings: Thresholds,
) -> Signal:
    points = now[0] - then[0]
    return Signal(
        slug="margin-swing",
        cls="D",
        client_ref=snapshot.client.ref,
        subject=latest.document.id,
        due=None,
        nominal_due=None,
        dollars=(latest.revenue * abs(points) / 100).quantize(words.CENT),
        headline=f"Gross margin {'rose' if points > 0 else 'fell'} to {words.plain(now[0])} % in {latest.end:%B %Y}",
        rule=f"A month's gross margin stays within {words.plain(settings.of('margin-swing', 'points'))} points of the six before.",
        why_now=f"The six months before made {words.plain(then[0])} %, {words.plain(abs(points))} points "
        f"{'less' if points > 0 else 'more'}.",
        next_step="Look for a cut-off error or a cost in the wrong account first, then ask the client.",
        minutes=15,
        evidence=(now[1], then[1]),
        basis="fact",
    )


def customer_concentration(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """One customer owes more than 20 % (setting percent) of the client's receivables, and more than twice an equal share of them
    (equal_shares): of six customers, one has a sixth without any concentration. One a report. Data: the latest receivables aging by
    customer; customers without readable totals are a blind spot. Dollars: what the customer owes."""
    reports = [(day, one.path, one) for one in snapshot.of_kind("ar-aging") if (day := one.day("as_of")) is not None]
    if not reports:
        return
    report = max(reports)[2]
    rows = [row for row in report.rows() if "customer" in row]
    owed = [(row["customer"], row["total"]) for row in rows if "total" in row and (row["total"].number or ZERO) > 0]
    whole = report.fact("total")
    if not owed or whole is None or not whole.number or whole.number <= 0:
        if rows:
            yield BlindSpot(
                snapshot.client.ref,
                f"whether one customer of {report.path} owes too much of it",
                "the totals of the report could not be read: open it",
            )
        return
    name, most = max(owed, key=lambda pair: (pair[1].number or ZERO, pair[0].value))
    part = 100 * (most.number or ZERO) / whole.number
    limit = settings.of("customer-concentration", "percent")
    if part > max(limit, settings.of("customer-concentration", "equal_shares") * 100 / len(owed)):
        yield _concentrated(snapshot, report, name, most, whole)


def _concentrated(snapshot: Snapshot, report: Document, name: Fact, most: Fact, whole: Fact) -> Signal:
    owed, everything = most.number or ZERO, whole.number or ZERO
    percent, proof = share(owed, everything, [most.evidence, whole.evidence])
    return Signal(
        slug="customer-concentration",
        cls="D",
        client_ref=snapshot.client.ref,
        subject=report.id,
        due=None,
        nominal_due=None,
        dollars=owed,
        headline=f"{name.value} owes {words.plain(percent)} % of the client's receivables",
        rule="One customer owes more than 20 % of the receivables, and more than twice an equal share of them.",
        why_now=f"{words.dollars(owed)} of {words.dollars(everything)}"
        + (f" as of {words.day(day)}." if (day := report.day("as_of")) else "."),
        next_step="Raise it with the client: credit terms, insurance, what follows if this customer leaves.",
        minutes=10,
        evidence=(name.evidence, proof),
        basis="fact",
    )


def related_party(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """A payee of the client's vendor list or an invoice in its file bears the name of one of its owners or officers and was in no earlier
    year's list; or an account of loans from or to owners is larger than in the trial balance before. One a document. Data: vendor totals,
    invoices, contacts, officers named in minutes, trial balances. A loan account without an earlier trial balance is a blind spot. ASC 850;
    for a corporation IRC §§267, 7872."""
    people = list(_people(snapshot))
    lists = sorted(snapshot.of_kind("vendor-totals"), key=lambda one: (_year(one), one.path))
    for number, one in enumerate(lists):
        known = [
            row["name"].value
            for old in lists[:number]
            if _year(old) < _year(one)
            for row in old.rows()
            if "name" in row
        ]
        paid = [(row["name"], row.get("paid")) for row in one.rows() if "name" in row]
        new = [(name, sum_) for name, sum_ in paid if not any(same_name(name.value, old) for old in known)]
        yield from _payees(snapshot, one, new, people)
    for one in snapshot.of_kind("invoice"):
        vendor = one.fact("vendor")
        if vendor is not None:
            yield from _payees(snapshot, one, [(vendor, one.fact("total"))], people)
    yield from _owner_loans(snapshot)


def _year(document: Document) -> str:
    return max((row["year"].value for row in document.rows() if "year" in row), default="")


def _people(snapshot: Snapshot) -> Iterator[tuple[str, Evidence]]:
    """The owners and officers of the client with what says so."""
    if snapshot.client.entity_type == "1040":
        return
    for contact in snapshot.contacts:
        if contact.ownership_pct is not None or contact.title:
            yield contact.name, RecordEvidence(f"contact:{contact.id}", "name", contact.name)
    for minutes in snapshot.of_kind("minutes"):
        for fact in minutes.facts:
            if fact.name == "officers":
                yield fact.value.partition(",")[0].strip(), fact.evidence


def _payees(
    snapshot: Snapshot,
    document: Document,
    paid: Sequence[tuple[Fact, Fact | None]],
    people: Sequence[tuple[str, Evidence]],
) -> Raised:
    """The signal of a document that shows payments to the client's own people."""
    found: list[tuple[Fact, Fact | None, Evidence]] = []
    for name, amount in paid:
        proof = next((proof for person, proof in people if same_name(name.value, person)), None)
        if proof is not None:
            found.append((name, amount, proof))
    if found:
        amounts = [(amount.number, amount.evidence) for _, amount, _ in found if amount is not None and amount.number]
        dollars = sum((amount for amount, _ in amounts), ZERO)
        names = words.listed([name.value for name, _, _ in found])
        evidence = [one for name, _, proof in found for one in (name.evidence, proof)]
        if amounts:
            evidence.append(total([a for a, _ in amounts], [proof for _, proof in amounts]))
        yield _related(
            snapshot,
            document,
            f"{names}, of the client's own people, {'is' if len(found) == 1 else 'are'} paid as a vendor",
            f"{words.dollars(dollars)} in {document.name}." if amounts else f"In {document.name}.",
            evidence,
            dollars or None,
        )


def _owner_loans(snapshot: Snapshot) -> Raised:
    books = [one for one in trial_balances(snapshot) if one.is_sure]
    if not books:
        return
    latest = books[-1]
    loans = [account for account in latest.accounts if account.net and OWNERS_LOAN.match(account.name)]
    earlier = [one for one in books[:-1] if one.as_of < latest.as_of]
    for loan in loans:
        if not earlier:
            yield BlindSpot(
                snapshot.client.ref,
                f"whether {loan.name} went up",
                "there is no earlier trial balance to compare with: ask for one",
            )
            continue
        old = next((account for account in earlier[-1].accounts if account.name == loan.name and account.net), None)
        if old is None or abs(loan.net) > abs(old.net):
            yield _loan_up(snapshot, latest, loan, old, earlier[-1])


def _loan_up(
    snapshot: Snapshot, books: TrialBalance, loan: Account, old: Account | None, before: TrialBalance
) -> Signal:
    now, then = abs(loan.net), abs(old.net) if old is not None else ZERO
    proof = loan.proof(1 if loan.net > 0 else -1)
    evidence: list[Evidence] = [proof]
    if old is not None:
        evidence = [difference(now, then, [proof, old.proof(1 if old.net > 0 else -1)])]
    return _related(
        snapshot,
        books.document,
        f"{loan.name} {'is new' if old is None else 'went up'}: {words.dollars(now)}",
        f"As of {words.day(books.as_of)}; {words.dollars(then) if old is not None else 'none'} on {words.day(before.as_of)}.",
        evidence,
        now - then,
    )


def _related(
    snapshot: Snapshot,
    document: Document,
    headline: str,
    why_now: str,
    evidence: Sequence[Evidence],
    dollars: Decimal | None,
) -> Signal:
    return Signal(
        slug="related-party",
        cls="D",
        client_ref=snapshot.client.ref,
        subject=document.id,
        due=None,
        nominal_due=None,
        dollars=dollars,
        headline=headline,
        rule="Payments to owners and officers, and loans with them, are looked at when they first appear.",
        why_now=why_now,
        next_step="Ask for the agreement behind it, and see that it is reported and disclosed as what it is.",
        minutes=10,
        evidence=tuple(evidence),
        basis="fact",
    )
