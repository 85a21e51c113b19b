"""What opens a client's locked files: passwords that people gave, sealed, and those that senders make of what the firm knows anyway.

Banks, payroll bureaus and brokers lock what they mail with the last four digits of the taxpayer's number, with all of its digits, or with
the zip code, and say so in the mail. The client's record has both, so these are tried before anybody is asked. That is no guessing: it is
the sender's own instruction, and nothing else is tried. No password stands in a log, on the trail, in an export or in an answer.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from store import audit
from store.audit import AuditTag
from store.errors import Invalid
from store.ids import new_id
from store.seal import Seal
from store.tables import Client, Document, DocumentVersion, IntakeFinding, KeptPassword
from workspace.scope import Right, Scope, access_client

KEPT = "a kept password"
LOCKED = "is protected by a password"
_LONGEST = 200


@dataclass(frozen=True)
class Password:
    """A password to try, and what a person may be told of it."""

    told: str
    secret: str = field(repr=False)


def keep_password(scope: Scope, seal: Seal, client_ref: str, secret: str) -> int:
    """Keep a password for a client's locked files and put those that are locked back to be read; returns how many.

    Raises NotFound, Forbidden without document:add, Invalid for an empty one."""
    client = access_client(scope, client_ref, Right.DOCUMENT_ADD)
    if not secret or len(secret) > _LONGEST or any(c in secret for c in "\r\n\0"):
        raise Invalid(f"give the password, one line of at most {_LONGEST} characters")
    kept = scope.session.scalars(select(KeptPassword.sealed).where(KeptPassword.client_id == client.id))
    if secret not in {seal.open(sealed) for sealed in kept}:
        row = KeptPassword(
            id=new_id("pwd"), client_id=client.id, sealed=seal.close(secret), person_id=scope.person_id, at=scope.now
        )
        scope.session.add(row)
        audit.record(
            scope.session,
            AuditTag.DOCUMENT_UNLOCKED,
            actor=scope.email,
            subject=f"client:{client.id}",
            now=scope.now,
            client_id=client.id,
            detail={"client": client.ref},
        )
    return _read_again(scope, client.id)


def passwords_of(scope: Scope, seal: Seal, client_ids: Collection[str]) -> Mapping[str, tuple[Password, ...]]:
    """What may open the locked files of these clients, those that people gave first. Two queries."""
    scope.require(Right.CLIENT_READ)
    visible = Client.id.in_(scope.clients())
    kept = select(KeptPassword).where(
        KeptPassword.client_id.in_(client_ids), KeptPassword.client_id.in_(scope.clients())
    )
    found: dict[str, list[Password]] = defaultdict(list)
    for row in scope.session.scalars(kept.order_by(KeptPassword.at.desc(), KeptPassword.id)):
        secret = seal.open(row.sealed)
        if secret is not None:
            found[row.client_id].append(Password(KEPT, secret))
    for client in scope.session.scalars(select(Client).where(Client.id.in_(client_ids), visible)):
        found[client.id] += _derived(client.tax_id, client.zip)
    return {client_id: tuple(passwords) for client_id, passwords in found.items()}


def _derived(tax_id: str | None, zip_code: str | None) -> Iterator[Password]:
    digits = re.sub(r"\D", "", tax_id or "")
    five = re.sub(r"\D", "", zip_code or "")[:5]
    if len(digits) == 9:
        yield Password("the last four digits of the tax id", digits[-4:])
        yield Password("the digits of the tax id", digits)
        if tax_id is not None and tax_id != digits:
            yield Password("the tax id as it is written", tax_id)
    if len(five) == 5:
        yield Password("the zip code", five)
        if len(digits) == 9:
            yield Password("the last four digits of the tax id and the zip code", digits[-4:] + five)


def locked_files(scope: Scope, client_ref: str) -> tuple[str, ...]:
    """The paths of a client's documents that wait for a password."""
    client = access_client(scope, client_ref)
    return tuple(
        sorted({*(document.path for _, document in _locked(scope, client.id)), *locked_archives(scope, client_ref)[1]})
    )


@dataclass(frozen=True)
class Archive:
    """An archive on file that holds locked members."""

    path: str
    blob: str
    source: str


def locked_archives(scope: Scope, client_ref: str) -> tuple[tuple[Archive, ...], frozenset[str]]:
    """The archives of a client with members that wait for a password, and the paths of those members."""
    client = access_client(scope, client_ref)
    told = select(IntakeFinding.document_id).where(
        IntakeFinding.client_id == client.id, IntakeFinding.version_id.is_(None), IntakeFinding.message.contains(LOCKED)
    )
    members = set(scope.session.scalars(select(Document.path).where(Document.id.in_(told))))
    if not members:
        return (), frozenset()
    above = {"/".join(parts[:n]) for path in members for parts in [path.split("/")] for n in range(1, len(parts))}
    query = select(Document.path, DocumentVersion.blob, Document.source).join(
        DocumentVersion, DocumentVersion.id == Document.current_version_id
    )
    rows = scope.session.execute(query.where(Document.client_id == client.id, Document.path.in_(above))).tuples()
    return tuple(Archive(*row) for row in rows), frozenset(members)


def opened_files(scope: Scope, client_ref: str) -> tuple[tuple[str, str], ...]:
    """The paths of a client's locked documents that were opened, each with what opened it."""
    client = access_client(scope, client_ref)
    query = select(Document.path, DocumentVersion.opened_with).join(
        DocumentVersion, DocumentVersion.id == Document.current_version_id
    )
    query = query.where(Document.client_id == client.id, DocumentVersion.opened_with.is_not(None))
    return tuple((path, told or "") for path, told in scope.session.execute(query.order_by(Document.path)).tuples())


def _locked(scope: Scope, client_id: str) -> Sequence[tuple[DocumentVersion, Document]]:
    told = select(IntakeFinding.version_id).where(IntakeFinding.message.contains(LOCKED))
    query = (
        select(DocumentVersion, Document)
        .join(Document, Document.id == DocumentVersion.document_id)
        .where(DocumentVersion.client_id == client_id, DocumentVersion.stage == "refused", DocumentVersion.id.in_(told))
    )
    return scope.session.execute(query.order_by(DocumentVersion.id)).tuples().all()


def _read_again(scope: Scope, client_id: str) -> int:
    """Versions that were refused for want of a password become received ones."""
    found = _locked(scope, client_id)
    for version, document in found:
        version.stage = "received"
        if document.current_version_id == version.id:
            document.state = "received"
    return len(found)
