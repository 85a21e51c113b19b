"""Each system's export, in its own layout and as people's programs leave it: tried, brought in, reconciled, brought in again, undone.

In the suite an export that a person's program rewrote is read, brought in and reconciled; TICKMARK_LONG=1 does the rest with it too.
"""

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from ingestion.exports import Export, read_export
from ingestion.parse import parse
from store.database import Database
from store.errors import Conflict
from store.ids import stable_id
from store.tables import Client, ClientContact, Engagement, Expense, Invoice, Payment, Task, TimeEntry
from tests.homes import LONG
from tests.imports.conftest import NOW, TODAY, scope_on, state_of
from tests.imports.samples import GENERIC, QUICKBOOKS, SAMPLES, WRITTEN, Sample, as_exported
from workspace.imports import bring_in, decide, take_back
from workspace.imports.run import Outcome
from workspace.scope import Scope

CASES = [
    pytest.param(sample, how, id=f"{sample.system}{number}-{how.__name__}")
    for number, sample in enumerate(SAMPLES)
    for how in WRITTEN
]


class _Back(Exception):
    pass


def brought(firm: Database, system: str, export: Export, *, dry: bool = False) -> Outcome:
    done: list[Outcome] = []
    with suppress(_Back), firm.writing() as session:
        done.append(bring_in(scope_on(session), system, export.entries, export.totals, export.rejected, export.tables))
        if dry:
            raise _Back
    assert done[0].rows + export.joined == sum(export.rows.values()), "a row came in and has no verdict"
    return done[0]


@pytest.mark.parametrize(("sample", "how"), CASES)
def test_an_export_comes_in_whole_once_and_goes_again(
    firm: Database, sample: Sample, how: Callable[[Sample], list[tuple[str, bytes]]]
) -> None:
    with firm.reading() as session:
        before, counted = state_of(session), counts(session)
    export = read_export(how(sample), parse, sample.system)
    assert not export.unknown, [one.header for one in export.unknown]
    whole = LONG or how is as_exported  # how it was written changes nothing of what follows the reading
    tried = brought(firm, sample.system, export, dry=True) if whole else None
    with firm.reading() as session:
        assert tried is None or state_of(session) == before, "a dry run leaves everything as it is"
    done = brought(firm, sample.system, export)
    assert tried is None or done.counts == tried.counts
    assert not [one for one in done.verdicts if one.verdict in ("held", "rejected")]
    with firm.reading() as session:
        now = counts(session)
        owed = (session.scalar(select(func.sum(Invoice.amount))) or 0) - (
            session.scalar(select(func.sum(Payment.amount))) or 0
        )
    made = {name: now[name] - counted[name] for name in now}
    wanted = {name: getattr(sample, name) for name in now}
    if sample.system in ("outlook", "google"):
        wanted["contacts"] = 0  # she is on record by her address
    assert made == wanted
    assert owed == Decimal(sample.owed)
    assert all(one["difference"] in (None, "0", "0.00") for one in done.sums), done.sums
    if not whole:
        return
    with firm.reading() as session:
        after = state_of(session)
    again = brought(firm, sample.system, export)
    assert set(again.counts) <= {"unchanged", "joined"}, again.counts
    with firm.reading() as session:
        assert state_of(session) == after, "a second import changes nothing"
    with firm.writing() as session:
        take_back(scope_on(session), done.number)
    with firm.reading() as session:
        assert state_of(session) == before, "undone, everything is as it was"


def counts(session: object) -> dict[str, int]:
    tables = {
        "clients": Client,
        "contacts": ClientContact,
        "engagements": Engagement,
        "tasks": Task,
        "time": TimeEntry,
        "expenses": Expense,
        "invoices": Invoice,
    }
    return {name: session.scalar(select(func.count()).select_from(table)) or 0 for name, table in tables.items()}  # type: ignore[attr-defined]


