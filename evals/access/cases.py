"""The cases of the matrix: every route as everybody, on the own client, on another team's, on the walled one, and on one that never was.

Addresses and bodies are made from what the routes themselves declare. What an answer may be is worked out from the table access.toml and
from who may see which client (world.py), not from the handlers.
"""

import enum
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin
from urllib.parse import quote, urlencode

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from pydantic import TypeAdapter
from starlette.routing import Mount

from api.access import PORTAL, Need, table
from evals.access.plant import WORD
from evals.access.world import HIDDEN, OTHER, WALLED, Persona, World
from workspace.scope import Right

OWN, ABSENT = "own", "absent"
TABLES = {
    **{
        one: one for one in ("clients", "contacts", "deliverables", "documents", "engagements", "expenses", "knowledge")
    },
    **{one: one for one in ("messages", "notes", "onboardings", "parties", "payments", "preferences", "proposals")},
    **{one: one for one in ("relations", "series", "signals", "signers", "signings", "tasks", "timers", "watches")},
    **{one: one for one in ("acts", "automations", "matters", "walls", "webhooks")},
    **dict.fromkeys(("ref", "client", "client_ref", "draft", "of", "statements", "wip", "work"), "clients"),
    **dict.fromkeys(("engagement", "engagement_ref", "needs", "requires", "work_ref"), "engagements"),
    **dict.fromkeys(("contact", "owner_of", "kept", "gone", "one", "other"), "contacts"),
    **dict.fromkeys(("deliverable", "ids", "papers", "review", "signing"), "deliverables"),
    **dict.fromkeys(("ask", "thread", "threads"), "chat_threads"),
    **dict.fromkeys(("conflict-searches", "conflicts", "search"), "conflict_searches"),
    **dict.fromkeys(("contradictions", "signal"), "signals"),
    **dict.fromkeys(("delete", "note", "time"), "time_entries"),
    **dict.fromkeys(("fees", "recurring"), "recurring_fees"),
    **dict.fromkeys(("item", "items"), "request_items"),
    **dict.fromkeys(("letters", "proposal"), "proposals"),
    "break-glass": "glass",
    "corrections": "fact_corrections",
    "court-dates": "entered_deadlines",
    "court-events": "court_events",
    "deliveries": "webhook_posts",
    "document": "documents",
    "expense": "expenses",
    "feeds": "calendar_feeds",
    "fields": "custom_fields",
    "filters": "saved_filters",
    "group": "client_groups",
    "groups": "client_groups",
    "holds": "legal_holds",
    "invoice": "bills",
    "invoices": "bills",
    "ledgers": "trust_ledgers",
    "links": "door_links",
    "log": "automation_firings",
    "loose": "loose_files",
    "matter": "matters",
    "matches": "item_matches",
    "message": "messages",
    "movements": "trust_journal",
    "onboarding": "onboardings",
    "outbox": "posts",
    "passkeys": "passkeys",
    "renewals": "renewal_batches",
    "requests": "client_requests",
    "sign": "signers",
    "sources": "sources",
    "stop": "timers",
    "task": "tasks",
    "undo": "acts",
    "upload": "portal_uploads",
    "uploads": "portal_uploads",
    "versions": "version_links",
}
"""The table whose keys stand in an address after this word, or under this name in a body."""
_NEW = ("group", "ref", "other", "one")
"""Names under which a body has no key, but what is to be called so."""
_WORDS: Mapping[str, Any] = {
    **dict.fromkeys(("owner", "partner", "manager", "person", "delegate", "to", "email"), "spare@access.example"),
    **dict.fromkeys(("amount", "price", "fee", "value", "rate", "balance"), "12.50"),
    **dict.fromkeys(("hours", "budget_hours", "estimate_hours", "quantity"), "1.5"),
    **dict.fromkeys(("title", "text", "reason", "name", "memo", "what", "why", "question", "q"), "A few plain words"),
    **dict.fromkeys(("day", "on", "due", "start", "since"), "2026-03-09"),
    **dict.fromkeys(("month", "first", "first_month"), "2026-02"),
    "decision": "dismiss",
    "form": "csv",
    "hash": "0" * 64,
    "kind": "note",
    "secret": "x" * 43,
    "slug": "client-reply",
    "stage": "in-progress",
    "step": "conflicts",
    "template": "1120-S",
    "year": 2025,
}


