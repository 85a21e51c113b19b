"""The firm's reports as JSON: figures, and the rows behind them. Dollars, hours and percent are text, days ISO."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from api.paging import Paged
from api.security import Who, reading
from workspace.reports import Span, behind, report_of, reports_for

router = APIRouter(prefix="/api/v1/reports", tags=["v1"])
Day = date | None


class ReportName(BaseModel):
    """A report that the asker may see. `timed`: it takes `first` and `last`; otherwise it stands as of today."""

    name: str
    title: str
    timed: bool


class FigureOut(BaseModel):
    """A part with its amounts by series; `share` is percent, null where there is none."""

    key: str
    label: str
    values: dict[str, str]
    share: str | None
    marked: bool


class ReportOut(BaseModel):
    """A report. `unit`: dollars, hours, count, percent; `totals` are the sums of the figures by series."""

    name: str
    title: str
    unit: str
    first: date
    last: date
    series: list[str]
    figures: list[FigureOut]
    totals: dict[str, str]


class ReportRow(BaseModel):
    """What a figure is made of; `record` names it: invoice, time, engagement, request, calendar or client."""

    part: str
    series: str
    day: date | None
    client_ref: str
    client: str
    what: str
    who: str
    amount: str
    record: str


@router.get("")
def names(request: Request, who: Who) -> list[ReportName]:
    """The reports that the asker may see."""
    with reading(request, who) as scope:
        found = reports_for(scope)
    return [ReportName(name=one.name, title=one.title, timed=one.timed) for one in found]


@router.get("/{name}")
def figures(request: Request, who: Who, name: str, first: Day = None, last: Day = None) -> ReportOut:
    """The figures of a report, of the asker's clients. 403 names the right that is lacking."""
    with reading(request, who) as scope:
        found = report_of(scope, name, Span(first, last))
    return ReportOut(
        name=found.name,
        title=found.title,
        unit=found.unit,
        first=found.first,
        last=found.last,
        series=list(found.series),
        figures=[
            FigureOut(
                key=one.key,
                label=one.label,
                values={name: str(value) for name, value in zip(found.series, one.values, strict=True)},
                share=None if one.share is None else f"{one.share:.2f}",
                marked=one.marked,
            )
            for one in found.figures
        ],
        totals={name: str(value) for name, value in zip(found.series, found.totals, strict=True)},
    )


@router.get("/{name}/rows")
def rows(
    request: Request,
    who: Who,
    name: str,
    paged: Paged,
    part: Annotated[str, Query(max_length=100)] = "",
    series: Annotated[str, Query(max_length=30)] = "",
    first: Day = None,
    last: Day = None,
) -> list[ReportRow]:
    """The rows of a figure by its key and series, or all. Pages by `limit` and the Link header."""
    with reading(request, who) as scope:
        _, found = behind(scope, name, Span(first, last), part, series)
    pieces = paged.cut(list(enumerate(found)), lambda one: str(one[0]))
    return [
        ReportRow(
            part=one.part,
            series=one.series,
            day=one.on,
            client_ref=one.client_ref,
            client=one.client,
            what=one.what,
            who=one.who,
            amount=str(one.amount),
            record=one.record,
        )
        for _, one in pieces
    ]
