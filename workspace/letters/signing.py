"""A released letter out for signature: who signs, each by a link of her own; what was signed; what a person records of paper.

A link's secret is random, shown once to the person who makes it and kept as its SHA-256 only. It opens one letter for one signer, and
dies when it is used, replaced, closed or old. Never sends a link: it is copied or printed by a person. The signer's side is door.py.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.utils import parseaddr

from sqlalchemy import select

from store.audit import AuditTag
from store.blobs import Blobs
from store.errors import Conflict, Invalid, NotFound
from store.ids import new_id, stable_id
from store.tables import (
    Client,
    Deliverable,
    DeliverableVersion,
    Document,
    Proposal,
    Release,
    Signature,
    Signer,
    Signing,
)
from workspace.acting import person_of, record
from workspace.deliverables.model import content_hash
from workspace.deliverables.render.paper import as_pdf
from workspace.letters import completed
from workspace.letters.acts import text_in
from workspace.letters.letter import SLUG
from workspace.letters.whole_file import in_file_of
from workspace.scope import Right, Scope, access_deliverable, access_document

LIFE = timedelta(days=21)
MOST_SIGNERS = 6
PAPER = "on paper"


@dataclass(frozen=True)
class Link:
    """The way in for one signer; `secret` is told once. `until` is aware UTC."""

    signer_id: str
    name: str
    email: str | None
    secret: str = field(repr=False)
    until: datetime


@dataclass(frozen=True)
class ShownSigner:
    """A signer as the firm sees her. `state`: waiting, expired, signed, declined, closed."""

    id: str
    name: str
    email: str | None
    state: str
    until: datetime
    opened_at: datetime | None
    reason: str
    method: str | None
    signed_at: datetime | None
    address: str | None


@dataclass(frozen=True)
class ShownSigning:
    """A letter's signing as the firm sees it. `hash` is that of the released version, `paper` of its PDF, `signed_paper` of the PDF with
    the certificate, None before everybody has signed."""

    id: str
    deliverable_id: str
    client_ref: str
    client: str
    title: str
    state: str
    hash: str
    paper: str
    signed_paper: str | None
    document_id: str | None
    proposal_id: str | None
    created_at: datetime
    finished_at: datetime | None
    signers: tuple[ShownSigner, ...] = field(default=())


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def send_out(scope: Scope, blobs: Blobs, deliverable_id: str, signers: Sequence[tuple[str, str | None]]) -> list[Link]:
    """Put a released letter out for signature; returns one link for each signer (name, e-mail address or None), in order.

    Raises Conflict for a letter that is not released, is out already or whose text is not the released one; Invalid for no or too many
    signers, or the same twice; Forbidden without letter:write.
    """
    row = access_deliverable(scope, deliverable_id, Right.LETTER_WRITE)
    version = released_version(scope, row)
    if scope.session.get(Signing, _id(row.id)) is not None:
        raise Conflict("this letter is out for signature already: give its signers a new link there")
    named = _named(signers)
    proposal = scope.session.scalars(select(Proposal).where(Proposal.deliverable_id == row.id)).one_or_none()
    signing = Signing(
        id=_id(row.id),
        client_id=row.client_id,
        deliverable_id=row.id,
        version_id=version.id,
        content_hash=version.content_hash,
        paper=blobs.put(as_pdf(scope, row.id, internal=False)),
        proposal_id=proposal.id if proposal else None,
        state="open",
        created_by=person_of(scope),
        created_at=scope.now,
    )
    scope.session.add(signing)
    scope.session.flush()
    links = [_link(scope, signing, place, name, email) for place, (name, email) in enumerate(named)]
    completed.note_sent(scope, signing, row)
    return links


def released_version(scope: Scope, row: Deliverable) -> DeliverableVersion:
    """The exact version of an engagement letter that a partner released. Raises Conflict for anything else, also where the text that is
    stored is not the text that was released."""
    if row.slug != SLUG:
        raise Conflict("only an engagement letter is signed here")
    freed = scope.session.scalars(select(Release).where(Release.deliverable_id == row.id)).one_or_none()
    if freed is None or row.state != "released":
        raise Conflict("nothing leaves before a partner's release: this letter is not released")
    version = scope.session.get_one(DeliverableVersion, freed.version_id)
    if version.id != row.current_version_id or not holds(version, row, freed.content_hash):
        raise Conflict("the text is not the one that was released: run `tickmark audit verify`")
    return version


def holds(version: DeliverableVersion, row: Deliverable, expected: str) -> bool:
    """Whether the stored text still has the hash that it is known by."""
    fresh = content_hash(row.slug, row.client_id, version.sections, version.tickmarks, version.recipients)
    return fresh == version.content_hash == expected


def _id(deliverable_id: str) -> str:
    return stable_id("sgn", deliverable_id)


def _named(signers: Sequence[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    named: list[tuple[str, str | None]] = []
    for name, email in signers:
        address = (email or "").strip().lower()
        if address and ("@" not in parseaddr(address)[1] or len(address) > 200):
            raise Invalid(f"{address[:60]!r} is no e-mail address")
        named.append((text_in(name, "the signer's name", 120), address or None))
    if not 1 <= len(named) <= MOST_SIGNERS:
        raise Invalid(f"name one to {MOST_SIGNERS} signers")
    if len({(name.casefold(), email) for name, email in named}) < len(named):
        raise Invalid("the same signer is named twice")
    return named


def _link(scope: Scope, signing: Signing, place: int, name: str, email: str | None) -> Link:
    secret, until = secrets.token_urlsafe(32), scope.now + LIFE
    signer = Signer(
        id=new_id("snr"),
        client_id=signing.client_id,
        signing_id=signing.id,
        place=place,
        name=name,
        email=email,
        token_hash=hashed(secret),
        expires_at=until,
        state="waiting",
        reason="",
    )
    scope.session.add(signer)
    scope.session.flush()
    record(scope, AuditTag.LETTER_OUT, f"signer:{signer.id}", signing.client_id, signing=signing.id, until=until)
    return Link(signer.id, name, email, secret, until)


def access_signer(scope: Scope, signer_id: str, right: Right = Right.LETTER_WRITE) -> tuple[Signer, Signing]:
    """A signer with the signing, held until the transaction ends. Raises NotFound outside the scope, Forbidden without the right."""
    wanted = select(Signer).where(Signer.id == signer_id, Signer.client_id.in_(scope.clients()))
    found = scope.session.scalars(wanted.with_for_update()).one_or_none()
    if found is None:
        raise NotFound(f"there is no signer {signer_id[:40]}")
    scope.require(right)
    return found, scope.session.get_one(Signing, found.signing_id)


def new_link(scope: Scope, signer_id: str) -> Link:
    """Another link for a signer who has not signed; the one before is dead from now on. Raises Conflict."""
    signer, signing = access_signer(scope, signer_id)
    _must_wait(signer, signing)
    secret = secrets.token_urlsafe(32)
    signer.token_hash, signer.expires_at = hashed(secret), scope.now + LIFE
    until = signer.expires_at
    record(scope, AuditTag.LETTER_OUT, f"signer:{signer.id}", signing.client_id, signing=signing.id, until=until)
    return Link(signer.id, signer.name, signer.email, secret, signer.expires_at)


def record_paper(scope: Scope, blobs: Blobs, signer_id: str, on: date, document_id: str) -> None:
    """Note that a signer signed on paper: on which day, and the document of this client that shows it. Raises Conflict for who has
    decided, Invalid for a day to come, NotFound for a document that is not this client's."""
    signer, signing = access_signer(scope, signer_id)
    _must_wait(signer, signing)
    document: Document = access_document(scope, document_id)
    if document.client_id != signing.client_id:
        raise NotFound(f"there is no document {document_id} of this client")
    if on > scope.today:
        raise Invalid("a signature cannot be of a day to come")
    released = scope.session.scalars(select(Release.at).where(Release.deliverable_id == signing.deliverable_id)).one()
    if on < released.date() - timedelta(days=1):
        raise Invalid(f"the letter was released on {released.date()}: it cannot have been signed before")
    scope.session.add(
        Signature(
            id=stable_id("sig", signer.id),
            client_id=signing.client_id,
            signer_id=signer.id,
            method="paper",
            name=signer.name,
            strokes=[],
            address=PAPER,
            agent=f"recorded by {scope.email} for {on.isoformat()}",
            content_hash=signing.content_hash,
            at=scope.now,
            document_id=document.id,
            recorded_by=person_of(scope),
        )
    )
    signer.state = "signed"
    scope.session.flush()
    subject = f"signer:{signer.id}"
    record(scope, AuditTag.LETTER_SIGNED, subject, signing.client_id, method="paper", on=on, document=document.id)
    completed.finish_if_all_signed(scope, blobs, signing, on)