_GOVERNED = re.compile(r"(/api/v1)?/(walls|break-glass|people)\b|/clients/\{ref\}/team|/audit")
_PLACES: Mapping[str, str] = {
    "library": "notice-came",
    "reports": "aging",
    "roles": "spare",
    "tables": "wip",
    "templates": "1040",
    "tokens": "spare",
}
"""What is there under a name, by the word before it in an address; nothing by which somebody who asks would lose her own rights."""


@dataclass(frozen=True)
class Route:
    """A route and how it is asked: what its parameters may be, which may stand after a
    question mark and whether they must, how its body is sent ("", "json", "form", "files") and its schema."""

    key: str
    method: str
    path: str
    need: Need
    mount: str
    params: Mapping[str, Any]
    queries: Mapping[str, bool]
    sends: str = ""
    schema: Mapping[str, Any] | None = None

    @property
    def page(self) -> bool:
        return not self.path.startswith("/api/")

    def tables(self) -> dict[str, str]:
        """The table of each parameter of the address that is a key."""
        found: dict[str, str] = {}
        for name in self.params:
            before = re.search(r"([\w-]+)/\{" + name + r"(:path)?\}", self.path)
            word = before[1] if before else ""
            if word == "portal" or name in ("email", "slug", "secret") or (name == "number" and not self.mount):
                word = name
            if word == "due" and name == "ref":
                word = "clients"
            if word in TABLES:
                found[name] = "numbers" if self.mount and word == "invoices" else TABLES[word]
        return found

    def asked(self) -> dict[str, str]:
        """The table of each parameter after the question mark that is a key."""
        keys = {name: TABLES[name] for name in self.queries if name in TABLES and (name not in _NEW or name == "ref")}
        return keys | {name: "clients" for name in ("kept", "gone") if name in keys and "/clients/" in self.path}

    def named(self) -> dict[str, str]:
        """The table of each field of the body that is a key."""
        told = (self.schema or {}).get("properties", {})
        opens = (name for name in ("ref",) if "/break-glass" in self.path)  # names the client that is to be opened
        keys = {name: TABLES[name] for name in told if name in TABLES and (name not in _NEW or name in opens)}
        return keys | {name: "clients" for name in ("kept", "gone") if name in keys and "/clients/" in self.path}


@dataclass(frozen=True)
class Case:
    """One request: who asks what, of which client (`of`: own, a hidden client's ref, absent), and in which place that client stands."""

    who: Persona
    route: Route
    of: str
    place: str
    url: str
    body: bytes
    kind: str

    def __str__(self) -> str:
        return f"{self.who.name}: {self.route.method} {self.url} ({self.of} {self.place}) {self.body[:200].decode()}"


def routes(app: FastAPI, mount: str = "") -> Iterator[Route]:
    """The routes of the application with their lines, and of the portal that is mounted in it."""
    lines = table().portal if mount else table().routes
    for one in iter_route_contexts(app.routes):
        if isinstance(one.original_route, Mount):
            if isinstance(one.original_route.app, FastAPI):
                yield from routes(one.original_route.app, one.original_route.path)
            continue
        params = {field.name: field.field_info.annotation for field in one.dependant.path_params}
        queries = {field.alias: field.field_info.is_required() for field in _queries(one.dependant)}
        sends, schema = _sent(one.body_field)
        for method in sorted(one.methods or ()):
            key = f"{method} {one.path}"
            if key in lines:
                yield Route(key, method, f"{mount}{one.path}", lines[key], mount, params, queries, sends, schema)


def _queries(dependant: Any) -> Iterator[Any]:
    yield from dependant.query_params
    for one in dependant.dependencies:
        yield from _queries(one)


