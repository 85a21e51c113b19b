"""One deliverable: gather, word, tie out, file, wait for the review, revise as it asks, wait again.

Front doors: `draft` (a person or the command asks), `draft_for_night`, `revise`. The row is the truth: what a draft rests on, its facts
and its notes, stands in its versions, so a lost checkpoint loses nothing. Never decides, never releases, asks no model inside a write.
"""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from agents.ports import Running, Services
from agents.section_writer import reword
from store.errors import Invalid
from workspace.deliverables import compose as composing
from workspace.deliverables.compose import Written
from workspace.deliverables.filing import current_version, deliverable_id, file_draft
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.kinds import KINDS, Kind
from workspace.deliverables.manner import follow, in_manner
from workspace.deliverables.model import Draft
from workspace.deliverables.occasions import DueDraft
from workspace.deliverables.on_file import labelled, on_record
from workspace.deliverables.revision import Revision, revision_of
from workspace.preferences import Liked, in_force
from workspace.scope import Right, Scope, access_client, access_deliverable
from workspace.snapshot import Snapshot, take_snapshot

if TYPE_CHECKING:
    from langgraph.graph.state import CompiledStateGraph
    from sqlalchemy.orm import Session

Opener = Callable[["Session"], Scope]


class NothingDue(Invalid):
    """The client's file does not call for this deliverable, or no longer; the message says why."""


class Filed(TypedDict):
    """The thread as LangGraph keeps it: which deliverable waits and at which version. Nothing that the rows do not hold."""

    deliverable: str
    version: int


@dataclass(frozen=True)
class Work:
    """What is being drafted. `others` are names that must not stand in it, `likes` the preferences that it follows; `revision` is what it
    answers, None for a first draft."""

    gathered: Gathered
    written: Written
    others: Sequence[str]
    likes: tuple[Liked, ...] = ()
    revision: Revision | None = None


@dataclass
class Room:
    """One run of the graph and what came about on the way. `waits`: it ends at the interrupt and is resumed by a review."""

    services: Services
    opener: Opener
    client_ref: str = ""
    slug: str = ""
    occasion: str = ""
    snapshot: Snapshot | None = None
    waits: bool = True
    work: Work | None = None
    composed: Draft | None = None


def draft(
    services: Services,
    opener: Opener,
    client_ref: str,
    slug: str,
    *,
    engagement_ref: str | None = None,
    occasion: str | None = None,
) -> str:
    """Draft a deliverable because somebody asks, file it for review and return its id.

    What it is about is the `occasion` (occasions.py), else follows from the client's file: the notice that is due first, the request
    that is most late. Where that is already in the queue and a person has touched it, or it was decided, its id comes back and nothing
    is filed.
    Raises NotFound for a client outside the scope, Forbidden without deliverable:edit, Invalid for an unknown slug or engagement and
    where there is nothing to draft.
    """
    kind = kind_of(slug)
    with services.database.reading() as session:
        scope = opener(session)
        access_client(scope, client_ref, Right.DELIVERABLE_EDIT)
        snapshot = take_snapshot(scope, client_ref)
        if engagement_ref is not None and snapshot.engagement_of_ref(engagement_ref) is None:
            raise Invalid(f"{snapshot.client.name} has no engagement {engagement_ref}")
        occasion = occasion or kind.occasion(snapshot, scope.today, engagement_ref)
    room = Room(services, opener, client_ref, slug, occasion, snapshot)
    return _run(room, deliverable_id(client_ref, slug, occasion), {"deliverable": "", "version": 0})["deliverable"]


def draft_for_night(
    services: Services, opener: Opener, client_ref: str, due: DueDraft, snapshot: Snapshot | None = None
) -> str | None:
    """Draft what the night found due, file it and return the deliverable's id; None when the client's file no longer calls for it.

    `opener` gives the night's scope, `snapshot` what was already read under it (None: it is read here). Opens transactions of its
    own, so call it outside any. Doing it twice files nothing new. Keeps no checkpoint: the row is enough to go on from.
    Raises Invalid for wording that cannot be filled (a template of the firm's own), which the caller shows as a blind spot.
    """
    room = Room(services, opener, client_ref, due.slug, due.occasion, snapshot, waits=False)
    begin: Any = {"deliverable": "", "version": 0}
    try:
        found: str = for_night().invoke(begin, context=room)["deliverable"]
    except NothingDue:
        return None
    return found


def revise(services: Services, opener: Opener, deliverable_id: str) -> int:
    """Answer the reviewer's note with the next version and return its number; the version's note says what was and was not done.

    Resumes the graph where it waits, or begins again from the row where there is no checkpoint. Raises NotFound, Forbidden without
    deliverable:edit, Conflict when no changes are asked for of the current version.
    """
    with services.database.reading() as session:
        row = access_deliverable(opener(session), deliverable_id, Right.DELIVERABLE_EDIT)
        row_id, number = row.id, current_version(opener(session), row).number
    return _run(Room(services, opener), row_id, {"deliverable": row_id, "version": number}, resume=True)["version"]


def kind_of(slug: str) -> Kind:
    """The kind of that slug. Raises Invalid, naming all there are."""
    if slug not in KINDS:
        raise Invalid(f"there is no deliverable {slug!r}; there are {', '.join(sorted(KINDS))}")
    return KINDS[slug]


