"""No log line holds a secret: whoever logs it, in whatever words, with whatever traceback; nor does an error of the database."""

import io
import logging
import re
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from api.output import complain
from api.scrub import HIDDEN, catch, install, scrubbed
from api.settings import Settings
from api.wiring import Services
from store.database import Database
from tests.homes import LONG
from tests.security.test_headers import routes
from tests.web.conftest import PASSWORD, Visits

SECRET = "Zq3Xx9QAT9aLfzq5p867EQrU9l8a9k045TPYuSvsZE7xPw"  # the same in every process that runs tests
NUMBERS = ("900-70-1234", "12-3456789", "4111 1111 1111 1111", "4111111111111111", "987654321")


@pytest.fixture
def heard() -> Iterator[io.StringIO]:
    """What every logger of the process says, down to the smallest."""
    install()
    out, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(out), root.level
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield out
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (f"GET /sign/{SECRET}/letter.pdf", "GET /sign/"),
        (f"GET /portal/in/{SECRET}", "GET /portal/in/"),
        (f"GET /calendar/feed/{SECRET}.ics HTTP/1.1", "/calendar/feed/"),
        ("GET /invitation/shortbutsecret1 200", "/invitation/"),
        ("GET /clients?q=Harbor+Bakery&page=2 HTTP/1.1", "GET /clients"),
        ("sign in: {'email': 'a@b.example', 'password': 'hunter2 with spaces'}", "a@b.example"),
        ('{"token": "abc", "code": "x"}', "code"),
        ("password=hunter2&email=x", "email=x"),
        ("Authorization: Bearer abc.def.ghi", "Authorization"),
        ("headers [(b'cookie', b'tickmark_session=abc')]", "headers"),
        ("Set-Cookie: __Host-tickmark_session=abc; Path=/", "Path=/"),
        ("could not reach smtp://office:hunter2@mail.example:587", "mail.example:587"),
        ("postgresql+psycopg://tickmark:hunter2@db/tickmark is away", "@db/tickmark"),
        ("client_secret='hunter2' for the provider", "for the provider"),
        (f"a stray {SECRET} in a sentence", "in a sentence"),
        *((f"the number {number} is wrong", "is wrong") for number in NUMBERS),
    ],
)
def test_what_is_secret_goes_and_the_line_stays(said: str, kept: str) -> None:
    clean = scrubbed(said)
    assert HIDDEN in clean and kept in clean
    for gone in (SECRET, "hunter2", "shortbutsecret1", "Harbor", "abc.def", "=abc", '"abc"', *NUMBERS):
        assert gone not in clean, clean


@pytest.mark.parametrize(
    "said",
    [
        "the scan of C001 failed: no such file",
        "3 of 75 clients scanned in 12.5 s",
        "GET /clients/C001/documents 200",
        "blob 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 is missing",
        "INSERT INTO clients (id, ref) VALUES (?, ?)",
        "2026-03-09 08:15:00 the night began",
    ],
)
def test_what_is_no_secret_stays(said: str) -> None:
    assert scrubbed(said) == said


@settings(max_examples=100)
@given(
    st.binary(min_size=24, max_size=48),
    st.sampled_from(["{}", "at {},", "'{}'", "({})", "/x/{}/y", "{}: wrong", "[{}]"]),
)
def test_no_random_secret_passes(raw: bytes, around: str) -> None:
    import base64

    made = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    if re.search("[0-9]", made) and re.search("[a-z]", made) and re.search("[A-Z]", made):
        assert made not in scrubbed(around.format(made))


def test_every_logger_is_scrubbed_in_every_way_of_logging(heard: io.StringIO) -> None:
    for name in (
        "tickmark",
        "uvicorn.error",
        "uvicorn.access",
        "sqlalchemy.engine",
        "dbos",
        "httpx",
        "asyncio",
        "some.library",
    ):
        log = logging.getLogger(name)
        log.warning("password=%s", "hunter2")
        log.warning("token: %s and %d", SECRET, 3)
        log.warning({"password": "hunter2"})
        log.warning("no place for it %s %s", SECRET)
        log.warning("%(password)s", {"password": "secret=hunter2"})
        log.error("it failed: %r", ValueError(f"secret={SECRET}"))
        try:
            raise RuntimeError(f"cookie: {SECRET} of 900-70-1234")
        except RuntimeError:
            log.exception("a defect")
    logging.getLogger("uvicorn.access").info(
        '%s - "%s %s HTTP/%s" %d', "1.2.3.4:5", "GET", f"/sign/{SECRET}?a={SECRET}", "1.1", 200
    )
    said = heard.getvalue()
    assert "RuntimeError" in said and "Traceback" in said
    for gone in ("hunter2", SECRET, "900-70-1234"):
        assert gone not in said


