"""How the audit trail is written and verified: each entry carries the hash of the one before.

What an entry says of its subject (`detail`) is covered by a salted hash of its own. When a client is erased, detail and salt go, and the
chain still verifies: the entry that records the erasure lists whose details went. What was written before there were salts is covered in
the clear; for those the erasure's entry also holds a digest of all that stays of them.
"""

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from store import vouching
from store.tables.base import Base
from store.tables.deliverables import DeliverableVersion, Release, Review
from store.tables.trail import AuditEntry, AuditHead
from store.types import canonical_json

GENESIS = "0" * 64
ROWS = "trail:rows:vouched"
ERASED = "client:record:erased"
_FIRST_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)  # of a change that no act recorded, before the first entry


@dataclass(frozen=True)
class Fault:
    """A place where the trail and what it speaks of do not agree: the entry's number (0 for the head) and what is wrong."""

    seq: int
    message: str


# What entries of versions, reviews and releases carried before whole tables were vouched for; still checked where nothing newer is.
_OLD: dict[str, tuple[type[Base], tuple[str, ...]]] = {
    "version": (
        DeliverableVersion,
        (
            *("id", "deliverable_id", "number", "content_hash", "sections", "tickmarks", "checks", "recipients"),
            *("untied", "author_id", "note"),
        ),
    ),
    "review": (
        Review,
        (
            *("id", "deliverable_id", "number", "version_id", "content_hash", "decision", "note", "override"),
            *("person_id", "at"),
        ),
    ),
    "release": (Release, ("id", "deliverable_id", "version_id", "content_hash", "person_id", "at")),
}


def row_digest(kind: str, row: Base) -> str:
    """SHA-256 of the columns of a version, review or release that its own entry names."""
    _, columns = _OLD[kind]
    return hashlib.sha256(canonical_json({c: getattr(row, c) for c in columns}).encode()).hexdigest()


def record(
    session: Session,
    tag: StrEnum,
    *,
    actor: str,
    subject: str,
    now: datetime,
    client_id: str | None = None,
    detail: dict[str, Any] | None = None,
    digest: str | None = None,
) -> None:
    """Put an entry on the trail of this transaction. `subject` is `kind:id`; `detail` must be plain JSON values.

    The entry is written when the transaction commits and vanishes when it does not.
    """
    entry = {"at": now, "actor": actor, "tag": tag.value, "subject": subject, "client_id": client_id}
    session.info.setdefault("audit", []).append({**entry, "detail": detail or {}, "digest": digest})


def append(session: Session) -> None:
    """Write the recorded entries to the chain, the first with the digests of all vouched rows that this transaction changed; called once a
    transaction by the committing door."""
    entries: list[dict[str, Any]] = session.info.pop("audit", [])
    vouched = vouching.gather(session)
    if entries or vouched:
        _write(session, entries, vouched)


def vouch_first(session: Session) -> None:
    """Vouch for every row that is there, in one entry: for a home that was kept before rows were vouched for."""
    found = vouching.gather_all(session.connection())
    if any(table["rows"] for table in found.values()):
        _write(session, [], found)


def _write(session: Session, entries: list[dict[str, Any]], vouched: dict[str, Any]) -> None:
    end = _end(session)
    if not entries:
        at = session.scalar(select(AuditEntry.at).where(AuditEntry.seq == end.seq)) or _FIRST_MOMENT
        entries = [
            {"at": at, "actor": "system:door", "tag": ROWS, "subject": "rows:changed", "client_id": None}
            | {"detail": {}, "digest": None}
        ]
    rows: list[dict[str, Any]] = []
    seq, previous = end.seq, end.hash
    for place, entry in enumerate(entries):
        seq += 1
        salt = secrets.token_hex(16)
        row = entry | {"seq": seq, "previous": previous, "salt": salt, "detail_hash": _salted(salt, entry["detail"])}
        row["vouched"] = vouched if place == 0 and vouched else None
        row["hash"] = previous = entry_hash(row)
        rows.append(row)
    session.execute(insert(AuditEntry.__table__), rows)  # type: ignore[arg-type]
    end.seq, end.hash = seq, previous
    session.flush()


def _end(session: Session) -> AuditHead:
    """The head, this transaction's until it commits, which is at once: whoever else writes on the trail waits so long."""
    wanted = select(AuditHead).where(AuditHead.id == 1).with_for_update().execution_options(populate_existing=True)
    end = session.scalars(wanted).one_or_none()
    if end is None:
        # the first entry of all: of two that come at once, one makes the row and the other waits for it here
        upsert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
        session.execute(upsert(AuditHead).values(id=1, seq=0, hash=GENESIS).on_conflict_do_nothing())
        end = session.scalars(wanted).one()
    return end


def _salted(salt: str, detail: Mapping[str, Any]) -> str:
    return hashlib.sha256(f"{salt}{canonical_json(detail)}".encode()).hexdigest()


