"""The page of a client's own books, its files, and the same as JSON under /api/v1."""

from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from api.pages import page
from api.routes.documents import attachment
from api.routes.reports import XLSX
from api.said import sentence
from api.security import Who, reading
from store.errors import Invalid
from workspace.books.compare import CHOICES, Comparison
from workspace.books.read import Books, latest, read_books
from workspace.books.shown import as_json, tables
from workspace.books.statements import Statement
from workspace.evidence import to_json
from workspace.pages.head import client_head
from workspace.reports import as_xlsx

router = APIRouter()
Short = Annotated[str, Query(max_length=40)]
SHOWN = 13  # periods of a page; the files have them all


@router.get("/api/v1/clients/{ref}/books", tags=["v1"])
def books_of_client(
    request: Request, who: Who, ref: str, statement: Short = "", period: Short = "", compare: Short = ""
) -> dict[str, Any]:
    """The client's own books by period, with the cell of each figure, and what does not hold; `period` one of them (2026, 2026-Q1,
    2026-03), `compare` with the period `before`, the same a `year` earlier or another."""
    with reading(request, who) as scope:
        books = read_books(scope, ref)
        chosen, compared = _asked(books, statement, period, compare)
    if chosen is not None and period and compared is None:
        chosen = books.only(chosen, period)
    return as_json(books, chosen if statement or period or compare else None, compared)


@router.get("/clients/{ref}/books", include_in_schema=False)
def books_page(
    request: Request, who: Who, ref: str, statement: Short = "", period: Short = "", compare: Short = ""
) -> Response:
    problem, compared = None, None
    with reading(request, who) as scope:
        head = client_head(scope, ref)
        books = read_books(scope, ref)
        try:
            chosen, compared = _asked(books, statement, period, compare)
        except Invalid as refused:
            chosen, problem = books.statement(), sentence(refused)
    return page(
        request,
        "client/books.html",
        status=422 if problem else 200,
        who=who,
        waiting=head.waiting,
        head=head,
        books=books,
        findings=[(one, [to_json(piece) for piece in one.evidence]) for one in books.findings],
        statement=chosen,
        periods=chosen.newest(SHOWN) if chosen else (),
        to_choose=sorted(chosen.periods, key=lambda one: (one.end, -one.length), reverse=True) if chosen else (),
        looked_at=compared.now.key if compared else latest(chosen).key if chosen else "",
        compared=compared,
        compare=compare,
        choices=CHOICES,
        problem=problem,
        files=_files(ref, statement or (chosen.kind if chosen else ""), period, compare),
    )


@router.get("/clients/{ref}/books/file", include_in_schema=False)
def books_file(
    request: Request,
    who: Who,
    ref: str,
    statement: Short = "",
    period: Short = "",
    compare: Short = "",
    form: Literal["csv", "xlsx"] = "csv",
) -> Response:
    """The figures, or the comparison, as CSV; with the cell of each figure as a workbook."""
    with reading(request, who) as scope:
        books = read_books(scope, ref)
        chosen, compared = _asked(books, statement, period, compare)
    if chosen is None:
        raise Invalid(f"no statement of {books.client} is on file")
    made = tables(books, chosen, compared)
    if form == "xlsx":
        return attachment(as_xlsx(made), f"{ref}-{chosen.kind}.xlsx", XLSX)
    return attachment(made[0].as_csv().encode(), f"{ref}-{chosen.kind}.csv", "text/csv")


def _asked(books: Books, statement: str, period: str, compare: str) -> tuple[Statement | None, Comparison | None]:
    """The statement that is meant, and the comparison where one is asked for. Raises Invalid, saying what there is."""
    chosen = books.statement(statement)
    if chosen is None or not compare:
        return chosen, None
    return chosen, books.comparison(chosen, period, compare)


def _files(ref: str, statement: str, period: str, compare: str) -> str:
    asked = {"statement": statement, "period": period, "compare": compare}
    return f"/clients/{ref}/books/file?{urlencode({name: value for name, value in asked.items() if value})}"