def close_signing(scope: Scope, signing_id: str, reason: str) -> None:
    """Take a letter back from signature: its links are dead. What was signed so far stays on record. Raises Conflict."""
    scope.require(Right.LETTER_WRITE)
    signing = access_signing(scope, signing_id)
    if signing.state != "open":
        raise Conflict(f"this letter is {signing.state}: there is nothing to take back")
    why = text_in(reason, "the reason", 300)
    end_signing(scope, signing, "closed")
    record(scope, AuditTag.LETTER_CLOSED, f"signing:{signing.id}", signing.client_id, reason=why)


def end_signing(scope: Scope, signing: Signing, state: str) -> None:
    """No link of this letter opens from now on."""
    signing.state, signing.finished_at = state, scope.now
    for one in scope.session.scalars(select(Signer).where(Signer.signing_id == signing.id, Signer.state == "waiting")):
        one.state = "closed"
    scope.session.flush()


def access_signing(scope: Scope, signing_id: str) -> Signing:
    """Raises NotFound outside the scope."""
    wanted = select(Signing).where(Signing.id == signing_id, Signing.client_id.in_(scope.clients()))
    found = scope.session.scalars(wanted.with_for_update()).one_or_none()
    if found is None:
        raise NotFound(f"there is no letter out for signature of the id {signing_id[:40]}")
    return found


