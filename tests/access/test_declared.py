"""Every door of the program has a line in api/access.toml, and every line a door; nothing without a line opens to anybody."""

import ast
import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from fastapi.testclient import TestClient

import api
from api.access import ANYONE, FILE, PORTAL, PUBLIC, SECTIONS, Need, gone_and_missing, matrix, parsed, table
from api.app import create_app
from api.commands import COMMANDS, find
from api.commands.result import silent
from api.door import Door, closed, ways
from api.mcp_server import Tools, server
from api.security import asker
from api.settings import load_settings
from api.wiring import Services, build
from store.errors import Broken, Forbidden, TickmarkError
from workspace.platform.tokens import LOOKING
from workspace.scope import RIGHTS, Right, system_scope

ROOT = Path(api.__file__).parents[1]
OWN = (
    "POST /sign-in/again",
    "DELETE /api/v1/me/",
    "PATCH /api/v1/me",
    "POST /api/v1/acts/{act}/undo",
    "POST /api/v1/me/",
    "POST /calendar/feeds/{feed_id}/revoke",
    "POST /me/",
    "POST /sign-out",
    "POST /undo/{act}",
)
"""Changes that need no right: of one's own settings, sessions and acts."""
SECRETS = ("POST /_commands/{name}", "POST /sign-in", "POST /sign/{secret}", "POST /invitation", "POST /sign-in/")
"""Changes by somebody who is not signed in: a password, or a secret in the address, is looked at by the handler."""
NOTES = re.compile(
    r"(/comments|/filters|/calendar/feeds$|/ask$|/share$|/watch|/mentions/read|/tax-id|/capacity/move|/portfolio/filters"
    r"|/conflict|/break-glass)"
)
"""Changes for which a right to read is enough: remarks, questions, what one keeps for oneself, and what the act asks for itself."""


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with build(load_settings(tmp_path_factory.mktemp("declared")), own_index=True) as made:
        yield made


@pytest.fixture(scope="module")
def app(services: Services) -> FastAPI:
    return create_app(services, command_secret="0" * 32)


def test_every_route_has_a_line_and_every_line_a_route(app: FastAPI) -> None:
    found = list(ways(app))
    wrong = gone_and_missing("routes", (way.key for way in found))
    wrong += [why for way in found if way.key in table().routes and (why := closed(way, table().routes, asker))]
    assert not wrong, "\n".join(wrong)


def test_every_page_of_the_portal_has_a_line(app: FastAPI) -> None:
    mounted = [way.mounted for way in ways(app) if way.key == "* /portal"]
    found = [way for one in mounted if isinstance(one, FastAPI) for way in ways(one)]
    wrong = gone_and_missing("portal", (way.key for way in found))
    assert not wrong, "\n".join(wrong)
    assert {need.whom for need in table().portal.values()} <= {PORTAL, PUBLIC}, "the portal knows no right of the firm"


def test_every_command_has_a_line() -> None:
    wrong = gone_and_missing("commands", COMMANDS)
    assert not wrong, "\n".join(wrong)


def test_every_tool_has_a_line(tmp_path: Path) -> None:
    tools = asyncio.run(server(Tools(tmp_path, "")).list_tools())
    wrong = gone_and_missing("tools", (tool.name for tool in tools))
    assert not wrong, "\n".join(wrong)


def test_every_job_has_a_line() -> None:
    """The name under which the software opens a scope: without one it comes to no row (workspace/scope.py)."""
    found: set[str] = set()
    for part in ("agents", "api", "evals", "ingestion", "workspace"):
        for file in sorted((ROOT / part).rglob("*.py")):
            if file.parent == ROOT / "evals" / "access":
                continue  # which tries names of all kinds
            text = file.read_text("utf-8")
            if "system_scope" not in text:
                continue  # no name without its word
            tree = ast.parse(text)
            for call in ast.walk(tree):
                if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "system_scope":
                    name = call.args[1]
                    said = name.value if isinstance(name, ast.Constant) else _known(getattr(name, "id", ""), tree)
                    assert isinstance(said, str), f"{file}:{call.lineno}: a job is named by a word that can be read"
                    found.add(said)
    wrong = gone_and_missing("jobs", found)
    assert not wrong, "\n".join(wrong)
    beyond = [
        f"{name}: {right}" for name, need in table().jobs.items() for right in set(need.rights) - RIGHTS["system"]
    ]
    assert not beyond, f"rights that the system does not have: {beyond}"


def _known(name: str, tree: ast.Module) -> object:
    """What a constant of the module holds, its own or one of the workspace that it imports."""
    for line in tree.body:
        named = [getattr(one, "id", "") for one in line.targets] if isinstance(line, ast.Assign) else []
        if name in named and isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant):
            return line.value.value
    for line in ast.walk(tree):
        if isinstance(line, ast.ImportFrom) and line.module and line.module.startswith("workspace."):
            there = ROOT / f"{line.module.replace('.', '/')}.py"
            if name in [one.name for one in line.names] and there.exists():
                return _known(name, ast.parse(there.read_text("utf-8")))
    return None


def test_a_change_names_the_right_to_change() -> None:
    wrong = []
    for door, need in table().routes.items():
        if door.startswith(("GET ", "* ")):
            continue
        if need.whom == ANYONE and not door.startswith(OWN):
            wrong.append(f"{door}: {ANYONE} is for changes of one's own; name the right")
        if need.whom == PUBLIC and not door.startswith(SECRETS):
            wrong.append(f"{door}: changed by whoever comes along")
        if need.rights and set(need.rights) <= LOOKING and not NOTES.search(door):
            wrong.append(f"{door}: {need} is a right to read")
    assert not wrong, "\n".join(wrong)