def entry_hash(row: Mapping[str, Any]) -> str:
    """Over everything but the salt and the detail, which its salted hash stands for; the first form, without one, over the detail."""
    names = ("seq", "previous", "at", "actor", "tag", "subject", "client_id", "digest")
    said = {name: row[name] for name in names}
    if row["detail_hash"] is None:
        said["detail"] = row["detail"]
    else:
        said |= {"detail_hash": row["detail_hash"], "vouched": row["vouched"]}
    return hashlib.sha256(canonical_json(said).encode()).hexdigest()


def head(session: Session) -> tuple[int, str]:
    """How many entries the trail has and the hash it ends with."""
    row = session.get(AuditHead, 1)
    return (row.seq, row.hash) if row else (0, GENESIS)


@dataclass(frozen=True)
class Printed:
    """A head as it was printed once: so many entries, the last with a hash that begins so."""

    seq: int
    hash: str


@dataclass
class _Walk:
    """What one pass over the chain gathers."""

    faults: list[Fault] = field(default_factory=list[Fault])
    expected: int = 1
    previous: str = GENESIS
    vouched: dict[tuple[str, str], tuple[int, str | None, str]] = field(
        default_factory=dict[tuple[str, str], tuple[int, str | None, str]]
    )
    covered: set[str] = field(default_factory=set[str])
    blank: dict[int, str | None] = field(default_factory=dict[int, str | None])
    erased: list[tuple[int, Mapping[str, Any]]] = field(default_factory=list[tuple[int, Mapping[str, Any]]])
    heads: dict[int, str] = field(default_factory=dict[int, str])
    salted: bool = False


def verify(session: Session, printed: Sequence[Printed] = ()) -> list[Fault]:
    """Everything that is wrong with the trail, in order; an empty list means it holds. `printed`: heads that it must still contain."""
    walk = _walked(session, {one.seq for one in printed})
    entries = sorted([*walk.faults, *_blank_faults(walk)], key=lambda one: one.seq)
    return [*entries, *_end_faults(session, walk), *_head_faults(walk, printed), *_row_faults(session, walk)]


def _walked(session: Session, wanted: set[int]) -> _Walk:
    walk, table = _Walk(), AuditEntry.__table__
    query = select(*table.columns).order_by(AuditEntry.seq).execution_options(yield_per=1000)
    for found in session.execute(query):
        row = dict(found._mapping)
        holds = _follow(walk, row)
        _read_vouches(walk, row)
        if row["seq"] in wanted:
            walk.heads[row["seq"]] = row["hash"]
        if row["tag"] == ERASED and holds and row["seq"] not in walk.blank:
            walk.erased.append((row["seq"], row["detail"]))
    return walk


def _end_faults(session: Session, walk: _Walk) -> Iterator[Fault]:
    (kept_seq, kept_hash), last = head(session), walk.expected - 1
    if last and session.get(AuditHead, 1) is None:
        yield Fault(0, "the head of the trail was removed")
    elif kept_seq != last:
        what = "missing at the end" if kept_seq > last else "added behind the application"
        yield Fault(0, f"the trail ends at entry {last}, its head says {kept_seq}: entries are {what}")
    elif kept_hash != walk.previous:
        yield Fault(0, f"the last entry ({kept_seq}) is not the one the head remembers")


def _follow(walk: _Walk, row: Mapping[str, Any]) -> bool:
    """Whether the entry is what its hash says; what is wrong with it or before it is noted."""
    seq, said = row["seq"], walk.faults
    if seq != walk.expected:
        gap = f"entry {walk.expected} is" if seq == walk.expected + 1 else f"entries {walk.expected} to {seq - 1} are"
        said.append(Fault(walk.expected, f"{gap} missing"))
    elif row["previous"] != walk.previous:
        said.append(Fault(seq, f"entry {seq} does not follow from entry {seq - 1}: it was inserted or replaced"))
    holds = _holds(walk, row)
    if not holds:
        said.append(Fault(seq, f"entry {seq} ({row['tag']}, {row['subject']}) was changed"))
    walk.expected, walk.previous = seq + 1, row["hash"]
    return holds


def _holds(walk: _Walk, row: Mapping[str, Any]) -> bool:
    """Whether an entry is what its hash says. One without its detail is held against the erasures later."""
    seq, blank = row["seq"], row["detail"] == {} and row["salt"] is None
    if row["detail_hash"] is None:
        if walk.salted or row["vouched"] is not None or row["salt"] is not None:
            return False  # the first form is not written any more once there are salts
        if row["hash"] == entry_hash(row):
            return True
        if blank:
            walk.blank[seq] = what_stays(row)
        return blank
    walk.salted = True
    if row["hash"] != entry_hash(row):
        return False
    if blank:
        walk.blank[seq] = None
        return True
    return row["salt"] is not None and row["detail_hash"] == _salted(row["salt"], row["detail"])