def _must_wait(signer: Signer, signing: Signing) -> None:
    if signer.state != "waiting" or signing.state != "open":
        raise Conflict(f"{signer.name} has {signer.state} already" if signer.state != "waiting" else "it is decided")


def signings(
    scope: Scope,
    *,
    client_ref: str | None = None,
    deliverable_id: str | None = None,
    signing_id: str | None = None,
    limit: int = 100,
) -> tuple[ShownSigning, ...]:
    """Letters out for signature and what became of them, the newest first; of a client also those of one that was merged into it, under the
    ref of then. Two queries. Forbidden without letter:write."""
    scope.require(Right.LETTER_WRITE)
    wanted = (
        select(Signing, Client.ref, Client.name, Deliverable.title)
        .join(Client, Client.id == Signing.client_id)
        .join(Deliverable, Deliverable.id == Signing.deliverable_id)
        .where(Signing.client_id.in_(scope.clients()))
        .order_by((Signing.state != "open"), Signing.created_at.desc(), Signing.id)
        .limit(limit)
    )
    if client_ref is not None:
        wanted = wanted.where(in_file_of(client_ref))
    if deliverable_id is not None:
        wanted = wanted.where(Signing.deliverable_id == deliverable_id)
    if signing_id is not None:
        wanted = wanted.where(Signing.id == signing_id)
    rows = scope.session.execute(wanted).all()
    people = _signers(scope, [row.id for row, *_ in rows])
    return tuple(_shown(row, ref, client, title, people.get(row.id, ())) for row, ref, client, title in rows)


def _signers(scope: Scope, ids: Sequence[str]) -> Mapping[str, tuple[ShownSigner, ...]]:
    found: dict[str, list[ShownSigner]] = {}
    wanted = (
        select(Signer, Signature)
        .outerjoin(Signature, Signature.signer_id == Signer.id)
        .where(Signer.signing_id.in_(ids), Signer.client_id.in_(scope.clients()))
        .order_by(Signer.signing_id, Signer.place)
    )
    for one, signed in scope.session.execute(wanted):
        late = one.state == "waiting" and one.expires_at <= scope.now
        found.setdefault(one.signing_id, []).append(
            ShownSigner(
                one.id,
                one.name,
                one.email,
                "expired" if late else one.state,
                one.expires_at,
                one.opened_at,
                one.reason,
                signed.method if signed else None,
                signed.at if signed else None,
                signed.address if signed else None,
            )
        )
    return {key: tuple(values) for key, values in found.items()}


def _shown(row: Signing, ref: str, client: str, title: str, signers: tuple[ShownSigner, ...]) -> ShownSigning:
    return ShownSigning(
        row.id,
        row.deliverable_id,
        ref,
        client,
        title,
        row.state,
        row.content_hash,
        row.paper,
        row.signed_paper,
        row.document_id,
        row.proposal_id,
        row.created_at,
        row.finished_at,
        signers,
    )
