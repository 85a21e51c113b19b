"""A client's books as people see them: the statements, what does not hold, what could not be read, the thresholds of a comparison.

Reads only, in five queries.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import exists, select

from store.errors import Invalid
from store.tables import BookFigure, Document, Firm, Person
from workspace.books.apart import is_planned
from workspace.books.checks import Finding, findings
from workspace.books.compare import CHOICES, Comparison, compare, earlier, find_period
from workspace.books.statements import Period, Statement, line_up
from workspace.scope import Right, Scope, access_client
from workspace.signals.thresholds import Thresholds, resolve
from workspace.snapshot.books import figures
from workspace.snapshot.figures import STATEMENTS
from workspace.snapshot.settings import settings_of

_ZERO = Decimal(0)


@dataclass(frozen=True)
class Unread:
    """A document of books that gave no figure: its day or its columns could not be read."""

    document_id: str
    path: str
    kind: str


@dataclass(frozen=True)
class Books:
    """`statements` by kind, each of `STATEMENTS`."""

    client_ref: str
    client: str
    statements: Mapping[str, Statement]
    findings: tuple[Finding, ...]
    unread: tuple[Unread, ...]
    thresholds: Thresholds

    @property
    def kinds(self) -> tuple[str, ...]:
        """The statements that are there, profit and loss first: what people look at first."""
        order = ("profit-and-loss", "balance-sheet", "trial-balance")
        return tuple(kind for kind in order if self.statements[kind].periods)

    def statement(self, kind: str = "") -> Statement | None:
        """The statement of that kind, the first that is there without one; None where there is none. Raises Invalid for another word."""
        if kind and kind not in STATEMENTS:
            raise Invalid(f"there is no statement {kind!r}; there are {', '.join(STATEMENTS)}")
        chosen = kind or next(iter(self.kinds), "")
        return self.statements[chosen] if chosen and self.statements[chosen].periods else None

    def only(self, statement: Statement, said: str) -> Statement:
        """The statement with the one period that is meant. Raises Invalid, saying which there are."""
        period = find_period(statement, said)
        if period is None:
            raise Invalid(f"no {statement.kind} of {said} is on file; there are {_listed(statement)}")
        accounts = tuple(one for one in statement.accounts if period.key in one.amounts)
        return replace(statement, periods=(period,), accounts=accounts)

    def comparison(self, statement: Statement, now: str = "", then: str = "before") -> Comparison:
        """Two periods: `now` as `find_period` takes it, the latest without one; `then` before, year or a period. Raises Invalid, saying
        which periods there are."""
        period = latest(statement) if not now else find_period(statement, now)
        if period is None:
            raise Invalid(f"no {statement.kind} of {now} is on file; there are {_listed(statement)}")
        other = earlier(statement, period, then)
        if other is None:
            what = CHOICES.get(then, then)
            raise Invalid(f"{what} is not on file for {period.key}; there are {_listed(statement)}")
        percent = self.thresholds.of("flux-memo", "percent")
        share = self.thresholds.of("flux-memo", "of_revenue_percent")
        revenue = statement.sums.get("revenue", {}).get(other.key)
        least = (abs(revenue.dollars) * share / 100).quantize(Decimal("0.01")) if revenue is not None else _ZERO
        return compare(statement, period, other, percent, least)


def latest(statement: Statement) -> Period:
    """The newest, of several that end on a day the shortest."""
    last = max(one.end for one in statement.periods)
    return max(
        (one for one in statement.periods if one.end == last),
        key=lambda one: (one.start is not None, one.start or last),
    )


def _listed(statement: Statement) -> str:
    return ", ".join(one.key for one in statement.newest(12))


def read_books(scope: Scope, client_ref: str) -> Books:
    """Raises NotFound outside the scope, Forbidden without the right to read."""
    scope.require(Right.CLIENT_READ)
    client = access_client(scope, client_ref)
    names = dict(scope.session.execute(select(Person.id, Person.name)).tuples().all())
    found = figures(scope, [client.id], names).get(client.id, ())
    happened = [one for one in found if not (one.statement == "profit-and-loss" and is_planned(one.path))]
    statements = {kind: line_up(kind, happened) for kind in STATEMENTS}
    firm = scope.session.scalars(select(Firm).order_by(Firm.id).limit(1)).one_or_none()
    settings = settings_of(firm.settings or {}, client.ref) if firm else {}
    return Books(
        client.ref,
        client.name,
        statements,
        findings(statements, client.fiscal_year_end),
        _unread(scope, client.id),
        resolve(settings),
    )


def _unread(scope: Scope, client_id: str) -> tuple[Unread, ...]:
    there = exists().where(BookFigure.version_id == Document.current_version_id)
    query = select(Document.id, Document.path, Document.kind).where(
        Document.client_id == client_id,
        Document.client_id.in_(scope.clients()),
        Document.kind.in_(STATEMENTS),
        Document.superseded_by.is_(None),
        Document.duplicate_of.is_(None),
        Document.state == "read",
        ~there,
    )
    return tuple(
        Unread(one, path, kind or "")
        for one, path, kind in scope.session.execute(query.order_by(Document.path)).tuples()
    )