def test_whoever_imports_is_told_nothing_of_clients_that_she_may_not_see(firm: Database) -> None:
    export = read_export(as_exported(GENERIC), parse, "generic")
    with firm.writing() as session:
        hidden = {"id": "cl_hidden", "ref": "C777", "name": "Harlan Builders LLC", "entity_type": "1065"}
        session.add(Client(**hidden))
    with firm.writing() as session:
        ana = Scope(session, stable_id("per", "ana@alder.example"), "ana@alder.example", "partner", NOW, TODAY)
        done = bring_in(ana, "generic", export.entries, export.totals, export.rejected, export.tables)
        session.flush()
        assert session.scalar(select(func.count()).where(Client.name == "Harlan Builders LLC")) == 1, (
            "it is not made twice"
        )
        session.rollback()
    told = [one for one in done.verdicts if one.verdict == "rejected" and one.kind == "client"]
    assert [one.reason for one in told] == [
        "you cannot take this row: ask somebody who administers Tickmark to import it"
    ]
    assert "C777" not in repr(done)


def test_a_look_alike_waits_for_a_person_who_is_asked_once(firm: Database) -> None:
    data = b"Client,Entity Type\nCorvane Biologic Inc.,C Corp\n"
    export = read_export([("clients.csv", data)], parse, "generic")
    held = brought(firm, "generic", export)
    assert [one.verdict for one in held.verdicts] == ["held"] and "C001" in held.held[0].reason
    with firm.writing() as session:
        decide(scope_on(session), "generic", "Corvane Biologic Inc.", "C001")
    assert dict(brought(firm, "generic", export).counts) in ({"merged": 1}, {"unchanged": 1})
    with firm.reading() as session:
        assert session.scalar(select(func.count()).select_from(Client)) == 1
    with firm.writing() as session:
        decide(scope_on(session), "generic", "Corvane Biologics Incorporated", None)
    other = read_export([("clients.csv", data.replace(b"Biologic Inc.", b"Biologics Incorporated"))], parse, "generic")
    assert brought(firm, "generic", other).counts["created"] == 1


def test_a_report_whose_rows_cannot_all_be_taken_says_by_how_much_it_differs(firm: Database) -> None:
    customers, detail = as_exported(QUICKBOOKS)
    short = (customers[0], b"\r\n".join(line for line in customers[1].split(b"\r\n") if b"Ngozi" not in line))
    done = brought(firm, "quickbooks", read_export([short, detail], parse, "quickbooks"))
    (told,) = done.sums
    assert (told["stated"], told["ours"], told["difference"]) == ("1800.25", "1900.25", "-100.00")
    assert told["lines"] == [10]


def test_what_a_person_changed_since_is_not_undone(firm: Database) -> None:
    export = read_export(as_exported(GENERIC), parse, "generic")
    done = brought(firm, "generic", export)
    with firm.writing() as session:
        row = session.scalars(select(Client).where(Client.name == "Ngozi Okoro")).one()
        row.industry = "poetry"
    with pytest.raises(Conflict), firm.writing() as session:
        take_back(scope_on(session), done.number)
    with firm.reading() as session:
        assert session.scalar(select(func.count()).select_from(Client)) == 3


def test_a_second_import_updates_what_the_first_made_and_fills_what_was_here(firm: Database) -> None:
    first = b"Client,Entity Type,City\nHarlan Builders LLC,Partnership,Chicago\nCorvane Biologics Inc,C Corp,Peoria\n"
    second = first.replace(b"Chicago", b"Evanston").replace(b"Peoria", b"Cairo")
    brought(firm, "generic", read_export([("c.csv", first)], parse, "generic"))
    done = brought(firm, "generic", read_export([("c.csv", second)], parse, "generic"))
    assert dict(done.counts) == {"updated": 1, "unchanged": 1}
    with firm.reading() as session:
        cities = dict(session.execute(select(Client.name, Client.city)).tuples().all())
    assert cities == {"Harlan Builders LLC": "Evanston", "Corvane Biologics Inc": "Peoria"}, "what the firm said stands"
