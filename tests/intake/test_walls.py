"""Nobody learns of a client through the tray: a word in each loose file, and who of the firm meets it, by every door.

A wall hides the file as well as the guess: its name and its words are the client's. Who sees nothing is told nothing, not even a count.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.settings import load_settings
from api.wiring import Services, build
from store.ids import stable_id
from store.tables import Wall
from tests.homes import copied
from tests.intake.conftest import put, run
from tests.web.conftest import MONDAY, Visits, visiting
from workspace.export import records
from workspace.scope import open_scope, operator_scope

FILES = {
    "Prairie Dental LLC/canarydental.txt": "the canarytext of dental",
    "in/canarybakery.txt": "Harbor Bakery Inc, EIN 00-1234567, canarytext",
    "in/canaryboth.txt": "EIN 00-1234567 and EIN 00-7654321",
    "in/canarynobody.txt": "nobody's",
}
WORDS = ("canarydental", "canarybakery", "canaryboth", "canarynobody")
WALLED = "mia"


@pytest.fixture(scope="module")
def firm(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Services, Visits]]:
    """Four loose files; Ana, who sees the bakery, is walled from the dentist, and Ida, who sees all, from the bakery."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TICKMARK_TODAY", "2026-03-09")
        home = copied(furnished, tmp_path_factory.mktemp("walls") / "home")
        drop = put(tmp_path_factory.mktemp("drop"), FILES)
        with build(load_settings(home), own_index=True) as services:
            with services.database.writing() as session:
                for name, ref in (("ana", "C003"), ("adm", "C001")):
                    person, client = stable_id("per", f"{name}@alder.example"), stable_id("cl", ref)
                    session.add(Wall(id=name, client_id=client, person_id=person, reason="her brother", set_on=MONDAY))
            run(services, "ingest-loose", paths=[str(drop)])
            yield services, visiting(services)


SEEN = {
    # partner: files firm-wide, walled from the dentist
    "ana": {"canarybakery": ["C001"], "canarynobody": []},
    # partner: files firm-wide; the bakery is not his client, so its guess is not shown
    "ben": {"canarydental": ["C003"], "canarybakery": [], "canaryboth": ["C003"], "canarynobody": []},
    # manager: what is surely hers, and nothing that may be another's
    "mia": {"canarybakery": ["C001"]},
    "sol": {"canarydental": ["C003"], "canarybakery": ["C001"]},
    # sees every client but for the wall
    "adm": {"canarydental": ["C003"], "canarynobody": []},
}


@pytest.mark.parametrize("name", SEEN)
def test_each_sees_what_is_not_behind_a_wall_by_every_door(firm: tuple[Services, Visits], name: str) -> None:
    services, visit = firm
    person = visit(name)
    page, api = person.get("/intake").text, person.http.get("/api/v1/intake").json()
    listed = run(services, "loose", **{"as": f"{name}@alder.example"})
    expected = SEEN[name]
    for word in WORDS:
        assert (word in page) == (word in expected), word
        assert (word in json.dumps(api)) == (word in expected), word
        assert (word in listed.text) == (word in expected), word
    for rows in (api["loose"], listed.data):
        got = {row["name"].removesuffix(".txt"): [one["client_ref"] for one in row["guesses"]] for row in rows}
        assert got == expected


@pytest.mark.parametrize("name", SEEN)
def test_an_id_opens_files_and_drops_nothing_out_of_sight(firm: tuple[Services, Visits], name: str) -> None:
    services, visit = firm
    person = visit(name)
    for row in run(services, "loose").data:
        if row["name"].removesuffix(".txt") in SEEN[name]:
            assert person.get(f"/intake/loose/{row['id']}/file").status_code == 200
            continue
        answers = [
            person.get(f"/intake/loose/{row['id']}/file"),
            person.post(f"/intake/loose/{row['id']}", client="C001"),
            person.post(f"/intake/loose/{row['id']}", decision="drop", reason="x"),
        ]
        for answer in answers:
            assert answer.status_code == 404 and "canary" not in answer.text
    assert {row["state"] for row in run(services, "loose").data} == {"waiting"}


def test_the_trail_of_a_file_that_is_nobodys_names_neither_path_nor_words(firm: tuple[Services, Visits]) -> None:
    services, visit = firm
    for name in ("ana", "adm"):
        assert "canary" not in visit(name).get("/audit").text
    assert "canary" not in json.dumps([e for e in run(services, "audit-log").data if e["tag"].startswith("loose:")])


def test_what_nobody_has_looked_into_is_its_bringers_alone(firm: tuple[Services, Visits]) -> None:
    services, visit = firm
    with services.database.writing() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO loose_files (id, blob, name, path, places, size, source, pages, state, received_at, added_by) SELECT "
            "'loose_new', 'b', 'canarynew.txt', 'canarynew.txt', '[]', 1, 'upload', '[]', 'received', '2026-03-09', id "
            "FROM people WHERE email = 'sol@alder.example'"
        )
    try:
        seen = {name for name in SEEN if "canarynew" in visit(name).get("/intake").text}
        assert seen == {"sol"}
    finally:
        with services.database.writing() as session:
            session.connection().exec_driver_sql("DELETE FROM loose_files WHERE id = 'loose_new'")


def test_an_export_of_a_person_leaves_out_what_is_nobodys(firm: tuple[Services, Visits]) -> None:
    services, _ = firm
    with services.database.reading() as session:
        ana = open_scope(session, "ana@alder.example", clock=services.clock)
        told = {name: list(rows) for name, rows in records(ana)}
        assert told["loose_files"] == []
        assert [name for name, rows in told.items() if any(word in repr(rows) for word in WORDS)] == []
        system = operator_scope(session, "export", now=services.clock.now(), today=services.clock.today())
        assert len({name: list(rows) for name, rows in records(system)}["loose_files"]) == len(FILES)
