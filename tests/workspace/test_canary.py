"""Clients do not bleed: seventy-five clients, a word in each one's papers and another in its notes that stand nowhere else.

Covered, as the partner, the manager and the staff of the client that is asked, in turn: the words of all other clients searched for in
every client (in one query, so that each of the 5,550 pairs is tried); every client asked in full for the word of another, fifteen for that
of one whom the asker may see as well; passages, contexts and documents of others by their ids; what an error says; a wall; partner,
manager and staff who have nothing to do with a client. Each word is found in its own client, so that nothing passes by finding nothing.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from agents.asking.sources import gather
from agents.asking.topics import understand
from agents.chat import ask
from api.settings import load_settings
from api.wiring import Services, build
from evals.tasks.reports import put
from store.errors import NotFound
from store.ids import stable_id
from store.tables import Client, Document, Engagement, Firm, Note, Passage, Person, Wall
from workspace.passages import contexts, count_holding
from workspace.scope import Scope, access_document, open_scope
from workspace.search import search

CLIENTS = [f"C{number:03d}" for number in range(1, 76)]
MONDAY = date(2026, 3, 9)
TEAMS = 3  # a partner, a manager and a member of staff each; client n is with team n modulo 3
ROLES = ("partner", "manager", "staff")


def canary(ref: str, kind: str) -> str:
    """A word of this client that no other has: letters of a hash, so that it shares no part with the others."""
    return kind + "".join(chr(ord("a") + int(digit, 16)) for digit in stable_id("w", ref, kind).partition("_")[2][:12])


def email(role: str, ref: str) -> str:
    return f"{role}{int(ref[1:]) % TEAMS}@firm.example"


def strangers(ref: str) -> list[str]:
    """The other clients' words."""
    return [canary(other, kind) for other in CLIENTS if other != ref for kind in ("paper", "note")]


@dataclass(frozen=True)
class World:
    services: Services

    def scope(self, session: Session, address: str) -> Scope:
        return open_scope(session, address, clock=self.services.clock)

    def asked(self, ref: str, question: str, address: str) -> dict[str, Any]:
        """The answer to a question, in full."""
        *_, last = ask(self.services, lambda session: self.scope(session, address), ref, question)
        answer: dict[str, Any] = last["answer"]
        return answer


@pytest.fixture(scope="module")
def world(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The clients with a paper and a note each, indexed with the real embedder, one collection a client."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TICKMARK_TODAY", "2026-03-09")
        home = shutil.copytree(models, tmp_path_factory.mktemp("canary") / "home")
        with build(load_settings(home), own_index=True) as services:
            papers = {ref: [{"id": f"{ref}.txt", "text": _paper(ref)}] for ref in CLIENTS}
            put(services.database, services.index, services.embedder, papers)
            with services.database.writing() as session:
                _staff_and_notes(session)
            yield World(services)


def _paper(ref: str) -> str:
    return f"Lease of the shop. The word to find of the landlord is {canary(ref, 'paper')}. The monthly rent is $6,0{ref[2:]}."


def _staff_and_notes(session: Session) -> None:
    session.add(Firm(id="firm", name="Alder & Finch CPAs"))
    for role in ROLES:
        for team in range(TEAMS):
            address = f"{role}{team}@firm.example"
            session.add(Person(id=stable_id("per", address), email=address, name=f"{role} {team}", role=role))
    session.flush()
    for row in session.scalars(select(Client)):
        person = {role: stable_id("per", email(role, row.ref)) for role in ROLES}
        row.partner_id, row.manager_id = person["partner"], person["manager"]
        session.add(
            Engagement(
                id=f"e{row.ref}", ref=f"E{row.ref}", client_id=row.id, template="1120", title="2025 Form 1120", owner_id=person["staff"]
            )
        )  # fmt: skip
        text = f"The word to find of the meeting is {canary(row.ref, 'note')}."
        session.add(Note(id=f"n{row.ref}", client_id=row.id, date=MONDAY, author_id=person["manager"], text=text))


def leaks(text: str, ref: str) -> list[str]:
    """The words of other clients than `ref` that a text holds."""
    return [word for word in strangers(ref) if word in text]


