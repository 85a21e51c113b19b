"""Which reports there are, who may see each, and how one is asked for by its name."""

from collections.abc import Callable
from dataclasses import dataclass

from store.errors import NotFound
from workspace.billing.acts import see_money
from workspace.reports import money, work
from workspace.reports.model import Report, Row, Span
from workspace.scope import Right, Scope


@dataclass(frozen=True)
class Kind:
    """A report. `group` is money, work or dates: those of one group stand on one page. `right` None: who sees invoices (see_money).
    `timed`: it is about a span of days; otherwise it stands as of today.
    `built` sums up the rows, `read` the database; one of them is there."""

    name: str
    title: str
    group: str
    right: Right | None
    timed: bool
    rows: Callable[[Scope, Span, str | None], list[Row]]
    built: Callable[[Scope, Span, list[Row]], Report] | None = None
    read: Callable[[Scope, Span], Report] | None = None

    def figures(self, scope: Scope, span: Span) -> Report:
        """The figures: summed up in the database, or from the rows where there are never many."""
        if self.built is not None:
            return self.built(scope, span, self.rows(scope, span, None))
        assert self.read is not None
        return self.read(scope, span)

    def opens(self, scope: Scope) -> bool:
        """Whether the asker may see it."""
        if self.right is None:
            return scope.has(Right.PAYMENT_RECORD) or scope.has(Right.RATES_SEE)
        return scope.has(self.right)


_KINDS = (
    Kind("aging", "Receivables by age", "money", None, False, money.aging_rows, built=money.aging),
    Kind("wip", "Work in progress by age", "money", Right.RATES_SEE, False, money.wip_rows, read=money.wip),
    Kind("realization", "Realization by month", "money", Right.RATES_SEE, True, money.realization_rows, read=money.realization),
    Kind(
        "concentration",
        "Concentration of revenue",
        "money",
        Right.PORTFOLIO_READ,
        True,
        money.concentration_rows,
        read=money.concentration,
    ),
    Kind("utilization", "Utilization by person", "work", Right.RATES_SEE, True, money.utilization_rows, read=money.utilization),
    Kind("requests", "Requests outstanding by age", "work", Right.CLIENT_READ, False, work.request_rows, built=work.requests),
    Kind("stages", "Work by stage", "work", Right.CLIENT_READ, False, work.stage_rows, built=work.stages),
    Kind("deadlines", "Dates ahead by week", "dates", Right.CLIENT_READ, True, work.deadline_rows, built=work.deadlines),
)  # fmt: skip
REPORTS: dict[str, Kind] = {one.name: one for one in _KINDS}
GROUPS = {"money": "Money", "work": "Work", "dates": "Dates"}


def reports_for(scope: Scope) -> tuple[Kind, ...]:
    """The reports that the asker may see."""
    return tuple(one for one in _KINDS if one.opens(scope))


def kind_of(scope: Scope, name: str) -> Kind:
    """The report of that name. Raises NotFound, Forbidden naming the right that is lacking."""
    kind = REPORTS.get(name)
    if kind is None:
        raise NotFound(f"there is no report {name}; there are {', '.join(REPORTS)}")
    if kind.right is None:
        see_money(scope)
    else:
        scope.require(kind.right)
    return kind


def report_of(scope: Scope, name: str, span: Span | None = None) -> Report:
    """The figures. Raises NotFound, Forbidden, Invalid for a span that is none."""
    return kind_of(scope, name).figures(scope, span or Span())


def behind(
    scope: Scope, name: str, span: Span | None = None, part: str = "", series: str = ""
) -> tuple[Report, list[Row]]:
    """A report with what one of its figures is made of, or all of them. Raises as `report_of`, and NotFound for a part or a series that it
    does not have, or whose rows are not the asker's."""
    kind, days = kind_of(scope, name), span or Span()
    every = kind.rows(scope, days, None) if kind.built is not None else None
    report = (
        kind.built(scope, days, every) if kind.built is not None and every is not None else kind.figures(scope, days)
    )
    figure = report.figure(part)
    if (part and (figure is None or figure.rest)) or (series and series not in report.series):
        raise NotFound(f"the report {name} has no such figure")
    rows = kind.rows(scope, days, part or None) if every is None else every
    return report, [one for one in rows if part in ("", one.part) and series in ("", one.series)]
