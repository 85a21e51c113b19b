"""A merge of clients taken back, and done again: what the act itself does not keep.

The act keeps each row that moved (workspace/undo.py). Here is what stands in its way (what was made since on rows that would go back), what
the software made of both files while they were one, and that what was read from documents follows them (papers.py). Undoes nothing itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select

from store.errors import Conflict
from store.tables import Base, DocumentVersion, ItemMatch
from workspace.directory.counted import in_words
from workspace.directory.moving import CLASSES
from workspace.directory.papers import FOLLOW, READING, crossing, follow
from workspace.records.upsert import batches
from workspace.scope import Scope

Changes = Sequence[Mapping[str, Any]]
# What stays with the client under which it was written, whatever became of the work that it is about.
_WRITTEN = frozenset(("deliverables", "signings", "proposals", "proposal_lines", "conflict_hits"))
_AT_ONCE = 400


def is_merge(changes: Changes) -> bool:
    """Whether an act merged two clients, or took that back."""
    return any(one["table"] == "merged_clients" and one["what"] != "changed" for one in changes)


def make_way(scope: Scope, changes: Changes) -> None:
    """Raises Conflict when something new hangs on what would go back, or a file of it waits to be read; takes away what the software
    proposed since."""
    moved = _moved(changes)
    papers = set(moved.get("documents", ()))
    for some in batches(sorted(papers), _AT_ONCE):
        waits = select(DocumentVersion.id).where(DocumentVersion.document_id.in_(some))
        if scope.session.scalars(waits.where(DocumentVersion.stage.in_(READING)).limit(1)).first():
            raise Conflict("some of the files that would go back are being read just now: try again in a minute")
    kept = {(one["table"], one["id"]) for one in changes}
    _drop_proposals(scope, moved, kept)
    found = [in_words(number, table) for table, number in _hanging(scope, moved, kept)]
    if found:
        raise Conflict(
            f"something new hangs on what would go back: {', '.join(found)}; take that away first, or leave the merge"
        )


def follow_back(scope: Scope, changes: Changes) -> None:
    """After the rows are back: what was read from the documents is where they are, and no link goes from one client's file to another's."""
    papers = [one for one in changes if one["table"] == "documents" and "client_id" in one["before"]]
    if not papers:
        return
    ids = [str(one["id"]) for one in papers]
    for link in list(crossing(scope, ids)):
        earlier = scope.session.get_one(CLASSES["documents"], link.earlier_id)
        if earlier.superseded_by == link.later_id:
            earlier.superseded_by = None
        scope.session.delete(link)
    scope.session.flush()
    follow(
        scope, {one["id"]: one["before"]["client_id"] for one in papers}, {one["after"]["client_id"] for one in papers}
    )


def _moved(changes: Changes) -> dict[str, dict[str, str]]:
    """By table the ids of rows that would go back, with the client that they would leave."""
    found: dict[str, dict[str, str]] = {}
    for one in changes:
        if one["what"] == "changed" and one["before"].get("client_id"):
            found.setdefault(one["table"], {})[one["id"]] = one["after"]["client_id"]
    return found


def _drop_proposals(scope: Scope, moved: Mapping[str, Mapping[str, str]], kept: set[tuple[str, str]]) -> None:
    """Pairs of item and document that were proposed since: they are proposed again where both are of one client."""
    items, papers = moved.get("request_items", {}), moved.get("documents", {})
    for some in batches(sorted({*items, *papers}), _AT_ONCE):
        about = or_(ItemMatch.item_id.in_(some), ItemMatch.document_id.in_(some))
        for pair in scope.session.scalars(select(ItemMatch).where(ItemMatch.state == "proposed", about)).all():
            if ("item_matches", pair.id) not in kept:
                scope.session.delete(pair)
    scope.session.flush()


def _hanging(
    scope: Scope, moved: Mapping[str, Mapping[str, str]], kept: set[tuple[str, str]]
) -> Iterator[tuple[str, int]]:
    """Tables with rows of the client that would be left, which name what would go and are not of the act."""
    for table, columns in _naming(moved):
        of, rows = CLASSES[table], set[str]()
        for column, named in columns:
            ids = moved[named]
            for some in batches(sorted(ids), _AT_ONCE):
                query = select(of.id).where(getattr(of, column).in_(some), of.client_id.in_(set(ids.values())))
                rows.update(one for one in scope.session.scalars(query) if (table, one) not in kept)
        if rows:
            yield table, len(rows)


def _naming(moved: Mapping[str, object]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Tables of clients' rows with the columns that name rows of these tables, and which."""
    for table in Base.metadata.sorted_tables:
        if "client_id" not in table.columns or "id" not in table.columns or table.name in FOLLOW | _WRITTEN:
            continue
        columns = [
            (column.name, key.column.table.name)
            for column in table.columns
            for key in column.foreign_keys
            if key.column.table.name in moved
        ]
        if columns:
            yield table.name, columns