def test_no_search_finds_the_word_of_another_client(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """All pairs: in every client, as its partner, manager or staff in turn, one query of everybody's words, which finds the own alone."""
    engine = world.services.searcher
    meant = cache(engine.vector)  # the query is the same for all, and takes long to embed
    monkeypatch.setattr(engine, "vector", lambda model, meaning, client_id=None: meant(model, meaning))
    every = " ".join(canary(ref, kind) for ref in CLIENTS for kind in ("paper", "note"))
    with world.services.database.reading() as session:
        for number, ref in enumerate(CLIENTS):
            scope = world.scope(session, email(ROLES[number // TEAMS % 3], ref))
            found = repr([asdict(hit) for hit in search(scope, engine, ref, every, k=200)])
            assert canary(ref, "paper") in found and leaks(found, ref) == [], ref


def test_each_word_is_found_in_its_own_client(world: World) -> None:
    engine = world.services.searcher
    with world.services.database.reading() as session:
        for ref in CLIENTS[::10]:
            scope = world.scope(session, email("partner", ref))
            [hit] = search(scope, engine, ref, canary(ref, "paper"))
            assert canary(ref, "paper") in hit.text
    for number, ref in enumerate(CLIENTS[::15]):
        for kind in ("paper", "note"):
            answer = world.asked(
                ref, f"Where is the word {canary(ref, kind)} to find?", email(ROLES[number // TEAMS % 3], ref)
            )
            assert canary(ref, kind) in json.dumps(answer["citations"])


def test_no_answer_has_the_word_of_another_client(world: World) -> None:
    """Every client is asked once for the next one's word, of another team, and every fifth for that of a client the asker may see."""
    for number, ref in enumerate(CLIENTS):
        address = email(ROLES[number // TEAMS % 3], ref)
        for step in (1, TEAMS) if number % 5 == 0 else (1,):
            other = CLIENTS[(number + step) % len(CLIENTS)]
            kind = ("paper", "note")[number % 2]
            answer = world.asked(ref, f"What is the word {canary(other, kind)} of {other}?", address)
            answer["receipt"].pop("question")  # the asker's own words
            assert leaks(json.dumps(answer), ref) == [], (ref, other)


def test_an_open_question_finds_only_the_own_word(world: World) -> None:
    """The same words in every file: what is quoted is the one of this client."""
    for number, ref in enumerate(CLIENTS[::3]):
        answer = world.asked(ref, "What is the word to find of the landlord?", email(ROLES[number // TEAMS % 3], ref))
        assert canary(ref, "paper") in answer["answer"]
        assert leaks(json.dumps(answer), ref) == []


def test_what_a_model_would_be_given_is_of_this_client(world: World) -> None:
    asked = understand("What is the word to find of the landlord and of the meeting?")
    with world.services.database.reading() as session:
        for ref in CLIENTS[::5]:
            sources = gather(world.scope(session, email("staff", ref)), world.services.searcher, ref, asked)
            assert canary(ref, "paper") in repr(sources)
            assert canary(ref, "note") in repr(sources)
            assert leaks(repr(sources), ref) == []


def test_ids_of_another_client_open_nothing(world: World) -> None:
    with world.services.database.reading() as session:
        passages = {p.client_id: p.id for p in session.scalars(select(Passage))}
        papers = {d.client_id: d.id for d in session.scalars(select(Document))}
        for number, ref in enumerate(CLIENTS):
            scope = world.scope(session, email(ROLES[number // TEAMS % 3], ref))
            own = stable_id("cl", ref)
            others = [passages[stable_id("cl", other)] for other in CLIENTS if other != ref]
            assert contexts(scope, ref, others) == {}
            assert contexts(scope, ref, [passages[own]]) == {passages[own]: ""}
            counts, total = count_holding(scope, ref, [w for w in strangers(ref) if w.startswith("paper")])
            assert (sum(counts), total) == (0, 1)
            stranger = CLIENTS[(number + 1) % len(CLIENTS)]  # of another team
            with pytest.raises(NotFound) as refused:
                access_document(scope, papers[stable_id("cl", stranger)])
            assert leaks(str(refused.value), ref) == []


@pytest.mark.parametrize("role", ROLES)
def test_outside_the_scope_there_is_no_client_and_the_error_says_no_more(world: World, role: str) -> None:
    for number, ref in enumerate(CLIENTS):
        address = email(role, CLIENTS[(number + 1) % len(CLIENTS)])  # somebody of another team
        with world.services.database.reading() as session:
            scope = world.scope(session, address)
            for query in (canary(ref, "paper"), "rent"):
                with pytest.raises(NotFound) as refused:
                    search(scope, world.services.searcher, ref, query)
                assert str(refused.value) == f"there is no client {ref}"
        with pytest.raises(NotFound) as refused:
            world.asked(ref, f"What is the word {canary(ref, 'note')}?", address)
        assert str(refused.value) == f"there is no client {ref}"


def test_a_wall_hides_a_client_from_its_own_partner(world: World) -> None:
    """Before and after: the partner who found the word finds no client any more, and her other clients stay."""
    ref, other = CLIENTS[0], CLIENTS[TEAMS]
    partner = email("partner", ref)
    question = "What is the word to find of the landlord?"
    assert canary(ref, "paper") in world.asked(ref, question, partner)["answer"]
    with world.services.database.writing() as session:
        session.add(
            Wall(
                id="wall", client_id=stable_id("cl", ref), person_id=stable_id("per", partner), reason="her brother", set_on=MONDAY
            )
        )  # fmt: skip
    try:
        for words in (question, canary(ref, "note")):
            with pytest.raises(NotFound, match=f"^there is no client {ref}$"):
                world.asked(ref, words, partner)
        with world.services.database.reading() as session, pytest.raises(NotFound):
            search(world.scope(session, partner), world.services.searcher, ref, canary(ref, "paper"))
        beside = world.asked(other, f"What is the word {canary(ref, 'paper')} of the landlord?", partner)
        assert leaks(json.dumps({**beside, "receipt": beside["receipt"]["documents"]}), other) == []
        assert canary(ref, "paper") in world.asked(ref, question, email("manager", ref))["answer"]
    finally:
        with world.services.database.writing() as session:
            session.delete(session.get_one(Wall, "wall"))
