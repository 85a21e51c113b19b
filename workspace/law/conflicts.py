"""Conflict searches: names held against everybody the firm knows, what came out, and what a partner decided on it.

The search reads the whole firm, walls or not: a conflict that only shows to those who may see it is found too late (Model Rules 1.7, 1.9,
1.10). What the asker may not see is told as "a match that you may not see", once a name, without name, ref, likeness or reason. Every
search is kept and stands on the trail; a decision is a partner's, with its reason, and the last one counts. Never decides.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, func, or_, select

from store import fence
from store.audit import AuditTag
from store.errors import Forbidden, Invalid, NotFound
from store.ids import new_id
from store.tables import (
    Client,
    ClientContact,
    ConflictDecision,
    ConflictHit,
    ConflictSearch,
    Contact,
    Engagement,
    Party,
    Person,
    Relation,
)
from workspace.acting import person_of, record
from workspace.billing.acts import reason_in, text_in
from workspace.law.names import CLOSE, POSSIBLE, Likeness, best_likeness
from workspace.scope import Right, Scope, access_client

DECISIONS = ("cleared", "waived", "declined")
HIDDEN = "a match that you may not see: ask the conflicts partner"
_MOST_NAMES, _LONGEST = 40, 200


@dataclass(frozen=True)
class Match:
    """Somebody the firm knows whose name is like one that was asked for.

    `kind`: client, former client, prospect, contact, party. `score` 0 to 100 (workspace/law/names.py), `grade` close or possible. A match
    outside the reader's sight has `seen` False and nothing else but `asked`; its `said` is HIDDEN."""

    asked: str
    seen: bool
    said: str
    kind: str | None = None
    name: str | None = None
    score: int | None = None
    grade: str | None = None
    why: tuple[str, ...] = ()
    role: str | None = None
    client_ref: str | None = None
    client: str | None = None
    matter: str | None = None


@dataclass(frozen=True)
class Decided:
    """A decision on a search: cleared, waived (with the consents it rests on) or declined; who signed it and when."""

    decision: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Search:
    """A conflict search as its reader may see it: the closest first. `decisions` in order, the last one counts."""

    id: str
    at: datetime
    by: str
    about: str
    client_ref: str | None
    client: str | None
    engagement_ref: str | None
    names: tuple[str, ...]
    matches: tuple[Match, ...]
    decisions: tuple[Decided, ...] = ()

    @property
    def hidden(self) -> int:
        """How many of the names asked for are like somebody outside the reader's sight."""
        return sum(not one.seen for one in self.matches)

    @property
    def state(self) -> str:
        """The last decision; clear where nothing was found; open where somebody must decide."""
        if self.decisions:
            return self.decisions[-1].decision
        return "open" if self.matches else "clear"


@dataclass(frozen=True)
class _Known:
    """A name that the firm knows, and where it stands."""

    kind: str
    id: str
    name: str
    client_id: str | None
    shown: str
    role: str | None = None
    engagement_id: str | None = None


def search_conflicts(
    scope: Scope,
    names: Sequence[str],
    *,
    client_ref: str | None = None,
    engagement_ref: str | None = None,
    about: str = "",
) -> Search:
    """Hold names against the whole firm, and keep the search; on a writing transaction. `client_ref` is the client or prospect that it
    is for: its own name and people are no conflict and are left out. Raises Forbidden without conflict:search, Invalid without a name,
    NotFound for a client or matter out of sight."""
    scope.require(Right.CONFLICT_SEARCH)
    asked = _asked(names)
    client = access_client(scope, client_ref) if client_ref else None
    matter = _matter(scope, engagement_ref, client)
    owner = client.id if client else matter.client_id if matter else None
    row = ConflictSearch(
        id=new_id("cfs"),
        at=scope.now,
        person_id=scope.person_id,
        client_id=owner,
        engagement_id=matter.id if matter else None,
        about=text_in(about) or "",
        names=list(asked),
    )
    scope.session.add(row)
    scope.session.flush()
    known = _everybody(scope)
    hits = [hit for name in asked for hit in _hits(row, known, name)]
    with fence.lifted(scope.session, fence.Job.CONFLICTS):
        scope.session.add_all(hits)
        scope.session.flush()
    # the trail tells that one searched and for how many, not what: it is read by more people than a search is
    record(scope, AuditTag.CONFLICT_SEARCHED, f"conflict:{row.id}", owner, names=len(asked), found=len(hits))
    return show_search(scope, row.id)


