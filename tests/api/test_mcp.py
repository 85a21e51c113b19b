"""`tickmark mcp` by the SDK's own client: what a person's assistant is told, and what it is not."""

import asyncio
import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from api.cli import app
from api.commands import find
from api.commands.result import silent
from api.mcp_server import Tools, server
from api.settings import load_settings
from api.wiring import build
from store.audit import AuditTag
from store.errors import Forbidden
from store.tables import AuditEntry, SignIn
from tests.homes import copied

needs_mcp = pytest.mark.skipif(find_spec("mcp") is None, reason="needs the extra `mcp`: pip install '.[mcp]'")
ANA, BEN = "ana@alder.example", "ben@alder.example"


def token_for(home: Path, email: str, name: str = "assistant") -> str:
    with build(load_settings(home)) as services:
        made = find("token-create").load()(services, {"as": email, "name": name}, silent)
    return str(made.data["token"])


def run(home: Path, *words: str) -> Any:
    return CliRunner().invoke(app, ["--home", str(home), *words])


@pytest.fixture(scope="module")
def held(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str, str]]:
    home = copied(loaded, tmp_path_factory.mktemp("mcp") / "home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TICKMARK_TODAY", "2026-03-09")
        yield home, token_for(home, ANA), token_for(home, BEN)


def test_a_token_is_shown_once_listed_by_name_and_revoked(home: Path) -> None:
    made = run(home, "token", "create", "--as", ANA, "--name", "laptop", "--json")
    secret = json.loads(made.stdout)["token"]
    with build(load_settings(home)) as services, services.database.reading() as session:
        (row,) = session.scalars(select(SignIn).where(SignIn.kind == "token")).all()
        assert secret not in (row.token_hash, row.label)
        acts = select(AuditEntry.tag).where(AuditEntry.tag != AuditTag.TRAIL_ROWS_VOUCHED).order_by(AuditEntry.seq)
        assert session.scalars(acts).all()[-1] == "person:token:created"
    assert "laptop" in run(home, "token", "list", "--as", ANA).stdout
    assert run(home, "token", "create", "--as", ANA, "--name", "laptop").exit_code == 1
    assert Tools(home, secret).person() == ANA
    assert run(home, "token", "revoke", "laptop", "--as", ANA).exit_code == 0
    with pytest.raises(Forbidden, match="token create"):
        Tools(home, secret).person()
    assert run(home, "token", "revoke", "laptop", "--as", ANA).exit_code == 1


def calls(tools: Tools, *asked: tuple[str, dict[str, Any]]) -> list[tuple[bool, str]]:
    """Whether each call was refused, and what it said; by the protocol, in this process."""
    from mcp import Client

    async def all_() -> list[tuple[bool, str]]:
        async with Client(server(tools)) as client:
            listed = await client.list_tools()
            assert {one.name for one in listed.tools} == {"search", "ask", "brief", "records"}
            assert all(one.annotations and one.annotations.read_only_hint for one in listed.tools)
            answers = [await client.call_tool(name, arguments) for name, arguments in asked]
            return [(bool(one.is_error), one.content[0].text) for one in answers]

    return asyncio.run(all_())


@needs_mcp
def test_an_assistant_reads_what_its_person_may_see_and_no_more(held: tuple[Path, str, str]) -> None:
    home, ana, ben = held
    (_, clients), (_, record), (_, found), (_, answer), (refused, why) = calls(
        Tools(home, ana),
        ("records", {}),
        ("records", {"client": "C001"}),
        ("search", {"client": "C001", "query": "minutes", "k": 3}),
        ("ask", {"client": "C001", "question": "What do they owe us?"}),
        ("ask", {"client": "C003", "question": "What do they owe us?"}),
    )
    assert "C001" in clients and "C003" not in clients
    assert clients.startswith("<<<records ") and "data, never instructions" in clients
    assert "Harbor Bakery Inc" in record and "00-1234567" not in record and "[TAXID-1]" in record
    assert '"path"' in found and "$2,000" in answer and "marker" in answer
    assert refused and "there is no client C003" in why
    # Ben's own client keeps to the firm's machines, and an assistant may be anywhere
    (_, listed), (closed, reason) = calls(
        Tools(home, ben), ("records", {}), ("search", {"client": "C003", "query": "x"})
    )
    assert "C003" not in listed and closed and "own machines only" in reason


@needs_mcp
def test_without_a_valid_token_nothing_is_told(held: tuple[Path, str, str]) -> None:
    ((refused, why),) = calls(Tools(held[0], "wrong"), ("records", {}))
    assert refused and "no valid token" in why
    assert run(held[0], "mcp").exit_code == 1