def test_what_shows_clients_needs_a_right() -> None:
    """A page that anyone may open is about herself or about the program."""
    own = re.compile(r"/(api|me|style|go|calendar/feeds|two-factor|second-factor|passkeys|sessions|sign-in/again)\b")
    wrong = [
        door
        for door, need in table().routes.items()
        if door.startswith("GET ") and need.whom == ANYONE and not own.search(door)
    ]
    assert not wrong, f"{ANYONE} opens {wrong}; client:read is better"


def test_the_table_is_sorted_so_that_two_lines_do_not_meet() -> None:
    for kind in SECTIONS:
        doors = [(name.partition(" ")[2], name) for name in getattr(table(), kind)]
        assert doors == sorted(doors), f"[{kind}] is not sorted by address, then method"


@pytest.mark.parametrize("value", ["", "everybody", [], ["client:read", "anything"], 3, ["anyone"]])
def test_a_line_that_means_nothing_is_refused(value: object) -> None:
    with pytest.raises(Broken):
        Need.of(value)


def test_a_table_without_a_part_is_refused() -> None:
    for text in ("", "[routes]\n", "no toml"):
        with pytest.raises(Broken):
            parsed(text)


def test_the_matrix_tells_what_each_right_opens() -> None:
    found = matrix()
    assert set(found) == set(RIGHTS)
    assert "POST /review/{deliverable_id}/release" in found["partner"]["deliverable:release"]
    assert "command release" in found["partner"]["deliverable:release"]
    assert "deliverable:release" not in found["manager"]
    assert all(set(found[role]) - {ANYONE} == {right.value for right in RIGHTS[role]} for role in found)


def small(*, line: bool = True, asks: bool = True, mount: Any = None) -> TestClient:
    """An application of one route and a door that everybody passes who has a `name`."""
    made, routes = FastAPI(), APIRouter()

    def enter(request: Request) -> Any:
        if "name" not in request.headers:
            raise Forbidden("nobody")
        return type("Who", (), {"email": "a@b.example", "role": "staff", "rights": frozenset({Right.CLIENT_READ})})

    @routes.get("/page", dependencies=[Depends(enter)] if asks else [])
    def page() -> str:
        return "inside"

    def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, TickmarkError)
        return JSONResponse(str(error), error.status)

    doors = {"GET /page": Need((Right.CLIENT_READ,))} if line else {}
    if mount is not None:
        made.mount("/more", mount)
        doors["* /more"] = Need(whom=PORTAL)
    made.add_middleware(Door, doors=doors, enter=enter, refused=refused)
    made.include_router(routes)
    return TestClient(made)


def test_a_route_without_a_line_is_closed_to_everybody(capsys: pytest.CaptureFixture[str]) -> None:
    http = small(line=False)
    assert http.get("/page", headers={"name": "x"}).status_code == 403
    assert "GET /page has no line in access.toml" in capsys.readouterr().err
    assert small().get("/page", headers={"name": "x"}).text == '"inside"'


def test_a_route_whose_handler_asks_nobody_is_closed(capsys: pytest.CaptureFixture[str]) -> None:
    assert small(asks=False).get("/page", headers={"name": "x"}).status_code == 403
    assert "does not ask who is there" in capsys.readouterr().err


def test_what_is_mounted_has_a_door_of_its_own_or_is_closed() -> None:
    inner = FastAPI()

    @inner.get("/page")
    def page() -> str:
        return "inside"

    assert small(mount=inner).get("/more/page", headers={"name": "x"}).status_code == 403
    assert small(mount=small().app).get("/more/page", headers={"name": "x"}).text == '"inside"'
    assert small(mount=small().app).get("/more/page").status_code == 403


def test_a_route_that_comes_in_without_a_line_is_closed_in_the_real_application(services: Services) -> None:
    made = create_app(services)

    @made.get("/new-page")
    def page(who: Any = Depends(asker)) -> str:
        return "inside"

    said = TestClient(made, base_url="http://localhost").get("/new-page")
    assert said.status_code == 403
    assert "no line" in said.json()["error"]


def test_a_handler_that_is_reached_by_no_door_lets_nobody_in(services: Services) -> None:
    made = FastAPI()
    made.state.services = services

    @made.get("/page")
    def page(who: Any = Depends(asker)) -> str:
        return "inside"

    with pytest.raises(Forbidden, match="no door"):
        TestClient(made).get("/page")


def test_the_operator_decides_nothing_that_needs_a_name(services: Services) -> None:
    for name in ("release", "review", "money-issue", "token-create"):
        with pytest.raises(Forbidden, match="say who does this: --as"):
            find(name).load()(services, {}, silent)


def test_the_software_does_declared_jobs_only(services: Services) -> None:
    with services.database.reading() as session:
        now, today = services.clock.now(), services.clock.today()
        with pytest.raises(Forbidden, match="not declared"):
            system_scope(session, "something else", now=now, today=today)
        for name, need in table().jobs.items():
            assert system_scope(session, name, now=now, today=today).rights == frozenset(need.rights)


def test_the_file_lies_beside_the_program() -> None:
    assert FILE.parent == Path(api.__file__).parent
