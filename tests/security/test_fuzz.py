"""Pages and forms fed with nonsense, as nobody, as staff and as a client's contact: no answer is a defect, none shows another client's row.

TICKMARK_API_FUZZ says how many requests a route and asker are sent; in the suite one each. The JSON interface is asked as nobody and with
a contact's session here, as each role in tests/web/test_openapi.py.
"""

import os
import random
import re
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

import api.portal
from api.app import ROUTES, create_app
from api.headers import HEADERS
from api.openapi import PREFIX
from api.settings import load_settings
from api.wiring import Services, build
from tests.homes import copied
from tests.security.fuzzed import Sent, requests
from tests.web.api_world import WORD, World, made_world
from tests.web.conftest import MONDAY, PASSWORD
from workspace.portal.staff import invite
from workspace.scope import open_scope

MANY = int(os.environ.get("TICKMARK_API_FUZZ", "0"))
EACH = 4 * MANY or 1
ENDS = {"/sign-out", "/leave"}  # they end the session that asks


@dataclass
class House:
    """The application over the world, and browsers on it."""

    services: Services
    world: World
    app: Any

    def browser(self, http: TestClient | None = None) -> TestClient:
        return http or TestClient(self.app, base_url="http://tickmark.example", follow_redirects=False)


@pytest.fixture(scope="module")
def house(served_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    home = copied(served_home, tmp_path_factory.mktemp("nonsense") / "home")
    no_limit = dict.fromkeys(("rate_address", "rate_person", "rate_token"), 0)
    with build(load_settings(home).model_copy(update={"today": MONDAY, **no_limit}), own_index=True) as services:
        app = create_app(services)
        http = TestClient(app, base_url="http://tickmark.example")

        def things(secret: str, method: str, path: str, body: Any) -> Any:
            return http.request(method, PREFIX + path, json=body, headers={"authorization": f"Bearer {secret}"})

        yield House(services, made_world(services, things), app)


def pages() -> Iterator[APIRoute]:
    for module in ROUTES:
        yield from (route for route in module.router.routes if isinstance(route, APIRoute))


def portal() -> Iterator[APIRoute]:
    for found in iter_modules(api.portal.__path__):
        router = getattr(import_module(f"api.portal.{found.name}"), "router", None)
        yield from (route for route in getattr(router, "routes", ()) if isinstance(route, APIRoute))


def complaints(http: TestClient, sent: Iterable[Sent], who: str, headers: dict[str, str]) -> Iterator[str]:
    """What is wrong with the answers, each in a few lines."""
    for one in sent:
        try:
            answer = http.request(
                one.method,
                one.path,
                content=one.body,
                headers={**headers, **{k: v.encode("latin-1") for k, v in one.headers.items()}},
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a defect and is told with its request
            own = [
                frame for frame in traceback.extract_tb(error.__traceback__) if "site-packages" not in frame.filename
            ]
            yield f"{who}: {one}\n    {type(error).__name__}: {str(error)[:300]}\n    at {own[-1].filename}:{own[-1].lineno}"
            continue
        if answer.status_code >= 500 and answer.status_code != 503:
            yield f"{who}: {one}\n    answered {answer.status_code}"
        if WORD.encode() in answer.content:
            shown = sorted(set(re.findall(WORD + r"[-\w]+", answer.text)))
            yield f"{who}: {one}\n    shows {shown[:5]}"
        missing = [name for name in HEADERS if name.lower() not in answer.headers]
        if missing:
            yield f"{who}: {one}\n    lacks {missing}"
        if answer.headers.get("location", "/").startswith(("//", "http://evil", "https:")):
            yield f"{who}: {one}\n    leads to {answer.headers['location']}"


def told(who: str, wrong: list[str], count: int) -> None:
    print(f"{who}: {count} requests")
    assert not wrong, f"{len(wrong)} of {count}\n" + "\n".join(wrong[:60])


def test_nobody_is_answered_without_a_defect_or_a_word(house: House) -> None:
    http, wrong, count = house.browser(), list[str](), 0
    for route in list(pages())[:: 1 if MANY else 8]:
        sent = list(requests(route, {**house.world.seen, **house.world.hidden}, EACH))
        count += len(sent)
        wrong += complaints(http, sent, "nobody", {"accept": "text/html"})
    told("nobody", wrong, count)


def test_staff_who_send_nonsense_are_answered_without_a_defect_or_a_word(house: House) -> None:
    http, wrong, count = house.browser(), list[str](), 0
    chance = random.Random("keys")

    def enter() -> dict[str, str]:
        entered = http.post("/sign-in", data={"email": "sol@alder.example", "password": PASSWORD})
        assert entered.status_code == 303, entered.text[:500]
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', http.get("/style").text)
        assert found is not None
        return {"accept": "text/html", "x-csrf-token": found[1]}

    headers = enter()
    for route in [one for one in pages() if not one.path.startswith("/api/")][:: 1 if MANY else 5]:
        if route.path in ENDS:
            continue
        keys = {table: [*known, *house.world.hidden.get(table, ())] for table, known in house.world.seen.items()}
        if chance.random() < 0.2:
            keys = dict(house.world.hidden)
        sent = list(requests(route, keys, EACH))
        count += len(sent)
        wrong += complaints(http, sent, "staff", headers)
        if route.methods != {"GET"} and http.get("/style").status_code != 200:  # a form of hers ended her session
            headers = enter()
    told("staff", wrong, count)


def test_a_contact_is_answered_without_a_defect_or_a_word(house: House) -> None:
    """Her own portal fed with nonsense, and every route of the firm asked with her session: none knows it."""
    http, wrong, count = house.browser(), list[str](), 0
    secret = link(house)
    entered = http.post(f"/portal/in/{secret}")
    assert entered.status_code == 303, entered.text[:500]
    home = http.get("/portal/", headers={"accept": "text/html"})
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', home.text)
    assert home.status_code == 200 and found is not None
    headers = {"accept": "text/html", "x-csrf-token": found[1]}
    for route in portal():
        if route.path in ENDS:
            continue
        sent = list(
            requests(route, {**house.world.seen, **house.world.hidden}, (2 * EACH if MANY else 2), before="/portal")
        )
        count += len(sent)
        wrong += complaints(http, sent, "contact", headers)
    assert http.get("/portal/", headers={"accept": "text/html"}).status_code == 200, "still hers"
    for route in list(pages())[:: 1 if MANY else 12]:
        path = re.sub(r"\{[^}]+\}", "C001", route.path)
        if route.path.startswith(("/sign", "/calendar/feed", "/healthz", "/join")) or "GET" not in (
            route.methods or ()
        ):
            continue
        answer = http.get(path, headers={"accept": "application/json"})
        count += 1
        if answer.status_code == 200 and not is_public(route):
            wrong.append(f"contact: GET {path} answered 200")
    told("contact", wrong, count)


def is_public(route: APIRoute) -> bool:
    """Whether the table of doors opens a route to everybody."""
    from api.access import table

    need = table().routes.get(f"GET {route.path}")
    return need is not None and need.whom == "public"


def link(house: House) -> str:
    """The secret of a link for a contact of the first client."""
    with house.services.database.writing() as session:
        now = house.services.clock.real_now()
        scope = open_scope(session, "ana@alder.example", clock=house.services.clock)
        contact = session.connection().exec_driver_sql(
            "SELECT t.contact_id FROM client_contacts t JOIN clients k ON k.id = t.client_id WHERE k.ref = 'C001' LIMIT 1"
        )
        return invite(replace(scope, now=now), "C001", str(contact.scalar_one())).secret
