"""What a firm records about dates, on both databases and by the command line: states' rules, disaster postponements, the list of dates."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from api.cli import app
from api.wiring import Services
from store.audit import AuditTag
from store.database import Database
from store.errors import Forbidden, Invalid, NotFound
from store.tables import AuditEntry, Client, Engagement, Invoice, Person
from workspace.calendar import Wanted, calendar_of
from workspace.calendar.feeds import feed_text, feeds_of, open_feed
from workspace.deadline_records import (
    enter_state_rules,
    postponements,
    record_postponement,
    remove_state_rule,
    state_rules,
    withdraw_postponement,
)
from workspace.portfolio import portfolio_of
from workspace.scope import Scope

NOW, TODAY = datetime(2026, 3, 9, 13, tzinfo=UTC), date(2026, 3, 9)
HEAD = "state,form,entity_types,months,day,extension_months,rolls,authority,status\n"
PA = "PA,PA-65,1065,4,15,6,yes,72 P.S. §7335,check\n"
SPAN = Wanted(date(2026, 3, 1), date(2026, 12, 31))


@pytest.fixture(params=["database", "postgres"])
def firm(request: pytest.FixtureRequest) -> Database:
    """A partner, a member of staff, a client in Pennsylvania with a return, on either database."""
    base: Database = request.getfixturevalue(request.param)
    with base.writing() as session:
        session.add(Person(id="p", email="p@x.example", name="Pat", role="partner", weekly_hours=Decimal(40)))
        session.add(Person(id="s", email="s@x.example", name="Sam", role="staff", weekly_hours=Decimal(40)))
        session.flush()
        session.add(
            Client(
                id="c",
                ref="C1",
                name="Client",
                entity_type="1065",
                state="PA",
                partner_id="p",
                custom={"County": "Bucks"},
            )
        )
        session.flush()
        session.add(
            Engagement(
                id="e", client_id="c", ref="E1", template="1065", title="2025 Form 1065", period_end=date(2025, 12, 31),
                stage="in-progress", budget_hours=Decimal(16), progress=50, owner_id="s",
            )
        )  # fmt: skip
        session.add(
            Invoice(
                id="i",
                client_id="c",
                number="1",
                issued_on=date(2026, 1, 5),
                due_on=date(2026, 2, 5),
                amount=Decimal(10),
            )
        )
    return base


def scope_of(session: object, role: str = "partner", person: str = "p") -> Scope:
    return Scope(session, person, f"{person}@x.example", role, NOW, TODAY)  # type: ignore[arg-type]


def dues(base: Database, **wanted: str) -> dict[str, tuple[date, bool]]:
    with base.reading() as session:
        return {one.kind: (one.due, one.confirm) for one in calendar_of(scope_of(session), SPAN).dates}


def test_a_states_return_stands_beside_the_federal_one(firm: Database) -> None:
    with firm.writing() as session:
        entered = enter_state_rules(scope_of(session), HEAD + PA + "PA,PA-40,1040,99,15,,yes,law,\n")
        assert (len(entered.added), [one.line for one in entered.bad]) == (1, [3])
    assert dues(firm) == {"return": (date(2026, 3, 16), False), "state": (date(2026, 4, 15), True)}
    with firm.writing() as session:
        session.get_one(Engagement, "e").extended_to = date(2026, 9, 15)
        again = enter_state_rules(scope_of(session), HEAD + PA.replace("check", "sure"))
        assert (again.added, len(again.changed)) == ((), 1)
        assert len(enter_state_rules(scope_of(session), HEAD + PA.replace("check", "sure")).unchanged) == 1
    assert dues(firm) == {"return": (date(2026, 9, 15), False), "state": (date(2026, 10, 15), False)}
    with firm.writing() as session:
        assert remove_state_rule(scope_of(session), "pa", "PA-65") == 1
        assert state_rules(scope_of(session)) == ()
        with pytest.raises(NotFound, match="no rule is entered"):
            remove_state_rule(scope_of(session), "PA", "PA-65")


def test_a_postponement_moves_the_dates_of_its_county_at_once(firm: Database) -> None:
    days = (date(2026, 3, 1), date(2026, 4, 30), date(2026, 7, 1))
    with firm.writing() as session:
        row = record_postponement(scope_of(session), "IR-2026-10", "pa", *days, county="Bucks County")
        assert record_postponement(scope_of(session), "IR-2026-10", "PA", *days, county="bucks county") == row
        assert [one.county for one in postponements(scope_of(session))] == ["bucks county"]
    with firm.reading() as session:
        [found] = calendar_of(scope_of(session), SPAN).dates
        assert (found.nominal, found.rolled, found.due) == (date(2026, 3, 15), date(2026, 3, 16), date(2026, 7, 1))
        assert found.postponed_by == "IR-2026-10" and "postpones March 16, 2026 to July 1, 2026" in " ".join(found.how)
    with firm.writing() as session:
        withdraw_postponement(scope_of(session), row)
    assert dues(firm)["return"] == (date(2026, 3, 16), False)
    with firm.reading() as session:
        acts = select(AuditEntry.tag).where(AuditEntry.tag != AuditTag.TRAIL_ROWS_VOUCHED).order_by(AuditEntry.seq)
        tags = list(session.scalars(acts))
        assert tags == ["deadline:postponement:recorded"] * 2 + ["deadline:postponement:withdrawn"]


def test_who_may_record_and_what_cannot_be(firm: Database) -> None:
    first, last, until = date(2026, 3, 1), date(2026, 4, 30), date(2026, 7, 1)
    with firm.reading() as session:
        staff, partner = scope_of(session, "staff", "s"), scope_of(session)
        refusals: list[Callable[[], object]] = [
            lambda: record_postponement(staff, "IR-1", "PA", first, last, until),
            lambda: enter_state_rules(staff, HEAD + PA),
            lambda: remove_state_rule(staff, "PA", "PA-65"),
            lambda: withdraw_postponement(staff, "x"),
        ]
        for refused in refusals:
            with pytest.raises(Forbidden, match="deadline:rule"):
                refused()
        bad: list[tuple[str, Callable[[], object]]] = [
            ("no state", lambda: record_postponement(partner, "IR-1", "Pennsylvania", first, last, until)),
            ("notice", lambda: record_postponement(partner, " ", "PA", first, last, until)),
            ("after the last day", lambda: record_postponement(partner, "IR-1", "PA", last, first, until)),
            ("does not postpone", lambda: record_postponement(partner, "IR-1", "PA", first, last, first)),
        ]
        for said, act in bad:
            with pytest.raises(Invalid, match=said):
                act()


def test_slack_says_what_progress_makes_of_it(firm: Database) -> None:
    with firm.writing() as session:
        session.get_one(Engagement, "e").progress = 0
        session.get_one(Engagement, "e").budget_hours = Decimal(16)
    with firm.reading() as session:
        [one] = calendar_of(scope_of(session), SPAN).dates
        assert one.slack_days == Decimal("3.0") and one.hours_left == Decimal(16)
        assert (
            one.slack_how
            == "5 business days to the date, less 2 days of work (16 of 16 budget hours left at 8 hours a day): 3."
        )


def test_portfolio_and_feed_hold_on_both_databases(firm: Database) -> None:
    with firm.reading() as session:
        found = portfolio_of(scope_of(session))
        assert (found.concentration.index, found.concentration.clients[0].percent) == (10_000, Decimal("100.0"))
        assert [flag.slug for flag in found.clients[0].flags] == ["unseen"] and found.closes == ()
    with firm.writing() as session:
        open_feed(scope_of(session), "Phone", own_only=False)
    texts = []
    for _ in range(2):
        with firm.writing() as session:
            scope = scope_of(session)
            texts.append(feed_text(scope, feeds_of(scope)[0].id, "http://x.example"))
    assert texts[0] == texts[1] and "SUMMARY:Client: 2025 Form 1065" in texts[0]


# ------------------------------------------------------------------ the command line


def run(services: Services, *words: str) -> tuple[int, str]:
    home = services.home
    result = CliRunner().invoke(app, ["--home", str(home), "deadlines", *words])
    return result.exit_code, result.output


def test_the_command_line(services: Services, tmp_path: Path) -> None:
    services.close()
    code, text = run(services, "--client", "C001", "--how")
    assert code == 0 and "2026-03-16  B  C001  2025 Form 1120-S" in text and "(IRC §7503)" in text
    code, text = run(services, "--from", "2026-04-01", "--to", "2026-04-30", "--kind", "return", "--json")
    assert code == 0 and {row["title"] for row in json.loads(text)} == {"2025 Form 1040"}
    assert (
        run(services, "--client", "C999")[0]
        == run(services, "--from", "soon")[0]
        == run(services, "--kind", "x")[0]
        == 1
    )
    assert run(services, "--as", "ben@alder.example", "--client", "C001")[0] == 1, "not his"
    assert run(services, "postpone")[0] == 2
    file = tmp_path / "states.csv"
    file.write_text(
        HEAD + "IL,IL-1120-ST,1120-S,3,15,6,yes,35 ILCS 5/505,\nXX,F,1040,4,15,,yes,law,\n", encoding="utf-8"
    )
    code, text = run(services, "state", "load", str(file))
    assert code == 1 and "1 added" in text and "line 3: XX is no state" in text
    assert "IL-1120-ST" in run(services, "state", "list")[1]
    assert "IL-1120-ST" in run(services, "--kind", "state")[1]
    code, text = run(
        services,
        "postpone",
        "IR-2026-9",
        "--state",
        "IL",
        "--from",
        "2026-03-01",
        "--to",
        "2026-03-31",
        "--until",
        "2026-06-01",
    )
    assert code == 0 and "Recorded as relief_" in text
    assert "2026-06-01  B  C001  2025 Form 1120-S" in run(services, "--to", "2026-06-30")[1]
    assert "IR-2026-9" in run(services, "postponements")[1]
    assert "IRC §6072(b)" in run(services, "rules")[1]
    assert run(services, "state", "load", str(tmp_path / "none.csv"))[0] == 1
