"""Role × right × whose client it is, over every door of the program: no answer says or does what it must not.

In the suite: jobs, webhooks, some tools, a part of the routes, and that the judge finds what is wrong. TICKMARK_LONG=1 and `tickmark evals
access` ask everybody at every door.
"""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from api.access import Need, table
from evals.access import others
from evals.access.cases import ABSENT, OWN, Case, Route, cases_of, may_pass, routes, some_of
from evals.access.drive import Answer, Found, asked, judged, send, wrong
from evals.access.plant import WORD
from evals.access.world import HIDDEN, STAFF, WALLED, World
from evals.tasks.access import firm_of
from evals.tasks.leaks_kept import Log
from tests import on_postgresql
from tests.homes import LONG, takes_long
from tests.web.conftest import MONDAY
from workspace.scope import Right

Firm = tuple[World, FastAPI]
EACH = 8
"""In the suite, one route of so many is asked in full."""
NO_KEYS = {
    "act",
    "day",
    "email",
    "form",
    "index",
    "kind",
    "label",
    "mark",
    "month",
    "name",
    "number",
    "place",
    "secret",
    "slug",
    "step",
    "turn",
}
NO_KEYS |= {"session_id", "waiting_id"}  # of one's own, and nobody else's: tests/sign_in, tests/imports
NO_KEYS |= {"off_id"}  # a person's: tests/reports/test_time_off.py
"""Names in an address that stand for no row of a client."""
_VARIES = re.compile(
    r"\b[a-z]+_[0-9a-f]{12,}|\d{4}-\d\d-\d\dT[\d:.]+|\b[0-9a-f]{16,}\b|\d+ (?:milli)?seconds?|\d+:\d\d"
)
"""In an answer: what is another at every request."""


@pytest.fixture(scope="module")
def firm(served_home: Path) -> Iterator[Firm]:
    with firm_of(served_home, today=MONDAY) as made:
        yield made


def clean(firm: Firm, before: dict[str, str], found: Found, least: int) -> None:
    """No breach, no changed row of a hidden client, and enough cases that the test says something."""
    after = firm[0].fingerprint()
    changed = [key for key in before if after[key] != before[key]]
    print(f"\n{found.n:,} cases, {len(found.breaches)} breaches: {dict(found.cases)}")
    assert not found.breaches, f"{len(found.breaches)} breaches\n" + "\n".join(found.breaches)
    assert not changed, f"rows of hidden clients were changed: {changed}"
    assert found.n >= least


def test_a_job_has_the_rights_of_its_line(firm: Firm) -> None:
    clean(firm, firm[0].fingerprint(), others.jobs(firm[0]), 500)


@pytest.mark.skipif(not on_postgresql.ON, reason="there is no second fence on SQLite: `make test-postgresql` asks")
def test_a_page_behind_the_second_fence_is_the_page_without_it(firm: Firm) -> None:
    """What the database hides from a reader, no page asked for: where one differs, it took a hidden row for one that is not there."""
    world, app = firm
    database = world.services.database
    looked, differ = 0, dict[str, str]()
    # the figures of the process are others each time
    asked_for = [one for one in routes(app) if one.method == "GET" and one.path != "/metrics"]
    for nth, route in enumerate(asked_for):
        who = [one for one in map(world.personas.__getitem__, STAFF) if may_pass(one, route.need)]
        for one in who if LONG else who[nth % len(who) :][:1] if who else ():
            said = list[str]()
            for fenced in (False, True):
                database._is_fenced = fenced
                answer = asyncio.run(send(app, next(cases_of(route, one, world)), route.page))
                is_text = "text/" in answer.headers.get("content-type", "") or answer.text.startswith(("{", "["))
                said.append(f"{answer.status} {_VARIES.sub('', answer.text) if is_text else ''}")
            looked += 1
            if said[0] != said[1]:
                at = max(0, next((n for n, pair in enumerate(zip(*said, strict=False)) if pair[0] != pair[1]), 0) - 80)
                differ[f"{route.key} as {one.name}"] = f"{said[1][at : at + 240]!r}, not {said[0][at : at + 240]!r}"
    assert differ == {} and looked > 100


def test_a_webhook_is_told_of_no_client_that_its_maker_does_not_see(firm: Firm) -> None:
    clean(firm, firm[0].fingerprint(), others.webhooks(firm[0]), 500)


def test_every_tool_with_every_token(firm: Firm) -> None:
    chosen = None if LONG else ("staff", "narrow", "former")
    clean(firm, firm[0].fingerprint(), others.tools(firm[0], chosen), 30)


@takes_long
def test_every_command_as_everybody(firm: Firm) -> None:
    clean(firm, firm[0].fingerprint(), others.commands(firm[0]), 150)


