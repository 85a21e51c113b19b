"""Accounts of programs: a name, rights, clients, an end. They have tokens and nothing else: no password, no page, no review, no release.

An account is a row of people with the role `service` that is never active, so that no list of people finds it and nothing is ever assigned
to it; the Scope and the trail work on it unchanged. Nobody gives one a right that she lacks or a client that she does not see.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from store.audit import AuditTag
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.ids import new_id, stable_id
from store.tables import Client, Person, ServiceAccount, SignIn, TeamMember
from workspace.acting import record
from workspace.scope import SERVICE as ROLE
from workspace.scope import SERVICE_RIGHTS, Right, Scope
from workspace.sign_in.passwords import end_all
from workspace.sign_in.tokens import Token, open_token

LONGEST_DAYS = 366
MOST_CLIENTS = 5_000
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True)
class Account:
    """An account as it is listed. `clients` are refs, None for all; `tokens` those that open something."""

    name: str
    title: str
    rights: tuple[str, ...]
    clients: tuple[str, ...] | None
    made_by: str
    created_at: datetime
    expires_at: datetime
    tokens: tuple[Token, ...]


def rights_to_give(scope: Scope) -> list[str]:
    """The rights that the asker may give a program: those a program may have at all, and that she has."""
    return sorted(right.value for right in SERVICE_RIGHTS if scope.has(right))


def make_account(
    scope: Scope, name: str, title: str, rights: Sequence[str], clients: Sequence[str] | None, days: int
) -> str:
    """A new account; its address on the trail. `name` in small letters, `clients` refs or None for all. Raises Invalid, Conflict for a name
    that was used, NotFound for a client that she does not see, Forbidden for a right that she lacks and without people:manage."""
    scope.require(Right.PEOPLE_MANAGE)
    name = name.strip().lower()
    if not _NAME.fullmatch(name):
        raise Invalid("a program's name is of small letters, digits and hyphens, at most 40, such as time-clock")
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid(f"an account lasts between 1 and {LONGEST_DAYS} days")
    title = " ".join(title.split())[:120] or name
    chosen, address = _rights(scope, rights), f"{ROLE}:{name}"
    if scope.session.scalar(select(Person.id).where(Person.email == address)) is not None:
        raise Conflict(f"there was an account called {name} already; take another name, the trail knows that one")
    person = Person(id=stable_id("per", address), email=address, name=title, role=ROLE, active=False, custom={})
    scope.session.add(person)
    scope.session.flush()
    ids = _clients(scope, clients)
    row = ServiceAccount(id=new_id("svc"), person_id=person.id, rights=chosen, all_clients=ids is None)
    row.made_by, row.created_at, row.expires_at = scope.email, scope.now, scope.now + timedelta(days=days)
    scope.session.add(row)
    for client_id in ids or ():
        member = TeamMember(id=new_id("tm"), client_id=client_id, person_id=person.id, since=scope.today)
        member.added_by = scope.person_id
        scope.session.add(member)
    detail = {"name": name, "rights": chosen, "clients": "all" if ids is None else len(ids)}
    until = row.expires_at.date().isoformat()
    record(scope, AuditTag.SERVICE_CREATED, f"person:{person.id}", None, until=until, **detail)
    scope.session.flush()
    return address


def make_service_token(scope: Scope, name: str, label: str) -> str:
    """A token of the account, as long as the account; its secret, told once. Raises NotFound, Invalid, Conflict, Forbidden."""
    person, row = _account(scope, name)
    label = " ".join(label.split())
    if not 1 <= len(label) <= 60:
        raise Invalid("a token needs a name of at most 60 characters, such as the machine that will hold it")
    if any(one.name == label for one in _tokens(scope, [person.id]).get(person.id, ())):
        raise Conflict(f"{name} has a token called {label} already; revoke it first, or take another name")
    secret = open_token(scope.session, person.id, label, scope.now, row.expires_at - scope.now, row.rights)
    until = row.expires_at.date().isoformat()
    what = f"person:{person.id}"
    record(scope, AuditTag.PERSON_TOKEN_CREATED, what, None, name=label, rights=list(row.rights), until=until)
    return secret


def revoke_service_token(scope: Scope, name: str, label: str) -> None:
    """A token of the account opens nothing any more. Raises NotFound, Forbidden."""
    person, _ = _account(scope, name)
    standing = (SignIn.revoked_at.is_(None), SignIn.expires_at > scope.now)
    found = scope.session.scalars(
        select(SignIn).where(SignIn.person_id == person.id, SignIn.label == label, *standing)
    ).all()
    if not found:
        raise NotFound(f"{name} has no token called {label[:60]}")
    for one in found:
        one.revoked_at = scope.now
    record(scope, AuditTag.PERSON_TOKEN_REVOKED, f"person:{person.id}", None, name=label)


def end_account(scope: Scope, name: str) -> None:
    """The account and its tokens open nothing any more; it stays on the trail. Raises NotFound, Forbidden."""
    person, row = _account(scope, name)
    row.revoked_at = scope.now
    ended = end_all(scope.session, person.id, scope.now)
    scope.session.execute(delete(TeamMember).where(TeamMember.person_id == person.id))
    record(scope, AuditTag.SERVICE_REVOKED, f"person:{person.id}", None, name=name, tokens=ended)
    scope.session.flush()


def accounts(scope: Scope) -> list[Account]:
    """The accounts that stand, by name. Clients that the asker does not see are counted nowhere. Three queries. Raises Forbidden without
    people:manage."""
    scope.require(Right.PEOPLE_MANAGE)
    rows = scope.session.execute(
        select(Person, ServiceAccount)
        .join(ServiceAccount, ServiceAccount.person_id == Person.id)
        .where(ServiceAccount.revoked_at.is_(None), ServiceAccount.expires_at > scope.now)
        .order_by(Person.email)
    ).all()
    ids = [person.id for person, _ in rows]
    refs: dict[str, list[str]] = {}
    for person_id, ref in scope.session.execute(
        select(TeamMember.person_id, Client.ref)
        .join(Client, Client.id == TeamMember.client_id)
        .where(TeamMember.person_id.in_(ids), Client.id.in_(scope.clients()))
        .order_by(Client.ref)
    ):
        refs.setdefault(person_id, []).append(ref)
    tokens = _tokens(scope, ids)
    return [
        Account(
            person.email.removeprefix(f"{ROLE}:"),
            person.name,
            tuple(row.rights),
            None if row.all_clients else tuple(refs.get(person.id, ())),
            row.made_by,
            row.created_at,
            row.expires_at,
            tuple(tokens.get(person.id, ())),
        )
        for person, row in rows
    ]


def _tokens(scope: Scope, ids: Sequence[str]) -> dict[str, list[Token]]:
    standing = (SignIn.kind == "token", SignIn.revoked_at.is_(None), SignIn.expires_at > scope.now)
    found: dict[str, list[Token]] = {}
    query = select(SignIn).where(SignIn.person_id.in_(ids), *standing).order_by(SignIn.created_at, SignIn.id)
    for row in scope.session.scalars(query):
        token = Token(row.label or "", row.created_at, row.expires_at, row.id, tuple(row.rights or ()), row.used_at)
        found.setdefault(row.person_id, []).append(token)
    return found


def _rights(scope: Scope, rights: Sequence[str]) -> list[str]:
    may = set(rights_to_give(scope))
    wanted = {Right.CLIENT_READ.value, *rights}
    known = {right.value for right in Right}
    for one in sorted(wanted):
        if one not in known:
            raise Invalid(f"{one[:40]} is no right; a program may have {', '.join(sorted(may))}")
        if one not in may:
            raise Forbidden(f"a program cannot have the right {one}, or you lack it yourself")
    return sorted(wanted)


def _clients(scope: Scope, refs: Sequence[str] | None) -> list[str] | None:
    if refs is None:
        every = scope.session.scalar(select(func.count(Client.id)))
        seen = scope.session.scalar(select(func.count(Client.id)).where(Client.id.in_(scope.clients())))
        if every != seen:
            raise Forbidden("a program sees all clients only where the one who makes its account does; name clients")
        return None
    wanted = sorted({one.strip() for one in refs if one.strip()})
    if not wanted or len(wanted) > MOST_CLIENTS:
        raise Invalid("name the clients that the program may see, by ref, or say all")
    found = dict(
        scope.session.execute(
            select(Client.ref, Client.id).where(Client.ref.in_(wanted), Client.id.in_(scope.clients()))
        )
        .tuples()
        .all()
    )
    if missing := next((one for one in wanted if one not in found), None):
        raise NotFound(f"there is no client {missing[:40]}")
    return list(found.values())


def _account(scope: Scope, name: str) -> tuple[Person, ServiceAccount]:
    scope.require(Right.PEOPLE_MANAGE)
    found = scope.session.execute(
        select(Person, ServiceAccount)
        .join(ServiceAccount, ServiceAccount.person_id == Person.id)
        .where(
            Person.email == f"{ROLE}:{name.strip().lower()}",
            ServiceAccount.revoked_at.is_(None),
            ServiceAccount.expires_at > scope.now,
        )
    ).one_or_none()
    if found is None:
        raise NotFound(f"there is no account called {name[:40]}")
    return found[0], found[1]
