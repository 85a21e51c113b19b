"""The firm's reports in the browser: figures with a plot and a table beside it, the rows behind each figure, CSV and a workbook of each."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request, Response

from api.pages import page
from api.plots import plot_of, said
from api.routes.documents import attachment
from api.said import sentence
from api.security import Asker, Who, reading
from store.errors import Forbidden, Invalid
from workspace.deadlines import add_months
from workspace.pages.head import waiting
from workspace.reports import Row, Span, as_xlsx, behind, figures_table, report_of, rows_table
from workspace.reports.catalog import GROUPS, kind_of, reports_for

router = APIRouter(include_in_schema=False)
Day = date | None
MOST = 200  # rows on a page; the files have all
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/reports")
def shown(request: Request, who: Who, of: str = "", first: Day = None, last: Day = None) -> Response:
    """The reports of a group (`of`: money, work, dates), of a period where one is asked for."""
    return _page(request, who, of, Span(first, last))


def _page(request: Request, who: Asker, of: str, span: Span) -> Response:
    problem, status = None, 200
    with reading(request, who) as scope:
        open_ = reports_for(scope)
        groups = {slug: name for slug, name in GROUPS.items() if any(one.group == slug for one in open_)}
        if not groups:
            raise Forbidden(f"{who.email} ({who.role}) sees no report")
        group = of if of in groups else next(iter(groups))
        kinds = [one for one in open_ if one.group == group]
        try:
            found = [report_of(scope, one.name, span if one.timed else Span()) for one in kinds]
        except Invalid as refused:
            problem, status, span = sentence(refused), refused.status, Span()
            found = [report_of(scope, one.name) for one in kinds]
        waits, today = waiting(scope), scope.today
    return page(
        request,
        "reports/overview.html",
        status=status,
        problem=problem,
        who=who,
        waiting=waits,
        groups=groups,
        group=group,
        reports=[(one, plot_of(one) if one.upright else None) for one in found],
        timed=any(one.timed for one in kinds),
        here="/reports",
        more={"of": group},
        **_common(span, today),
    )


@router.get("/reports/{name}")
def one(request: Request, who: Who, name: str, first: Day = None, last: Day = None) -> Response:
    """One report."""
    span, problem, status = Span(first, last), None, 200
    with reading(request, who) as scope:
        kind = kind_of(scope, name)
        try:
            report = report_of(scope, name, span if kind.timed else Span())
        except Invalid as refused:
            problem, status, span = sentence(refused), refused.status, Span()
            report = report_of(scope, name)
        waits, today = waiting(scope), scope.today
    return page(
        request,
        "reports/one.html",
        status=status,
        problem=problem,
        who=who,
        waiting=waits,
        kind=kind,
        report=report,
        plot=plot_of(report) if report.upright else None,
        timed=kind.timed,
        here=f"/reports/{quote(name)}",
        more={},
        **_common(span, today),
    )


@router.get("/reports/{name}/rows")
def rows(
    request: Request,
    who: Who,
    name: str,
    part: Annotated[str, Query(max_length=100)] = "",
    series: Annotated[str, Query(max_length=30)] = "",
    first: Day = None,
    last: Day = None,
) -> Response:
    """What a figure is made of: its part and series, or all of the report."""
    span = Span(first, last)
    with reading(request, who) as scope:
        report, found = behind(scope, name, span, part, series)
        waits, today = waiting(scope), scope.today
    figure = report.figure(part)
    return page(
        request,
        "reports/rows.html",
        who=who,
        waiting=waits,
        report=report,
        label=figure.label if figure else "All",
        part=part,
        series=series,
        rows=found[:MOST],
        count=len(found),
        total=sum((row.amount for row in found), report.total * 0),
        most=MOST,
        record=record_url,
        **_common(span, today),
    )


@router.get("/reports/{name}/file")
def file(
    request: Request,
    who: Who,
    name: str,
    form: Literal["csv", "xlsx"] = "csv",
    what: Literal["figures", "rows"] = "figures",
    part: Annotated[str, Query(max_length=100)] = "",
    series: Annotated[str, Query(max_length=30)] = "",
    first: Day = None,
    last: Day = None,
) -> Response:
    """The figures or the rows as CSV; both as a workbook."""
    with reading(request, who) as scope:
        span = Span(first, last)
        if form == "csv" and what == "figures":
            return _csv(figures_table(report_of(scope, name, span)).as_csv(), name)
        report, found = behind(scope, name, span, part, series)
        if form == "csv":
            return _csv(rows_table(name, found).as_csv(), f"{name}-rows")
        data = as_xlsx([figures_table(report), rows_table(name, found)])
    return attachment(data, f"{name}.xlsx", XLSX)


def _csv(text: str, name: str) -> Response:
    return attachment(text.encode(), f"{name}.csv", "text/csv")


def _common(span: Span, today: date) -> Mapping[str, Any]:
    days = {name: one.isoformat() for name, one in (("first", span.first), ("last", span.last)) if one}
    quarter = today.replace(month=today.month - (today.month - 1) % 3, day=1)
    month = add_months(today.replace(day=1), -1)
    return {
        "span": span,
        "days": days,
        "q": lambda **other: urlencode({name: value for name, value in {**other, **days}.items() if value}),
        "pick": lambda *parts: urlencode({name: value for part in parts for name, value in part.items()}),
        "amount": said,
        "periods": (
            ("As usual", {}),
            ("This year", {"first": today.replace(month=1, day=1).isoformat()}),
            ("This quarter", {"first": quarter.isoformat()}),
            (
                "Last month",
                {"first": month.isoformat(), "last": (today.replace(day=1) - timedelta(days=1)).isoformat()},
            ),
        ),
    }


def record_url(row: Row) -> str:
    """Where a row can be seen."""
    kind, _, name = row.record.partition(":")
    ref = quote(row.client_ref, safe="")
    if kind == "invoice":
        return f"/money/invoices/{quote(name)}"
    if kind == "time":
        day = f"&first={row.on}&last={row.on}" if row.on else ""
        return f"/money/time?client={ref}{day}"
    if kind == "engagement":
        return f"/clients/{ref}/work#{quote(name.partition('#')[2])}"
    if kind == "request":
        return f"/clients/{ref}/requests"
    return f"/calendar?view=list&client={ref}" if kind == "calendar" else f"/clients/{ref}"