def _sent(body: Any) -> tuple[str, dict[str, Any] | None]:
    """How the body is sent, and its schema."""
    if body is None:
        return "", None
    kinds = {"Body": "json", "Form": "form", "File": "files"}
    return kinds[type(body.field_info).__name__], _flat(TypeAdapter(body.field_info.annotation).json_schema())


def may_pass(who: Persona, need: Need) -> bool:
    """Whether the table lets her in."""
    if need.whom == PORTAL:
        return who.contact
    return who.rights is not None and need.met_by(who.rights)


def governs(who: Persona, route: Route) -> bool:
    """Whoever sets walls is asked about every client but those that she is kept from herself (workspace/people/walls.py)."""
    return OTHER not in who.kept_from and Right.WALL_SET in (who.rights or ()) and bool(_GOVERNED.match(route.path))


def _flat(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without references; one of forms that is wrapped in a parameter's name is opened."""
    known = schema.get("$defs", {})

    def solved(part: Any, depth: int = 0) -> Any:
        if isinstance(part, dict):
            if "$ref" in part and depth < 8:
                return solved(known[part["$ref"].rsplit("/", 1)[1]], depth + 1)
            return {name: solved(one, depth) for name, one in part.items() if name != "$defs"}
        return [solved(one, depth) for one in part] if isinstance(part, list) else part

    made: dict[str, Any] = solved(schema)
    return made


def cases_of(route: Route, who: Persona, world: World) -> Iterator[Case]:
    """The route as this persona on each client: in the address, and where she may come in, in the body alone."""
    if who.sees and route.method != "GET":
        return  # what she does to the client that she may see is no breach, and would look like one
    tables = route.tables()
    bound = {name for name, one in tables.items() if one in world.hidden[HIDDEN[0]]}
    if route.sends != "files" or not may_pass(who, route.need):  # reading files is not what is asked about here
        yield _case(route, who, world, OWN, "", set(), set())
    # who sets walls lifts the other client's, and closes its glass: that is hers, and it would change what the others see
    refs = (WALLED, ABSENT) if governs(who, route) and route.method != "GET" else (*HIDDEN, ABSENT)
    if bound:
        yield from (_case(route, who, world, ref, "in the address", bound, set()) for ref in refs)
    if not may_pass(who, route.need):
        return
    if len(bound) > 1:
        for name in sorted(bound):
            yield from (_case(route, who, world, ref, f"as {name}", {name}, set()) for ref in refs)
    for name, one in (route.named() | route.asked()).items():
        if one in world.hidden[HIDDEN[0]]:
            yield from (_case(route, who, world, ref, f"under {name}", set(), {name}) for ref in refs)
    for name in sorted({"q", "names"} & set(route.queries)):
        yield _case(route, who, world, OWN, f"hidden words under {name}", set(), {name})


def some_of(routes: Iterable[Route], world: World, each: int) -> Iterator[tuple[Route, list[Case]]]:
    """A part of the cases that comes by every route: nobody, and in turn somebody who may not come in; by one route of `each` somebody who
    may, too, on the own client, on the hidden ones and on one that never was."""
    for nth, route in enumerate(routes):
        known = [who for who in world.personas.values() if who.rights is not None or who.contact]
        kept_out = [who for who in known if not may_pass(who, route.need)]
        for who in (world.personas["nobody"], *kept_out[nth % max(1, len(kept_out)) :][:1]):
            yield route, list(cases_of(route, who, world))[:1]
        may = [who for who in known if may_pass(who, route.need) and not who.sees and not (who.narrowed and route.page)]
        if may and nth % each == 0:
            cases = list(cases_of(route, may[nth // each % len(may)], world))
            first = next((one.place for one in cases if one.of in HIDDEN), "")
            yield route, [one for one in cases if one.place in ("", first)]


def _case(route: Route, who: Persona, world: World, of: str, place: str, address: set[str], fields: set[str]) -> Case:
    tables = route.tables()
    url = route.path
    for name, kind in route.params.items():
        value = key_of(world, tables[name], of if name in address else OWN) if name in tables else _literal(name, kind)
        before = re.search(r"([\w/-]+)/\{" + name + r"\}", route.path)
        there = next((known for word, known in _PLACES.items() if before and before[1].endswith(f"/{word}")), value)
        url = re.sub(r"\{" + name + r"(:path)?\}", quote(str(there), safe=""), url)
    if found := {name: _after(route, name, world, of, fields) for name in _filled_in(route, fields)}:
        url = f"{url}?{urlencode(found)}"
    body, kind = _body(route, world, of, fields)
    return Case(who, route, of, place, url, body, kind)


def _filled_in(route: Route, fields: set[str]) -> list[str]:
    """What stands after the question mark: what must be there, and what is asked about."""
    return [name for name, must in route.queries.items() if must or name in fields]


def _after(route: Route, name: str, world: World, of: str, fields: set[str]) -> str:
    if name in route.asked():
        return key_of(world, route.asked()[name], of if name in fields else OWN)
    if name in fields:
        return WORD
    return str(_WORDS.get(name, "1"))


def key_of(world: World, of_table: str, of: str) -> str:
    """A key of that table: the own client's, a hidden one's, or one of the same form that nothing has."""
    hidden = world.hidden[HIDDEN[0]].get(of_table, "")
    if of == OWN:
        return next(iter(world.own.get(of_table, ())), "none")
    if of == ABSENT:
        changed = re.sub("3930[0-9]{2}", "393930", re.sub(r"90[12]", "990", hidden))
        return (changed if changed != hidden else hidden[:-12] + "0" * 12) if hidden else "none"
    return world.hidden[of].get(of_table, "none")


def _literal(name: str, kind: Any) -> Any:
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return next(iter(kind)).value
    return 1 if kind is int else _WORDS.get(name, "1")


def _body(route: Route, world: World, of: str, fields: set[str]) -> tuple[bytes, str]:
    """The body and its media type."""
    if not route.sends or route.schema is None:
        return b"", ""
    filled = _filled(route.schema, "", world, of, fields)
    if "/clients/merge" in route.path:
        filled |= {name: key_of(world, "clients", of if name in fields else OWN) for name in ("kept", "gone")}
    if route.sends == "json":
        return json.dumps(filled).encode(), "application/json"
    pairs = [(name, one) for name, value in filled.items() for one in (value if isinstance(value, list) else [value])]
    if route.sends == "form":
        return urlencode([(name, str(one)) for name, one in pairs]).encode(), "application/x-www-form-urlencoded"
    parts = "".join(_part(name, str(one), name in _files(route.schema)) for name, one in pairs)
    return f"{parts}--cases--\r\n".encode(), "multipart/form-data; boundary=cases"


def _files(schema: Mapping[str, Any]) -> set[str]:
    return {name for name, one in schema.get("properties", {}).items() if "contentMediaType" in json.dumps(one)}


def _part(name: str, value: str, file: bool) -> str:
    named = '; filename="words.txt"\r\nContent-Type: text/plain' if file else ""
    return f'--cases\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n{value}\r\n'


def _filled(schema: Any, name: str, world: World, of: str, fields: set[str]) -> Any:
    """A value that fits the schema: what must be there, and the fields that are asked for."""
    for way in ("anyOf", "oneOf", "allOf"):
        if way in schema:
            chosen = next((one for one in schema[way] if one.get("type") != "null"), schema[way][0])
            return _filled(chosen, name, world, of, fields)
    if "const" in schema or schema.get("enum"):
        return schema.get("const", schema.get("enum", [None])[0])
    kind = schema.get("type", "string")
    if kind == "object":
        wanted = set(schema.get("required", ())) | (fields & set(schema.get("properties", {})))
        told = schema.get("properties", {})
        return {one: _filled(told[one], one, world, of, fields) for one in sorted(wanted) if one in told}
    if kind == "array":
        return [_filled(schema.get("items", {}), name, world, of, fields)]
    if name in TABLES and name not in _NEW and kind == "string":
        return key_of(world, TABLES[name], of if name in fields else OWN)
    plain: dict[str, Any] = {"integer": 1, "number": 1, "boolean": True, "null": None}
    if kind in plain:
        return plain[kind]
    return "2026-03-09" if schema.get("format") == "date" else str(_WORDS.get(name) or "words")
