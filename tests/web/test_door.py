"""The door: who comes in, who does not, what every answer carries, and that no route stands outside the fence."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.routing import APIRoute

from api.app import ROUTES, create_app
from api.headers import HEADERS
from api.said import local
from api.security import COOKIE, asker, protected
from api.wiring import Services
from tests.web.conftest import PASSWORD, Visitor, Visits
from workspace.sign_in import FAILURES_ALLOWED, open_token

# A calendar program cannot sign in: the address of a feed holds a secret of 256 bits instead (tests/web/test_calendar.py).
PUBLIC = {
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    # the other ways in, each by a secret of its own: tests/sign_in, tests/web/test_sign_in.py
    ("GET", "/sign-in/code"),
    ("POST", "/sign-in/code"),
    ("GET", "/sign-in/forgotten"),
    ("POST", "/sign-in/forgotten"),
    ("GET", "/sign-in/link/{secret}"),
    ("POST", "/sign-in/link/{secret}"),
    ("POST", "/sign-in/link/{secret}/passkey"),
    ("POST", "/sign-in/link/{secret}/passkey/options"),
    ("POST", "/sign-in/passkey"),
    ("POST", "/sign-in/passkey/options"),
    ("GET", "/sign-in/with/{name}"),
    ("GET", "/sign-in/with/{name}/back"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    # for a collector on this machine or with the token of the settings, tests/storage/test_watching.py
    ("GET", "/metrics"),
    ("GET", "/calendar/feed/{secret}.ics"),
    # a signer from outside: her link opens one letter, tests/web/test_letters.py
    ("GET", "/sign/{secret}"),
    ("POST", "/sign/{secret}"),
    ("POST", "/sign/{secret}/decline"),
    ("GET", "/sign/{secret}/letter.pdf"),
}


def routes() -> Iterator[tuple[str, APIRoute]]:
    """Every route of the application with its method."""
    for module in ROUTES:
        for route in module.router.routes:
            assert isinstance(route, APIRoute)
            for method in sorted(route.methods or ()):
                yield method, route


def asked(route: APIRoute) -> str:
    """An address of the route, its parameters filled with something that is not there."""
    return re.sub(r"\{form\}", "pdf", re.sub(r"\{index\}", "0", route.path)).replace("{day}", "2026-03-09")


@pytest.mark.parametrize(
    ("method", "route"), [pytest.param(m, r, id=f"{m} {r.path}") for m, r in routes() if (m, r.path) not in PUBLIC]
)
def test_nobody_gets_past_the_door_unseen(look: Visits, method: str, route: APIRoute) -> None:
    wanted = asker if method == "GET" else protected
    assert wanted in {one.call for one in route.dependant.dependencies}, f"{route.path} does not depend on {wanted}"
    stranger = look(None)
    path = re.sub(r"\{[^}]+\}", "x", asked(route))
    page = stranger.http.request(method, path, headers={"accept": "text/html"})
    program = stranger.http.request(method, path, headers={"authorization": "Bearer wrong"})
    for answer in (page, program):
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, path
    assert program.status_code == 401
    if path.startswith("/api/"):
        assert page.status_code == 401
    else:
        assert page.status_code == 303 and page.headers["location"].startswith("/sign-in")


def test_the_public_routes_are_a_closed_list_and_nothing_is_mounted_beside(
    shared: tuple[Services, Visits],
) -> None:
    open_to_all = {
        (method, route.path)
        for method, route in routes()
        if not {asker, protected} & {one.call for one in route.dependant.dependencies}
    }
    assert open_to_all == PUBLIC
    app = create_app(shared[0])
    known = {id(route) for _, route in routes()}
    beside = [route for route in app.routes if isinstance(route, APIRoute) and id(route) not in known]
    assert beside == [], "mount routes in a module of ROUTES, where the fence is checked"
    assert app.openapi_url is None and app.docs_url is None


@pytest.mark.parametrize(("method", "route"), [pytest.param(m, r, id=r.path) for m, r in routes() if m != "GET"])
def test_a_change_needs_the_token_of_her_own_page(look: Visits, method: str, route: APIRoute) -> None:
    if (method, route.path) in PUBLIC:
        return
    ana, mia = look("ana"), look("mia")
    path = re.sub(r"\{[^}]+\}", "x", route.path)
    for token in (None, "0" * 64, mia.csrf()):
        headers = {"accept": "text/html", **({"x-csrf-token": token} if token else {})}
        refused = ana.http.request(method, path, headers=headers)
        assert refused.status_code == 403
        assert "out of date" in refused.text


def test_signing_in_opens_the_page_that_was_asked_for(visit: Visits) -> None:
    stranger = visit(None)
    sent = stranger.get("/clients/C001/documents?by=kind")
    assert sent.headers["location"] == "/sign-in?next=%2Fclients%2FC001%2Fdocuments%3Fby%3Dkind"
    form = stranger.follow(sent)
    assert 'value="/clients/C001/documents?by=kind"' in form.text
    entered = stranger.http.post(
        "/sign-in",
        data={"email": "Ana@Alder.example ", "password": PASSWORD, "next": "/clients/C001/documents?by=kind"},
    )
    assert entered.headers["location"] == "/clients/C001/documents?by=kind"
    cookie = entered.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=") and "HttpOnly" in cookie and "SameSite=lax" in cookie
    assert "Harbor Bakery Inc" in stranger.follow(entered).text


def test_over_https_the_cookie_is_for_https_only(own: tuple[Services, Visits]) -> None:
    stranger = own[1](None)
    entered = stranger.http.post(
        "https://tickmark.example/sign-in", data={"email": "ana@alder.example", "password": PASSWORD}
    )
    assert "Secure" in entered.headers["set-cookie"]


def test_a_wrong_password_and_an_unknown_address_are_told_alike(visit: Visits) -> None:
    stranger = visit(None)

    def told(email: str) -> tuple[int, str]:
        refused = stranger.http.post("/sign-in", data={"email": email, "password": "not this one"})
        assert COOKIE not in refused.headers.get("set-cookie", "")
        found = re.search(r'role="alert">([^<]+)<', refused.text)
        assert found is not None
        return refused.status_code, found[1]

    assert told("ana@alder.example") == told("nobody@alder.example") == (401, told("ana@alder.example")[1])


def test_guessing_is_braked_and_says_so_on_the_form(visit: Visits) -> None:
    stranger = visit(None)
    for _ in range(FAILURES_ALLOWED):
        assert stranger.http.post("/sign-in", data={"email": "mia@alder.example", "password": "x"}).status_code == 401
    braked = stranger.http.post("/sign-in", data={"email": "mia@alder.example", "password": PASSWORD})
    assert braked.status_code == 429
    assert "wait fifteen minutes" in braked.text and "Sign in" in braked.text
    other = stranger.http.post("/sign-in", data={"email": "ana@alder.example", "password": PASSWORD})
    assert other.status_code == 303, "somebody else is not locked out"


def test_another_site_cannot_sign_somebody_in(visit: Visits) -> None:
    refused = visit(None).http.post(
        "/sign-in",
        data={"email": "ana@alder.example", "password": PASSWORD},
        headers={"sec-fetch-site": "cross-site"},
    )
    assert refused.status_code == 403


def test_signing_out_ends_the_session_also_for_who_kept_the_cookie(visit: Visits) -> None:
    ana = visit("ana")
    secret = ana.http.cookies[COOKIE]
    assert ana.post("/sign-out").headers["location"] == "/sign-in"
    thief = visit(None)
    thief.http.cookies.set(COOKIE, secret)
    assert thief.get("/clients").status_code == 303


def test_a_redirect_never_leaves_the_site(look: Visits) -> None:
    strange = ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "evil", "/a\nb", ""]
    assert {local(one) for one in strange} == {"/"}
    assert local("/clients/C001?by=kind#top") == "/clients/C001?by=kind#top"
    entered = look(None).http.post(
        "/sign-in", data={"email": "ana@alder.example", "password": PASSWORD, "next": "//evil.example"}
    )
    assert entered.headers["location"] == "/"
    decided = look("ana").post("/sign-out", csrf="0" * 64)
    assert decided.status_code == 403 and "location" not in decided.headers


def test_every_answer_carries_the_headers(look: Visits) -> None:
    ana, stranger = look("ana"), look(None)
    answers = [
        ana.get("/clients"),
        ana.get("/nowhere"),
        ana.get("/api/v1/clients"),
        ana.post("/night", csrf=None),
        stranger.get("/sign-in"),
        stranger.get("/clients"),
        stranger.get("/static/style.css"),
    ]
    for answer in answers:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, answer.url
    assert ana.get("/clients").headers["cache-control"] == "no-store"


def test_a_page_holds_nothing_that_the_policy_forbids(look: Visits) -> None:
    """No inline style, no inline script, no handler: the policy would drop them in silence."""
    for path in ("/", "/clients", "/review", "/night", "/audit", "/style", "/clients/C001/ask"):
        text = look("ana").get(path).text
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script(?! src=\"/static/)", text), path


def test_a_program_uses_a_token_and_needs_no_form(own: tuple[Services, Visits]) -> None:
    services, visit = own
    with services.database.writing() as session:
        found = session.connection().exec_driver_sql("SELECT id FROM people WHERE email = 'sol@alder.example'")
        token = open_token(session, found.scalar_one(), "a script", datetime.now(UTC), timedelta(days=30))
    program = visit(None).http
    bearer = {"authorization": f"Bearer {token}"}
    assert [c["ref"] for c in program.get("/api/v1/clients", headers=bearer).json()] != []
    asked_for = program.post("/api/v1/clients/C001/deliverables", json={"slug": "no-such-kind"}, headers=bearer)
    assert asked_for.status_code == 422, "past the door, refused for what it asks"
    assert "no-such-kind" in asked_for.json()["error"]


def test_what_is_not_there_is_said_in_the_form_that_was_asked_for(look: Visits) -> None:
    ana: Visitor = look("ana")
    page = ana.get("/clients/C999")
    assert page.status_code == 404 and "There is no client C999." in page.text and "Sign out" in page.text
    program = ana.http.get("/api/v1/deliverables/dlv_none")
    assert (program.status_code, set(program.json())) == (404, {"error"})
    assert ana.get("/brief/not-a-day").status_code == 422