def what_stays(row: Mapping[str, Any]) -> str:
    """The digest of an entry of the first form without its detail, as the entry of an erasure records it."""
    names = ("seq", "previous", "at", "actor", "tag", "subject", "client_id", "digest", "hash")
    return hashlib.sha256(canonical_json([row[name] for name in names]).encode()).hexdigest()[:32]


def _blank_faults(walk: _Walk) -> Iterator[Fault]:
    allowed: dict[int, str | None] = {}
    for at, detail in walk.erased:
        old: Mapping[str, str] = detail.get("old", {})
        allowed |= {seq: old.get(str(seq)) for seq in spans(detail.get("blanked", "")) if seq < at}
    for seq, stays in sorted(walk.blank.items()):
        if seq not in allowed:
            yield Fault(seq, f"the details of entry {seq} were removed, and no erasure names them")
        elif stays is not None and stays != allowed[seq]:
            yield Fault(seq, f"entry {seq} was changed")


def in_spans(numbers: Iterable[int]) -> str:
    """Numbers as text: "3-7,9"."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in found)


def spans(text: str) -> Iterator[int]:
    """The numbers that `in_spans` wrote."""
    for part in text.split(",") if text else ():
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def _head_faults(walk: _Walk, printed: Sequence[Printed]) -> Iterator[Fault]:
    for one in printed:
        there = walk.heads.get(one.seq)
        if there is None:
            yield Fault(
                0, f"the head printed at entry {one.seq} is not on the trail, which is shorter: its end was cut off"
            )
        elif not there.startswith(one.hash.lower()):
            yield Fault(one.seq, f"entry {one.seq} is not the one whose hash was printed: the trail was written anew")


def _read_vouches(walk: _Walk, row: Mapping[str, Any]) -> None:
    if row["seq"] == 1 and row["detail_hash"] is not None:
        walk.covered |= set(vouching.VOUCHED)  # this trail has vouched from its first entry
    kind, _, identity = row["subject"].partition(":")
    if row["digest"] is not None and kind in _OLD:
        walk.vouched[_OLD[kind][0].__tablename__, identity] = (row["seq"], row["digest"], kind)
    told = (
        row["vouched"] if isinstance(row["vouched"], dict) else {}
    )  # whoever changed the entry may have put anything there
    for name, table in told.items():
        if isinstance(table, dict) and isinstance(table.get("rows"), dict) and isinstance(table.get("columns"), str):
            walk.covered.add(name)
            for key, digest in table["rows"].items():
                walk.vouched[name, key] = (row["seq"], digest, table["columns"])


def _row_faults(session: Session, walk: _Walk) -> Iterator[Fault]:
    by_table: dict[str, dict[str, tuple[int, str | None, str]]] = {}
    for (name, key), told in walk.vouched.items():
        by_table.setdefault(name, {})[key] = told
    tables = Base.metadata.tables
    always = {row.__tablename__ for row, _ in _OLD.values()}
    for name in sorted(({*by_table} | walk.covered | always) & set(tables)):
        yield from _table_faults(session, name, by_table.get(name, {}))


def _table_faults(session: Session, name: str, told: dict[str, tuple[int, str | None, str]]) -> Iterator[Fault]:
    """One pass over the table for each way in which its rows were vouched for; nearly always that is one."""
    what = _in_words(name)
    ways = {way for _, _, way in told.values()} or {",".join(c.name for c in vouching.columns_of(name))}
    seen: set[str] = set()
    for way in sorted(ways):
        for key, digest in _digests(session, name, way):
            seen.add(key)
            known = told.get(key)
            if known is not None and known[2] == way and known[1] is not None and known[1] != digest:
                yield Fault(known[0], f"{what} {key} was changed after entry {known[0]} recorded it")
    for key in sorted(seen):
        known = told.get(key)
        if known is None:
            yield Fault(0, f"{what} {key} is not on the trail: it was inserted behind the application")
        elif known[1] is None:
            yield Fault(known[0], f"{what} {key} is there again, which entry {known[0]} saw removed")
    gone = [(told[key][0], key) for key in told.keys() - seen if told[key][1] is not None]
    for seq, key in sorted(gone):
        yield Fault(seq, f"{what} {key} of entry {seq} was removed")


def _digests(session: Session, name: str, way: str) -> Iterator[tuple[str, str]]:
    if way in _OLD:
        for row in session.scalars(select(_OLD[way][0]).execution_options(yield_per=500)):
            yield row.id, row_digest(way, row)  # type: ignore[attr-defined]
        return
    yield from vouching.digests(session, name, way)


_WORDS = {"deliverable_versions": "version", "people": "person", "glass": "glass", "trust_entries": "trust entry"}


def _in_words(table: str) -> str:
    return _WORDS.get(table) or table.removesuffix("s").replace("_", " ")
