"""Which client of ours an entry is, and what it changes there.

Sure: the name that an earlier import kept, the firm's own number, the taxpayer id, the same name. Only alike: held for a person, never
guessed. A client that was here before keeps what it says; only what is empty is filled.
"""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from store.entries import Entry
from store.ids import stable_id
from store.tables import Client, ClientTag, Tag
from workspace.imports.desk import ClientHere, Desk, digits_of, mail_names, name_key, next_ref
from workspace.law.names import CLOSE, likeness
from workspace.records.upsert import put
from workspace.scope import Right

_ENTITIES = (
    (r"1120.?s|s.?corp|sub.?s\b", "1120-S"),
    (r"1065|partnership|multi.?member|\blp\b|\bllp\b", "1065"),
    (r"1041|trust|estate|fiduciary", "1041"),
    (r"\b990|non.?profit|not.?for.?profit|501\(?c|exempt|charit", "990"),
    (r"1120|c.?corp|corporation", "1120"),
    (r"1040|individual|person|sole|schedule c|disregarded|single.?member|household", "1040"),
)
_STATUS = (
    (r"archiv|inactive|former|lost|closed|terminated|deactivated", "former"),
    (r"prospect|lead|potential", "prospect"),
    (r"onboard", "onboarding"),
    (r"offboard|leaving", "leaving"),
)
_REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_LAW = ("clio", "practicepanther")
_CROWD = 60  # a word that more names share tells nothing
_PLAIN = ("address", "city", "zip", "industry")


def bring_clients(desk: Desk, entries: list[Entry]) -> None:
    """Put the clients of these entries; those of the same name in one import are one."""
    desk.scope.require(Right.IMPORT_RUN)
    rows: dict[str, Client] = {}
    tags: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        name = str(entry.values["name"])
        here, how, alike = _which(desk, entry, name)
        if alike:
            desk.refuse(entry, name, alike.why, "held", alike.refs)
            continue
        if here is not None and not here.seen:
            desk.refuse(entry, name, "you cannot take this row: ask somebody who administers Tickmark to import it")
            continue
        made = here is None
        if here is None:
            ref = _new_ref(desk, entry)
            here = ClientHere(stable_id("cl", ref), ref, name, digits_of(entry.values.get("tax_id")))
            desk.add_client(here)
            desk.new.add(ref)
        kept = desk.known("client", entry.external, name)
        rules = made or (kept is not None and kept.made)
        given, notes = _given(desk, entry)
        row = rows.setdefault(here.id, Client(id=here.id))
        for key, value in given.items():
            setattr(row, key, value)
        if not rules:
            _only_empty(desk, row, here.id)
        desk.remember("client", here.ref, rules, entry.external, name, str(entry.values.get("company", "")))
        for one in mail_names(entry.values.get("email")):
            desk.addresses.setdefault(one, set()).add(here.ref)
        tags[here.id] = tuple(dict.fromkeys((*tags.get(here.id, ()), *entry.values.get("tags", ()))))
        desk.place(entry, Client, here.id, name, how if not made and kept is None else "", *notes)
        if made:
            _defaults(desk, row, entry, here)
    put(desk.scope, Client, list(rows.values()))
    _put_tags(desk, tags)


@dataclass(frozen=True)
class _Alike:
    """The clients that a name may be, and why."""

    refs: tuple[str, ...]
    why: str


def _which(desk: Desk, entry: Entry, name: str) -> tuple[ClientHere | None, str, _Alike | None]:
    """(the client, how it was told, what it is only like). The last is a reason to hold the row."""
    if kept := desk.known("client", entry.external, name):
        return desk.clients.get(kept.ref), "", None
    decided = desk.decisions.get(name_key(name))
    if decided is not None:
        return desk.clients.get(decided), "as you decided", None
    number = str(entry.values.get("number", ""))
    if number in desk.clients and likeness(desk.clients[number].name, name).score >= CLOSE:
        return desk.clients[number], f"the same number {number}", None
    digits = digits_of(entry.values.get("tax_id"))
    if digits:
        same = [one for one in desk.clients.values() if one.tax_id == digits]
        if len(same) == 1:
            return same[0], "the same taxpayer id", None
    named = desk.named(name)
    if len(named) == 1 and not (digits and named[0].tax_id and digits != named[0].tax_id):
        return named[0], "the same name", None
    if hidden := [one for one in named if not one.seen]:
        return hidden[0], "", None
    if named:
        return None, "", _ask([one.ref for one in named], "has the same name")
    if close := _alike(desk, entry, name):
        return None, "", _ask([close[0].ref], f"is nearly the same: {close[0].name}, {close[1]}")
    return None, "", None


