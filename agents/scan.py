"""The scan of one client in one night: read, find, save with rank, decide what to draft, draft, conclude. Front door: `scan_client`.

The rows are the truth and every node meets what it did before, so a scan that was ended anywhere is simply done again. Decides
nothing about a signal, asks no model itself, and catches only what one draft may say; what ends a scan is the night's (overnight.py).
"""

import time
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from agents.aside import at_once
from agents.draft import draft_for_night
from agents.patience import Patience
from agents.ports import Running, Services
from store.errors import TickmarkError
from workspace.automations.engine import arrived
from workspace.deliverables.occasions import DueDraft
from workspace.night_drafts import conclude_scan, owed_drafts, scan_before
from workspace.requests.proposals import propose
from workspace.scan_past import Before
from workspace.scans import Saved, save_client_scan
from workspace.scope import Scope, system_scope
from workspace.signals import BlindSpot, Detection, detect, resolve
from workspace.snapshot import Firm, Snapshot, take_firm, take_snapshot
from workspace.snapshot.as_of import as_known
from workspace.weights import Weights, in_force, over

if TYPE_CHECKING:
    from langgraph.graph.state import CompiledStateGraph
    from sqlalchemy.orm import Session


class Scanning(TypedDict):
    """What one node hands to the next. `due` are the drafts to write, `again` those owed that an earlier scan saw to; `failed` are
    those of `due` that could not be written, `unsaid` why."""

    client: Snapshot
    before: Before | None
    found: Detection
    saved: Saved
    due: list[DueDraft]
    again: list[DueDraft]
    failed: list[DueDraft]
    unsaid: list[BlindSpot]


@dataclass(frozen=True)
class Practice:
    """What a night knows of the whole firm: its records in sum, and the weights of rank."""

    firm: Firm
    weights: Weights

    def around(self, client: Snapshot) -> Snapshot:
        """The client with its part of the firm, and the weights that count under what the firm wrote itself."""
        settings = over(client.settings, self.weights)
        return replace(client, firm=self.firm.part_of(client.client.id), settings=settings)


@dataclass(frozen=True)
class Desk:
    """One client in one night. `started` is on the monotonic clock; `patience` knows which questions to the model came to nothing, and
    `read_by` is the model by which the client's documents are read to the end, "" for none."""

    services: Services
    client_ref: str
    as_of: date
    now: datetime
    started: float
    practice: Practice
    patience: Patience
    read_by: str = ""

    def scope(self, session: "Session") -> Scope:
        """The night's own scope."""
        return system_scope(session, "night", now=self.now, today=self.as_of)


def read_practice(services: Services, *, as_of: date, now: datetime) -> Practice:
    """The whole firm as the night of that day knows it. Read it once for many clients: it grows with the firm."""
    with services.database.reading() as session:
        scope = system_scope(session, "night", now=now, today=as_of)
        return Practice(take_firm(scope), in_force(scope))


def scan_client(
    services: Services,
    client_ref: str,
    *,
    as_of: date,
    now: datetime,
    practice: Practice | None = None,
    read_by: str = "",
) -> Saved:
    """Scan a client for the day `as_of`. Doing it twice leaves the same rows, and for what did not change drafts nothing.

    `practice` None: it is read for this client alone. `read_by`: the model that has read its documents to the end.
    Raises NotFound when there is no such client."""
    practice = practice or read_practice(services, as_of=as_of, now=now)
    with services.door.patiently() as patience:
        desk = Desk(services, client_ref, as_of, now, time.monotonic(), practice, patience, read_by)
        begin: Any = {}
        ended: dict[str, Any] = graph().invoke(begin, context=desk)
    saved: Saved = ended["saved"]
    return saved


def read(state: Scanning, runtime: Running[Desk]) -> dict[str, Any]:
    """The client as it stands (on a day gone by: as it was known then), its part of the whole firm, and what the scan before left, in one
    transaction."""
    desk = runtime.context
    with desk.services.database.reading() as session:
        scope = desk.scope(session)
        client = desk.practice.around(as_known(scope, take_snapshot(scope, desk.client_ref)))
        return {"before": scan_before(scope, desk.client_ref), "client": client}


def find(state: Scanning, runtime: Running[Desk]) -> dict[str, Any]:
    """What the detectors say of it."""
    client = state["client"]
    return {"found": detect(client, runtime.context.as_of, resolve(client.settings))}


