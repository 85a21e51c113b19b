"""What hangs on rows that would be taken away: what the software made of them by itself goes with them, what a person did is in the way."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table, select

from store import triggers
from store.tables import Base, DeliverableVersion, Message, RecordChange
from workspace.records.upsert import batches
from workspace.retention.sweep import Gone, remove
from workspace.scope import Scope

# What nights and readers make of the records, and make again. Of documents too, which go only where the import itself brought them.
DERIVED = frozenset(
    (
        *("brief_items", "client_scans", "client_summaries", "signals", "promise_readings", "automation_drafts"),
        *("deliverables", "deliverable_versions", "loose_guesses", "openings"),
        *("document_versions", "document_pages", "passages", "new_vectors", "facts", "intake_findings", "notices"),
        *("version_links", "messages", "documents"),
    )
)
# What only names a row and says the same without it.
_NAMES_ONLY = frozenset(("model_calls", "imports", "import_verdicts"))
_AT_ONCE = 400
Rows = dict[str, set[str]]


@dataclass
class Hanging:
    """What hangs on rows: `derived` goes with them, `by_people` counts what somebody did, by table."""

    derived: Rows = field(default_factory=Rows)
    by_people: Counter[str] = field(default_factory=Counter[str])


def hanging_on(scope: Scope, rows: Mapping[str, Collection[str]], papers: Collection[str] = ()) -> Hanging:
    """What hangs on these rows (ids by table) and is none of them. `papers` are ids of documents that may go; others are somebody's."""
    found, own = Hanging(), {name: set(ids) for name, ids in rows.items()}
    todo = [(name, set(ids)) for name, ids in own.items()]
    while todo:
        name, ids = todo.pop()
        for child, column in _references(Base.metadata.tables[name]):
            hanging = _those(scope, child, column, ids) - own.get(child.name, set())
            hanging -= found.derived.get(child.name, set())
            mine = _derived(scope, child.name, hanging, papers)
            if mine:
                found.derived.setdefault(child.name, set()).update(mine)
                todo.append((child.name, mine))
            if child.name not in _NAMES_ONLY and (left := hanging - mine):
                found.by_people[child.name] += len(left)
    return found


def let_go(scope: Scope, rows: Rows, gone: Gone) -> None:
    """Remove rows for good; what lies outside the database of them is noted in `gone`. Drafts that nobody touched may go, although what
    was decided about a draft may not."""
    with triggers.lifted(scope.session.connection()):
        for table in reversed(Base.metadata.sorted_tables):
            if ids := rows.get(table.name):
                remove(scope, table.name, ids, gone)
        scope.session.flush()
    scope.session.expire_all()


def in_words(counts: Mapping[str, int]) -> str:
    """`2 tasks, 1 note`: what somebody did, as a refusal says it."""
    told = ((name.replace("_", " "), number) for name, number in sorted(counts.items()))
    return ", ".join(f"{number} {name.removesuffix('s') if number == 1 else name}" for name, number in told)


def _derived(scope: Scope, table: str, ids: Collection[str], papers: Collection[str]) -> set[str]:
    """Those of the rows that the software made by itself."""
    if table == "record_changes":
        return _picked(scope, RecordChange.id, RecordChange.source == "load", ids)
    if table not in DERIVED:
        return set()
    if table == "documents":
        return set(ids) & set(papers)
    if table == "messages":
        return _picked(scope, Message.id, Message.document_id.in_(sorted(papers)), ids)
    if table == "deliverable_versions":
        return _picked(scope, DeliverableVersion.id, DeliverableVersion.author_id.is_(None), ids)
    return set(ids)


def _picked(scope: Scope, key: Any, condition: Any, ids: Collection[str]) -> set[str]:
    found: set[str] = set()
    for some in batches(sorted(ids), _AT_ONCE):
        found.update(scope.session.scalars(select(key).where(key.in_(some), condition)))
    return found


def _those(scope: Scope, child: Table, column: Any, ids: Iterable[str]) -> set[str]:
    key = next(iter(child.primary_key.columns))
    found: set[str] = set()
    for some in batches(sorted(ids), _AT_ONCE):
        found.update(scope.session.scalars(select(key).where(column.in_(some))))
    return found


def _references(table: Table) -> Iterator[tuple[Table, Any]]:
    key = f"{table.name}.{next(iter(table.primary_key.columns)).name}"
    for other in Base.metadata.sorted_tables:
        for column in other.columns:
            if any(one.target_fullname == key for one in column.foreign_keys):
                yield other, column
