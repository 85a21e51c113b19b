"""Where a client is named outside its own records: in rows of the firm, in details of the trail. And how the name goes from there.

Other clients' own records (a mail that mentions this one) are theirs and stay as they are.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import JSON, Table, Text, select, update
from sqlalchemy.orm import Session
from sqlalchemy.types import String

from store.chain import ERASED, in_spans, what_stays
from store.tables import Act, AuditEntry, Base
from store.types import canonical_json
from workspace.scope import Scope

_SHORTEST = 5  # a shorter name is a word of the language as well
_LEFT_ALONE = {"audit", "audit_head", "people", "firm", "erasures", "acts", "keyed_creations", "clients"}


class Words:
    """The names, addresses and numbers that say who a client is; case does not matter."""

    def __init__(self, words: Iterable[str | None], ref: str, client_id: str, instead: str) -> None:
        self.words = sorted({w.strip() for w in words if w and len(w.strip()) >= _SHORTEST}, key=len, reverse=True)
        self.ref, self.client_id, self.instead = ref, client_id, instead
        self._pattern = re.compile("|".join(re.escape(word) for word in self.words) or r"(?!)", re.IGNORECASE)

    def stand_in(self, value: Any) -> bool:
        """Whether a value names the client."""
        return value is not None and bool(
            self._pattern.search(value if isinstance(value, str) else canonical_json(value))
        )

    def without(self, value: Any) -> Any:
        """The value without the client: parts that are about it gone, its names replaced."""
        if isinstance(value, str):
            return self._pattern.sub(self.instead, value)
        if isinstance(value, list):
            return [self.without(one) for one in value if not self._about(one)]
        if isinstance(value, dict):
            return {self.without(key): self.without(one) for key, one in value.items()}
        return value

    def _about(self, value: Any) -> bool:
        return isinstance(value, Mapping) and self.ref in (
            value.get("client_ref"),
            value.get("ref"),
            value.get("client"),
        )


def take_names_away(scope: Scope, words: Words) -> dict[str, int]:
    """Replace the client's names in every row that belongs to no client; how many rows of each table."""
    changed: dict[str, int] = {}
    for table in Base.metadata.sorted_tables:
        owned = any(key.target_fullname == "clients.id" for c in table.columns for key in c.foreign_keys)
        if not owned and table.name not in _LEFT_ALONE and (number := _in_table(scope.session, table, words)):
            changed[table.name] = number
    return changed


def _in_table(session: Session, table: Table, words: Words) -> int:
    key = next(iter(table.primary_key.columns))
    told = [c for c in table.columns if not c.primary_key and not c.foreign_keys and _is_text(c.type)]
    if not told:
        return 0
    found: list[tuple[Any, dict[str, Any]]] = []
    for row in session.execute(select(key, *told).execution_options(yield_per=500)):
        new = {
            column.name: words.without(value)
            for column, value in zip(told, row[1:], strict=True)
            if value is not None and (words.stand_in(value) or _names_ref(value, words))
        }
        if new:
            found.append((row[0], new))
    for identity, new in found:
        session.execute(update(table).where(key == identity).values(new))
    return len(found)


def _names_ref(value: Any, words: Words) -> bool:
    return not isinstance(value, str) and f'"{words.ref}"' in canonical_json(value)


def _is_text(kind: Any) -> bool:
    return isinstance(kind, String | Text | JSON) or isinstance(getattr(kind, "impl", None), String | Text | JSON)


def forget_acts(scope: Scope, words: Words) -> int:
    """Acts that touched the client can no longer be undone, and hold what its rows said: they go. How many."""
    session = scope.session
    going: list[str] = []
    for act in session.scalars(select(Act)):
        said = canonical_json(act.changes)
        if words.client_id in said or words.stand_in(said) or words.stand_in(act.label):
            going.append(act.id)
    table = Base.metadata.tables["acts"]
    for first in range(0, len(going), 400):
        some = going[first : first + 400]
        session.execute(update(table).where(table.c.undone_by.in_(some)).values(undone_by=None))
        session.execute(table.delete().where(table.c.id.in_(some)))
    return len(going)


def blank_details(scope: Scope, words: Words, client_id: str) -> dict[str, Any]:
    """Empty the details of the trail's entries about the client, and of others that name it. What the entry of the erasure has to say for
    the chain to verify: which entries, and for those of the first form what stays of them."""
    session = scope.session
    table = AuditEntry.__table__
    blanked: list[int] = []
    old: dict[str, str] = {}
    for found in session.execute(select(*table.columns).order_by(AuditEntry.seq).execution_options(yield_per=1000)):
        row = dict(found._mapping)
        if row["tag"] == ERASED or not row["detail"]:
            continue
        if row["client_id"] == client_id or words.stand_in(row["detail"]):
            blanked.append(row["seq"])
            if row["detail_hash"] is None:
                old[str(row["seq"])] = what_stays(row)
    for first in range(0, len(blanked), 400):
        some = AuditEntry.seq.in_(blanked[first : first + 400])
        values: dict[str, Any] = {"detail": {}, "salt": None}
        session.execute(update(AuditEntry).where(some).values(values).execution_options(synchronize_session=False))
    return {"blanked": in_spans(blanked), "old": old}
