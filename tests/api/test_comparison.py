"""The comparison page names nothing that is not there: every page, every JSON route and every command in its rows."""

import re
from collections.abc import Iterator
from pathlib import Path

import typer

import api
from api.access import table
from api.cli import app

PAGE = Path(api.__file__).parents[1] / "docs" / "comparison.md"
JSON = "/api/v1"


def rows() -> Iterator[tuple[str, str, str]]:
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
        if line.startswith("|") and len(cells) == 3 and cells[0] != "what":
            yield cells[0], cells[1], cells[2]


def quoted(cell: str) -> list[str]:
    return [one for one in re.findall(r"`([^`]+)`", cell) if "…" not in one]


def is_route(path: str, routes: set[str]) -> bool:
    shown = re.sub(r"\{\w+\}", "X", path.partition("?")[0])
    return any(re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", route), shown) for route in routes)


def test_every_row_leads_somewhere() -> None:
    routes = {key.split()[1] for key in table().routes}
    pages = {one for one in routes if not one.startswith(JSON)} | {"/portal"}
    records = {one.removeprefix(JSON) for one in routes if one.startswith(JSON)}
    group = typer.main.get_command(app)
    commands = set(getattr(group, "commands", {}))
    lost = [
        f"{what}: {one}"
        for what, page, program in rows()
        for one in (*quoted(page), *quoted(program))
        if not (is_route(one, pages | records) if one.startswith("/") else one.split()[0] in commands)
    ]
    assert len(list(rows())) > 40 and lost == []
