"""What is kept ready for the portfolio tells what would be computed, whatever changed since; and only what changed is computed anew."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from agents.kept import keep_ready
from api.wiring import Services
from store import tables
from store.tables import Client, ClientSummary, Engagement, Person, RequestItem, SignalRow
from tests.web.conftest import Visits, ids
from workspace.portfolio.summary import Kept, Told, computed, told_of, with_blockers, with_heads, with_reasons
from workspace.scans import save_failed_scan
from workspace.scope import Scope, system_scope

Own = tuple[Services, Visits]
Change = Callable[[Scope, str], object]
"""What is done, to a client by its id."""


def scope_of(services: Services, session: Session, today: date | None = None) -> Scope:
    return system_scope(session, "night", now=services.clock.now(), today=today or services.clock.today())


def picture(scope: Scope, key: str, told: Told | Kept) -> dict[str, Any]:
    """All that the portfolio shows of a client."""
    [flags], [heads] = with_reasons(scope, {key: told.flags}).values(), with_heads(scope, {key: told.flags}).values()
    return {
        "flags": flags,
        "heads": [(one.slug, one.head) for one in heads],
        "next": told.next and [told.next[name] for name in ("title", "due", "slack_days", "ref")],
        "money": (told.receivable, told.over_90, told.wip),
        "standing": told.standing,
        "closes": with_blockers(scope, told.closes),
        "work": [list(row) for row in told.work],
    }


def compare(services: Services, today: date | None = None) -> set[str]:
    """What is told of every client is what its records say now; the refs of those that were not read from a kept row."""
    with services.database.reading() as session:
        scope = scope_of(services, session, today)
        names = {row.id: row.name for row in session.scalars(select(Person))}
        told = {one.id: (one.ref, of) for one, of in told_of(scope, names)}
        now = computed(scope, list(told))
        assert set(now) == set(told) and told
        for key, (ref, of) in told.items():
            assert picture(scope, key, of) == picture(scope, key, now[key]), ref
        return {ref for ref, of in told.values() if isinstance(of, Told)}


@contextmanager
def changing(services: Services) -> Iterator[Scope]:
    with services.database.writing() as session:
        yield scope_of(services, session)


def add(make: Callable[[str, Scope], object]) -> Change:
    return lambda scope, key: scope.session.add(make(key, scope))


def of_client(scope: Scope, table: Any, key: str, *conditions: Any) -> Any:
    return scope.session.scalars(select(table).where(table.client_id == key, *conditions).order_by(table.id)).first()


def dismiss(scope: Scope, key: str) -> None:
    raised = of_client(scope, SignalRow, key)
    person = scope.session.scalars(select(Person.id).order_by(Person.email)).first()
    given = {"decision": "dismiss", "reason": "seen", "evidence_hash": raised.evidence_hash, "person_id": person}
    scope.session.add(tables.SignalDecision(id=f"d{key}", client_id=key, key=raised.key, at=scope.now, **given))


def received(scope: Scope, key: str) -> None:
    of_client(scope, RequestItem, key, RequestItem.received_on.is_(None)).received_on = scope.today


def finished(scope: Scope, key: str) -> None:
    of_client(scope, Engagement, key).stage = "done"


def written_off(scope: Scope, key: str) -> None:
    entry = of_client(scope, tables.TimeEntry, key, tables.TimeEntry.id == f"t{key}")
    person = scope.session.scalars(select(Person.id).order_by(Person.email)).first()
    given = {"amount": Decimal("10.05"), "reason": "goodwill", "person_id": person, "at": scope.now, "on": scope.today}
    scope.session.add(tables.Adjustment(id=f"a{key}", client_id=key, time_entry_id=entry.id, kind="write-off", **given))


def bill(key: str, scope: Scope) -> object:
    due = scope.today - timedelta(days=120)
    return tables.Invoice(id=f"i{key}", client_id=key, number="K1", issued_on=due, due_on=due, amount=Decimal("90.10"))


def hour(key: str, scope: Scope) -> object:
    person = scope.session.scalars(select(Person.id).where(Person.standard_rate.is_not(None))).first()
    return tables.TimeEntry(
        id=f"t{key}", client_id=key, person_id=person, date=scope.today, hours=Decimal("1.25"), billable=True
    )


def closing(key: str, scope: Scope) -> object:
    told = {"ref": f"K{key}", "template": "monthly-close", "title": "Monthly close", "stage": "in-progress"}
    return Engagement(id=f"e{key}", client_id=key, **told)


def step(key: str, scope: Scope) -> object:
    late = scope.today - timedelta(days=3)
    return tables.Task(id=f"k{key}", client_id=key, engagement_id=f"e{key}", title="February bank", due=late)


def waiting(scope: Scope, key: str) -> None:
    row = of_client(scope, tables.Task, key, tables.Task.id == f"k{key}")
    row.waiting_on, row.waiting_since = "third-party", scope.today


def failed(scope: Scope, key: str) -> None:
    save_failed_scan(scope, scope.session.get_one(Client, key).ref, "the disk was full")


def paid(key: str, scope: Scope) -> object:
    told = {"paid_on": scope.today, "amount": Decimal("40.10")}
    return tables.Payment(id=f"p{key}", client_id=key, invoice_id=f"i{key}", **told)


CHANGES: dict[str, Change] = {
    "a signal is dismissed": dismiss,
    "a bill is late": add(bill),
    "part of it is paid": add(paid),
    "an hour is worked": add(hour),
    "a part is written off": written_off,
    "the books are to be closed": add(closing),
    "a step is late": add(step),
    "it waits": waiting,
    "an item came": received,
    "work is done": finished,
    "a scan fails": failed,
}


def test_whatever_changed_the_portfolio_tells_what_is_so(own: Own) -> None:
    services, _ = own
    night = partial(scope_of, services)
    keep_ready(services, night)
    assert compare(services) == set()
    [client] = ids(services, "SELECT id FROM clients WHERE ref = 'C001'")
    for name, change in CHANGES.items():
        with changing(services) as scope:
            change(scope, client)
        assert compare(services) == {"C001"}, name
        assert keep_ready(services, night) == 1, name
        assert compare(services) == set(), name


def test_a_rate_touches_everybody_and_a_new_day_too(own: Own) -> None:
    services, visit = own
    keep_ready(services, partial(scope_of, services))
    with changing(services) as scope:
        for one in scope.session.scalars(select(Person).where(Person.standard_rate.is_not(None))):
            one.standard_rate = (one.standard_rate or Decimal(0)) + 15
    everybody = compare(services)
    assert (
        len(everybody)
        == len(ids(services, "SELECT id FROM clients"))
        == keep_ready(services, partial(scope_of, services))
    )
    assert compare(services) == set()
    assert compare(services, services.clock.today() + timedelta(days=1)) == everybody
    visit("ana")  # who signs in changes no summary
    assert compare(services) == set()


def test_a_role_without_rates_reads_no_money_from_a_kept_row(own: Own) -> None:
    services, _ = own
    keep_ready(services, partial(scope_of, services))
    with services.database.reading() as session:
        told = [of for _, of in told_of(_narrow(services, session), {})]
        assert told and all(isinstance(one, Kept) and one.standing.wip is None for one in told)
        assert all(one.receivable is None for one in told)


def _narrow(services: Services, session: Session) -> Scope:
    row = session.scalars(select(Person).where(Person.role == "staff").order_by(Person.email)).first()
    assert row is not None
    return Scope(session, row.id, row.email, row.role, services.clock.now(), services.clock.today())


def test_a_row_that_is_gone_or_spoiled_is_computed(own: Own) -> None:
    services, _ = own
    keep_ready(services, partial(scope_of, services))
    with services.database.writing() as session:
        session.delete(session.scalars(select(ClientSummary).order_by(ClientSummary.client_id)).first())
    assert len(compare(services)) == 1
    with services.database.engine.begin() as connection:  # past the door: a newer scan tells
        connection.exec_driver_sql("UPDATE client_scans SET as_of = '2026-03-08'")
    assert len(compare(services)) == len(ids(services, "SELECT id FROM clients"))
