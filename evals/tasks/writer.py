"""A small model that invents numbers as the writer of the sample firm's deliverables: how much of it stands, whether a figure that is
told as tied is in its source, and whether every draft can still be read.

The proof of a figure is held against its source by the reading of evals/tasks/carried.py, not by the product's own tie-out. Works on a
copy of the home, in which nothing was drafted yet.
"""

import json
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from agents.draft import draft_for_night
from agents.llm import ModelDoor
from agents.section_writer import wording_of
from api.output import tell
from api.settings import load_settings
from api.wiring import Services, build
from evals.ground import Ground
from evals.runner import Score, Task, counted
from evals.small_model import small_model
from evals.tasks.carried import carried, numbers
from store import triggers
from store.database import Database
from store.errors import Invalid
from store.tables import Base, Client, ModelCall
from workspace.deliverables.kinds import KINDS
from workspace.deliverables.occasions import DueDraft
from workspace.deliverables.reading import show
from workspace.scope import Scope, system_scope
from workspace.snapshot import Snapshot, take_snapshot

_MARKUP = re.compile(r"\{\{|\}\}|\{%|\{\"|\"\w+\"\s*:|```|</?[a-z]+>|\[[A-Z][^\]]*\]|\bS\d+:|\\n|<<<|>>>|\bF\d+\b")
_LAID_OUT = re.compile(r"^\s*(?:[-*•|>#]|\d+[.)]\s)")
_GREETED = re.compile(r"^(?:Dear .+[,:]|To whom it may concern:)$", re.MULTILINE)


@dataclass(frozen=True)
class Case:
    """Something to draft, with what is known of the client's file."""

    services: Services
    client_ref: str
    due: DueDraft
    snapshot: Snapshot


@dataclass(frozen=True)
class Drafted:
    """A draft as it came into review, as the contract's JSON, and what the model answered on the way: each answer, and whether it could
    be used."""

    shown: dict[str, Any]
    answers: tuple[tuple[str, bool], ...]