def test_all_routes_with_secrets_leave_none_in_the_log(
    shared: tuple[Services, Visits], heard: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    http = shared[1](None).http
    head = {
        "authorization": f"Bearer {SECRET}",
        "cookie": f"tickmark_session={SECRET}; tickmark_portal={SECRET}",
        "x-csrf-token": SECRET,
    }
    form = {
        "email": "a@b.example",
        "password": SECRET,
        "csrf": SECRET,
        "mark": SECRET,
        "tax_id": "900-70-1234",
        "code": SECRET,
    }
    for method, path in list(routes())[:: 1 if LONG else 9]:
        path = re.sub(r"/x(?=/|\.|$)", f"/{SECRET}", path)
        for headers in (head, {}):
            http.request(method, f"{path}?token={SECRET}", headers=headers, data=form if method != "GET" else None)
    out, err = capfd.readouterr()
    for where in (heard.getvalue(), out, err):
        assert SECRET not in where and "900-70-1234" not in where


def test_a_defect_is_logged_without_what_it_was_about(heard: io.StringIO) -> None:
    """Through the server that runs us, which logs the traceback."""
    import socket
    import urllib.error
    import urllib.request

    import uvicorn

    from api.serve import configured
    from tests.security.test_fence import small

    app = small()

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError(f"reading {SECRET} of 900-70-1234 with password=hunter2")

    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(configured(app))
    mine = next(one for one in logging.getLogger().handlers if getattr(one, "stream", None) is heard)
    logging.getLogger("uvicorn").addHandler(mine)  # it tells the root nothing
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    asked = f"http://127.0.0.1:{listening.getsockname()[1]}/broken?token={SECRET}"
    with pytest.raises(urllib.error.HTTPError) as answered:
        urllib.request.urlopen(asked)
    server.should_exit = True
    thread.join()
    listening.close()
    logging.getLogger("uvicorn").removeHandler(mine)
    said, told = heard.getvalue(), answered.value.read().decode()
    assert answered.value.code == 500 and "RuntimeError" in said, "the log says what it was"
    for gone in (SECRET, "hunter2", "900-70-1234"):
        assert gone not in said and gone not in told


def test_an_error_of_the_database_tells_no_values(database: Database, heard: io.StringIO) -> None:
    engine = database.engine
    with engine.connect() as connection, pytest.raises(SQLAlchemyError) as refused:
        connection.execute(text("INSERT INTO nowhere (a) VALUES (:secret)"), {"secret": SECRET})
    assert SECRET not in str(refused.value) and "nowhere" in str(refused.value)
    engine.echo = True
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT :secret"), {"secret": SECRET})
    finally:
        engine.echo = False
    assert "SELECT" in heard.getvalue() and SECRET not in heard.getvalue()


def test_what_ends_a_thread_and_what_is_complained_of_is_scrubbed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    catch()
    try:
        raise RuntimeError(f"token={SECRET}")
    except RuntimeError as error:
        sys.excepthook(type(error), error, error.__traceback__)
        threading.excepthook(threading.ExceptHookArgs((type(error), error, error.__traceback__, None)))
    complain(f"webhooks: https://hooks.example/{SECRET}?key=1")
    said = capsys.readouterr().err
    assert said.count("Traceback") == 2 and "webhooks" in said and SECRET not in said and "key=1" not in said


def test_settings_and_what_holds_secrets_do_not_show_them(tmp_path: Path) -> None:
    from agents.endpoints import Endpoint
    from api.forward import Server
    from workspace.letters.signing import Link
    from workspace.platform.outbox import Envelope

    shown = repr(
        Settings(
            home=tmp_path,
            database_url=f"postgresql://a:{SECRET}@db/x",
            llm_api_key=SECRET,
            embedding_api_key=SECRET,
            smtp_url=f"smtp://a:{SECRET}@mail/",
        )
    )
    assert SECRET not in shown and "8420" in shown
    for kind in (Endpoint, Server, Link, Envelope):
        hidden = {one.name: one.repr for one in kind.__dataclass_fields__.values()}
        assert any(not shows for shows in hidden.values()), kind


def test_a_password_that_is_wrong_is_told_nowhere(look: Visits, heard: io.StringIO) -> None:
    stranger = look(None)
    refused = stranger.http.post("/sign-in", data={"email": "nobody@alder.example", "password": SECRET})
    assert SECRET not in refused.text and SECRET not in heard.getvalue() and PASSWORD not in heard.getvalue()
    client: TestClient = stranger.http
    assert SECRET not in client.post("/api/v1/clients", json={"name": SECRET, "password": SECRET}).text
