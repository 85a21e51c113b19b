"""Two firms on one host: made by a command, served in one process, nights in turn; and nothing of one is anything to the other."""

import asyncio
import json
import os
import re
import shutil
import stat
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import make_url, text
from typer.testing import CliRunner

from agents import scan
from api.cli import app
from api.commands import find
from api.commands.result import silent
from api.firms.control import read_control, settings_of_all
from api.firms.host_page import HostPage
from api.firms.serve import Firms, Served, opened
from api.firms.turns import Turns
from api.night import start
from store.errors import Invalid
from tests.forked import begin
from tests.homes import takes_long
from tests.night import forked
from workspace.sign_in import set_password

PASSWORD = "a long enough password"
SMALL_FIRM = Path(__file__).parents[1] / "firm_folder"


def created(file: Path, name: str, *more: str) -> dict[str, Any]:
    words = ["firm", "create", name, "--host", f"{name}.example", "--partner", f"ana@{name}.example"]
    words += ["--partner-name", "Ana Alder", "--title", f"{name.title()} LLP", "--firms", str(file), "--json", *more]
    ran = CliRunner().invoke(app, words)
    assert ran.exit_code == 0, (ran.output, ran.exception)
    return json.loads(ran.stdout)


@pytest.fixture(scope="module")
def host(
    tmp_path_factory: pytest.TempPathFactory, models: Path, migrated_sqlite: Path
) -> Iterator[tuple[Path, Mapping[str, Served], Any]]:
    """A control file with the firms alder and birch, both opened: alder with the small firm in it. And a browser of any firm's."""
    with pytest.MonkeyPatch.context() as patched:
        for name in ("HOME", "DATABASE_URL", "CHROMA_URL", "BLOB_URL", "LLM_BASE_URL", "LLM_MODEL", "TODAY"):
            patched.delenv(f"TICKMARK_{name}", raising=False)
        folder = tmp_path_factory.mktemp("host")
        file = folder / "firms.toml"
        (folder / "birch").mkdir()
        shutil.copy(migrated_sqlite, folder / "birch" / "tickmark.db")  # alder is made from nothing
        made = {name: created(file, name) for name in ("alder", "birch")}
        for name in made:
            (folder / name / "tickmark.toml").write_text('today = "2026-03-09"\n')
            (folder / name / "models").symlink_to((models / "models").resolve())
        with opened(file) as firms:
            find("load").load()(firms["alder"].services, {"folder": str(SMALL_FIRM)}, silent)
            for one in firms.values():
                with one.services.database.writing() as session:
                    set_password(session, f"ana@{one.name}.example", PASSWORD, one.services.clock.now())
            turns = Turns({name: one.services for name, one in firms.items()})
            page = HostPage({name: one.services for name, one in firms.items()}, turns, "of the operator")
            whole = Firms(firms, page.app)
            whole.turns, whole.made = turns, made  # type: ignore[attr-defined]

            def browser(at: str, client: str = "203.0.113.7") -> TestClient:
                return TestClient(whole, base_url=f"https://{at}", follow_redirects=False, client=(client, 5))

            yield file, firms, (browser, whole)


def signed_in(browser: Any, name: str) -> TestClient:
    http = browser(f"{name}.example")
    entered = http.post("/sign-in", data={"email": f"ana@{name}.example", "password": PASSWORD})
    assert entered.status_code == 303, entered.text
    return http


def test_a_firm_is_made_whole_by_one_command(host: Any) -> None:
    file, firms, (_, whole) = host
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for name, told in whole.made.items():
        home = Path(told["home"])
        assert (
            stat.S_IMODE(home.stat().st_mode) == 0o700
            and (home / "seal.key").exists()
            and (home / "tickmark.db").exists()
        )
        assert told["link"].startswith(f"https://{name}.example/sign-in/link/")
    assert whole.made["alder"]["key"] != whole.made["birch"]["key"]
    listed = CliRunner().invoke(app, ["firm", "list", "--firms", str(file), "--json"])
    assert [row["firm"] for row in json.loads(listed.stdout)] == ["alder", "birch"] == sorted(firms)
    again = CliRunner().invoke(
        app,
        [
            "firm",
            "create",
            "alder",
            "--host",
            "x.example",
            "--partner",
            "a@b.example",
            "--partner-name",
            "A",
            "--title",
            "T",
            "--firms",
            str(file),
        ],
    )
    assert again.exit_code == 1 and "has a firm alder already" in again.stderr


