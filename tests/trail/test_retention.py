"""The schedule, holds, and what is destroyed when its term is over: bytes, passages, words and readings, with a trail that says so."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from api.cli import app
from api.commands.scopes import reading, writing
from api.destroyed import take_away
from api.settings import load_settings
from api.wiring import Services, build
from store.errors import Conflict, Forbidden, Invalid
from store.tables import AuditEntry, DocumentVersion, FactRow, Passage
from tests.homes import copied
from tests.web.conftest import visiting
from tests.web.test_letters import call, made
from workspace.retention import due, holds, schedule
from workspace.trail import verify

ANA = "ana@alder.example"


@pytest.fixture
def later(busy_home: Path, tmp_path: Path) -> Iterator[Services]:
    home = copied(busy_home, tmp_path / "later")
    with build(load_settings(home).model_copy(update={"today": date(2040, 1, 2)}), own_index=True) as services:
        yield services


def test_a_term_of_the_firm_goes_before_ours(busy: Services) -> None:
    ana = visiting(busy)("ana")
    assert "Nothing is over its term" in ana.get("/retention").text
    assert ana.post("/retention/documents", months="0", authority="x").status_code == 422
    assert ana.post("/retention/nothing", months="3", authority="x").status_code == 422
    assert ana.follow(ana.post("/retention/chats", months="6", authority="The firm&s <b>rule</b>")).status_code == 200
    page = ana.get("/retention").text
    assert "The firm&amp;s &lt;b&gt;rule&lt;/b&gt;" in page and "Set by ana@alder.example" in page
    with reading(busy, "x", ANA) as scope:
        [chats] = [one for one in schedule.schedule(scope) if one.kind.slug == "chats"]
        assert (chats.months, chats.own) == (6, True)
    assert visiting(busy)("mia").get("/retention").status_code == 403


def test_what_is_over_its_term_is_destroyed_as_it_was_shown(later: Services) -> None:
    ana = visiting(later)("ana")
    assert 'href="/retention/due/C001/documents"' in ana.get("/retention").text
    with later.database.reading() as session:
        blobs = set(session.scalars(select(DocumentVersion.blob)))
    page = ana.get("/retention/due/C001/documents").text
    mark = page.split('name="mark" value="')[1][:16]
    assert "look again" in ana.post("/retention/due/C001/documents", mark="0" * 16, typed="C001").text
    assert ana.post("/retention/due/C001/documents", mark=mark, typed="C001").status_code == 303
    with reading(later, "audit", ANA) as scope:
        assert due.items(scope, "C001", "documents") == []
        assert verify(scope, blobs=later.blobs) == []
        session = scope.session
        with later.database.reading() as whole:  # a file that a client has whom she does not see stays
            gone = blobs - set(whole.scalars(select(DocumentVersion.blob)))
        assert gone and not any(later.blobs.has(blob) for blob in gone)
        left = set(session.scalars(select(DocumentVersion.id)))
        for table in (Passage, FactRow):
            assert set(session.scalars(select(table.version_id))) <= left
        if (
            later.database.engine.dialect.name == "sqlite"
        ):  # PostgreSQL's index of words is one of the passages themselves
            words = session.connection().exec_driver_sql("SELECT count(*) FROM passage_word_rows").scalar_one()
            assert words == session.scalar(select(func.count()).select_from(Passage))
        entry = session.scalars(select(AuditEntry).where(AuditEntry.tag == "retention:records:destroyed")).one()
        assert entry.detail["kind"] == "documents" and all(one[:16] in entry.detail["blobs"] for one in gone)


def test_a_hold_stops_it_and_ends_with_a_reason(later: Services) -> None:
    ana = visiting(later)("ana")
    assert ana.post("/holds", client="C001", reason="").status_code == 422
    assert ana.post("/holds", client="C001", reason="A subpoena").status_code == 303
    page = ana.get("/retention").text
    assert "legal hold" in page and 'href="/retention/due/C001/documents"' not in page
    with writing(later, "x", ANA) as scope:
        [told] = [one for one in due.due(scope, "C001") if one.kind == "mail"]
        assert told.held
        with pytest.raises(Conflict, match="A subpoena"):
            due.destroy(scope, "C001", "mail", told.mark, "C001")
        [(hold, _)] = holds.holds(scope, "C001")
        with pytest.raises(Invalid):
            holds.end_hold(scope, hold.id, " ")
        identity = hold.id
    assert ana.post(f"/holds/{identity}/end", reason="It was settled").status_code == 303
    with writing(later, "x", ANA) as scope:
        [told] = [one for one in due.due(scope, "C001") if one.kind == "mail"]
        gone = due.destroy(scope, "C001", "mail", told.mark, "C001")
    assert gone.rows["messages"] == told.count and take_away(later) == []


def test_a_program_holds_sets_terms_and_destroys_as_it_was_shown(later: Services) -> None:
    visit = visiting(later)
    ana, ben, mia = (visit(name) for name in ("ana", "ben", "mia"))
    assert call(mia, "/retention").status_code == 403 and call(mia, "/holds").status_code == 403
    assert call(ana, "/retention/nothing", {"months": 3, "authority": "x"}, "PUT").status_code == 422
    told = made(call(ana, "/retention/chats", {"months": 6, "authority": "The firm"}, "PUT"), 200)
    assert (told["months"], told["own"]) == (6, True) and told in call(ana, "/retention").json()
    assert call(ana, "/holds", {"client": "C001", "reason": " "}).status_code == 422
    assert call(ben, "/holds", {"client": "C001", "reason": "mine"}).status_code == 404
    hold = made(call(ana, "/holds", {"client": "C001", "reason": "A subpoena"}))["id"]
    assert [one["client_ref"] for one in call(ana, "/holds?client=C001").json()] == ["C001"]
    assert call(ben, f"/holds/{hold}/end", {"reason": "no"}).status_code == 404
    due_mail = "/retention/due/C001/mail"
    [one] = [row for row in call(ana, "/retention/due?client=C001").json() if row["kind"] == "mail"]
    sure = {"mark": one["mark"], "typed": "C001"}
    assert one["held"] and call(ana, due_mail, sure).status_code == 409
    assert "A subpoena" in str(call(ana, "/clients/C001/erasure").json()["refused"])
    made(call(ana, f"/holds/{hold}/end", {"reason": "It was settled"}), 200)
    assert call(ana, f"/holds/{hold}/end", {"reason": "again"}).status_code == 409
    assert len(call(ana, due_mail).json()) == one["count"]
    assert call(ana, due_mail, {**sure, "typed": "C002"}).status_code in (409, 422)
    gone = made(call(ana, due_mail, sure), 200)
    assert gone["rows"]["messages"] == one["count"] and gone["left"] == []
    assert call(ana, due_mail).json() == []
    plan = call(ana, "/clients/C001/erasure").json()
    assert not plan["whole"] and call(ana, "/clients/C001/erasure", {**sure, "mark": plan["mark"]}).status_code == 409


def test_others_clients_holds_and_terms_are_not_theirs(later: Services) -> None:
    with writing(later, "x", "ben@alder.example") as scope:
        assert {one.ref for one in due.due(scope)} <= {"C003"}
        assert holds.holds(scope) == []
    with reading(later, "x", "sol@alder.example") as scope, pytest.raises(Forbidden):
        due.due(scope)


def test_the_terminal_lists_and_plans(busy_home: Path, tmp_path: Path) -> None:
    home = copied(busy_home, tmp_path / "home")

    def run(*words: str) -> object:
        result = CliRunner().invoke(app, ["--home", str(home), *words, "--as", ANA, "--json"])
        assert result.exit_code in (0, 1), result.output
        return json.loads(result.stdout)

    assert {one["kind"] for one in run("retention", "schedule")} >= {"documents", "trust"}  # type: ignore[attr-defined]
    assert run("erase", "C001")["refused"]  # type: ignore[index]
    assert run("hold", "C001", "--reason", "a claim")["id"].startswith("hold_")  # type: ignore[index]
    assert [one["reason"] for one in run("hold", "C001")] == ["a claim"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 3, 9), 84, date(2019, 3, 9)),
        (date(2026, 12, 31), -2, date(2027, 2, 28)),
    ],
)
def test_months_are_counted_by_the_calendar(day: date, months: int, then: date) -> None:
    assert schedule.before(day, months) == then
