"""`tickmark books REF`: a client's own books by period, what does not hold in them, and two periods against each other."""

from collections.abc import Iterator, Sequence

from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading
from api.wiring import Services
from store.errors import Invalid
from workspace.books.compare import Change, Comparison
from workspace.books.read import Books, read_books
from workspace.books.shown import as_json
from workspace.books.statements import Amount, Statement
from workspace.signals.words import dollars

_COLUMNS = 6  # periods that fit beside each other


def run(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`: its ref; `statement`: one kind only; `period`: that one; `compare`: before, year or a period, `as`: who asks."""
    with reading(services, "books", arguments.get("as")) as scope:
        books = read_books(scope, str(arguments["client"]))
    kind, period, against = (str(arguments.get(name) or "") for name in ("statement", "period", "compare"))
    chosen = books.statement(kind)
    if chosen is None:
        if kind or period or against:
            how = f"file one with `tickmark import auto FILE --client {books.client_ref}`"
            raise Invalid(f"no {kind or 'statement'} of {books.client} is on file; {how}")
        return Result(as_json(books), "\n".join(_about(books)))
    compared = books.comparison(chosen, period, against or "before") if against else None
    shown = books.only(chosen, period) if period and not against else chosen
    data = as_json(books, shown if kind or period or against else None, compared)
    lines = [*_about(books), *(_compared(compared) if compared else _statement(shown))]
    return Result(data, "\n".join(lines))


def _about(books: Books) -> Iterator[str]:
    if not books.kinds:
        yield f"{books.client}: no trial balance, profit and loss or balance sheet is on file."
    for one in books.findings:
        yield f"{one.on}  {one.statement} {one.message}"
        yield from (f"            {line}" for line in one.lines)
    for paper in books.unread:
        yield f"{paper.path}: a {paper.kind} of which no day or no column of amounts could be read"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Names to the left, amounts to the right."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        first, *others = zip(row, widths, strict=True)
        yield "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]).rstrip()


def _said(amount: Amount | None) -> str:
    return f"{amount.printed:,.2f}" if amount is not None else ""


def _statement(one: Statement) -> Iterator[str]:
    periods = one.newest(_COLUMNS)
    rows = [
        [a.label, *(_said(a.amounts.get(p.key)) for p in periods)]
        for a in one.accounts
        if any(p.key in a.amounts for p in periods)
    ]
    yield from ("", one.kind.replace("-", " "), *_table(["account", *(p.key for p in periods)], rows))
    if len(one.periods) > len(periods):
        yield f"{len(one.periods) - len(periods)} earlier periods: --period, or --json for all"


def _compared(one: Comparison) -> Iterator[str]:
    rows = [
        [c.account.label, _said(c.now), _said(c.then), f"{c.by:,.2f}", _percent(c), "flux" if c.flagged else ""]
        for c in one.changes
    ]
    head = ["account", one.now.key, one.then.key, "change", "", ""]
    what = one.statement.replace("-", " ")
    yield from ("", f"{what}: flux from {one.percent.normalize():f} % and {dollars(one.dollars)}", *_table(head, rows))


def _percent(one: Change) -> str:
    return f"{one.percent} %" if one.percent is not None else ""