def cases(ground: Ground) -> Iterator[Case]:
    """As many as were asked for, of every kind in turn that a client's file calls for. Raises NotFound without the model."""
    endpoint = ground.keep(small_model())
    wanted = -(-ground.drafts // len(ground.samples))
    for sample in ground.samples:
        services = ground.keep(_copy(sample.services.home))
        services._made["door"] = ModelDoor(services.database, endpoint)
        by_kind: dict[str, list[Case]] = {slug: [] for slug in KINDS}
        with sample.reading() as scope:
            for ref in scope.session.scalars(select(Client.ref).order_by(Client.ref)).all():
                for slug, occasion, snapshot in _called_for(scope, ref):
                    by_kind[slug].append(Case(services, ref, DueDraft(slug, occasion), snapshot))
        in_turn = (case for row in zip_longest(*by_kind.values()) for case in row if case is not None)
        yield from (case for case, _ in zip(in_turn, range(wanted), strict=False))


def _called_for(scope: Scope, ref: str) -> Iterator[tuple[str, str, Snapshot]]:
    """What can be drafted for a client now. A client whose words go to no model is no case."""
    snapshot = take_snapshot(scope, ref)
    for slug, kind in KINDS.items() if snapshot.client.ai_policy != "none" else ():
        try:
            occasion = kind.occasion(snapshot, scope.today, None)
            kind.gather(snapshot, scope.today, occasion)
        except Invalid:
            continue
        yield slug, occasion, snapshot


@contextmanager
def _copy(home: Path) -> Iterator[Services]:
    """The home's records, settings and papers in a folder of their own, as they were before anything was drafted."""
    with TemporaryDirectory() as folder:
        copy = shutil.copytree(
            home, Path(folder) / "home", ignore=shutil.ignore_patterns("chroma*", "models", "sample", "*.lock")
        )
        with build(load_settings(copy)) as services:
            _undraft(services.database)
            yield services


def _undraft(database: Database) -> None:
    """Take the deliverables out, and what hangs on them. The guards stand aside for it; the copy is thrown away."""
    gone = {"deliverables"}
    for _ in range(5):
        gone |= {
            table.name
            for table in Base.metadata.sorted_tables
            for key in table.foreign_keys
            if key.column.table.name in gone
        }
    with database.writing() as session:
        for since in sorted({guard.since for guard in triggers.GUARDS}):
            triggers.remove(session.connection(), since)
        for table in reversed(Base.metadata.sorted_tables):
            if table.name in gone:
                session.execute(delete(table))
        for since in sorted({guard.since for guard in triggers.GUARDS}):
            triggers.install(session.connection(), since)


def write(case: Case) -> Drafted | None:
    """The draft; None where it was not called for after all."""
    today, now = case.services.clock.today(), case.services.clock.now()

    def opener(session: Session) -> Scope:
        return system_scope(session, "night", now=now, today=today)

    before = _calls(case.services.database)
    found = draft_for_night(case.services, opener, case.client_ref, case.due, case.snapshot)
    if found is None:
        return None
    with case.services.database.reading() as session:
        shown = show(opener(session), found)
    tell(f"  {case.client_ref} {case.due.slug}: {shown['note']}")
    calls = _calls(case.services.database)
    return Drafted(shown, tuple(calls[one] for one in calls if one not in before))


def _calls(database: Database) -> dict[str, tuple[str, bool]]:
    """What the model answered so far, by call."""
    with database.reading() as session:
        rows = session.execute(select(ModelCall.id, ModelCall.response, ModelCall.outcome)).tuples()
        return {identity: (response, outcome == "ok") for identity, response, outcome in rows}


def score(case: Case, drafted: Drafted | None) -> Iterator[Score]:
    """How far the model came, what its figures rest on, and whether the draft can be read."""
    yield "versions filed", drafted is not None
    if drafted is None:
        return
    shown = drafted.shown
    yield from _of_the_model(drafted)
    for status in ("tied", "derived", "untied"):
        there = [one["status"] == status for one in shown["tickmarks"]]
        yield from counted(f"figures {status}", sum(there), len(there))
    with case.services.database.reading() as session:
        for mark in shown["tickmarks"]:
            if mark["status"] != "untied":
                stands = carried(session, mark["text"], mark["evidence"])
                yield f"{mark['status']} figures that their evidence carries", stands
                if not stands:
                    tell(f"  not carried: {mark['text']!r} by {mark['evidence']}")
    faults = list(unreadable(shown["slug"], shown["sections"]))
    yield "drafts that can be read", not faults
    for fault in faults:
        tell(f"  {case.client_ref} {shown['slug']} cannot be read: {fault}")


def _of_the_model(drafted: Drafted) -> Iterator[Score]:
    """How much of the model's words stands, and how bad a writer it is: its usable answers, the figures in them that no draft has."""
    wording = wording_of(drafted.shown["note"])
    yield from counted("sentences that are the model's", wording.kept, wording.asked)
    yield from counted("sentences that are the model's when asked again", wording.repaired, wording.asked)
    yield from counted("sentences that are the firm's own", wording.replaced, wording.asked)
    if wording.asked:
        yield "drafts with a sentence of the model's", wording.kept + wording.repaired > 0
    text = " ".join(section["markdown"] for section in drafted.shown["sections"])
    for answer, usable in drafted.answers:
        yield "answers that can be used", usable
        if usable:
            said = " ".join(one["text"] for one in json.loads(answer)["sentences"])
            yield "usable answers with a number that the model invented", bool(numbers(said) - numbers(text))


def unreadable(slug: str, sections: Sequence[dict[str, str]]) -> Iterator[str]:
    """What keeps a text from being read as a letter or memo: an empty section, a sentence said twice or broken off, a placeholder,
    markup or JSON, a letter without its greeting or its signature."""
    said: set[str] = set()
    for section in sections:
        if not section["markdown"].strip():
            yield f"the section {section['title']} is empty"
        if found := _MARKUP.search(section["markdown"]):
            yield f"{found[0]!r} in {section['title']}"
        for sentence in _sentences(section["markdown"]):
            if sentence in said:
                yield f"said twice: {sentence}"
            said.add(sentence)
    yield from _incomplete(slug, sections)


def _incomplete(slug: str, sections: Sequence[dict[str, str]]) -> Iterator[str]:
    """A greeting and a signature stand where the firm's own wording has them."""
    own = files("workspace.deliverables.templates").joinpath(f"{slug}.md").read_text(encoding="utf-8")
    whole = "\n\n".join(section["markdown"] for section in sections)
    if ("Dear " in own or "To whom it may concern" in own) and not _GREETED.search(whole):
        yield "no greeting"
    last = whole.rstrip().rpartition("\n")[2]
    if own.rstrip().endswith("{{ signer }}") and not re.match(r"(?:[A-Z][\w.'’-]+ )+[A-Z][\w'’-]+|For the firm", last):
        yield f"no signature, but {last!r}"


def _sentences(markdown: str) -> Iterator[str]:
    """The sentences of the paragraphs, five words or more, without case."""
    for line in markdown.split("\n"):
        if not _LAID_OUT.match(line):
            for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z])", line):
                words = re.findall(r"\w+", sentence.casefold())
                if len(words) >= 5:
                    yield " ".join(words)


WRITER = Task(
    "writer", "what reaches review with a small model as the writer, which invents numbers", cases, write, score
)
