"""`compensation-memo`: what the file says of the pay of an S corporation's officers, for the file.

Inputs: the last year-end trial balance, officers and their shares, payroll registers. Sections: facts, method, range, conclusion. Figures:
wages, profit before them, distributions, their ratios, the firm's screening line. It stays in the firm. A partner checks method and
source. Drafted by the night when officer-compensation is raised. A reasonable wage is a person's judgement on market data: the memo names
the line that raised the question and no range of its own.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from store.errors import Invalid
from workspace.deliverables import sources, statements
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.occasions import about, for_pay
from workspace.deliverables.support import Support
from workspace.evidence import RecordEvidence
from workspace.signals.elections import is_distribution, officer_wages
from workspace.signals.ledger import TrialBalance, is_year_end, trial_balances
from workspace.signals.thresholds import resolve
from workspace.snapshot import Snapshot
from workspace.tie_out import derive

CHECKS = (
    "Method and source: market data for the role, its region and its size are named",
    "Hours and duties of each officer, as the officer states them",
    "Wages by the books are those of the Forms W-2",
    "The conclusion is the partner's",
)
Row = dict[str, object]


def occasion(snapshot: Snapshot, today: date, engagement_ref: str | None) -> str:
    """The last year-end trial balance of an S corporation."""
    if snapshot.client.entity_type != "1120-S":
        raise Invalid(f"{snapshot.client.name} is no S corporation: the memo is about the wages of its officers")
    found = _year_ends(snapshot)
    if not found:
        raise Invalid(f"no year-end trial balance of {snapshot.client.name} with numbered accounts is on file")
    return for_pay(found[-1].document.id)


def _year_ends(snapshot: Snapshot) -> list[TrialBalance]:
    ends = [one for one in trial_balances(snapshot) if is_year_end(snapshot.client.fiscal_year_end, one.as_of)]
    return [one for one in ends if one.is_sure and one.is_numbered]


def gather(snapshot: Snapshot, today: date, occasion: str) -> Gathered:
    """Raises Invalid when the trial balance is gone."""
    books = next((one for one in _year_ends(snapshot) if one.document.id == about(occasion)), None)
    if books is None or snapshot.client.entity_type != "1120-S":
        raise Invalid("the year-end trial balance that the memo is about is not on file any more")
    support = Support(snapshot)
    partner = sources.signer(snapshot)
    wages = statements.footed("officer wages", officer_wages(books))
    paid = statements.footed("distributions", books.figure(is_distribution))
    net = statements.footed("net income", books.net_income())
    profit = derive.total("profit before officer wages", [net, wages])
    line = resolve(snapshot.settings).of("officer-compensation", "percent").normalize()
    percent = statements.setting("officer-compensation", "percent", f"{line:f}")
    factor = statements.number(
        "factor", line / 100, RecordEvidence("setting:officer-compensation", "factor", str(line / 100))
    )
    as_of = books.document.fact("as_of")
    good = Decimal(profit.value) > 0
    variables = {
        "client": support.client(),
        "as_of": support.day(books.as_of, as_of.evidence) if as_of else None,
        "officers": list(_officers(support)),
        "wages": support.amount(wages),
        "net": support.amount(net),
        "profit": support.amount(profit),
        "paid": support.amount(paid),
        "share": support.amount(derive.share("share", wages, profit)) if good else None,
        "to_paid": support.amount(derive.share("share", wages, paid)) if Decimal(paid.value) > 0 else None,
        "percent": support.amount(percent),
        "line": support.amount(derive.product("line", profit, factor)) if good else None,
        "below": good and Decimal(wages.value) < Decimal(profit.value) * line / 100,
        "distributes": Decimal(paid.value) > 0,
        "others": list(_other_years(support, books)),
    }
    return Gathered(
        title=f"Officer compensation: {snapshot.client.name}",
        cls="C",
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=(f"{partner.name} <{partner.email}>",) if partner else (),
        checks=CHECKS,
        unseen=tuple(_unseen(snapshot)),
    )


def _officers(support: Support) -> Iterator[Row]:
    """The people with a title or a share, as the contacts have them."""
    for one in support.snapshot.contacts:
        if one.title or one.ownership_pct is not None:
            title = sources.contact_evidence(one, "title")
            yield {
                "name": support.words(one.name, sources.contact_evidence(one), name=True),
                "title": support.words(one.title, title) if one.title else None,
                "share": support.percent(one.ownership_pct, sources.contact_evidence(one, "ownership_pct")),
            }


def _other_years(support: Support, latest: TrialBalance) -> Iterator[Row]:
    """Wages and distributions of earlier year ends on file."""
    for one in _year_ends(support.snapshot):
        as_of = one.document.fact("as_of")
        if one.as_of < latest.as_of and as_of is not None:
            yield {
                "day": support.day(one.as_of, as_of.evidence),
                "wages": support.amount(statements.footed("wages", officer_wages(one))),
                "paid": support.amount(statements.footed("distributions", one.figure(is_distribution))),
            }


def _unseen(snapshot: Snapshot) -> Iterator[str]:
    yield "Hours, duties and experience of the officers"
    yield "What comparable work is paid in the market: no survey is on file"
    if not snapshot.of_kind("payroll-register"):
        yield "Payroll: no register is on file"