def save(state: Scanning, runtime: Running[Desk]) -> dict[str, Any]:
    """The signals with their rank, and which documents may answer what was asked of the client, in one transaction."""
    desk, found, client = runtime.context, state["found"], state["client"]
    with desk.services.database.writing() as session:
        scope = desk.scope(session)
        saved = save_client_scan(scope, client, found.signals, found.blind_spots)
        proposed = propose(scope, client)
        if desk.as_of == desk.services.clock.today():  # nothing follows from a day that is replayed
            arrived(scope, client)
    requests = tuple(replace(one, proposed=one.id in proposed) for one in client.requests)
    return {"saved": saved, "client": replace(client, requests=requests)}


def decide(state: Scanning, runtime: Running[Desk]) -> dict[str, Any]:
    """What is owed; of an unchanged client only what the scan before did not see to."""
    desk, before = runtime.context, state["before"]
    with desk.services.database.reading() as session:
        owed = owed_drafts(desk.scope(session), desk.client_ref, state["client"].engagements)
    unchanged = before is not None and before.same(state["client"].client.revision, state["found"].signals)
    seen = before.seen_to if before is not None and unchanged else frozenset[tuple[str, str]]()
    again = [one for one in owed if (one.slug, one.occasion) in seen]
    return {"due": [one for one in owed if one not in again], "again": again, "failed": [], "unsaid": []}


def choose(state: Scanning) -> Literal["draft", "conclude"]:
    """An unchanged client with nothing new to draft is done."""
    return "draft" if state["due"] else "conclude"


def draft(state: Scanning, runtime: Running[Desk]) -> dict[str, Any]:
    """Each draft that is due. One that cannot be written is a blind spot, not the end of the scan; one that would say no more than
    extension packages of this night is left out."""
    desk = runtime.context
    first, unless = ([one for one in state["due"] if bool(one.unless) is later] for later in (False, True))
    drafted = _drafted(desk, first, state["client"])
    extended = {one.engagement_ref for one, how in drafted if one.slug == "extension-package" and how == DRAFTED}
    drafted += _drafted(desk, [one for one in unless if not extended.issuperset(one.unless)], state["client"])
    return {
        "failed": [one for one, how in drafted if isinstance(how, BlindSpot)],
        "unsaid": [how for _, how in drafted if isinstance(how, BlindSpot)],
    }


DRAFTED, NOT_CALLED_FOR = "drafted", "not called for"


def _drafted(desk: Desk, due: list[DueDraft], client: Snapshot) -> "list[tuple[DueDraft, str | BlindSpot]]":
    """Each of these and what came of it; several at once where a model has room for what they ask."""

    def write(one: DueDraft) -> str | BlindSpot:
        try:
            found = draft_for_night(desk.services, desk.scope, desk.client_ref, one, client)
        except TickmarkError as error:
            return BlindSpot(desk.client_ref, f"the draft of a {one.slug.replace('-', ' ')}", str(error))
        return DRAFTED if found is not None else NOT_CALLED_FOR

    return list(zip(due, at_once([partial(write, one) for one in due], desk.services.door.has_room), strict=True))


def conclude(state: Scanning, runtime: Running[Desk]) -> dict[str, Any]:
    """That the scan came to its end, so that the next one knows what was seen to."""
    desk = runtime.context
    with desk.services.database.writing() as session:
        conclude_scan(
            desk.scope(session),
            desk.client_ref,
            [*state["again"], *(one for one in state["due"] if one not in state["failed"])],
            blind_spots=[*state["unsaid"], *_unanswered(desk)],
            seconds=time.monotonic() - desk.started,
            read_by=desk.read_by,
        )
    return {}


def _unanswered(desk: Desk) -> list[BlindSpot]:
    """What a model was to read or to word for this client and did not, as one blind spot."""
    if not desk.patience.failures:
        return []
    why = "; ".join(sorted(set(desk.patience.failures)))
    what = f"what {desk.services.door.name} was to read or to word"
    return [BlindSpot(desk.client_ref, what, f"{why}; the rules and the firm's own wording stand instead")]


@cache
def graph() -> "CompiledStateGraph[Scanning, Desk, Any, Any]":
    """The graph. Its nodes are the functions above, in order; it keeps no checkpoints, since the rows are enough to go on from."""
    from langgraph.graph import END, START, StateGraph

    graph: StateGraph[Scanning, Desk, Any, Any] = StateGraph(Scanning, context_schema=Desk)
    for node in (read, find, save, decide, draft, conclude):
        graph.add_node(node.__name__, node)
    graph.add_edge(START, "read")
    graph.add_edge("read", "find")
    graph.add_edge("find", "save")
    graph.add_edge("save", "decide")
    graph.add_conditional_edges("decide", choose)
    graph.add_edge("draft", "conclude")
    graph.add_edge("conclude", END)
    return graph.compile()
