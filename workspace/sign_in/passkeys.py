"""Passkeys (WebAuthn Level 3): added under a name, signed in with, revoked. For people of the firm, and for contacts at the client's side.

A ceremony begins with a challenge for one browser (`binding` is what only that browser holds), which counts once and for five minutes. The
authenticator must have verified its user, so that a passkey counts as both factors. One that counts its signatures must count upwards: a
count that does not rise means a copy, and is refused. No attestation is asked for: which make of key somebody uses is her own matter.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from store import audit
from store.audit import AuditTag
from store.errors import Conflict, Invalid, NotFound
from store.ids import new_id
from store.tables import Passkey
from workspace.sign_in import challenges

CHALLENGE_LIFE = timedelta(minutes=5)
KINDS = ("person", "contact")
MOST = 20
LONGEST_NAME = 60
_MOST_SENT = 20_000  # characters of an authenticator's answer
# what reading an answer of anybody's making may raise besides: it is read by libraries that expect its shape
_UNREADABLE = (WebAuthnException, ValueError, TypeError, KeyError, IndexError, AttributeError, binascii.Error)


@dataclass(frozen=True)
class Owner:
    """Whose passkey: `kind` is one of KINDS; `email` stands on the trail as the actor."""

    kind: str
    id: str
    email: str
    name: str


@dataclass(frozen=True)
class Site:
    """Which site: its domain (the RP id), and its origin as the browser tells it."""

    rp_id: str
    origin: str
    name: str = "Tickmark"


@dataclass(frozen=True)
class Listed:
    """A passkey as it is listed."""

    id: str
    name: str
    created_at: datetime
    used_at: datetime | None


def begin_adding(session: Session, owner: Owner, site: Site, binding: str, now: datetime) -> dict[str, Any]:
    """What the browser needs to make a passkey: PublicKeyCredentialCreationOptions as JSON. Raises Conflict past MOST."""
    mine = _standing(session, owner)
    if len(mine) >= MOST:
        raise Conflict(f"there are {MOST} passkeys already; take one away first")
    challenge = challenges.begin(session, f"add-{owner.kind}", binding, now, CHALLENGE_LIFE, owner_id=owner.id)
    options = generate_registration_options(
        rp_id=site.rp_id,
        rp_name=site.name,
        user_id=_handle(owner.kind, owner.id),
        user_name=owner.email or owner.name,
        user_display_name=owner.name,
        challenge=_bytes(challenge),
        timeout=int(CHALLENGE_LIFE.total_seconds() * 1000),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=_bytes(one.credential_id)) for one in mine],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    return dict(json.loads(options_to_json(options)))


def finish_adding(
    session: Session, owner: Owner, site: Site, binding: str, answer: Mapping[str, Any], name: str, now: datetime
) -> str:
    """Keep the passkey that the browser made; its id. Raises Invalid for an answer that is not right or comes too late, and for a name that
    is empty or too long, Conflict for a passkey that is there already."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise Invalid(f"a passkey needs a name of at most {LONGEST_NAME} characters, such as the device that holds it")
    begun = challenges.taken(session, f"add-{owner.kind}", binding, now)
    if begun is None or begun.owner_id != owner.id:
        raise Invalid("that took too long; begin again")
    try:
        made = verify_registration_response(
            credential=_credential(answer),
            expected_challenge=_bytes(begun.challenge),
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
        transports = [str(one)[:20] for one in answer["response"].get("transports") or []][:8]
    except _UNREADABLE:
        raise Invalid("the browser's answer does not prove a passkey; begin again") from None
    credential_id = _text(made.credential_id)
    if session.scalar(select(Passkey.id).where(Passkey.credential_id == credential_id)) is not None:
        raise Conflict("this passkey is there already")
    row = Passkey(
        id=new_id("pky"),
        owner_kind=owner.kind,
        owner_id=owner.id,
        name=name,
        credential_id=credential_id,
        public_key=_text(made.credential_public_key),
        sign_count=made.sign_count,
        transports=transports,
        created_at=now,
    )
    session.add(row)
    _record(session, AuditTag.PASSKEY_ADDED, owner.email, row, now, name=name)
    session.flush()
    return row.id


def begin_entering(
    session: Session, kind: str, site: Site, binding: str, now: datetime, owner_id: str | None = None
) -> dict[str, Any]:
    """What the browser needs to sign in with a passkey: request options as JSON. No address is asked: the authenticator offers the passkeys
    that it holds for this site. With `owner_id` only that owner's count (to show again who one is)."""
    challenge = challenges.begin(session, f"enter-{kind}", binding, now, CHALLENGE_LIFE, owner_id=owner_id)
    options = generate_authentication_options(
        rp_id=site.rp_id,
        challenge=_bytes(challenge),
        timeout=int(CHALLENGE_LIFE.total_seconds() * 1000),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(json.loads(options_to_json(options)))


def finish_entering(
    session: Session, kind: str, site: Site, binding: str, answer: Mapping[str, Any], now: datetime
) -> str | None:
    """The id of the owner whose passkey signed; None when it is refused, which is recorded: let the transaction commit. Whoever calls asks
    whether the owner is still active."""
    begun = challenges.taken(session, f"enter-{kind}", binding, now)
    row = _signed_by(session, kind, answer)
    why = "challenge" if begun is None else "credential" if row is None else ""
    if begun is not None and row is not None:
        why = "owner" if begun.owner_id not in (None, row.owner_id) else _judged(row, begun.challenge, site, answer)
    if why or row is None:
        subject = f"passkey:{row.id}" if row is not None else "passkey:unknown"
        actor = f"{kind}:{row.owner_id}" if row is not None else "unknown"
        detail = {"kind": kind, "why": why}
        audit.record(session, AuditTag.PASSKEY_REFUSED, actor=actor, subject=subject, now=now, detail=detail)
        return None
    row.used_at = now
    session.flush()
    return row.owner_id


def _judged(row: Passkey, challenge: str, site: Site, answer: Mapping[str, Any]) -> str:
    """ "" when the answer is right, with the count written down; else one word of what is not."""
    try:
        handle = answer["response"].get("userHandle")
        if handle is not None and _bytes(str(handle)) != _handle(row.owner_kind, row.owner_id):
            return "owner"
        found = verify_authentication_response(
            credential=_credential(answer),
            expected_challenge=_bytes(challenge),
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            credential_public_key=_bytes(row.public_key),
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except _UNREADABLE as error:
        return "count" if "sign count" in str(error).lower() else "signature"
    row.sign_count = found.new_sign_count
    return ""


def passkeys_of(session: Session, owner: Owner) -> list[Listed]:
    """The passkeys that open something, oldest first."""
    return [Listed(one.id, one.name, one.created_at, one.used_at) for one in _standing(session, owner)]


def revoke_passkey(session: Session, owner: Owner, passkey_id: str, now: datetime) -> None:
    """It opens nothing any more. Raises NotFound for one that is not the owner's."""
    row = next((one for one in _standing(session, owner) if one.id == passkey_id), None)
    if row is None:
        raise NotFound("there is no such passkey")
    row.revoked_at = now
    _record(session, AuditTag.PASSKEY_REVOKED, owner.email, row, now, name=row.name)


def _signed_by(session: Session, kind: str, answer: Mapping[str, Any]) -> Passkey | None:
    given = answer.get("id")
    if not isinstance(given, str):
        return None
    query = select(Passkey).where(
        Passkey.credential_id == given.rstrip("="), Passkey.owner_kind == kind, Passkey.revoked_at.is_(None)
    )
    return session.scalars(query.with_for_update()).one_or_none()


def _standing(session: Session, owner: Owner) -> list[Passkey]:
    if owner.kind not in KINDS:
        raise ValueError(f"{owner.kind} owns no passkeys")
    query = select(Passkey).where(
        Passkey.owner_kind == owner.kind, Passkey.owner_id == owner.id, Passkey.revoked_at.is_(None)
    )
    return list(session.scalars(query.order_by(Passkey.created_at, Passkey.id)))


def _credential(answer: Mapping[str, Any]) -> dict[str, Any]:
    if len(json.dumps(answer)) > _MOST_SENT:
        raise ValueError("longer than any authenticator's answer")
    return dict(answer)


def _handle(kind: str, owner_id: str) -> bytes:
    # at most 64 bytes, and nothing that tells who she is
    return f"{kind}:{owner_id}".encode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _record(session: Session, tag: AuditTag, actor: str, row: Passkey, now: datetime, **detail: object) -> None:
    more = {"kind": row.owner_kind, "owner": row.owner_id, **detail}
    audit.record(session, tag, actor=actor, subject=f"passkey:{row.id}", now=now, detail=more)
