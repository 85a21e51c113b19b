"""What opens each door of the program: the one table access.toml, read once, and who passes by it.

Doors are the routes of the application and of the portal that is mounted in it, the commands, the tools of MCP, and the jobs of the
software itself. What has no line in the table is open to nobody. A line says what is needed to come in; whether a row beyond it may be
seen, and whether this act needs more, the workspace decides (workspace/scope.py).
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from store.errors import Broken, Forbidden
from workspace.scope import RIGHTS, Right

FILE = Path(__file__).with_suffix(".toml")
ANYONE, PUBLIC, PORTAL = "anyone", "public", "portal"
SECTIONS = ("routes", "portal", "commands", "tools", "jobs")


@dataclass(frozen=True)
class Need:
    """What opens a door: one of these rights; without any, `whom` it is for: anyone who is signed in, the public, a portal's contact."""

    rights: tuple[Right, ...] = ()
    whom: str = ""

    @classmethod
    def of(cls, value: object) -> "Need":
        """The need that a line of the table says. Raises Broken for what is none."""
        if value in (ANYONE, PUBLIC, PORTAL):
            return cls(whom=str(value))
        try:
            names = [value] if isinstance(value, str) else list(value)  # type: ignore[call-overload]
            rights = tuple(Right(one) for one in names)
        except (TypeError, ValueError):
            rights = ()
        if not rights:
            raise Broken(f"{FILE.name}: {value!r} is no right, nor {ANYONE}, {PUBLIC} or {PORTAL}")
        return cls(rights)

    def met_by(self, rights: frozenset[Right]) -> bool:
        """Whether somebody with these rights, who is signed in, may come in."""
        return not self.rights or not rights.isdisjoint(self.rights)

    def require(self, who: str, rights: frozenset[Right]) -> None:
        """Raises Forbidden, naming the right, unless `who` may come in."""
        if not self.met_by(rights):
            raise Forbidden(f"{who} lacks the right {self}")

    def as_json(self) -> str | list[str]:
        """As the table writes it."""
        if not self.rights:
            return self.whom
        return self.rights[0].value if len(self.rights) == 1 else [one.value for one in self.rights]

    def __str__(self) -> str:
        return " or ".join(one.value for one in self.rights) or self.whom


@dataclass(frozen=True)
class Table:
    """The needs by door, for each kind of door. A route is `METHOD /path/{parameter}`, what is mounted `* /path`."""

    routes: Mapping[str, Need]
    portal: Mapping[str, Need]
    commands: Mapping[str, Need]
    tools: Mapping[str, Need]
    jobs: Mapping[str, Need]

    def of(self, kind: str, name: str) -> Need:
        """What the door of that kind and name needs. Raises Forbidden where it has no line: it is open to nobody."""
        doors: Mapping[str, Need] = getattr(self, kind)
        if name not in doors:
            raise Forbidden(f"nobody may use {name}: {FILE.name} has no line for it under [{kind}]")
        return doors[name]

    def lines(self) -> Iterator[tuple[str, str, Need]]:
        """Every line: kind of door, door, need."""
        for kind in SECTIONS:
            for name, need in getattr(self, kind).items():
                yield kind, name, need


def parsed(text: str) -> Table:
    """The table that a text in TOML is. Raises Broken for what is none."""
    try:
        found: dict[str, dict[str, Any]] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Broken(f"{FILE.name}: {error}") from None
    if set(found) != set(SECTIONS):
        raise Broken(f"{FILE.name} has the tables {', '.join(SECTIONS)}")
    return Table(**{kind: {name: Need.of(value) for name, value in found[kind].items()} for kind in SECTIONS})


@cache
def table() -> Table:
    """The table of this program."""
    return parsed(FILE.read_text("utf-8"))


def matrix(roles: Mapping[str, Iterable[Right]] | None = None) -> dict[str, dict[str, list[str]]]:
    """Role → right → the doors that it opens, all sorted; by default the roles that come with the program. A door that one of several
    rights opens stands under each of them. What needs no right is under "anyone" of every role but the system's."""
    made: dict[str, dict[str, list[str]]] = {}
    lines = list(table().lines())
    for role, rights in sorted((RIGHTS if roles is None else roles).items()):
        opens = {right.value: sorted(_name(*line) for line in lines if right in line[2].rights) for right in rights}
        if role != "system":
            opens[ANYONE] = sorted(_name(*line) for line in lines if line[2].whom == ANYONE)
        made[role] = dict(sorted(opens.items()))
    return made


def _name(kind: str, door: str, need: Need) -> str:
    return door if kind in ("routes", "portal") else f"{kind.removesuffix('s')} {door}"


def gone_and_missing(kind: str, doors: Iterable[str], known: Table | None = None) -> list[str]:
    """What of a kind of door and its lines does not meet: a sentence for each, that says what to do."""
    lines, there = getattr(known or table(), kind), set(doors)
    missing = [
        f'{door} has no line: add "{door}" = "…" to {FILE.name} under [{kind}]' for door in sorted(there - set(lines))
    ]
    gone = [f"{door} is gone: take its line out of {FILE.name}, [{kind}]" for door in sorted(set(lines) - there)]
    return [*missing, *gone]
