"""The desk of one import: who and what is known under which name, what was put where, and the verdict on each row.

Everything known is read once, in a handful of queries, so that a thousand rows cost no thousand questions.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from store.entries import Entry
from store.ids import stable_id
from store.tables import Base, Client, ClientContact, Contact, Engagement, ImportDecision, ImportedName, Person
from workspace.law.names import folded
from workspace.scope import Scope

_FREE_MAIL = frozenset(
    (
        *("gmail.com", "yahoo.com", "outlook.com", "hotmail.com", "aol.com", "icloud.com", "me.com", "msn.com"),
        *("live.com", "comcast.net", "proton.me"),
    )
)


@dataclass(frozen=True)
class Verdict:
    """What becomes of a row. `verdict`: created, updated, unchanged, merged, joined, held or rejected. `target` is (table, id); `like` are
    the refs of the clients that a held row may be."""

    file: str
    line: int
    kind: str
    verdict: str
    name: str
    reason: str = ""
    target: tuple[str, str] | None = None
    cells: Mapping[str, str] = field(default_factory=dict[str, str])
    like: tuple[str, ...] = ()


@dataclass
class Placed:
    """An entry that goes into a row of ours. `merged`: the row was there before under another name; `notes` are told with it."""

    entry: Entry
    target: tuple[str, str]
    name: str
    merged: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClientHere:
    """A client as it stands: what entries are compared with. `seen`: the asker may see it; of another one she is told nothing."""

    id: str
    ref: str
    name: str
    tax_id: str
    seen: bool = True


@dataclass
class Desk:
    """What an import knows and has done so far."""

    scope: Scope
    system: str
    people: dict[str, str]
    clients: dict[str, ClientHere]
    names: dict[tuple[str, str], ImportedName]
    decisions: dict[str, str]
    by_name: dict[str, list[str]]
    by_word: dict[str, set[str]]
    engagements: dict[str, tuple[str, str, str]]
    addresses: dict[str, set[str]]
    new: set[str] = field(default_factory=set[str])
    placed: list[Placed] = field(default_factory=list[Placed])
    refused: list[Verdict] = field(default_factory=list[Verdict])
    sums: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def add_client(self, one: ClientHere) -> None:
        """From now on this client is known."""
        self.clients[one.ref] = one
        self.by_name.setdefault(name_key(one.name), []).append(one.ref)
        for word in name_key(one.name).split():
            self.by_word.setdefault(word, set()).add(one.ref)

    def named(self, name: str) -> list[ClientHere]:
        """The clients of exactly that name, whatever its case, punctuation and order of words."""
        return [self.clients[ref] for ref in self.by_name.get(name_key(name), ())] if name_key(name) else []

    def refuse(
        self, entry: Entry, name: str, reason: str, verdict: str = "rejected", like: tuple[str, ...] = ()
    ) -> None:
        """This row is not taken, and why."""
        self.refused.append(Verdict(entry.file, entry.line, entry.kind, verdict, name, reason, None, entry.cells, like))

    def place(self, entry: Entry, row: type[Base], row_id: str, name: str, merged: str = "", *notes: str) -> None:
        """This row goes there."""
        said = tuple(note for note in (*entry.faults, *notes) if note)
        self.placed.append(Placed(entry, (row.__tablename__, row_id), name, merged, said))

    def person(self, text: Any) -> str | None:
        """The id of the person of the firm who is called or addressed so; of several in a cell the first that is known."""
        for part in re.split(r"[;,]", str(text or "")):
            word = part.strip()
            found = self.people.get(word.lower()) or self.people.get(name_key(word))
            if word and found:
                return found
        return self.people.get(name_key(str(text or "")))  # "Alder, Ana"

    def known(self, kind: str, *names: str) -> ImportedName | None:
        """The row of ours that the other system calls so, by its id or its name."""
        return next((found for name in names if name and (found := self.names.get((kind, key_of(name))))), None)

    def remember(self, kind: str, ref: str, made: bool, *names: str) -> None:
        """From now on these names there are this row here."""
        for name in names:
            key = key_of(name)
            if not key or (kind, key) in self.names:
                continue
            row = ImportedName(
                id=stable_id("nam", self.system, kind, key), system=self.system, kind=kind, name=key, ref=ref, made=made
            )
            self.names[kind, key] = row
            self.scope.session.add(row)

    def client(self, name: Any, external: Any = "") -> ClientHere | None:
        """The client of that name or id there; exact names only, once clients are in."""
        kept = self.known("client", str(external or ""), str(name or ""))
        found = [self.clients[kept.ref]] if kept and kept.ref in self.clients else self.named(str(name or ""))
        return found[0] if len(found) == 1 and found[0].seen else None


def name_key(name: str) -> str:
    """A name by which the same one is found: its words in small letters without accents, in order of the alphabet."""
    return " ".join(sorted(re.findall(r"[a-z0-9&]+", folded(name).replace("'", "").replace("\u2019", ""))))


def key_of(name: str) -> str:
    """A name of another system as it is kept: without case and runs of blanks."""
    return " ".join(name.lower().split())[:200]


def open_desk(scope: Scope, system: str, brought: Collection[str] = ()) -> Desk:
    """Read what is known; seven queries, whatever comes. Clients that the asker may not see are known too, so that none is made twice;
    those of the refs `brought` she brought in just now."""
    session, seen = scope.session, Client.id.in_(scope.clients())
    clients = [
        ClientHere(identity, ref, name, digits_of(tax_id), bool(hers) or ref in brought)
        for identity, ref, name, tax_id, hers in session.execute(
            select(Client.id, Client.ref, Client.name, Client.tax_id, seen).order_by(Client.ref)
        ).tuples()
    ]
    people: dict[str, str] = {}
    for identity, email, name in session.execute(select(Person.id, Person.email, Person.name)).tuples():
        people |= {email.lower(): identity, name_key(name): identity}
    names = {
        (one.kind, one.name): one for one in session.scalars(select(ImportedName).where(ImportedName.system == system))
    }
    decided = select(ImportDecision.name, ImportDecision.ref).where(ImportDecision.system == system)
    decisions = dict(session.execute(decided).tuples().all())
    owners = {one.id for one in clients if one.seen}
    engagements = {
        ref: (identity, client_id if client_id in owners else "", title if client_id in owners else "")
        for ref, identity, client_id, title in session.execute(
            select(Engagement.ref, Engagement.id, Engagement.client_id, Engagement.title)
        ).tuples()
    }
    desk = Desk(scope, system, people, {}, names, decisions, {}, {}, engagements, _addresses(scope))
    for one in clients:
        desk.add_client(one)
    return desk


def _addresses(scope: Scope) -> dict[str, set[str]]:
    """The refs of clients by the addresses of their contacts, and by the domain where it is no free mail."""
    found: dict[str, set[str]] = {}
    query = (
        select(Contact.email, Client.ref)
        .join(ClientContact, ClientContact.contact_id == Contact.id)
        .join(Client, Client.id == ClientContact.client_id)
        .where(Contact.email.is_not(None), Client.id.in_(scope.clients()))
    )
    for email, ref in scope.session.execute(query).tuples():
        for name in mail_names(email):
            found.setdefault(name, set()).add(ref)
    return found


def mail_names(email: Any) -> Sequence[str]:
    """An address, and `@domain` where the domain is somebody's own."""
    address = str(email or "").strip().lower()
    if "@" not in address:
        return ()
    domain = address.rpartition("@")[2]
    return (address,) if domain in _FREE_MAIL else (address, f"@{domain}")


def digits_of(text: Any) -> str:
    """The nine digits of a taxpayer id, "" where it has another number of them."""
    found = "".join(c for c in str(text or "") if c.isdigit())
    return found if len(found) == 9 else ""


def next_ref(taken: Iterable[str], usual: str) -> str:
    """The ref after the highest of the form that the firm's refs have; `usual` is the form of a firm that has none."""
    numbered = [m for ref in taken if (m := re.fullmatch(r"(\D*)(\d+)", ref))]
    if not numbered:
        return usual
    prefix = max({m[1] for m in numbered}, key=lambda p: (sum(m[1] == p for m in numbered), p))
    last = max((m for m in numbered if m[1] == prefix), key=lambda m: int(m[2]))
    return f"{prefix}{int(last[2]) + 1:0{len(last[2])}d}"
