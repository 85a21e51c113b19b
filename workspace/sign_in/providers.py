"""Who comes by an identity provider (OpenID Connect). Decides from claims whose signature, issuer, audience, time and nonce were checked
(api/oidc.py); never makes a person.

Only an address that the provider vouches for counts. Google vouches where it says `email_verified` and is itself the address's authority: a
gmail.com address, or one of a Workspace domain (`hd`). Microsoft's `email` claim is whatever a tenant's administrator typed, so there it
counts only with `xms_edov` (the domain's owner was verified) and from the one tenant of the issuer. The first time, the subject is bound
to the person; afterwards only that subject is she, so that nobody becomes her by getting her address later.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from store import audit
from store.audit import AuditTag
from store.ids import new_id
from store.tables import Person, ProviderLink

GOOGLE = "https://accounts.google.com"
MICROSOFT = "login.microsoftonline.com"


def verified_address(issuer: str, claims: Mapping[str, Any]) -> str | None:
    """The address that the provider vouches for, in lower case; None when it vouches for none."""
    email = claims.get("email")
    if not isinstance(email, str) or email.count("@") != 1 or len(email) > 200:
        return None
    email = email.strip().lower()
    if urlsplit(issuer).hostname == MICROSOFT:
        tenant = urlsplit(issuer).path.strip("/").split("/")[0]
        right = claims.get("tid") == tenant and claims.get("xms_edov") in (True, 1, "1", "true")
    else:
        right = claims.get("email_verified") in (True, "true")
        if issuer == GOOGLE:
            right = right and (email.endswith("@gmail.com") or bool(claims.get("hd")))
    return email if right else None


def person_of_claims(
    session: Session, issuer: str, claims: Mapping[str, Any], domains: Sequence[str], now: datetime
) -> Person | None:
    """The active person who comes from there, None when it is nobody of the firm. A refusal is recorded: let the transaction commit.
    `domains`: only addresses of these, all when empty."""
    subject, email = str(claims.get("sub") or "")[:255], verified_address(issuer, claims)
    why = "" if subject else "subject"
    if not why:
        why = _unfit(email, domains)
    person = None if why else _person(session, str(email))
    if not why and person is None:
        why = "nobody"
    if person is not None:
        why = _bound(session, person, issuer, subject, now)
    if not why:
        return person
    actor = email or "unknown"
    detail = {"issuer": issuer, "why": why}
    audit.record(
        session, AuditTag.PERSON_PROVIDER_REFUSED, actor=actor, subject="person:unknown", now=now, detail=detail
    )
    return None


def unbind(session: Session, person_id: str) -> None:
    """Forget who she is at every provider: the next time her verified address decides again."""
    for row in session.scalars(select(ProviderLink).where(ProviderLink.person_id == person_id)):
        session.delete(row)


def _unfit(email: str | None, domains: Sequence[str]) -> str:
    if email is None:
        return "unverified"
    return "" if not domains or email.rpartition("@")[2] in {one.lower() for one in domains} else "domain"


def _person(session: Session, email: str) -> Person | None:
    return session.scalars(select(Person).where(Person.email == email, Person.active.is_(True))).one_or_none()


def _bound(session: Session, person: Person, issuer: str, subject: str, now: datetime) -> str:
    rows = session.scalars(
        select(ProviderLink).where(
            ProviderLink.issuer == issuer,
            (ProviderLink.person_id == person.id) | (ProviderLink.subject == subject),
        )
    ).all()
    if not rows:
        identity = new_id("idp")
        session.add(
            ProviderLink(id=identity, person_id=person.id, issuer=issuer[:300], subject=subject, created_at=now)
        )
        what = f"person:{person.id}"
        audit.record(
            session,
            AuditTag.PERSON_PROVIDER_LINKED,
            actor=person.email,
            subject=what,
            now=now,
            detail={"issuer": issuer},
        )
        session.flush()
        return ""
    return "" if all(one.person_id == person.id and one.subject == subject for one in rows) else "another-subject"
