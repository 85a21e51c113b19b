"""The fence before every route: hosts, where a change comes from, proxies, cookies, sizes, depth and slowness."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient

from api.gate import Gate, Rate
from api.guard_requests import LONGEST_URL, MOST_OF_A_STRANGER, fenced
from api.guard_sockets import BoundedProtocol
from api.headers import cookie, drop_cookie, origin, put_cookie
from api.security import COOKIE, csrf_is, csrf_token
from api.serve import configured
from api.settings import Settings, load_settings
from api.wiring import Services
from store.errors import Invalid
from tests.homes import LONG
from tests.security.test_headers import routes
from tests.web.conftest import Visits


def small(**asked: Any) -> FastAPI:
    """The fence with these settings around an application that tells what it sees."""
    held = SimpleNamespace(settings=Settings(**asked), gate=Gate({"address": Rate(0)}))
    app = FastAPI()

    @app.get("/")
    def seen(request: Request) -> dict[str, Any]:
        return {
            "origin": origin(request),
            "address": request.client and request.client.host,
            "who": cookie(request, COOKIE),
        }

    @app.post("/in")
    async def enter(request: Request, response: Response) -> int:
        put_cookie(request, response, COOKIE, "the-secret", max_age=60)
        return len(await request.body())

    @app.post("/out")
    def leave(request: Request, response: Response) -> None:
        drop_cookie(request, response, COOKIE)

    fenced(app, held, lambda _, status, said: JSONResponse({"error": said}, status), lambda _: False)  # type: ignore[arg-type]
    return app


def client(at: str = "http://tickmark.example", address: str = "10.0.0.9", **asked: Any) -> TestClient:
    """A browser on it, coming from an address."""
    return TestClient(small(**asked), base_url=at, follow_redirects=False, client=(address, 5000))


@pytest.mark.parametrize(
    "host", ["evil.example", "tickmark.example.evil.example", "evil.example:8420", "", "127.0.0.1.evil.example"]
)
def test_a_host_that_is_not_ours_is_not_answered(shared: tuple[Services, Visits], host: str) -> None:
    for path in ("/sign-in", "/api/v1/clients", "/static/app.js", "/healthz"):
        answer = shared[1](None).http.get(path, headers={"host": host})
        assert answer.status_code == 421 and "evil" not in answer.text, path


def test_the_names_of_the_settings_and_of_this_machine_are_ours() -> None:
    named = client(public_url="https://books.firm.example", hosts=["inside.firm.example"])
    for host in ("books.firm.example", "inside.firm.example:8420", "localhost:8420", "127.0.0.1", "[::1]:8420"):
        assert named.get("/", headers={"host": host}).status_code == 200, host
    assert named.get("/", headers={"host": "firm.example"}).status_code == 421


ELSEWHERE = (
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "https://evil.example"},
    {"origin": "http://tickmark.example.evil.example"},
)


def test_no_change_comes_from_another_site(look: Visits) -> None:
    """Routes that change something, with the form's own token: only where it comes from differs. `make long` asks all of them."""
    ana = look("ana")
    token = ana.csrf()
    changing = [(method, path) for method, path in routes() if method != "GET"]
    for nth, (method, path) in enumerate(changing[:: 1 if LONG else 6]):
        sent = ELSEWHERE[nth % len(ELSEWHERE)]
        answer = ana.http.request(method, path, headers={"x-csrf-token": token, **sent})
        assert answer.status_code == 403 and "another site" in answer.text, f"{method} {path} {sent}"
    own = {"x-csrf-token": token, "sec-fetch-site": "same-origin", "origin": "http://tickmark.example"}
    assert ana.http.put("/api/v1/me", json={"nonsense": 1}, headers=own).status_code != 403


def test_a_method_is_what_it_is_called(look: Visits) -> None:
    """No header and no field turns a GET or a POST into another method."""
    ana, forms = (
        look("ana"),
        {"x-http-method-override": "DELETE", "x-method-override": "DELETE", "x-http-method": "DELETE"},
    )
    assert ana.http.get("/api/v1/clients", headers=forms).status_code == 200
    sent = ana.http.post(
        "/api/v1/clients?_method=DELETE", data={"_method": "DELETE"}, headers={**forms, "x-csrf-token": ana.csrf()}
    )
    assert sent.status_code in (400, 405, 415, 422)
    assert ana.http.request("TRACE", "/").status_code == 405


