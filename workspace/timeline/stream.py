"""A client's stream, newest first, a page at a time: one query over all its tables, each read no further than a page goes.

The order is by moment, then by table, then by id: no two rows share a place, so a page begins exactly where the one before ended however
many rows came in meanwhile. A row that comes in behind the cursor stands on the page it belongs to; one before it is not shown again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, column, literal, or_, select, union_all

from store.errors import Invalid, NotFound
from store.tables import ClientContact, Contact, Engagement, Firm, Person
from store.types import Instant
from workspace.own_words import own_words
from workspace.scope import Right, Scope, access_client
from workspace.snapshot.model import Message as Mail
from workspace.timeline.cursor import decode, encode
from workspace.timeline.notes import NoteParts, parts_of
from workspace.timeline.sources import KINDS, UNDATED, Source, Whose, sources, sources_for

AT_ONCE = 40
MOST = 200
_DAY_ONLY = frozenset({9, 10, 11, 12})  # ranks of sources that know only a day
_FIRST, _LAST = date(1900, 1, 1), date(9000, 1, 1)
_WORDS = 8  # words of a filter that are looked for


@dataclass(frozen=True)
class Narrow:
    """What of the stream is asked for. `kinds` empty: all; `person` an address, of the firm's or of a contact; `words` must all stand in an
    entry; `engagement` is a ref. Days are those of the reader's wall."""

    kinds: tuple[str, ...] = ()
    person: str = ""
    first: date | None = None
    last: date | None = None
    words: str = ""
    engagement: str = ""


@dataclass(frozen=True)
class Entry:
    """One thing that happened. `at` is its moment, `day` the day on the reader's wall, `timed` False where only the day is known.

    `who` is a name, or the address of a mail's sender; `what` says more of its kind (in, out, a decision, paid); `href` is its page.
    `engagement` (ref, title). `new`: it came since the asker, who watches, last looked. `note` is what a note or a call has beside."""

    kind: str
    id: str
    at: datetime
    day: date | None
    timed: bool
    title: str
    text: str
    who: str
    what: str
    amount: Decimal | None
    engagement: tuple[str, str] | None
    href: str
    new: bool = False
    note: NoteParts | None = None


@dataclass(frozen=True)
class Stream:
    """A page of a client's stream. `next` is the cursor of the page after it, None at the end."""

    client_ref: str
    entries: tuple[Entry, ...]
    next: str | None

    @property
    def days(self) -> tuple[tuple[date | None, tuple[Entry, ...]], ...]:
        """The entries by day, newest first; None for what has no date."""
        found: dict[date | None, list[Entry]] = {}
        for one in self.entries:
            found.setdefault(one.day, []).append(one)
        return tuple((day, tuple(entries)) for day, entries in found.items())


@dataclass(frozen=True)
class Choices:
    """What the stream can be narrowed by: the client's engagements (ref, title), people of the firm and contacts (address, name)."""

    engagements: tuple[tuple[str, str], ...] = ()
    people: tuple[tuple[str, str], ...] = ()
    contacts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class _Known:
    """What names the rows: people by id and address, engagements by id, the firm's zone."""

    people: Mapping[str, str]
    by_address: Mapping[str, Whose]
    engagements: Mapping[str, tuple[str, str]]
    zone: ZoneInfo
    choices: Choices = field(default_factory=Choices)


