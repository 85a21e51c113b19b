"""The doors that are no routes: commands, the tools of an assistant (MCP), webhooks, jobs. Asked by everybody, and judged."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import chdir, contextmanager, suppress
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select

from api.access import table
from api.admit import ONLY
from api.commands import COMMANDS, find
from api.commands.result import Arguments, Progress, Result, silent
from api.mcp_server import Tools
from evals.access.cases import ABSENT, OWN, TABLES, key_of
from evals.access.drive import Answer, Found, hidden_words, plain
from evals.access.world import HIDDEN, OTHER, Persona, World
from store import audit
from store.audit import AuditTag
from store.errors import Forbidden, TickmarkError
from store.tables import Client, Webhook, WebhookPost
from workspace.platform.events import event_of
from workspace.platform.outbox import feed
from workspace.scope import RIGHTS, Right, system_scope

_IDS = {
    "comment": "deliverables", "contact": "contacts", "contradictions": "signals", "deliverables": "deliverables",
    "facts": "fact_corrections", "knowledge": "knowledge", "loose": "loose_files", "money": "bills",
    "outbox": "posts", "preferences": "preferences", "release": "deliverables", "requests": "item_matches",
    "review": "deliverables", "signal": "signals", "task": "tasks", "time": "timers", "versions": "version_links",
}  # fmt: skip
"""The table whose keys a command of this family takes as `id`."""
_MAKES = (
    "export",
    "index-rebuild",
    "index-reread",
    "ingest-loose",
    "load",
    "scan",
    "setup",
    "watch",
    "index-verify",
    "unlock",
)
"""Commands that work on the whole home or on files: asked by those who must be refused only."""
_ANEW = frozenset(("client-add", "key-rotate", "person-deactivate", "person-invite", "person-reactivate"))
_ANEW |= {"token-create", "token-revoke"}
"""Commands that name no client, and answer otherwise the second time: another ref, another secret, done already."""
_GOVERNED = ("glass-list", "wall-lift", "wall-list", "wall-set")
"""Commands in which whoever sets walls is asked about every client but those she is kept from herself (docs/people.md)."""
_FOLDER = "written"
"""Where a command writes to when it is asked for a folder; it is gone before the next one runs."""
_VALUES: Mapping[str, Any] = {
    "amount": "12.50", "answer": "keep", "day": "2026-03-09", "days": 30, "decision": "changes", "due": "2026-03-31",
    "email": "spare@access.example", "entity_type": "1120-S", "fields": {}, "folder": _FOLDER, "hours": "1.5",
    "ids": ["none"], "kind": "other", "method": "check", "month": "2026-02", "name": "Some words", "on": "2026-03-09",
    "paths": [], "password": "another long password", "rights": [], "slug": "client-reply", "stage": "in-progress",
    "template": "1120-S", "to": "in-progress", "year": 2025, "files": [], "refs": [], "comment": 1, "number": 1,
    "names": ["Some Words"], "table": "clients", "report": "utilization", "value": "1", "person": "spare@access.example",
}  # fmt: skip


def commands(world: World) -> Found:
    """Every command for every persona with an address, on the own client, the hidden ones and none; and by the operator."""
    found = Found()
    with _elsewhere():
        for name in COMMANDS:
            for who in world.personas.values():
                if who.email is not None:
                    _command(world, name, who, found)
            _operator(world, name, found)
    return found


@contextmanager
def _elsewhere() -> Iterator[None]:
    """In a folder that goes again: where a command takes a file to write to, some words name one beside whoever runs it."""
    with TemporaryDirectory(prefix="matrix") as folder, chdir(folder):
        yield


def _command(world: World, name: str, who: Persona, found: Found) -> None:
    need = table().commands[name]
    may = who.rights is not None and need.met_by(who.rights)
    governs = (
        name in _GOVERNED and OTHER not in who.kept_from and who.rights is not None and Right.WALL_SET in who.rights
    )
    said: dict[str, tuple[str, str]] = {}
    for of in (ABSENT, OWN, *HIDDEN):
        if may and (name in _MAKES or (of in who.sees) or (of == OWN and name in ("draft", "ingest"))):
            continue
        if may and of == OTHER and (name == "glass-break" or (governs and name in ("wall-lift", "wall-set"))):
            continue  # what glass is for, and walls are hers to set; it would change what others see in all commands that follow
        said[of] = told(world, name, of, {find(name).whom: who.email, **_only(who)})
        what, text = said[of]
        which = f"{who.name}: command {name} ({of})"
        wrong = [f"shows {one}" for one in hidden_words(who, text, OTHER if governs else "")]
        if what == "defect":
            wrong.append(f"failed: {text[:300]}")
        if who.rights is None and what != "NotFound":
            wrong.append(f"let in who does not work here: {text[:200]}")
        elif who.rights is not None and not may and (what != "Forbidden" or text != said[ABSENT][1]):
            wrong.append(f"without {need}: {what} {text[:200]}")
        elif may and of in HIDDEN and not (name in _ANEW or (of == OTHER and governs)):
            wrong += _unlike(said[of], said[ABSENT])
        elif may and of == OWN and what == "Forbidden" and any(one.value in text.split() for one in who.rights or ()):
            wrong.append(f"refused though she has the right: {text[:200]}")
        found.judged(f"command, {'with' if may else 'without'} the right", (f"{which}\n    {one}" for one in wrong))


def _unlike(said: tuple[str, str], absent: tuple[str, str]) -> list[str]:
    """What is wrong when a hidden client's key is not answered as one that never was."""
    mine, theirs = (plain(Answer(200 if what == "ok" else 400, {}, text)) for what, text in (said, absent))
    return [] if mine == theirs else [f"is not answered as what never was: {said[1][:200]} / {absent[1][:200]}"]


