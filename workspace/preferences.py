"""How the firm likes its letters: learnt from reviewers' edits, accepted or switched off by a partner, in force for the next draft.

Owns the rows and the trail of each act. A version that a partner or a manager wrote is held against the newest text of the software's in
the same deliverable, so what is learnt is the whole way from the draft to what is released. Never accepts by itself; words no letter.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, or_, select

from store import audit
from store.audit import AuditTag
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.ids import stable_id
from store.tables import Client, Deliverable, DeliverableVersion, Person, Preference
from store.types import canonical_json
from workspace.deliverables.model import Section
from workspace.preference_rules import ENOUGH, Kind, Lesson, lessons
from workspace.scope import Right, Scope, access_client

State = Literal["proposed", "accepted", "off"]
Level = Literal["client", "firm"]
_ORDER: dict[str, int] = {"proposed": 0, "accepted": 1, "off": 2}
_TEACHERS = ("partner", "manager")
_OF_ONE = ("greeting",)  # never the whole firm's


@dataclass(frozen=True)
class Liked:
    """A preference for a list and for a draft. `client_ref` is where it was learnt; `sources` are the edits, empty for who does not see
    that client. `decided_by` is a name, None before a decision; `words` say it, `cited` as a draft's note cites it."""

    id: str
    client_ref: str
    kind: Kind
    slug: str | None
    before: str
    after: str
    level: Level
    state: State
    sources: tuple[dict[str, Any], ...]
    decided_by: str | None
    decided_on: date | None

    @property
    def words(self) -> str:
        return _words(self.kind, self.slug, self.before, self.after)

    @property
    def cited(self) -> str:
        if self.decided_by is None or self.decided_on is None:
            return self.words
        return f"{self.words} ({self.decided_by.split()[0]}, {self.decided_on.day} {self.decided_on:%b})"


def learn(scope: Scope, row: Deliverable, version: DeliverableVersion) -> None:
    """Take in what a version that a person wrote shows; what no longer shows it is forgotten, what shows often enough is proposed.

    Called by whatever files the version, in its transaction."""
    author = scope.session.get(Person, version.author_id) if version.author_id else None
    drafted = _drafted(scope, row, version)
    if author is None or author.role not in _TEACHERS or drafted is None:
        return
    found = {_key(one, row.slug): one for one in lessons(_sections(drafted), _sections(version))}
    held = scope.session.scalars(select(Preference).where(Preference.client_id == row.client_id).with_for_update())
    rows = {one.key: one for one in held}
    for key, one in rows.items():
        kept = [source for source in one.sources if source["deliverable"] != row.id]
        if key in found:
            kept.append(_source(scope, row, version, author, found[key]))
        if kept != one.sources and one.state in ("seen", "proposed"):
            one.sources = kept
    for key, lesson in found.items():
        if key not in rows:
            rows[key] = _begin(scope, row, key, lesson, _source(scope, row, version, author, lesson))
    scope.session.flush()
    for one in rows.values():
        _weigh(scope, one)


def _drafted(scope: Scope, row: Deliverable, version: DeliverableVersion) -> DeliverableVersion | None:
    """The newest text of the software's before this version."""
    wanted = select(DeliverableVersion).where(
        DeliverableVersion.deliverable_id == row.id,
        DeliverableVersion.author_id.is_(None),
        DeliverableVersion.number < version.number,
    )
    return scope.session.scalars(wanted.order_by(DeliverableVersion.number.desc()).limit(1)).one_or_none()


def _sections(version: DeliverableVersion) -> tuple[Section, ...]:
    return tuple(Section(one["title"], one["markdown"]) for one in version.sections)


def _slug_of(lesson: Lesson, slug: str) -> str | None:
    """A part that is left out is one of that kind of letter; all else holds for every kind."""
    return slug if lesson.kind == "leave-out" else None


def _key(lesson: Lesson, slug: str) -> str:
    said = [lesson.kind, _slug_of(lesson, slug), lesson.before.casefold(), lesson.after.casefold()]
    return hashlib.sha256(canonical_json(said).encode()).hexdigest()


def _begin(scope: Scope, row: Deliverable, key: str, lesson: Lesson, source: dict[str, Any]) -> Preference:
    made = Preference(
        id=stable_id("prf", row.client_id, key),
        client_id=row.client_id,
        key=key,
        kind=lesson.kind,
        slug=_slug_of(lesson, row.slug),
        before=lesson.before,
        after=lesson.after,
        level="client",
        state="seen",
        sources=[source],
        seen_at=scope.now,
    )
    scope.session.add(made)
    return made


def _source(
    scope: Scope, row: Deliverable, version: DeliverableVersion, author: Person, lesson: Lesson
) -> dict[str, Any]:
    old, new = lesson.quoted
    return {
        "deliverable": row.id,
        "title": row.title,
        "version": version.number,
        "by": author.name,
        "on": scope.today.isoformat(),
        "before": old.replace("*", ""),
        "after": new.replace("*", ""),
        "times": lesson.times,
    }


def _weigh(scope: Scope, row: Preference) -> None:
    """Propose what shows often enough, let go what does so no more, and call the firm's what shows with several clients."""
    if row.state not in ("seen", "proposed"):
        return
    others = scope.session.scalars(
        select(Preference.id).where(
            Preference.key == row.key, Preference.id != row.id, Preference.client_id.in_(scope.clients())
        )
    ).all()
    enough = sum(int(one["times"]) for one in row.sources) >= ENOUGH[_kind(row)]
    before, row.state = row.state, "proposed" if enough or (others and row.sources) else "seen"
    row.level = "firm" if others and row.sources and row.kind not in _OF_ONE else "client"
    if row.state == "proposed" and before == "seen":
        _record(scope, AuditTag.PREFERENCE_PROPOSED, row)