def test_every_route_is_asked(firm: Firm, capsys: pytest.CaptureFixture[str]) -> None:
    """All personas on all clients in `make long`; else nobody and somebody without the right by each, and an eighth in full."""
    world, app = firm
    before, all_of = world.fingerprint(), list(routes(app))
    if LONG:
        pairs = [(route, who, list(cases_of(route, who, world))) for route in all_of for who in world.personas.values()]
        # who may do least first, and looking before changing: what is allowed changes the firm
        pairs.sort(key=lambda one: (one[1].rights is not None, one[0].method != "GET"))
        which = [(route, cases) for route, _, cases in pairs]
    else:
        which = sorted(some_of(all_of, world, EACH), key=lambda one: one[0].method != "GET")
    with Log() as log:
        found = asyncio.run(judged(app, which))
    written = "\n".join([*log.lines, *capsys.readouterr()])
    clean(firm, before, found, 20_000 if LONG else 1_000)
    assert WORD not in written, "the log holds a hidden client's words"
    secrets = [one.headers["authorization"][7:] for one in world.personas.values() if "authorization" in one.headers]
    assert not [one for one in secrets if one in written], "the log holds a token"


def test_a_new_route_has_cases(firm: Firm) -> None:
    """Every line of the table is a route that is asked, on the own client and on the hidden ones where its address holds a key; so what is
    added is asked without anybody's doing, or fails here."""
    world, app = firm
    all_of = list(routes(app))
    lines = {door for door in (*table().routes, *table().portal) if not door.startswith("* ")}
    # that one is there only where `tickmark serve` made a secret for it, which the handler asks for (tests/api/test_serving.py)
    assert lines - {"POST /_commands/{name}"} == {one.key for one in all_of}
    for route in all_of:
        unknown = set(route.params) - set(route.tables()) - NO_KEYS
        assert not unknown, (
            f"{route.key}: name the table of {unknown} in evals/access/cases.py, TABLES, or it is no key"
        )
        who = next(who for who in world.personas.values() if who.rights is None or not may_pass(who, route.need))
        assert list(cases_of(route, who, world)), f"{route.key} is asked by nobody"
        may = [one for one in world.personas.values() if may_pass(one, route.need) and not one.sees]
        bound = {name for name, of in route.tables().items() if of in world.hidden[WALLED]}
        if may and bound:
            asked_of = {one.of for one in cases_of(route, may[0], world)}
            assert asked_of >= {WALLED, ABSENT}, f"{route.key} is not asked of hidden clients"


def said_of(world: World, who: str, of: str, answer: Answer, base: Answer, need: Need | None = None) -> list[str]:
    """What the judge says of an answer to a page about a client."""
    route = Route("GET /x/{ref}", "GET", "/x/{ref}", need or Need((Right.CLIENT_READ,)), "", {"ref": str}, {})
    return list(wrong(Case(world.personas[who], route, of, "in the address", "/x/1", b"", ""), answer, base))


def test_the_judge_finds_what_is_wrong(firm: Firm) -> None:
    """So that a clean matrix means something: each kind of breach, put before the judge."""
    world, gone = firm[0], Answer(404, {}, "There is no client C990.")
    told = Answer(200, {}, f"{WORD}-clients-name-{WALLED}")
    assert said_of(world, "partner", WALLED, Answer(404, {}, f"There is no client {WALLED}."), gone) == []
    assert said_of(world, "partner", WALLED, told, gone), "words of a client behind a wall"
    assert said_of(world, "partner", WALLED, Answer(403, {}, "It is walled."), gone), "a refusal that tells it is there"
    assert said_of(world, "partner", WALLED, Answer(404, {}, "There is no client for you."), gone), "other words"
    assert said_of(world, "nobody", OWN, Answer(200, {}, ""), gone), "a page for who is not signed in"
    assert said_of(world, "contact", OWN, Answer(200, {}, ""), gone), "a page of the firm for a contact"
    release = Need((Right.DELIVERABLE_RELEASE,))
    assert said_of(world, "staff", OWN, Answer(303, {}, ""), gone, release), "an act without the right"
    lacks = Answer(403, {}, "Partner lacks the right deliverable:release.")
    assert said_of(world, "partner", OWN, lacks, gone, release), "a refusal in spite of the right"
    assert said_of(world, "partner", HIDDEN[1], Answer(500, {}, "x"), Answer(500, {}, "x")), "a defect"


def test_a_client_behind_glass_is_open_and_one_behind_a_wall_is_not(firm: Firm) -> None:
    world, app = firm
    route = next(one for one in routes(app) if one.key == "GET /api/v1/clients/{ref}")
    found = asyncio.run(asked(app, world, [(route, world.personas["glass"])]))
    assert not found.breaches
    assert set(found.cases) >= {"open by broken glass", "hidden, with the right"}
    assert re.fullmatch(r"C9\d\d", WALLED)