def _only(who: Persona) -> dict[str, Any]:
    return {} if who.only is None else {ONLY: sorted(one.value for one in who.only)}


def _operator(world: World, name: str, found: Found) -> None:
    """Without a name the system's rights count: what they do not open says that somebody has to be named."""
    if table().commands[name].met_by(RIGHTS["system"]) and table().commands[name].rights:
        return
    what, text = told(world, name, OWN, {})
    wrong = [] if what == "Forbidden" and "say who does this" in text else [f"operator: {name}: {what} {text[:200]}"]
    found.judged("command of the operator", wrong)


def told(world: World, name: str, of: str, arguments: Mapping[str, Any]) -> tuple[str, str]:
    """How a command on that client ends (ok, the refusal's class, or defect), and what it says. What it asks for is given."""
    given, run = dict(arguments), find(name).load()
    rmtree(_FOLDER, ignore_errors=True)
    if name == "source-add":
        given["kind"] = "folder"  # which the command hands on as it comes
    for key in ("client", "ref", "id"):
        given.setdefault(key, _argument(world, name, key, of))
    for _ in range(12):
        try:
            result = run(world.services, given, silent)
        except TickmarkError as refused:
            return type(refused).__name__, str(refused)
        except KeyError as missing:
            key = str(missing.args[0])
            if key in given:
                return "defect", repr(missing)
            given[key] = _argument(world, name, key, of)
        except Exception as defect:  # noqa: BLE001 - whatever it is, it is told with its command
            return "defect", repr(defect)
        else:
            return "ok", json.dumps(result.data, default=str, ensure_ascii=False) + result.text
    return "defect", f"asks for more and more: {sorted(given)}"


def _argument(world: World, name: str, key: str, of: str) -> Any:
    family = name.partition("-")[0]
    if key == "id" or (key == "key" and family in _IDS):
        return key_of(world, _IDS.get(family, "tasks"), of)
    if key in ("question", "query", "text", "title", "note", "reason", "why", "quote"):
        return "Which words are there?"
    if key in _VALUES:
        return _VALUES[key]
    return key_of(world, TABLES[key], of) if key in TABLES else "some words"


def tools(world: World, names: Collection[str] | None = None) -> Found:
    """Each tool with each token (or with those of these personas): on all clients, the own, the hidden ones, and one that never was."""
    found = Found()
    for who in (world.personas[one] for one in names or world.personas):
        secret = who.headers.get("authorization", "").removeprefix("Bearer ")
        held = Tools(world.services.home, secret, _in_this_process(world))
        for name, of, call in _calls(held, world):
            what, text = _said(call)
            wrong = [f"shows {one}" for one in hidden_words(who, text)]
            if who.rights is None or not table().tools[name].met_by(who.rights):
                wrong += [] if what == "Forbidden" else [f"without the right: {what} {text[:200]}"]
            elif of in HIDDEN and of not in who.sees and what == "ok":
                wrong.append(f"answered about a hidden client: {text[:200]}")
            found.judged("tool", (f"{who.name}: tool {name} ({of})\n    {one}" for one in wrong))
    return found


