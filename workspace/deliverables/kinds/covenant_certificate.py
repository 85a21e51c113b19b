"""`covenant-certificate`: the covenants of a loan, computed from the client's books, for its officer to sign.

Inputs: a loan agreement's covenants as read, the latest trial balance that fits each. Sections: opening, definitions, computation, result,
certification. Figures: the accounts that make the ratio, the ratio, the limit. To: the client's main contact, who gives it to the lender.
A partner checks the agreement's own definitions against ours. Drafted by the night when a covenant is near its limit, once a quarter.
The officer's wording is legal text: templates/legal/covenant-certification.md, HOME/templates/legal/ wins.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from store.errors import Invalid
from workspace.deliverables import sources, statements
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.occasions import about, for_covenant
from workspace.deliverables.support import Support
from workspace.signals.books import METRICS, books_for, is_floor
from workspace.signals.ledger import Account, Figure, TrialBalance, added_back, covenant_parts, trial_balances
from workspace.snapshot import Document, Fact, Snapshot
from workspace.tie_out import Fact as Proven
from workspace.tie_out import derive, from_record

CHECKS = (
    "Definitions: ours are the usual ones; the agreement's own words decide",
    "The trial balance is the closed one of the test day",
    "The client's officer signs; we certify nothing",
    "Right loan, right test day",
)
_TERMS = {
    "current_ratio": ("current assets", "current liabilities"),
    "leverage": ("total liabilities", "equity with the net income of the year"),
    "dscr": ("net income before interest and depreciation", "the annual debt service that the agreement states"),
}
Row = dict[str, object]


@dataclass(frozen=True)
class _Test:
    """One covenant with the books and the two figures it is computed from."""

    covenant: dict[str, Fact]
    books: TrialBalance
    above: Figure
    below: Figure

    @property
    def metric(self) -> str:
        return self.covenant["covenant_metric"].value


def occasion(snapshot: Snapshot, today: date, engagement_ref: str | None) -> str:
    """The agreement whose covenants can be computed."""
    agreements = snapshot.of_kind("loan-agreement")
    for one in agreements:
        if list(_tests(snapshot, one)):
            return for_covenant(one.id, today)
    if not agreements:
        raise Invalid(f"no loan agreement of {snapshot.client.name} is on file")
    raise Invalid(_missing(snapshot, agreements[0]))


def gather(snapshot: Snapshot, today: date, occasion: str) -> Gathered:
    """Raises Invalid when the agreement is gone or none of its covenants can be computed."""
    agreement = next((one for one in snapshot.of_kind("loan-agreement") if one.id == about(occasion)), None)
    if agreement is None:
        raise Invalid("the loan agreement is not on file any more")
    tests = list(_tests(snapshot, agreement))
    if not tests:
        raise Invalid(_missing(snapshot, agreement))
    support = Support(snapshot)
    contact = sources.addressee(snapshot)
    lender, principal = agreement.fact("lender"), agreement.fact("principal")
    as_of = tests[-1].books.document.fact("as_of")
    variables = {
        **support.letter_to(contact),
        "lender": support.words(lender.value, lender.evidence, name=True) if lender else None,
        "principal": statements.printed(support, statements.read_amount("principal", principal)),
        "as_of": support.day(tests[-1].books.as_of, as_of.evidence) if as_of else None,
        "tests": [_row(support, one) for one in tests],
        "all_met": all(_met(one) for one in tests),
    }
    return Gathered(
        title=f"Covenant certificate: {lender.value if lender else snapshot.client.name}",
        cls="C",
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=sources.recipient(contact),
        checks=(*_near(tests), *CHECKS),
        unseen=(*support.unseen_of_contact(contact), *_unseen(agreement, tests)),
    )


def _tests(snapshot: Snapshot, agreement: Document) -> Iterator[_Test]:
    """The covenants that can be computed from books whose accounts are numbered and sure."""
    known = list(trial_balances(snapshot))
    for covenant in agreement.rows():
        limit = covenant.get("covenant_threshold")
        if "covenant_metric" not in covenant or limit is None or limit.number is None:
            continue
        books = books_for(snapshot, covenant["covenant_metric"].value, known)
        if books is None or not books.is_numbered or not books.is_sure:
            continue
        parts = covenant_parts(covenant["covenant_metric"].value, books, agreement.fact("annual_debt_service"))
        if parts is not None and parts[1].amount:
            yield _Test(covenant, books, *parts)


def _missing(snapshot: Snapshot, agreement: Document) -> str:
    if not any("covenant_metric" in row for row in agreement.rows()):
        return f"no covenant could be read in {agreement.path}"
    return f"the covenants in {agreement.path} cannot be computed: a trial balance with account numbers is needed" + (
        ", of a year end for a debt service coverage" if snapshot.of_kind("trial-balance") else "; none is on file"
    )


def _ratio(test: _Test) -> Proven:
    """The ratio to two places. A bare number with two decimals is read as an amount, so that is its type."""
    name = METRICS.get(test.metric, test.metric)
    parts = [statements.footed(name, one) for one in (test.above, test.below)]
    found = derive.ratio(name, *parts)
    if Decimal(found.value) == test.covenant["covenant_threshold"].number and _exact(test) != Decimal(found.value):
        found = derive.ratio(name, *parts, places=4)  # rounding would hide on which side of the limit it lies
        return replace(found, text=found.value)
    return replace(found, type="money", text=found.value)


def _exact(test: _Test) -> Decimal:
    return test.above.amount / test.below.amount


def _met(test: _Test) -> bool:
    limit = test.covenant["covenant_threshold"].number or Decimal(0)
    return _exact(test) >= limit if is_floor(test.covenant) else _exact(test) <= limit


def _row(support: Support, test: _Test) -> Row:
    above, below = _TERMS[test.metric]
    limit, tested = test.covenant["covenant_threshold"], test.covenant.get("covenant_tested")
    as_of = test.books.document.fact("as_of")
    return {
        "name": support.plain(METRICS[test.metric].capitalize()),
        "above_name": support.plain(above),
        "lines": list(_lines(support, test)),
        "lines_below": list(_lines_below(support, test)),
        "below_name": support.plain(below),
        "above": support.amount(statements.footed(above, test.above)),
        "below": support.amount(statements.footed(below, test.below)),
        "ratio": support.amount(_ratio(test)),
        "limit": support.words(limit.value, limit.evidence),
        "floor": is_floor(test.covenant),
        "met": _met(test),
        "tested": support.words(tested.value, tested.evidence) if tested else None,
        "as_of": support.day(test.books.as_of, as_of.evidence) if as_of else None,
    }


def _lines(support: Support, test: _Test) -> Iterator[Row]:
    """The accounts behind the first figure; for a debt service coverage net income and what is added back to it."""
    accounts = test.books.accounts
    if test.metric == "dscr":
        yield _line(support, "Net income", test.books.net_income())
        yield from _named(support, test, [one for one in accounts if added_back(one)], 1)
    elif test.metric == "current_ratio":
        yield from _named(support, test, [one for one in accounts if 1000 <= (one.number or 0) <= 1499], 1)
    else:
        yield from _named(support, test, [one for one in accounts if 2000 <= (one.number or 0) <= 2999], -1)


def _lines_below(support: Support, test: _Test) -> Iterator[Row]:
    """The accounts behind the second figure; of equity its accounts together and the result of the year."""
    if test.metric == "current_ratio":
        chosen = [one for one in test.books.accounts if 2000 <= (one.number or 0) <= 2499]
        yield from _named(support, test, chosen, -1)
    elif test.metric == "leverage":
        yield _line(support, "Equity accounts", test.books.between(3000, 3999, -1))
        yield _line(support, "Net income", test.books.net_income())


def _line(support: Support, name: str, figure: Figure) -> Row:
    return {"name": support.plain(name), "amount": support.amount(statements.footed(name, figure))}


def _named(support: Support, test: _Test, chosen: list[Account], sign: int) -> Iterator[Row]:
    said = {row["account"].value: row["account"] for row in test.books.document.rows() if "account" in row}
    for one in (each for each in chosen if each.net):
        amount = from_record(one.name, "money", sign * one.net, one.proof(sign))
        yield {"name": support.words(one.name, said[one.name].evidence, name=True), "amount": support.amount(amount)}


def _near(tests: list[_Test]) -> Iterator[str]:
    for one in tests:
        if not _met(one):
            yield f"The {METRICS[one.metric]} is broken: talk to the client before anything goes to the lender"


def _unseen(agreement: Document, tests: list[_Test]) -> Iterator[str]:
    asked = [row for row in agreement.rows() if "covenant_metric" in row]
    if len(asked) > len(tests):
        yield "Other covenants of the agreement: what they are computed from is not on file"
    yield "How the agreement defines the terms, and covenants that are no ratio: read it"
    if any(one.metric == "dscr" for one in tests):
        yield "Income taxes paid, distributions and capital spending, where the agreement takes them into the coverage"
