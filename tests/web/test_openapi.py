"""Generated requests for every operation of the OpenAPI document, sent by a person of every role: no answer is a defect, none is of another
shape than the document says, none shows a row of a client whom that person may not see.

In the suite every operation is asked by one role or two, in turn. TICKMARK_API_FUZZ=20 has each role ask each operation: all edges that
schemathesis finds in the schema, and as many more by chance for each operation, way and role. The requests are the same each time.
"""

import os
import random
import re
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from schemathesis import Case, GenerationMode
from schemathesis.python.asgi import ASGIClient

from api.app import ROUTES, create_app
from api.openapi import PREFIX, document
from api.security import asker, protected
from api.settings import load_settings
from api.wiring import build
from tests.homes import copied
from tests.web.api_cases import CHECKS, as_text, drawn, enumerated, filled, operations, swapped
from tests.web.api_world import PEOPLE, WORD, World, made_world
from tests.web.conftest import MONDAY

MANY = int(os.environ.get("TICKMARK_API_FUZZ", "0"))
EACH = 1 if MANY else 2  # 2: half of the operations are asked for what is hidden
ASKED = (
    1 if MANY else 4
)  # 4: a quarter of the pairs of an operation and a role: a role or two each; all of them take a minute of a processor
WAYS = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@dataclass(frozen=True)
class Desk:
    """The application over the world, what its document says, and a way to send."""

    world: World
    app: FastAPI
    operations: list[Any]
    session: ASGIClient

    def send(self, case: Case, role: str | None) -> Any:
        headers = {"authorization": f"Bearer {self.world.secrets[role]}"} if role else None
        return case.call(session=self.session, app=self.app, headers=headers)

    def complaints(self, case: Case, role: str) -> Iterator[str]:
        """What is wrong with the answer to a case, each in a few lines."""
        which = f"{role}: {as_text(case)}"
        try:
            answered = self.send(case, role)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a defect and is told with its request
            own = [one for one in traceback.extract_tb(error.__traceback__) if "site-packages" not in one.filename]
            yield f"{which}\n    {type(error).__name__}: {str(error)[:300]}\n    at {own[-1].filename}:{own[-1].lineno}"
            return
        if answered.status_code in (401, 429) or (answered.status_code >= 500 and answered.status_code != 503):
            yield f"{which}\n    answered {answered.status_code} {answered.text[:200]}"
        if WORD.encode() in answered.content:
            shown = sorted(set(re.findall(WORD + r"[-\w]+", answered.text)) - may_know(case, role, answered.text))
            if shown:
                yield f"{which}\n    shows {shown[:5]}"
        if answered.status_code >= 400 and not MANY:
            yield from (f"{which}\n    {one}" for one in refused_otherwise(case, answered))
            return
        too_large = answered.status_code in (413, 414, 431)  # refused, though schemathesis counts none of these as that
        try:
            case.validate_response(answered, checks=CHECKS[:-1] if too_large else CHECKS)
        except BaseExceptionGroup as group:
            for one in group.exceptions:
                yield f"{which}\n    {answered.status_code} {one}"


def may_know(case: Case, role: str, said: str) -> set[str]:
    """Whoever sets walls knows those around clients of other teams and what was opened of these, but for clients that she herself is kept
    from (docs/people.md, `workspace/people/glass.py`)."""
    if role not in ("partner", "admin") or not case.operation.path.startswith(("/api/v1/walls", "/api/v1/break-glass")):
        return set()
    kept_from = "C901|C902" if role == "admin" else "C901"
    return {one for one in re.findall(WORD + r"[-\w]+", said) if not re.search(kept_from, one)}


def refused_otherwise(case: Case, answered: Any) -> Iterator[str]:
    """What schemathesis would say of a refusal that is none of the document's, in a fraction of its time: most answers are refusals."""
    told = case.operation.definition.raw["responses"]
    if str(answered.status_code) not in told:
        yield f"{answered.status_code} is not in the document"
    said = answered.json() if answered.headers["content-type"] == ["application/json"] else None
    if not (isinstance(said, dict) and set(said) == {"error"} and isinstance(said["error"], str)):
        yield f"{answered.status_code} is no refusal: {answered.text[:200]}"