def preferences_of(scope: Scope, client_ref: str | None = None) -> tuple[Liked, ...]:
    """What is proposed, accepted and off: of one client with the firm's, or of all that the asker may see; one query, two with a
    client. Raises NotFound outside the scope."""
    scope.require(Right.CLIENT_READ)
    mine: ColumnElement[bool] = Preference.client_id.in_(scope.clients())
    if client_ref is not None:
        mine = Preference.client_id == access_client(scope, client_ref).id
    rows = _rows(scope, or_(mine, (Preference.level == "firm") & (Preference.state == "accepted")))
    return tuple(sorted(rows, key=lambda one: (_ORDER[one.state], one.client_ref, one.words, one.id)))


def in_force(scope: Scope, client_ref: str) -> tuple[Liked, ...]:
    """The accepted preferences that a draft for this client follows: the client's own before the firm's. Two queries."""
    client_id = access_client(scope, client_ref).id
    wanted = or_(Preference.client_id == client_id, Preference.level == "firm")
    rows = _rows(scope, wanted & (Preference.state == "accepted"))
    own = [one for one in rows if one.client_ref == client_ref]
    said = {(one.kind, one.slug, one.before) for one in own}
    firm = {(one.kind, one.slug, one.before): one for one in rows if one.client_ref != client_ref}
    return (*own, *(one for key, one in sorted(firm.items(), key=str) if key not in said))


def accept(scope: Scope, preference_id: str, *, level: Level | None = None) -> Liked:
    """Let the next drafts follow it: this client's, or with `level` "firm" every client's; None: as it is proposed.

    Raises NotFound outside the scope, Forbidden without deliverable:release or for the software, Conflict when it is in force so already,
    Invalid for a greeting of the whole firm."""
    row = _own(scope, preference_id)
    if row.state == "accepted" and level in (None, row.level):
        raise Conflict("it is accepted already")
    if level == "firm" and row.kind in _OF_ONE:
        raise Invalid("how one person is greeted is no preference of the whole firm")
    row.state, row.level = "accepted", level or row.level
    return _decided(scope, AuditTag.PREFERENCE_ACCEPTED, row)


def switch_off(scope: Scope, preference_id: str) -> Liked:
    """Let no draft follow it any more; a proposal is set aside. Raises as `accept`."""
    row = _own(scope, preference_id)
    if row.state == "off":
        raise Conflict("it is off already")
    row.state = "off"
    return _decided(scope, AuditTag.PREFERENCE_OFF, row)


def as_json(one: Liked) -> dict[str, Any]:
    """The preference as plain values."""
    on = one.decided_on.isoformat() if one.decided_on else None
    return {**asdict(one), "sources": list(one.sources), "decided_on": on, "words": one.words}


def _own(scope: Scope, preference_id: str) -> Preference:
    """The row, held until the transaction ends, for a person who may decide about it."""
    row = scope.session.scalars(
        select(Preference)
        .where(Preference.id == preference_id, Preference.client_id.in_(scope.clients()), Preference.state != "seen")
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound(f"there is no preference {preference_id}")
    scope.require(Right.DELIVERABLE_RELEASE)
    if scope.person_id is None:
        raise Forbidden(f"{scope.email} is no person: a partner says how letters are liked")
    return row


def _decided(scope: Scope, tag: AuditTag, row: Preference) -> Liked:
    row.decided_by, row.decided_on = scope.person_id, scope.today
    scope.session.flush()
    _record(scope, tag, row)
    return next(iter(_rows(scope, Preference.id == row.id)))


def _rows(scope: Scope, wanted: Any) -> Iterable[Liked]:
    seen = Preference.client_id.in_(scope.clients())
    rows = scope.session.execute(
        select(Preference, Client.ref, Person.name, seen)
        .join(Client, Client.id == Preference.client_id)
        .outerjoin(Person, Person.id == Preference.decided_by)
        .where(wanted, Preference.state != "seen")
    ).tuples()
    return [_liked(row, ref, name, visible=bool(visible)) for row, ref, name, visible in rows]


def _liked(row: Preference, ref: str, name: str | None, *, visible: bool) -> Liked:
    """A firm's preference that was learnt where the asker does not see shows neither the client nor its letters."""
    sources: Sequence[dict[str, Any]] = row.sources if visible else ()
    return Liked(
        row.id,
        ref if visible else "",
        _kind(row),
        row.slug,
        row.before,
        row.after,
        "firm" if row.level == "firm" else "client",
        _state(row),
        tuple(sources),
        name,
        row.decided_on,
    )


def _kind(row: Preference) -> Kind:
    return next(one for one in ENOUGH if one == row.kind)


def _state(row: Preference) -> State:
    return "proposed" if row.state == "proposed" else "accepted" if row.state == "accepted" else "off"


def _words(kind: Kind, slug: str | None, before: str, after: str) -> str:
    match kind:
        case "greeting":
            return f"greet as “{after.rstrip(',:')}”, not “{before.rstrip(',:')}”"
        case "closing":
            return f"close with “{after.rstrip(',')}”, not “{before.rstrip(',')}”"
        case "short-opening":
            return "shorter openings"
        case "phrase":
            return f"write “{after}” for “{before}”"
        case "leave-out":
            return f"leave out the part “{before}” of a {(slug or 'letter').replace('-', ' ')}"
        case "voice":
            return f"write as “{after}”, not as “{before}”"


def _record(scope: Scope, tag: AuditTag, row: Preference) -> None:
    audit.record(
        scope.session,
        tag,
        actor=scope.email,
        subject=f"preference:{row.id}",
        now=scope.now,
        client_id=row.client_id,
        detail={"words": _words(_kind(row), row.slug, row.before, row.after), "level": row.level},
    )