def timeline(
    scope: Scope,
    client_ref: str,
    narrow: Narrow | None = None,
    *,
    cursor: str = "",
    limit: int = AT_ONCE,
    seen: datetime | None = None,
    zone: str | None = None,
) -> tuple[Stream, Choices]:
    """A page of the client's stream and what it can be narrowed by; seven queries at most.

    `seen`: entries that came later are new; `zone` is the one whose days are meant (an IANA name), None the firm's. Raises NotFound outside
    the scope and for an engagement or person that is not there, Invalid for a cursor or a kind that is none.
    """
    client, narrow = access_client(scope, client_ref, Right.CLIENT_READ), narrow or Narrow()
    known, limit = _known(scope, client.id, zone), max(1, min(limit, MOST))
    chosen = _narrowed(scope, narrow, known)
    place = decode(cursor, 2) if cursor else None
    rows = _rows(scope, client.id, chosen, place, limit + 1)
    shown = rows[:limit]
    more = encode(shown[-1].at, shown[-1].rank, shown[-1].id) if len(rows) > limit else None
    notes = parts_of(scope, [row.id for row in shown if row.rank in (2, 3)])
    kinds = {one.rank: one.kind for one in sources()}
    entries = [_entry(row, kinds[row.rank], client_ref, known) for row in shown]
    told = tuple(
        replace(one, note=notes.get(one.id), new=seen is not None and row.came > seen)
        for one, row in zip(entries, shown, strict=True)
    )
    return Stream(client_ref, told, more), known.choices


def _narrowed(scope: Scope, narrow: Narrow, known: _Known) -> list[Source]:
    """The sources that are asked for, with everything that narrows them."""
    strange = [kind for kind in narrow.kinds if kind not in KINDS]
    if strange:
        raise Invalid(f"there is no kind {strange[0]}; the kinds are {', '.join(KINDS)}")
    engagement = None
    if narrow.engagement:
        engagement = next((key for key, (ref, _) in known.engagements.items() if ref == narrow.engagement), None)
        if engagement is None:
            raise NotFound(f"there is no engagement {narrow.engagement} of this client")
    whose = known.by_address.get(narrow.person.strip().lower()) if narrow.person else None
    if narrow.person and whose is None:
        raise NotFound(f"nobody here has the address {narrow.person}")
    chosen = []
    for one in sources_for(scope):
        if narrow.kinds and one.kind not in narrow.kinds:
            continue
        if engagement is not None and one.engagement_id is None:
            continue
        wanted = [*_between(one, narrow, known.zone), *(_has(one, word) for word in narrow.words.split()[:_WORDS])]
        if engagement is not None and one.engagement_id is not None:
            wanted.append(one.engagement_id == engagement)
        if whose is not None:
            wanted.append(one.of(whose))
        chosen.append(replace(one, query=one.query.where(*wanted)))
    return chosen


def _has(source: Source, word: str) -> ColumnElement[bool]:
    return or_(*(column.icontains(word, autoescape=True) for column in source.searched))