def _calls(held: Tools, world: World) -> Iterator[tuple[str, str, Callable[[], str]]]:
    yield "brief", "", held.brief
    yield "records", "", held.records
    yield "search", "", lambda: held.search("qzhidden lease contract")
    for of in (OWN, *HIDDEN, ABSENT):
        ref = key_of(world, "clients", of)
        yield "records", of, lambda ref=ref: held.records(ref)  # type: ignore[misc]
        yield "search", of, lambda ref=ref: held.search("lease contract", ref)  # type: ignore[misc]
        if of != OWN:
            yield "ask", of, lambda ref=ref: held.ask(ref, "Who is the landlord?")  # type: ignore[misc]


def _said(call: Callable[[], str]) -> tuple[str, str]:
    try:
        return "ok", call()
    except TickmarkError as refused:
        return type(refused).__name__, str(refused)


def _in_this_process(world: World) -> Callable[[Any, str, Arguments, Progress], Result]:
    def run(_: Any, name: str, arguments: Arguments, progress: Progress) -> Result:
        return find(name).load()(world.services, arguments, progress)

    return run


def webhooks(world: World) -> Found:
    """Everything that the trail can say, of the own client and of the hidden ones, as the webhooks of those who may keep one are told."""
    found, services = Found(), world.services
    makers = [
        who for who in world.personas.values() if who.only is None and who.rights and Right.WEBHOOK_MANAGE in who.rights
    ]
    now = services.clock.real_now()
    with services.database.writing() as session:
        from workspace.scope import open_scope

        for who in makers:
            assert who.email is not None
            maker = open_scope(session, who.email, clock=services.clock).person_id
            hook = Webhook(id=f"hook_{who.name}", person_id=maker, url="https://there.example/", note="", events=["*"])
            hook.secret, hook.position, hook.created_at = "", audit.head(session)[0], now
            session.add(hook)
        ids = dict(session.execute(select(Client.ref, Client.id)).tuples().all())
        for tag in AuditTag:
            for ref in (world.ref, *HIDDEN):
                detail = {"what": f"qzhidden-trail-{ref}"} if ref in HIDDEN else {}
                subject, actor = f"client:{ids[ref]}", "night"
                audit.record(session, tag, actor=actor, subject=subject, now=now, client_id=ids[ref], detail=detail)
    with services.database.writing() as session:
        scope = system_scope(session, "webhooks", now=now, today=services.clock.today())
        while feed(scope):
            pass
        posts = session.execute(
            select(WebhookPost.webhook_id, WebhookPost.client_id, WebhookPost.event, WebhookPost.payload)
        )
        told_of: dict[tuple[str, str | None, str], str] = {
            (hook, client, event): json.dumps(payload) for hook, client, event, payload in posts.tuples()
        }
    for who in makers:
        for tag in AuditTag:
            for ref in (world.ref, *HIDDEN):
                text = told_of.get((f"hook_{who.name}", ids[ref], event_of(tag.value)))
                wrong = [f"shows {one}" for one in hidden_words(who, text or "")]
                if ref in HIDDEN and text is not None:
                    wrong.append(f"is told of a hidden client: {text[:200]}")
                found.judged("webhook", (f"{who.name}: webhook, {tag.value} of {ref}\n    {one}" for one in wrong))
        if not any(hook == f"hook_{who.name}" and client == ids[world.ref] for hook, client, _ in told_of):
            found.breaches.append(f"{who.name}: the webhook is told nothing of the own client: the cases say nothing")
    return found


def jobs(world: World) -> Found:
    """Each job of the software has the rights of its line and no other, and what has no line is no job."""
    found, services = Found(), world.services
    now, today = services.clock.now(), services.clock.today()
    with services.database.reading() as session:
        for name, need in table().jobs.items():
            scope = system_scope(session, name, now=now, today=today)
            for right in Right:
                wrong = (
                    [] if scope.has(right) == (right in need.rights) else [f"job {name}: {right} is not as declared"]
                )
                found.judged("job", wrong)
        for name in ("", "a job of nobody", "test", "admin@access.example"):
            wrong = [f"{name!r} is no job"]
            with suppress(Forbidden):
                system_scope(session, name, now=now, today=today)
                found.judged("job", wrong)
                continue
            found.judged("job", [])
    return found