def test_the_invitation_lets_the_first_partner_in(host: Any) -> None:
    _, _, (browser, whole) = host
    link = whole.made["birch"]["link"].removeprefix("https://birch.example")
    assert browser("birch.example").get(link, headers={"accept": "text/html"}).status_code == 200
    assert browser("alder.example").get(link, headers={"accept": "text/html"}).status_code in (404, 410)


def test_the_cookie_of_one_firm_is_nobody_on_the_other(host: Any) -> None:
    _, _, (browser, _) = host
    http = signed_in(browser, "alder")
    assert http.get("/clients/C001", headers={"accept": "text/html"}).status_code == 200
    cookies = dict(http.cookies.items())
    assert cookies
    stranger = browser("birch.example")
    for path in ("/", "/clients/C001", "/api/v1/clients", "/api/v1/clients/C001"):
        answer = stranger.get(path, cookies=cookies, headers={"accept": "application/json"})
        assert answer.status_code == 401, (path, answer.text)
    head = "; ".join(f"{name}={value}" for name, value in cookies.items())
    assert stranger.get("/api/v1/clients", headers={"cookie": head}).status_code == 401
    # and the partner of birch, at home, sees nothing of alder's
    mine = signed_in(browser, "birch")
    assert mine.get("/clients/C001", headers={"accept": "text/html"}).status_code == 404
    assert mine.get("/api/v1/clients").status_code == 200 and "C001" not in mine.get("/api/v1/clients").text


def test_a_name_that_no_firm_has_is_not_answered(host: Any) -> None:
    _, _, (browser, _) = host
    for name in ("cedar.example", "alder.example.evil", "127.0.0.1", "localhost"):
        assert browser(name).get("/sign-in").status_code == 421
    assert browser("ALDER.example:443").get("/sign-in").status_code == 200


def test_commands_of_one_firm_reach_it_alone(host: Any) -> None:
    _, firms, (browser, _) = host
    http = browser("127.0.0.1", client="127.0.0.1")
    for name, wanted in (("alder", 3), ("birch", 0)):
        head = {"authorization": f"Bearer {firms[name].secret}"}
        answer = http.post("/_commands/client-list", json={}, headers=head)
        assert answer.status_code == 200
        assert len(json.loads(answer.text.splitlines()[-1])["result"]["data"]) == wanted
    assert http.post("/_commands/client-list", json={}, headers={"authorization": "Bearer guessed"}).status_code == 421