def test_the_token_of_forms_is_another_on_each_page_and_holds_for_its_session_alone() -> None:
    made = {csrf_token("secret") for _ in range(20)}
    assert len(made) == 20 and all(csrf_is(one, "secret") for one in made)
    one = made.pop()
    assert not csrf_is(one, "another") and not csrf_is("", "secret") and not csrf_is(one[:-1], "secret")
    assert not csrf_is(one[:16] + "é" * 64, "secret") and not csrf_is("\udcff" * 80, "secret")


def test_a_proxy_is_believed_only_when_it_is_named() -> None:
    told = {
        "x-forwarded-proto": "https",
        "x-forwarded-for": "1.2.3.4, 203.0.113.7, 10.0.0.8",
        "x-forwarded-host": "evil.example",
    }
    for proxies, at, believed in (
        ([], "10.0.0.9", False),
        (["10.0.0.0/24"], "10.0.0.9", True),
        (["10.0.0.0/24"], "10.0.1.9", False),
    ):
        answer = client(address=at, proxies=proxies).get("/", headers=told)
        assert ("strict-transport-security" in answer.headers) is believed
        assert answer.json()["address"] == ("203.0.113.7" if believed else at)
        assert answer.json()["origin"] == f"{'https' if believed else 'http'}://tickmark.example"


def test_over_https_a_cookie_is_for_this_host_alone() -> None:
    behind = client("http://books.firm.example", public_url="https://books.firm.example")
    set_to = behind.post("/in").headers["set-cookie"]
    assert set_to.startswith(f"__Host-{COOKIE}=the-secret") and "Domain" not in set_to
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= {one.strip() for one in set_to.split(";")}
    behind.cookies.clear()
    # what another host of the same domain could plant is not read
    assert behind.get("/", headers={"cookie": f"{COOKIE}=planted"}).json()["who"] is None
    assert behind.get("/", headers={"cookie": f"__Host-{COOKIE}=own"}).json()["who"] == "own"
    assert behind.get("/").json()["origin"] == "https://books.firm.example", "links that leave name the public address"


def test_signing_out_clears_what_the_browser_kept() -> None:
    left = client("https://tickmark.example").post("/out")
    assert left.headers["clear-site-data"] == '"cache", "storage"' and "Max-Age=0" in left.headers["set-cookie"]
    assert left.headers["set-cookie"].startswith(f"__Host-{COOKIE}=")


def pieces(size: int, read: list[int]) -> Iterator[bytes]:
    """A body without a length that is told before; `read` counts what was taken of it."""
    while size > 0:
        read.append(65_536)
        yield b"x" * 65_536
        size -= 65_536


def test_a_large_body_is_refused_before_it_is_read(shared: tuple[Services, Visits]) -> None:
    stranger = shared[1](None).http
    for kind in (
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
    ):
        told = stranger.post("/sign-in", content=b"x" * (MOST_OF_A_STRANGER + 1), headers={"content-type": kind})
        assert told.status_code == 413 and "Sign in first" in told.text, kind
        read: list[int] = []
        streamed = stranger.post("/api/v1/clients", content=pieces(20_000_000, read), headers={"content-type": kind})
        assert streamed.status_code in (401, 413) and sum(read) < 600_000, "the door refuses first, or the fence"
    huge = stranger.post("/sign-in", content=b"x", headers={"content-length": "1" + "0" * 30})
    assert huge.status_code == 413
    odd = stranger.post("/sign-in", content=b"x", headers={"content-length": "-1"})
    assert odd.status_code == 400


def test_every_route_refuses_a_body_beyond_its_limit(look: Visits) -> None:
    ana = look("ana")
    for method, path in [one for one in routes() if one[0] != "GET"][:: 1 if LONG else 8]:
        answer = ana.http.request(
            method, path, content=b"{", headers={"content-type": "application/json", "content-length": "8000001"}
        )
        assert answer.status_code == 413 and "limit here is 8 MB" in answer.text, f"{method} {path}"
    files = {"content-type": "multipart/form-data; boundary=x", "content-length": "600000001"}
    assert ana.http.post("/intake", content=b"x", headers=files).status_code == 413