def _run(room: Room, thread: str, begin: Filed, *, resume: bool = False) -> Filed:
    """The graph with its memory, until it waits. `resume`: go on at the interrupt where the thread stands there."""
    from langgraph.checkpoint.sqlite import SqliteSaver
    from langgraph.types import Command

    with closing(sqlite3.connect(room.services.home / "threads.db", timeout=30, check_same_thread=False)) as connection:
        graph = build(SqliteSaver(connection))
        config: Any = {"configurable": {"thread_id": thread}}
        waits_here = resume and graph.get_state(config).next == ("wait",)
        given: Any = Command(resume=begin["version"]) if waits_here else begin
        found: Any = graph.invoke(given, config, context=room, durability="exit")
    return Filed(deliverable=found["deliverable"], version=found["version"])


def choose(state: Filed) -> Literal["gather", "take_note"]:
    """A deliverable that is there already is one to revise."""
    return "take_note" if state["deliverable"] else "gather"


def gather(state: Filed, runtime: Running[Room]) -> dict[str, Any]:
    """The facts, from the snapshot. Raises NothingDue."""
    room = runtime.context
    kind = kind_of(room.slug)
    with room.services.database.reading() as session:
        scope = room.opener(session)
        snapshot = room.snapshot or take_snapshot(scope, room.client_ref)
        try:
            gathered = kind.gather(snapshot, scope.today, room.occasion)
        except Invalid as reason:
            raise NothingDue(str(reason)) from None
        others, likes = composing.names_of_others(scope, snapshot.client.id), in_force(scope, room.client_ref)
    write = in_manner(composing.template_writer(room.slug, _own_templates(room)), likes, kind.slug, kind.fixed)
    room.work = Work(gathered, write(gathered), others, likes)
    return {}


def take_note(state: Filed, runtime: Running[Room]) -> dict[str, Any]:
    """What the newest review asks for, as far as rules can do it; read from the rows, whatever the thread remembers."""
    room = runtime.context
    with room.services.database.reading() as session:
        scope = room.opener(session)
        found = revision_of(scope, state["deliverable"], _own_templates(room))
        others = composing.names_of_others(scope, access_deliverable(scope, state["deliverable"]).client_id)
    room.client_ref, room.slug, room.occasion = found.client_ref, found.slug, found.occasion
    room.work = Work(found.gathered, found.written, others, found.likes, found)
    return {}


def word(state: Filed, runtime: Running[Room]) -> dict[str, Any]:
    """A model words the sections where there is one and this client allows it; else the firm's wording stands."""
    room = runtime.context
    work, door = _work(room), room.services.door
    with room.services.database.reading() as session:
        scope = room.opener(session)
        may = door.available(scope, room.client_ref)
        if may:  # a model is held to what each figure is called
            snapshot = room.snapshot or take_snapshot(scope, room.client_ref)
            facts = work.gathered.facts
            facts = labelled(facts, on_record(snapshot, scope.today, facts))
            work = replace(work, gathered=replace(work.gathered, facts=facts))
    if may:
        kind = kind_of(room.slug)
        written = reword(door, scope, room.client_ref, kind, work.gathered, work.written, work.others)
        room.work = replace(work, written=follow(written, work.likes, kind.slug, kind.fixed))
    return {}


def tie(state: Filed, runtime: Running[Room]) -> dict[str, Any]:
    """Every figure, date and name traced to its fact; what answers a note says what it did."""
    room = runtime.context
    work = _work(room)
    room.composed = composing.compose(work.gathered, work.written, others=work.others)
    if work.revision is not None:
        reworded = work.written.sections != work.revision.written.sections
        said = work.revision.said(work.written.model if reworded else "")
        note = f"{said} {work.written.said()}".strip()
        room.composed = composing.with_note(room.composed, note, work.revision.checks())
    return {}


def file(state: Filed, runtime: Running[Room]) -> dict[str, Any]:
    """Into the review queue, in one transaction."""
    room = runtime.context
    work, composed = _work(room), room.composed
    assert composed is not None
    revises = work.revision.revises if work.revision else None
    with room.services.database.writing() as session:
        scope = room.opener(session)
        filed = file_draft(scope, room.client_ref, room.slug, room.occasion, composed, revises=revises)
        number = current_version(scope, access_deliverable(scope, filed)).number
    return {"deliverable": filed, "version": number}


def then(state: Filed, runtime: Running[Room]) -> Literal["wait", "__end__"]:
    return "wait" if runtime.context.waits else "__end__"


def wait(state: Filed, runtime: Running[Room]) -> dict[str, Any]:
    """Until a reviewer asks for changes. What she asked for is read from the rows, so nothing comes back with the resume."""
    from langgraph.types import interrupt

    interrupt({"deliverable": state["deliverable"], "version": state["version"]})
    return {}


def _work(room: Room) -> Work:
    assert room.work is not None  # the nodes run in their order
    return room.work


def _own_templates(room: Room) -> Path:
    """Where the firm may keep wording of its own; a kind without a file there has the product's."""
    return room.services.home / "templates"


@lru_cache(maxsize=1)
def for_night() -> "CompiledStateGraph[Filed, Room, Any, Any]":
    """The graph as the night runs it: without checkpoints."""
    return build()


def build(checkpoints: Any = None) -> "CompiledStateGraph[Filed, Room, Any, Any]":
    """The graph. Its nodes are the functions above, in order."""
    from langgraph.graph import START, StateGraph

    graph: StateGraph[Filed, Room, Any, Any] = StateGraph(Filed, context_schema=Room)
    for node in (gather, take_note, word, tie, file, wait):
        graph.add_node(node.__name__, node)
    graph.add_conditional_edges(START, choose)
    graph.add_edge("gather", "word")
    graph.add_edge("take_note", "word")
    graph.add_edge("word", "tie")
    graph.add_edge("tie", "file")
    graph.add_conditional_edges("file", then)
    graph.add_edge("wait", "take_note")
    return graph.compile(checkpointer=checkpoints)
