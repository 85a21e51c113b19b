"""What must hold of a home whenever a process takes it over: the trail, the index, the files, the books, releases, mail, and what was done.

`taken_up` first does what the product does by itself when it comes back. Looks with the product's own checks where it has them, and beside
them with plain SQL that shares no code with what it judges.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text

from api.clock import seconds_now
from api.commands import find
from api.commands.result import silent
from api.commands.scopes import reading, writing
from api.destroyed import take_away
from api.intake import index_new
from api.serve import sweep
from api.wiring import Services
from evals.chaos.orders import Journal
from ingestion.pipeline import UNFINISHED
from store.fence import Job
from store.tables import AuditEntry, Base, DocumentVersion, Scan
from workspace import trail
from workspace.posts import ABANDONED, doubt

_UNAPPROVED = """
SELECT r.deliverable_id FROM releases r WHERE NOT EXISTS (
  SELECT 1 FROM reviews w JOIN deliverable_versions v ON v.id = w.version_id
  WHERE w.deliverable_id = r.deliverable_id AND w.decision = 'approve' AND w.version_id = r.version_id
    AND w.content_hash = r.content_hash AND v.content_hash = r.content_hash
    AND w.number = (SELECT max(n.number) FROM reviews n WHERE n.deliverable_id = r.deliverable_id))
"""
_UNRELEASED = """
SELECT o.id FROM outbox o WHERE NOT EXISTS (SELECT 1 FROM releases r WHERE r.id = o.release_id)
"""
_MAIL = """
SELECT p.message_id, p.state, EXISTS (
  SELECT 1 FROM audit a WHERE a.subject = 'post:' || p.id AND a.tag = 'post:message:decided') FROM posts p