@pytest.fixture(scope="module")
def desk(served_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    home = copied(served_home, tmp_path_factory.mktemp("cases") / "home")
    no_limit = dict.fromkeys(("rate_address", "rate_person", "rate_token"), 0)
    asked = load_settings(home).model_copy(update={"today": MONDAY, **no_limit})
    with build(asked, own_index=True) as services:
        app = create_app(services)
        http = TestClient(app, base_url="http://tickmark.example")

        def things(secret: str, method: str, path: str, body: Any) -> Any:
            return http.request(method, PREFIX + path, json=body, headers={"authorization": f"Bearer {secret}"})

        world = made_world(services, things)
        yield Desk(world, app, operations(document(app)), ASGIClient(app))


@pytest.fixture(scope="module")
def edges(desk: Desk) -> dict[str, tuple[list[Case], list[Case]]]:
    """Of each operation a few cases that fit its schema, and a few that do not."""
    return {one.label: (enumerated(one, WAYS[0], 3), enumerated(one, WAYS[1], len(PEOPLE))) for one in desk.operations}


@pytest.mark.parametrize("role", PEOPLE)
def test_each_role_is_answered_as_the_document_says(
    desk: Desk, edges: dict[str, tuple[list[Case], list[Case]]], role: str
) -> None:
    """In turn what means something, what merely fits, and what does not fit; with each role another of these."""
    wrong, number = [], list(PEOPLE).index(role)
    for nth, operation in enumerate(desk.operations):
        if (nth + number) % ASKED:
            continue
        fits, broken = edges[operation.label]
        turn = (nth // ASKED + number) % 5
        chance = random.Random(f"{operation.label} {role}")
        case = filled(fits[turn % len(fits)], desk.world.seen, chance, 1.0 if turn < 2 else 0.7)
        if turn == 4:
            case = fits[0]
        elif turn == 3 and broken:
            case = broken[turn % len(broken)]
        wrong += desk.complaints(case, role)
    assert not wrong, "\n".join(wrong)


def test_what_is_hidden_is_answered_as_what_is_not_there(
    desk: Desk, edges: dict[str, tuple[list[Case], list[Case]]]
) -> None:
    """A key of a client that one may not see, and a key that there never was: status and words are the same."""
    differ, refused = [], 0
    for nth, operation in enumerate(desk.operations[::EACH]):
        role = list(PEOPLE)[nth % 5]
        chance = random.Random(operation.label)
        case = filled(edges[operation.label][0][0], desk.world.seen, chance, 1.0)
        hidden = {table: keys[nth % 2] for table, keys in desk.world.hidden.items()}
        never = {table: absent(key) for table, key in hidden.items()}
        pairs = zip(swapped(case, hidden), swapped(case, never), strict=True)
        for (there, one), (not_there, other) in pairs if MANY else islice(pairs, 1):
            first, second = desk.send(one, role), desk.send(other, role)
            refused += first.status_code == 404
            said = first.text.replace(there, "KEY"), second.text.replace(not_there, "KEY")
            if first.status_code != second.status_code or said[0] != said[1] or WORD in said[0]:
                differ.append(
                    f"{role}: {as_text(one)}\n    {first.status_code} {said[0][:200]}\n    {second.status_code} {said[1][:200]}"
                )
    assert not differ, "\n".join(differ)
    assert refused > 40, "so few were asked for that the test says nothing"


def absent(key: str) -> str:
    """A key of the same form that nothing has."""
    found = re.sub(r"90[12]", "999", key) if re.search(r"90[12]", key) else re.sub(r"39303[12]", "393939", key)
    assert found != key
    return found


def test_every_route_asks_who_it_is_and_stands_in_the_document(desk: Desk) -> None:
    told = {(method.upper(), path) for path, item in document(desk.app)["paths"].items() for method in item}
    found = set()
    for module in ROUTES:
        for route in module.router.routes:
            assert isinstance(route, APIRoute)
            if not route.path.startswith(f"{PREFIX}/") or route.path == f"{PREFIX}/openapi.json":
                continue
            wanted = asker if route.methods == {"GET"} else protected
            assert wanted in {one.call for one in route.dependant.dependencies}, f"nobody is asked for at {route.path}"
            found |= {(method, route.path) for method in route.methods or ()}
    assert found == told, "a route that the document does not tell of, or the other way round"
    sent = {(one.method.upper(), one.path) for one in desk.operations}
    assert sent == told, "a route for which no case is generated"


def test_a_stranger_is_told_nothing_whatever_she_sends(
    desk: Desk, edges: dict[str, tuple[list[Case], list[Case]]]
) -> None:
    for nth, operation in enumerate(desk.operations):
        fits, broken = edges[operation.label]
        case = broken[0] if nth % 2 and broken else fits[0]
        answered = desk.send(case, None)
        assert answered.status_code == 401, f"{as_text(case)}: {answered.status_code}"
        assert set(answered.json()) == {"error"}


@pytest.mark.slow
@pytest.mark.skipif(not MANY, reason="TICKMARK_API_FUZZ says how many")
@pytest.mark.parametrize("role", PEOPLE)
def test_many_requests_of_each_role_are_answered_as_the_document_says(desk: Desk, role: str) -> None:
    wrong, count = [], 0
    for operation in desk.operations:
        chance = random.Random(f"{operation.label} {role} many")
        fits, broken = (enumerated(operation, way, None) + drawn(operation, way, MANY) for way in WAYS)
        meant = [filled(chance.choice(fits), desk.world.seen, chance, 0.9) for _ in range(2 * MANY)]
        for case in (*fits, *broken, *meant):
            count += 1
            wrong += desk.complaints(case, role)
    print(f"{role}: {count} requests to {len(desk.operations)} operations")
    assert not wrong, "\n".join(wrong)