def _between(source: Source, narrow: Narrow, zone: ZoneInfo) -> Iterable[ColumnElement[bool]]:
    """Days of the wall as moments; what knows only its day stands at noon, inside its day in every zone of the country."""
    if narrow.first is not None:
        yield source.at >= literal(_midnight(narrow.first, zone), Instant())
    if narrow.last is not None:
        yield source.at < literal(_midnight(min(narrow.last, _LAST) + timedelta(days=1), zone), Instant())


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins on the wall; days beyond all that can be on file are as good as the nearest that can."""
    return datetime.combine(min(max(day, _FIRST), _LAST), time(), zone).astimezone(UTC)


def _rows(
    scope: Scope, client_id: str, chosen: Sequence[Source], place: tuple[datetime, tuple[str, ...]] | None, limit: int
) -> Sequence[Any]:
    """The first `limit` rows after a place. Each table gives no more than that, so nothing is sorted that is not shown."""
    if not chosen:
        return ()
    parts = []
    for one in chosen:
        query = one.query.where(one.client_id == client_id, one.client_id.in_(scope.clients()))
        if place is not None:
            query = query.where(_after(one, place))
        parts.append(query.order_by(one.at.desc(), one.id).limit(limit).subquery().select())
    merged = union_all(*parts).order_by(column("at").desc(), column("rank"), column("id"))
    return scope.session.execute(merged.limit(limit)).all()


def _after(source: Source, place: tuple[datetime, tuple[str, ...]]) -> ColumnElement[bool]:
    """Rows that come after the place: earlier, or of the same moment and later in the order of tables and ids."""
    moment, (rank, identity) = place
    if not rank.isdecimal() or len(rank) > 4:
        raise Invalid("this is no place in the stream; begin from its first page")
    at = literal(moment, Instant())
    if source.rank > int(rank):
        return source.at <= at
    if source.rank < int(rank):
        return source.at < at
    return or_(source.at < at, and_(source.at == at, source.id > identity))


def _known(scope: Scope, client_id: str, wanted: str | None) -> _Known:
    """Three queries: the firm's people with its zone, the client's engagements, its contacts."""
    zone = select(Firm.timezone).limit(1).scalar_subquery()
    staff = select(Person.id, Person.email, Person.name, zone).order_by(Person.name)
    found = scope.session.execute(staff).tuples().all()
    people, name = [row[:3] for row in found], next((row[3] for row in found), None)
    engagements = scope.session.execute(
        select(Engagement.id, Engagement.ref, Engagement.title)
        .where(Engagement.client_id == client_id, Engagement.client_id.in_(scope.clients()))
        .order_by(Engagement.due.desc().nulls_last(), Engagement.ref)
    ).tuples()
    contacts = (
        scope.session.execute(
            select(Contact.email, Contact.name)
            .join(ClientContact, ClientContact.contact_id == Contact.id)
            .where(
                ClientContact.client_id == client_id,
                ClientContact.client_id.in_(scope.clients()),
                Contact.email.is_not(None),
            )
            .order_by(Contact.name)
        )
        .tuples()
        .all()
    )
    known = {str(email).lower(): Whose(None, str(email).lower(), told) for email, told in contacts}
    known |= {email.lower(): Whose(identity, email, told) for identity, email, told in people}
    of_client = {identity: (ref, title) for identity, ref, title in engagements}
    choices = Choices(
        tuple(of_client.values()),
        tuple((email, told) for _, email, told in people),
        tuple((str(email), told) for email, told in contacts),
    )
    named = {identity: told for identity, _, told in people} | {email.lower(): told for _, email, told in people}
    named |= {str(email).lower(): told for email, told in contacts if str(email).lower() not in named}
    return _Known(named, known, of_client, ZoneInfo(wanted or name or "UTC"), choices)


def _entry(row: Any, kind: str, ref: str, known: _Known) -> Entry:
    dated = row.at > UNDATED
    timed = dated and row.rank not in _DAY_ONLY and not (row.rank in (2, 3) and _at_noon(row.at))
    day = (row.at.astimezone(known.zone).date() if timed else row.at.date()) if dated else None
    return Entry(
        kind=kind,
        id=row.id,
        at=row.at,
        day=day,
        timed=timed,
        title=row.title or "",
        text=_own(row) if kind == "mail" else (row.text or "").strip(),
        who=known.people.get((row.who or "").lower(), row.who or ""),
        what=row.what or "",
        amount=row.amount,
        engagement=known.engagements.get(row.engagement_id or ""),
        href=_href(row, kind, ref),
    )


def _own(row: Any) -> str:
    """What the sender wrote, as far as it was read, without the mail that it answers."""
    mail = Mail(row.id, "", "", row.what or "in", row.who or "", (), row.title or "", None, row.text or "")
    return " ".join(mail.body[slice(*own_words(mail))].split())


def _at_noon(at: datetime) -> bool:
    """A loaded note has a day only, which stands at noon to the second."""
    return at.time() == time(12)


def _href(row: Any, kind: str, ref: str) -> str:
    """The page of what an entry is told from."""
    leads = row.leads or ""
    client = f"/clients/{quote(ref)}"
    match kind:
        case "mail":
            return f"/messages/{quote(row.id)}"
        case "document":
            return f"/documents/{quote(row.id)}"
        case "note" | "call":
            return f"/notes/{quote(row.id)}"
        case "release":
            return f"/review/{quote(leads)}"
        case "money":
            return f"{client}/money#{quote(leads)}"
        case "request" if leads:
            return f"/documents/{quote(leads)}"
        case "decision" if leads.startswith("review:"):
            return f"/review/{quote(leads.removeprefix('review:'))}"
        case "decision":
            return f"/contradictions/{quote(leads)}" if leads else f"{client}/signals"
        case _:
            return f"{client}/work"