"""


@dataclass
class Looked:
    """What was found wrong, in words, and how many things of each kind were looked at."""

    faults: list[str] = field(default_factory=list[str])
    counts: dict[str, int] = field(default_factory=dict[str, int])

    def add(self, what: str, looked: int, faults: Iterator[str] | list[str]) -> None:
        self.counts[what] = looked
        self.faults += [f"{what}: {one}" for one in faults]


def taken_up(services: Services, *, night: bool) -> None:
    """What a server does with what the one before left: reads what waits, doubts what was being sent; with `night` a night that was begun
    goes on."""
    index_new(services, silent)
    sweep(services, seconds_now() + 1)
    take_away(services)
    with writing(services, "post") as scope:
        # nobody waits ten minutes here: the claim of a process that is gone is as old as it will be
        doubt(replace(scope, now=scope.now + ABANDONED + timedelta(seconds=1)))
    with services.database.reading(Job.SYSTEM) as session:
        begun = session.scalar(select(func.count()).select_from(Scan).where(Scan.finished_at.is_(None))) or 0
    if night and begun:
        find("scan").load()(services, {}, silent)


def look(services: Services, journal: Journal, received: Mapping[str, int], folder: Path) -> Looked:
    """Everything that must hold."""
    found = Looked()
    lines = journal.lines()
    _trail(services, lines, found)
    index = find("index-verify").load()(services, {}, silent)
    found.add("index", 1, [f"{one['client_ref']}: {one['message']}" for one in index.data["faults"]])
    books = find("money-books").load()(services, {}, silent)
    found.add("books", len(books.data["foots"]), [] if books.data["holds"] else [books.text])
    _database(services, found)
    _releases(services, found)
    _mail(services, received, found)
    _claims(services, lines, found)
    _backups(services, folder, found)
    journal.note("look", "", "done", said=_head(services))
    return found


def _trail(services: Services, lines: list[dict[str, object]], found: Looked) -> None:
    """The chain, the rows that it vouches for, the bytes of all files; and that no earlier head is gone from it."""
    heads = [trail.printed(str(one["said"])) for one in lines if one["act"] == "look"]
    with reading(services, "audit") as scope:
        entries = scope.session.scalar(select(func.count()).select_from(AuditEntry)) or 0
        found.add("trail", entries, [one.message for one in trail.verify(scope, heads, services.blobs)])


def _head(services: Services) -> str:
    with reading(services, "audit") as scope:
        number, digest = trail.head(scope)
    return f"{number} {digest}"


def _database(services: Services, found: Looked) -> None:
    """What the database itself says of its file; nothing waits to be read any more; no half of a file is left."""
    if services.database.engine.dialect.name == "sqlite":
        with services.database.engine.connect() as connection:
            said = [str(row) for row in connection.exec_driver_sql("PRAGMA foreign_key_check")]
            said += [str(row[0]) for row in connection.exec_driver_sql("PRAGMA quick_check") if row[0] != "ok"]
        found.add("database", 1, said)
    with services.database.reading(Job.INGESTION) as session:
        waits = list(session.scalars(select(DocumentVersion.id).where(DocumentVersion.stage.in_(UNFINISHED))))
        whole = session.scalar(select(func.count()).select_from(DocumentVersion)) or 0
    found.add("files read", whole, [f"{one} is not finished" for one in waits])
    folders = (services.home / "blobs", services.home / "corpora")
    left = [one.name for folder in folders for one in folder.rglob("*") if one.suffix == ".part" or one.name[0] == "."]
    found.add("halves of files", len(left), [f"{one} is left" for one in left])


def _releases(services: Services, found: Looked) -> None:
    with services.database.reading(Job.SYSTEM) as session:
        count = session.scalar(text("SELECT count(*) FROM releases")) or 0
        unapproved = [str(row) for row in session.scalars(text(_UNAPPROVED))]
        unreleased = [str(row) for row in session.scalars(text(_UNRELEASED))]
    found.add("releases", count, [f"{one} left without approval of that version" for one in unapproved])
    found.add("outbox", count, [f"{one} lies there without a release" for one in unreleased])


def _mail(services: Services, received: Mapping[str, int], found: Looked) -> None:
    """What the server took is what the records say, each once; what a person decided about was in doubt."""
    with services.database.reading(Job.SYSTEM) as session:
        posts = {row[0]: (row[1], bool(row[2])) for row in session.execute(text(_MAIL))}
    wrong = [f"{one} was sent {times} times" for one, times in received.items() if times > 1]
    wrong += [f"{one} was sent, and no row tells of it" for one in received if one not in posts]
    for one, (state, decided) in posts.items():
        if state == "sent" and not decided and one not in received:
            wrong.append(f"{one} counts as sent, and the server never had it")
        if state in ("waiting", "sending") and one in received:
            wrong.append(f"{one} is {state}, and the server has it")
    found.add("mail", len(posts), wrong)


def _claims(services: Services, lines: list[dict[str, object]], found: Looked) -> None:
    """What was done is there, what was in hand is there once or not at all."""
    states: dict[str, tuple[str, str, Any]] = {}
    for one in lines:
        if one["mark"]:
            states[str(one["mark"])] = (str(one["act"]), str(one["state"]), one["claims"])
    wrong, claims = list[str](), 0
    with services.database.reading(Job.SYSTEM) as session:
        for mark, (act, state, claimed) in states.items():
            for claim in claimed:
                column = Base.metadata.tables[claim["table"]].columns[claim["column"]]
                rows = session.scalar(select(func.count()).where(column == claim["value"])) or 0
                claims += 1
                least = claim["least"] if state == "done" else 0
                if not least <= rows <= claim["most"]:
                    wrong.append(f"{act} {mark} ({state}): {rows} rows of {claim['table']}.{claim['column']}")
    found.add("what was done", claims, wrong)


def _backups(services: Services, folder: Path, found: Looked) -> None:
    """Every backup that is there under its name is whole."""
    there = sorted((folder / "backups").glob("*.tmb"))
    wrong = list[str]()
    for one in there[-1:]:
        result = find("backup-verify").load()(services, {"folder": str(one)}, silent)
        wrong += [result.text] if result.failed else []
    found.add("backups", len(there), wrong)