def decide(scope: Scope, search_id: str, decision: str, reason: str) -> Search:
    """Sign what becomes of a search: a partner's word, kept for good. Raises NotFound, Forbidden for who is no partner, Invalid."""
    row = _found(scope, search_id)
    # two who decide at once do it one after the other
    scope.session.execute(select(ConflictSearch.id).where(ConflictSearch.id == row.id).with_for_update())
    last = scope.session.scalar(select(func.max(ConflictDecision.number)).where(ConflictDecision.search_id == row.id))
    if scope.role != "partner":
        raise Forbidden(f"{scope.email} ({scope.role}) is no partner: a conflict is cleared, waived or declined by one")
    if decision not in DECISIONS:
        raise Invalid(f"a conflict is {', '.join(DECISIONS)}")
    made = ConflictDecision(
        id=new_id("cfd"),
        search_id=row.id,
        client_id=row.client_id,
        number=(last or 0) + 1,
        decision=decision,
        reason=reason_in(reason),
        person_id=person_of(scope),
        at=scope.now,
    )
    scope.session.add(made)
    scope.session.flush()
    record(scope, AuditTag.CONFLICT_DECIDED, f"conflict:{row.id}", row.client_id, decision=decision)
    return show_search(scope, row.id)


def show_search(scope: Scope, search_id: str) -> Search:
    """A search by its id, as the asker may see it today. Raises NotFound, Forbidden without conflict:search."""
    return _shown(scope, [_found(scope, search_id)])[0]


def searches(
    scope: Scope, *, client_ref: str | None = None, engagement_ref: str | None = None, most: int = 100
) -> list[Search]:
    """Searches of the asker's clients, of her own, and those for nobody in particular, the newest first; five queries."""
    scope.require(Right.CONFLICT_SEARCH)
    query = select(ConflictSearch).where(_sight(scope))
    if client_ref:
        query = query.where(ConflictSearch.client_id == access_client(scope, client_ref).id)
    if engagement_ref:
        ours = select(Engagement.id).where(Engagement.ref == engagement_ref, Engagement.client_id.in_(scope.clients()))
        query = query.where(ConflictSearch.engagement_id.in_(ours))
    rows = scope.session.scalars(query.order_by(ConflictSearch.at.desc(), ConflictSearch.id).limit(most)).all()
    return _shown(scope, rows)


@dataclass(frozen=True)
class Searched:
    """That a search was made: its id and day, how it stands, and how much it found."""

    id: str
    at: datetime
    state: str
    found: int


