"""Every answer of every route carries the headers: success, redirect, refusal, defect, file, JSON, stream, script."""

import re
from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route

from api.app import ROUTES
from api.headers import FILE_POLICY, HEADERS, WithHeaders
from api.settings import Settings
from api.wiring import Services
from tests.homes import LONG
from tests.web.conftest import Visits

NEVER = re.compile(r"unsafe-inline|unsafe-eval|\*|https?:(?!//)")


def routes() -> Iterator[tuple[str, str]]:
    for module in ROUTES:
        for route in module.router.routes:
            assert isinstance(route, APIRoute)
            for method in sorted(route.methods or ()):
                yield method, re.sub(r"\{[^}]+\}", "x", route.path)


def complaints(where: str, answer: object) -> list[str]:
    """What is wrong with an answer's headers."""
    headers = answer.headers  # type: ignore[attr-defined]
    wanted = dict(HEADERS)
    if headers.get("content-disposition", "").startswith("attachment"):
        wanted["Content-Security-Policy"] = FILE_POLICY
    if "/sign/" in where or "/portal" in where:
        wanted["Referrer-Policy"] = headers.get("referrer-policy", "")
        assert wanted["Referrer-Policy"] in ("no-referrer", "same-origin"), where
    wrong = [f"{where}: {name} is {headers.get(name)}" for name, value in wanted.items() if headers.get(name) != value]
    if "cache-control" not in headers:
        wrong.append(f"{where}: nothing is said of keeping it")
    return wrong


def test_every_route_answers_with_the_headers(look: Visits) -> None:
    """As a partner; as a stranger they are looked at where every route is knocked at (tests/web/test_door.py). `make long` asks all."""
    ana, wrong, seen = look("ana"), list[str](), set[int]()
    asked = [(method, path) for method, path in routes() if path not in ("/sign-out", "/me/password")]
    for method, path in asked[:: 1 if LONG else 9]:
        kind = "text/html" if method == "GET" else "application/json"
        try:
            answer = ana.http.request(method, path, headers={"accept": kind})
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a defect and is told with its address
            wrong.append(f"{method} {path}: {type(error).__name__} {error}")
            continue
        seen.add(answer.status_code)
        wrong += complaints(f"{method} {path} {answer.status_code}", answer)
        if answer.status_code >= 500:
            wrong.append(f"{method} {path} {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert {200, 403, 404} <= seen, seen


def test_files_pages_errors_and_scripts_carry_them(look: Visits) -> None:
    ana = look("ana")
    documents = re.findall(r"/documents/(doc_\w+)", ana.get("/clients/C002/documents").text)
    for path, status in (
        (f"/documents/{documents[0]}/file", 200),
        ("/static/app.js", 200),
        ("/static/nothing.js", 404),
        ("/static/style.css?v=1", 200),
        ("/nowhere", 404),
        ("/api/v1/clients", 200),
        ("/api/v1/clients/C999", 404),
        (f"/documents/{documents[0]}?page=x", 422),
        ("/healthz", 200),
        ("/", 200),
    ):
        answer = ana.get(path)
        assert (answer.status_code, complaints(path, answer)) == (status, []), path


def test_a_defect_carries_them_and_tells_nothing(own: tuple[Services, Visits], monkeypatch: pytest.MonkeyPatch) -> None:
    services, visit = own
    ana = visit("ana")

    def broken() -> None:
        raise RuntimeError("token=verysecret of 900-70-1234")

    monkeypatch.setattr(services.database, "reading", broken)
    http = TestClient(ana.http.app, base_url="http://tickmark.example", raise_server_exceptions=False)
    for path, kind in (("/clients", "text/html"), ("/api/v1/clients", "application/json")):
        answer = http.get(path, headers={"accept": kind, "authorization": "Bearer x"})
        assert (answer.status_code, complaints(path, answer)) == (500, [])
        assert "verysecret" not in answer.text and "1234" not in answer.text and "Traceback" not in answer.text


def test_a_stream_carries_them_before_its_first_word() -> None:
    inner = Starlette(
        routes=[Route("/stream", lambda _: StreamingResponse(iter(["1", "2"]), media_type="text/event-stream"))]
    )
    http = TestClient(WithHeaders(inner, Settings()), base_url="http://tickmark.example")
    assert complaints("/stream", http.get("/stream")) == []


def test_the_policy_lets_nothing_inline_or_from_elsewhere_in(look: Visits) -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert not NEVER.search(policy) and policy.startswith("default-src 'none'")
    for part in (
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri 'none'",
    ):
        assert part in policy
    assert "strict-transport-security" not in look("ana").get("/clients").headers, "http says nothing of https"


def test_over_https_it_stays_https() -> None:
    inner = Starlette(routes=[Route("/", lambda _: StreamingResponse(iter(["1"])))])
    answer = TestClient(WithHeaders(inner, Settings()), base_url="https://tickmark.example").get("/")
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
    assert answer.headers["content-security-policy"].endswith("upgrade-insecure-requests")