def test_a_form_of_thousands_of_parts_is_refused(look: Visits) -> None:
    ana = look("ana")
    token = ana.csrf()
    files = [("files", (f"{n}.txt", b"x")) for n in range(1_100)]
    many = ana.http.post("/clients/C001/documents", data={"csrf": token}, files=files)
    assert many.status_code == 400 and "files" in many.text
    fields = {f"f{n}": "x" for n in range(1_100)}
    boundary = (
        "".join(f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\nx\r\n' for name in fields) + "--x--\r\n"
    )
    headers = {"content-type": "multipart/form-data; boundary=x", "x-csrf-token": token}
    assert ana.http.post("/intake", content=boundary.encode(), headers=headers).status_code == 400
    nested = 'Content-Type: multipart/mixed; boundary=y\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n--y--\r\n'
    bomb = f"--x\r\n{nested}" * 200 + "--x--\r\n"
    assert ana.http.post("/intake", content=bomb.encode(), headers=headers).status_code < 500


@pytest.mark.parametrize("depth", [900, 5_000, 200_000])
def test_json_of_any_depth_is_answered(look: Visits, depth: int) -> None:
    ana = look("ana")
    headers = {"x-csrf-token": ana.csrf(), "content-type": "application/json"}
    for body in (
        "[" * depth + "]" * depth,
        '{"a":' * depth + "1" + "}" * depth,
        '{"name":' + "[" * depth + "]" * depth + "}",
    ):
        answer = ana.http.post("/api/v1/clients", content=body, headers=headers)
        assert answer.status_code in (400, 422), (depth, answer.status_code)
        assert len(answer.content) < 2_000, "what was sent is not told back"


def test_long_addresses_and_heads_are_refused(look: Visits) -> None:
    http = look(None).http
    assert http.get("/sign-in?" + "x" * LONGEST_URL).status_code == 414
    assert http.get("/sign-in", headers={"x-long": "y" * 40_000}).status_code == 431
    assert http.get("/sign-in", headers={"cookie": "; ".join(f"a{n}=b" for n in range(4_000))}).status_code == 431


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The server as `tickmark serve` configures it, on a port of its own."""
    import uvicorn

    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(configured(small()))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join()
    listening.close()


def said(port: int, sent: bytes, *, wait: float = 30.0) -> bytes:
    """What the server says to these bytes until it closes, or has said all."""
    with socket.create_connection(("127.0.0.1", port), wait) as connection:
        connection.sendall(sent)
        heard = b""
        try:
            while piece := connection.recv(65_536):
                heard += piece
                if b"\r\n\r\n" in heard and b"onnection: close" not in heard:
                    break
        except (TimeoutError, ConnectionResetError):
            pass
        return heard


def test_the_server_bounds_heads_tells_no_name_and_believes_no_stranger(port: int) -> None:
    fine = said(port, b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\n\r\n")
    assert (
        fine.startswith(b"HTTP/1.1 200")
        and b"\r\nserver:" not in fine.lower()
        and b"strict-transport" not in fine.lower()
    )
    never_ending = said(port, b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 200_000)
    assert never_ending.startswith(b"HTTP/1.1 400") or never_ending == b""
    assert said(port, b"GET / HTTP/1.1\r\n\r\n").startswith((b"HTTP/1.1 400", b"HTTP/1.1 421"))
    assert said(port, b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n").startswith(b"HTTP/1.1 400")
    smuggled = (
        b"POST /in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    )
    assert said(port, smuggled).startswith(b"HTTP/1.1 4")
    assert said(port, b"\x16\x03\x01\x00\xa5 nonsense\r\n\r\n").startswith(b"HTTP/1.1 400")


def test_a_head_that_does_not_come_is_not_waited_for(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedProtocol, "patience", 0.2)
    began = time.monotonic()
    assert said(port, b"GET / HTTP/1.1\r\nHost: lo") == b"" and time.monotonic() - began < 15
    assert said(port, b"") == b""


def test_a_body_that_does_not_come_is_not_waited_for(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.guard_requests.PATIENCE", 0.2)
    head = b"POST /in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n"
    answer = said(port, head + b"\r\nemail=")
    assert answer.startswith(b"HTTP/1.1 408") and b"content-security-policy" in answer.lower()


def test_settings_say_what_cannot_be_used() -> None:
    assert Settings(public_url="https://Books.Firm.example/").public_url == "https://books.firm.example"
    for bad in (
        "books.firm.example",
        "https://firm.example/tickmark",
        "ftp://firm.example",
        "https://u:p@firm.example",
    ):
        with pytest.raises(ValueError, match="public_url"):
            Settings(public_url=bad)


def test_settings_take_lists_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TICKMARK_HOSTS", "a.example, b.example")
    monkeypatch.setenv("TICKMARK_PUBLIC_URL", "nonsense")
    with pytest.raises(Invalid, match="public_url"):
        load_settings(tmp_path)
    monkeypatch.setenv("TICKMARK_PUBLIC_URL", "https://a.example")
    assert load_settings(tmp_path).hosts == ["a.example", "b.example"]