def test_nothing_that_is_set_for_all_becomes_shared(host: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A database, a key or a folder in the environment would be every firm's; the working folder's file as well."""
    file, _, _ = host
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tickmark.toml").write_text('blob_url = "/everybodys"\nwatch = "/everybodys"\n')
    monkeypatch.setenv("TICKMARK_DATABASE_URL", "postgresql+psycopg://one/for_all")
    monkeypatch.setenv("TICKMARK_SEAL_KEY", "c2hhcmVk")
    monkeypatch.setenv("TICKMARK_SMTP_URL", "smtp://shared")
    monkeypatch.setenv("TICKMARK_RATE_TOKEN", "77")
    for name, one in settings_of_all(file, read_control(file)).items():
        assert one.database.endswith(f"{name}/tickmark.db") and one.blobs.endswith(f"{name}/blobs")
        assert (one.seal_key, one.watch, one.smtp_url, one.rate_token) == (None, None, None, 77)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('[firms.a2]\nhosts = ["one.example"]\n[firms.b2]\nhosts = ["One.example"]\n', "share the host name"),
        (
            '[firms.a2]\nhosts = ["a"]\nhome = "/srv/x"\n[firms.b2]\nhosts = ["b"]\nhome = "/srv/x/in"\n',
            "share the home",
        ),
        (
            '[firms.a2]\nhosts = ["a"]\nblob_url = "s3://b/x"\n[firms.b2]\nhosts = ["b"]\nblob_url = "s3://b/x/y"\n',
            "share the files",
        ),
        (
            '[host]\nchroma_url = "http://c:8000"\n[firms.a2]\nhosts = ["a"]\n[firms.b2]\nhosts = ["b"]\nchroma_database = "a2"\n',
            "share the index",
        ),
        (
            '[firms.a2]\nhosts = ["a"]\ndatabase_url = "postgresql+psycopg://u:1@h/d"\n'
            '[firms.b2]\nhosts = ["b"]\ndatabase_url = "postgresql+psycopg://u:2@h/d"\n',
            "share a database",
        ),
        ('[firms.A]\nhosts = ["a"]\n', "is no name for a firm"),
        ("[firms.a2]\nhosts = []\n", "hosts"),
        ('[firms.a2]\nhosts = ["a"]\nseal_key = "x"\n', "seal_key"),
    ],
    ids=["host", "home", "files", "index", "database", "name", "no-host", "unknown"],
)
def test_a_control_file_in_which_two_share_anything_is_refused(tmp_path: Path, lines: str, said: str) -> None:
    file = tmp_path / "firms.toml"
    file.write_text(lines)
    with pytest.raises(Invalid, match=said):
        read_control(file)


def test_a_firm_that_cannot_be_made_leaves_no_line(tmp_path: Path, migrated_sqlite: Path) -> None:
    file = tmp_path / "firms.toml"
    (tmp_path / "alder").mkdir()
    shutil.copy(migrated_sqlite, tmp_path / "alder" / "tickmark.db")
    created(file, "alder")
    before = file.read_text()
    words = ["firm", "create", "birch", "--host", "alder.example", "--partner", "b@b.example", "--partner-name", "B"]
    ran = CliRunner().invoke(app, [*words, "--title", "B", "--firms", str(file)])
    assert ran.exit_code == 1 and "share the host name alder.example" in ran.stderr
    assert file.read_text() == before and not (tmp_path / "birch").exists()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["alder", "firms.toml"]


def refuse(*_: object, **__: object) -> None:
    raise AssertionError("a night's work was done in the process that answers people")


def test_nights_run_in_turn_and_the_host_sees_them(host: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    _, firms, (browser, whole) = host
    services = firms["alder"].services
    if services.database.engine.dialect.name == "sqlite":  # a process beside does it
        monkeypatch.setattr(scan, "graph", refuse)
        started = forked.server()
        monkeypatch.setattr("agents.apart.multiprocessing.get_context", lambda _: started)
    assert start(services, services.clock.today()) and not start(services, services.clock.today())
    whole.turns.round(threading.Event())
    page = browser("10.0.0.9", client="127.0.0.1")
    assert page.get("/_host/nights").status_code == 404  # by another name than loopback
    page = browser("127.0.0.1", client="127.0.0.1")
    rows = {row["firm"]: row for row in page.get("/_host/nights.json").json()}
    alder, birch = rows["alder"], rows["birch"]
    assert (alder["night"], alder["state"], alder["failed"]) == ("2026-03-09", "done", 0) and alder["clients"] == 3
    assert birch["night"] == "" and birch["clients"] == 0
    shown = page.get("/_host/nights").text
    style = re.search(r'href="(/static/style.css[^"]*)"', shown)
    assert style and page.get(style[1]).headers["content-type"].startswith("text/css")
    assert page.get("/static/fonts/regular.woff2").status_code == 200 and page.get("/static/none").status_code == 404
    assert "Nights of this host" in shown and "alder" in shown
    assert not re.search(r"C00\d|Okafor|ana@", shown + json.dumps(rows))
    whole.turns.round(threading.Event())  # nothing is due any more, and nothing runs twice
    assert page.get("/_host/nights.json").json()[0] == alder

    stranger = browser("alder.example")
    assert stranger.get("/_host/nights").status_code == 404  # a firm's own address has no such page
    away = browser("10.0.0.9")
    assert away.get("/_host/nights").status_code == 404
    assert away.get("/_host/nights", headers={"authorization": "Bearer of the operator"}).status_code == 200
    assert page.get("/healthz").json() == {"ok": True}
    assert page.get("/readyz").json() == {"ready": True, "firms": 2, "ready_firms": 2}


def waited_for(server: Any, seen: Any) -> Any:
    """What `seen` gives once it gives something, a minute at most."""
    for _ in range(1200):
        if found := seen():
            return found
        server.join(0.05)
        assert server.exitcode is None, "the server ended"
    raise AssertionError("it did not come")


def test_one_command_serves_them_and_takes_up_what_was_left(
    tmp_path: Path, models: Path, migrated_sqlite: Path
) -> None:
    file, home, out, err = tmp_path / "firms.toml", tmp_path / "alder", tmp_path / "out", tmp_path / "out.err"
    home.mkdir()
    shutil.copy(migrated_sqlite, home / "tickmark.db")
    (home / "models").symlink_to((models / "models").resolve())
    created(file, "alder")
    half = home / "blobs" / "aa" / "half.part"
    half.parent.mkdir(parents=True)
    half.write_text("a client's words")
    os.utime(half, (0, 0))
    server = begin(tmp_path, "serve", "--firms", str(file), "--port", "0", environment=os.environ, out=str(out))
    try:
        found = waited_for(server, lambda: re.search(r"at (http://\S+);", err.read_text() if err.exists() else ""))
        with httpx.Client(base_url=found[1]) as asked:
            assert asked.get("/healthz").json() == {"ok": True}
            assert asked.get("/sign-in", headers={"host": "alder.example"}).status_code == 200
            assert asked.get("/sign-in", headers={"host": "birch.example"}).status_code == 421
        assert waited_for(server, lambda: not half.exists())
    finally:
        server.terminate()
        server.join(60)
    assert server.exitcode == 0


def test_it_says_that_it_is_there_to_the_server(host: Any) -> None:
    _, _, (_, whole) = host
    said = list[str]()

    async def receive() -> dict[str, str]:
        return {"type": "lifespan.startup" if not said else "lifespan.shutdown"}

    async def send(message: Any) -> None:
        said.append(message["type"])

    asyncio.run(whole({"type": "lifespan"}, receive, send))
    assert said == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


@takes_long
@pytest.mark.postgres
def test_each_firm_has_a_database_of_its_own_on_the_server(postgres_url: str, tmp_path: Path) -> None:
    from sqlalchemy import create_engine

    file = tmp_path / "firms.toml"
    file.write_text(f'[host]\npostgres = "{postgres_url}"\n')
    admin = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    names = ["tickmark_pine", "tickmark_oak"]
    try:
        for name in ("pine", "oak"):
            created(file, name)
        with admin.connect() as connection:
            there = connection.scalars(text("SELECT datname FROM pg_database")).all()
        assert set(names) <= set(there)
        found = settings_of_all(file, read_control(file))
        assert {make_url(one.database).database for one in found.values()} == set(names)
        # a database of that name that is not ours is never taken
        shutil.rmtree(tmp_path / "oak")
        file.write_text(file.read_text().split("[firms.oak]")[0])
        words = ["firm", "create", "oak", "--host", "oak.example", "--partner", "b@b.example", "--partner-name", "B"]
        ran = CliRunner().invoke(app, [*words, "--title", "B", "--firms", str(file)])
        assert ran.exit_code == 1 and "there is a database tickmark_oak already" in ran.stderr
    finally:
        with admin.connect() as connection:
            for name in names:
                connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        admin.dispose()