def _alike(desk: Desk, entry: Entry, name: str) -> tuple[ClientHere, str] | None:
    """The client whose name is close, with the reasons. One that this import made is no candidate: a list tells its clients apart."""
    best: tuple[float, ClientHere, str] | None = None
    refs = {ref for one in mail_names(entry.values.get("email")) for ref in desk.addresses.get(one, ())}
    for word in name_key(name).split():
        shared = desk.by_word.get(word, set())
        refs |= shared if len(shared) <= _CROWD else set()
    for one in (desk.clients[ref] for ref in sorted(refs) if ref in desk.clients and ref not in desk.new):
        if not one.seen:
            continue
        found = likeness(one.name, name)
        if found.score >= CLOSE and (best is None or found.score > best[0]):
            best = found.score, one, "; ".join(found.why)
    return None if best is None else (best[1], best[2])


def _ask(refs: list[str], why: str) -> _Alike:
    return _Alike(tuple(refs), f"{', '.join(refs)} {why}. Say which")


def _new_ref(desk: Desk, entry: Entry) -> str:
    number = str(entry.values.get("number", "")).strip()
    if _REF.fullmatch(number) and number not in desk.clients:
        return number
    return next_ref(desk.clients, "C001")


def entity_in(text: str) -> str | None:
    """The entity type that words mean, None for none that is known."""
    return next((kind for pattern, kind in _ENTITIES if re.search(pattern, text, re.IGNORECASE)), None)


def status_in(text: str) -> str | None:
    """The lifecycle that words mean."""
    return next((kind for pattern, kind in _STATUS if re.search(pattern, text, re.IGNORECASE)), None)


def _given(desk: Desk, entry: Entry) -> tuple[dict[str, Any], list[str]]:
    """The columns that the entry gives, and what is to be said of what it does not."""
    values, notes = entry.values, list[str]()
    given: dict[str, Any] = {"name": values["name"]}
    given |= {name: str(values[name]) for name in _PLAIN if values.get(name)}
    state = str(values.get("state", "")).strip().upper()
    if re.fullmatch(r"[A-Z]{2}", state):
        given["state"] = state
    elif state:
        notes.append(f"state {state[:20]!r} is no two letters: left out")
    if tax_id := str(values.get("tax_id", "")).strip():
        if digits_of(tax_id):
            given["tax_id"] = tax_id
        else:
            notes.append("the taxpayer id has not nine digits: left out")
    said = " ".join(str(values.get(name, "")) for name in ("entity", "type"))
    if desk.system not in _LAW and (entity := entity_in(said)):
        given["entity_type"] = entity
    life = " ".join(str(values.get(name, "")) for name in ("status", "life", "account_state"))
    if status := status_in(life):
        given["status"] = status
    for name, column in (("owner", "partner_id"), ("manager", "manager_id"), ("assignee", "manager_id")):
        text = values.get(name)
        if text and (person := desk.person(text)):
            given.setdefault(column, person)
        elif text:
            notes.append(f"{name} {str(text)[:60]!r} is nobody of this firm: left empty")
    if values.get("since"):
        given["since"] = values["since"]
    if values.get("fee") is not None:
        given["annual_fee"] = values["fee"]
    if entry.custom:
        given["custom"] = dict(entry.custom)
    return given, notes


def _defaults(desk: Desk, row: Client, entry: Entry, here: ClientHere) -> None:
    """What a new client needs and the export does not say."""
    row.ref = here.ref
    if "entity_type" not in vars(row):
        row.entity_type = "law" if desk.system in _LAW else entity_in(str(entry.values["name"])) or "other"
    if "status" not in vars(row):
        row.status = "active"
    if "partner_id" not in vars(row) and desk.scope.role == "partner":
        row.partner_id = desk.scope.person_id  # or she could not see what she brought in


def _only_empty(desk: Desk, row: Client, client_id: str) -> None:
    """Of a client that was here before, what it says already is not touched."""
    there = desk.scope.session.get(Client, client_id)
    if there is None:
        return
    for name in [one for one in vars(row) if not one.startswith("_") and one != "id"]:
        if name == "custom":
            row.custom = {**dict(row.custom), **there.custom}
        elif getattr(there, name) not in (None, "", "other"):
            delattr(row, name)


def _put_tags(desk: Desk, tags: dict[str, tuple[str, ...]]) -> None:
    """The tags that the clients carry there, beside those that they have."""
    wanted = {client: [tag.strip()[:40] for tag in said if tag.strip()] for client, said in tags.items()}
    names = {tag for said in wanted.values() for tag in said}
    if not names:
        return
    session = desk.scope.session
    known = {name.lower(): identity for name, identity in session.execute(select(Tag.name, Tag.id)).tuples()}
    for name in sorted(names):
        if name.lower() not in known:
            known[name.lower()] = stable_id("tag", name)
            session.add(Tag(id=known[name.lower()], name=name))
    session.flush()
    there = set(
        session.execute(select(ClientTag.client_id, ClientTag.tag_id).where(ClientTag.client_id.in_(wanted))).tuples()
    )
    for client, said in wanted.items():
        for tag in dict.fromkeys(known[one.lower()] for one in said):
            if (client, tag) not in there:
                session.add(ClientTag(id=stable_id("ctg", client, tag), client_id=client, tag_id=tag))
    session.flush()