@fence.beyond(fence.Job.CONFLICTS)
def searched(scope: Scope, matter: Engagement) -> list[Searched]:
    """The searches for a matter and for its client in general, the newest first; one query. Raises Forbidden."""
    scope.require(Right.CONFLICT_SEARCH)
    found = select(func.count()).where(ConflictHit.search_id == ConflictSearch.id).scalar_subquery()
    last = (
        select(ConflictDecision.decision)
        .where(ConflictDecision.search_id == ConflictSearch.id)
        .order_by(ConflictDecision.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(ConflictSearch.id, ConflictSearch.at, last, found)
        .where(ConflictSearch.client_id == matter.client_id, ConflictSearch.client_id.in_(scope.clients()))
        .where(or_(ConflictSearch.engagement_id.is_(None), ConflictSearch.engagement_id == matter.id))
        .order_by(ConflictSearch.at.desc(), ConflictSearch.id)
        .limit(20)
    )
    return [
        Searched(key, at, decision or ("open" if hits else "clear"), hits)
        for key, at, decision, hits in scope.session.execute(query).tuples()
    ]


def _sight(scope: Scope) -> Any:
    """Whose searches one sees: those for one's own clients; a partner those for nobody; everybody one's own, unless a wall came since."""
    mine = ConflictSearch.person_id == scope.person_id if scope.person_id else ConflictSearch.person_id.is_(None)
    nobodys = ConflictSearch.client_id.is_(None)
    free = nobodys if scope.role in ("partner", "system") else nobodys & mine
    return or_(ConflictSearch.client_id.in_(scope.clients()), free)


def _found(scope: Scope, search_id: str) -> ConflictSearch:
    scope.require(Right.CONFLICT_SEARCH)
    row = scope.session.scalars(
        select(ConflictSearch).where(ConflictSearch.id == search_id, _sight(scope))
    ).one_or_none()
    if row is None:
        raise NotFound(f"there is no conflict search {search_id}")
    return row


def _asked(names: Sequence[str]) -> tuple[str, ...]:
    asked = tuple(dict.fromkeys(text for name in names if (text := " ".join(name.split())[:_LONGEST])))
    if not asked:
        raise Invalid("name at least one person or company to search for")
    if len(asked) > _MOST_NAMES:
        raise Invalid(f"at most {_MOST_NAMES} names at once")
    return asked


def _matter(scope: Scope, ref: str | None, client: Client | None) -> Engagement | None:
    if not ref:
        return None
    found = scope.session.scalars(
        select(Engagement).where(Engagement.ref == ref, Engagement.client_id.in_(scope.clients()))
    ).one_or_none()
    if found is None or (client is not None and found.client_id != client.id):
        raise NotFound(f"there is no matter {ref}")
    return found


def _hits(search: ConflictSearch, known: Sequence[_Known], asked: str) -> Iterator[ConflictHit]:
    """Whom the firm knows of a like name, each once with the likest of its names. Not the client itself that is asked for."""
    best: dict[tuple[str, str, str | None], tuple[Likeness, _Known]] = {}
    for one in known:
        itself = one.kind != "party" or one.engagement_id == search.engagement_id
        if search.client_id is not None and one.client_id == search.client_id and itself:
            continue
        found, key = best_likeness(asked, one.name), (one.kind, one.id, one.client_id)
        if found.score >= POSSIBLE and (key not in best or found.score > best[key][0].score):
            best[key] = found, one
    for found, one in best.values():
        yield ConflictHit(
            id=new_id("cfh"),
            search_id=search.id,
            client_id=one.client_id,
            engagement_id=one.engagement_id,
            asked=asked,
            kind=one.kind,
            record_id=one.id,
            name=one.shown,
            known_as=one.name,
            role=one.role,
            score=found.score,
            why=list(found.why),
        )


def _everybody(scope: Scope) -> list[_Known]:
    """Every name that the firm knows, over all clients and walls. Nothing of it leaves this module unsifted. Five queries."""
    return [*_clients(scope), *_contacts(scope), *_parties(scope)]


def _clients(scope: Scope) -> Iterator[_Known]:
    for row in scope.session.execute(select(Client.id, Client.name, Client.status, Client.custom)):
        kind = {"prospect": "prospect", "former": "former client"}.get(row.status, "client")
        for name in (row.name, *_others(row.custom)):
            yield _Known(kind, row.id, name, row.id, row.name)


def _contacts(scope: Scope) -> Iterator[_Known]:
    """People behind clients, and those related to a client or to somebody behind one: spouses, owners, trustees."""
    behind: dict[str, dict[str | None, str | None]] = defaultdict(dict)
    for row in scope.session.execute(select(ClientContact.contact_id, ClientContact.client_id, ClientContact.title)):
        behind[row.contact_id][row.client_id] = row.title
    related: dict[str, dict[str | None, str | None]] = defaultdict(dict)
    for one in scope.session.scalars(select(Relation)):
        sides = ((one.from_contact_id, one.from_client_id), (one.to_contact_id, one.to_client_id))
        for (contact, _), (other, client) in (sides, sides[::-1]):
            for near in ([client] if client else behind.get(other or "", ())) if contact else ():
                related[contact or ""].setdefault(near, one.kind.replace("-", " "))
    for row in scope.session.execute(select(Contact.id, Contact.name, Contact.custom)):
        # somebody on nobody's file is nobody's secret
        places = related.get(row.id, {}) | behind.get(row.id, {}) or {None: None}
        for client, role in places.items():
            for name in (row.name, *_others(row.custom)):
                yield _Known("contact", row.id, name, client, row.name, role)


def _parties(scope: Scope) -> Iterator[_Known]:
    for one in scope.session.scalars(select(Party)):
        for name in (one.name, *one.aliases):
            yield _Known("party", one.id, str(name), one.client_id, one.name, one.role, one.engagement_id)


def _others(custom: dict[str, Any] | None) -> list[str]:
    """Other names that a client's or a contact's own columns hold: aliases, former names, trade names."""
    told = custom or {}
    found = [told.get(name) for name in ("aliases", "former_name", "former_names", "dba", "trade_name", "maiden_name")]
    pieces = [part for one in found if one for part in (one if isinstance(one, list) else str(one).split(";"))]
    return [text for part in pieces if (text := str(part).strip())]


@fence.beyond(fence.Job.CONFLICTS)
def _shown(scope: Scope, rows: Sequence[ConflictSearch]) -> list[Search]:
    ids = [row.id for row in rows]
    query = (
        select(ConflictHit, Client.ref, Client.name, Engagement.title)
        .select_from(ConflictHit)
        .outerjoin(Client, and_(Client.id == ConflictHit.client_id, Client.id.in_(scope.clients())))
        .outerjoin(Engagement, Engagement.id == ConflictHit.engagement_id)
        .where(ConflictHit.search_id.in_(ids))
        .order_by(ConflictHit.score.desc(), ConflictHit.kind, ConflictHit.name, ConflictHit.id)
    )
    hits: dict[str, list[_Hit]] = defaultdict(list)
    for hit, ref, client, matter in scope.session.execute(query).tuples():
        hits[hit.search_id].append(_Hit(hit, ref, client, matter))
    about = (
        select(ConflictSearch.id, Client.ref, Client.name, Engagement.ref, Person.name)
        .select_from(ConflictSearch)
        .outerjoin(Client, and_(Client.id == ConflictSearch.client_id, Client.id.in_(scope.clients())))
        .outerjoin(Engagement, and_(Engagement.id == ConflictSearch.engagement_id, Engagement.client_id == Client.id))
        .outerjoin(Person, Person.id == ConflictSearch.person_id)
        .where(ConflictSearch.id.in_(ids))
    )
    told = {one[0]: one[1:] for one in scope.session.execute(about).tuples()}
    decided = _decided(scope, ids)
    return [
        Search(
            id=row.id,
            at=row.at,
            by=told[row.id][3] or "the system",
            about=row.about,
            client_ref=told[row.id][0],
            client=told[row.id][1],
            engagement_ref=told[row.id][2],
            names=tuple(row.names),
            matches=tuple(_sifted(hits[row.id])),
            decisions=tuple(decided.get(row.id, ())),
        )
        for row in rows
    ]


class _Hit(NamedTuple):
    """A hit with its client where the reader may see that; the matter is told with the client only."""

    hit: ConflictHit
    ref: str | None
    client: str | None
    matter: str | None


def _sifted(found: Sequence[_Hit]) -> Iterator[Match]:
    """What the reader may see, the closest first; then one line for each name that is like somebody she may not see."""
    hidden: list[str] = []
    for hit, ref, client, matter in found:
        if hit.client_id is not None and ref is None:
            hidden.append(hit.asked)
            continue
        other = "" if hit.name == hit.known_as else f" (as {hit.known_as})"
        yield Match(
            asked=hit.asked,
            seen=True,
            said=f"{hit.name}{other}, {hit.kind}",
            kind=hit.kind,
            name=hit.name,
            score=hit.score,
            grade="close" if hit.score >= CLOSE else "possible",
            why=(*hit.why, *((f"under the name {hit.known_as}",) if other else ())),
            role=hit.role,
            client_ref=ref,
            client=client,
            matter=matter,
        )
    for asked in sorted(set(hidden)):
        yield Match(asked=asked, seen=False, said=HIDDEN)


def _decided(scope: Scope, ids: Sequence[str]) -> dict[str, list[Decided]]:
    query = (
        select(ConflictDecision, Person.name)
        .join(Person, Person.id == ConflictDecision.person_id)
        .where(ConflictDecision.search_id.in_(ids))
        .order_by(ConflictDecision.number)
    )
    found: dict[str, list[Decided]] = {}
    for one, name in scope.session.execute(query).tuples():
        found.setdefault(one.search_id, []).append(Decided(one.decision, one.reason, name, one.at))
    return found
