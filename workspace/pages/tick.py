"""One tickmark opened: the figure, its status, and every source behind it with the page where it stands. For the panel beside a draft."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from store.errors import NotFound
from store.tables import Client, Deliverable, DeliverableVersion
from workspace.deliverables import proof
from workspace.scope import Scope, access_deliverable
from workspace.viewer import Leaf, MessageLeaf, open_message, open_page

OPENED = 2  # sources whose page is opened at once; the others are links
LISTED = 40


@dataclass(frozen=True)
class OpenedSource:
    """A source in words; `depth` 0 is the figure's own, deeper ones are what it was computed from. `page` or `message` is opened for the
    first few; `start` and `end` are the passage in its text."""

    source: proof.Source
    depth: int
    page: Leaf | None = None
    message: MessageLeaf | None = None
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class OpenedTick:
    """Tickmark `number` (from 1) of `count`, of the current version of a draft about the client; it begins at `start` of its section."""

    number: int
    count: int
    text: str
    status: str
    client_ref: str
    sources: tuple[OpenedSource, ...]
    more: int
    section: int = 0
    start: int = 0


def open_tick(scope: Scope, deliverable_id: str, index: int) -> OpenedTick:
    """The tickmark of that index, counted from 0, with its sources. Raises NotFound outside the scope or where there is none."""
    row = access_deliverable(scope, deliverable_id)
    marks, ref = _marks(scope, row)
    if not 0 <= index < len(marks):
        raise NotFound(f"this draft has no figure {index + 1}")
    mark = marks[index]
    sources = list(_flat(proof.of_mark(scope, mark), 0))
    opened = tuple(_opened(scope, sources[:LISTED]))
    more = max(len(sources) - LISTED, 0)
    place = mark.get("section", 0), mark["start"]
    return OpenedTick(index + 1, len(marks), mark["text"], mark["status"], ref, opened, more, *place)


def _marks(scope: Scope, row: Deliverable) -> tuple[list[Any], str]:
    found = scope.session.execute(
        select(DeliverableVersion.tickmarks, Client.ref)
        .join(Client, Client.id == DeliverableVersion.client_id)
        .where(DeliverableVersion.id == row.current_version_id)
    ).one()
    return found[0], found[1]


def _flat(source: proof.Source, depth: int) -> Iterable[tuple[proof.Source, int]]:
    yield source, depth
    for one in source.inputs:
        yield from _flat(one, depth + 1)


def _opened(scope: Scope, sources: Iterable[tuple[proof.Source, int]]) -> Iterable[OpenedSource]:
    left, seen = OPENED, set[tuple[Any, ...]]()
    for source, depth in sources:
        link = source.link
        place = tuple(link.values())
        if not left or link.get("kind") not in ("document", "message") or place in seen or not link.get("end"):
            yield OpenedSource(source, depth)
            continue
        left -= 1
        seen.add(place)
        if link["kind"] == "document":
            leaf = open_page(scope, link["document"], version_id=link["version"], number=link["page"])
            yield OpenedSource(source, depth, page=leaf, start=link["start"], end=link["end"])
        else:
            message = open_message(scope, link["message_id"])
            yield OpenedSource(source, depth, message=message, start=link["start"], end=link["end"])
