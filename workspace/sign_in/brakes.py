"""The brake on guessing, made so that nobody can lock a colleague out with it.

Whoever comes with a browser in which she signed in before is braked by the failures of that browser alone. A stranger is braked by the
failures for this account from the same network address, by those of the address for all accounts (one password tried on everybody), and by
those for the account from everywhere (a password tried from many places); the last two never stop a known browser, and a passkey is never
stopped by any. OWASP calls the known browsers device cookies.
"""

import ipaddress
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from store import audit
from store.audit import AuditTag
from store.errors import Forbidden
from store.ids import new_id
from store.tables import KnownDevice, Person, SignInFailure
from workspace.sign_in.sessions import hash_of

FAILURES_ALLOWED = 8  # for one account from one address, or from one known browser
FAILURES_WITHIN = timedelta(minutes=15)
FROM_ONE_ADDRESS = 40  # for all accounts together
FOR_ONE_ACCOUNT = 60  # from all addresses together
FOR_ONE_ACCOUNT_WITHIN = timedelta(hours=1)
DEVICE_LIFE = timedelta(days=180)
_KEPT = timedelta(days=30)  # failures


def place_of(address: str) -> str:
    """The network address as failures are counted for: of IPv6 the first half, which one household has to itself."""
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return address[:60]
    if isinstance(number, ipaddress.IPv6Address):
        if number.ipv4_mapped is not None:
            return str(number.ipv4_mapped)
        return str(ipaddress.ip_network((number, 64), strict=False))
    return str(number)


def known_device(session: Session, email: str, device: str, now: datetime) -> str | None:
    """The hash of a browser's cookie when this person signed in there before and not too long ago, else None."""
    if not device:
        return None
    hashed = hash_of(device)
    found = session.scalar(
        select(KnownDevice.id)
        .join(Person, Person.id == KnownDevice.person_id)
        .where(Person.email == email, KnownDevice.token_hash == hashed, KnownDevice.used_at > now - DEVICE_LIFE)
    )
    return hashed if found else None


def brake(session: Session, email: str, address: str, device: str, now: datetime) -> str:
    """Raises Forbidden after too many failures; else returns where a failure of this try is counted. Asks nothing that depends on whether
    the address belongs to anybody."""
    known = known_device(session, email, device, now)
    if known is not None:
        place = f"device:{known[:50]}"
        if _failures(session, now - FAILURES_WITHIN, email, place) >= FAILURES_ALLOWED:
            raise Forbidden("too many failed sign-ins in this browser; wait fifteen minutes")
        return place
    place = place_of(address)
    if _failures(session, now - FAILURES_WITHIN, email, place) >= FAILURES_ALLOWED:
        raise Forbidden("too many failed sign-ins from here; wait fifteen minutes")
    if _failures(session, now - FAILURES_WITHIN, None, place) >= FROM_ONE_ADDRESS:
        raise Forbidden("too many failed sign-ins from here; wait fifteen minutes")
    if _failures(session, now - FOR_ONE_ACCOUNT_WITHIN, email, None) >= FOR_ONE_ACCOUNT:
        raise Forbidden(
            "too many failed sign-ins for this address; come with a passkey or from a browser you used before, or wait an hour"
        )
    return place


def failed(session: Session, email: str, place: str, address: str, now: datetime) -> None:
    """Count a failure, and put it on the trail."""
    session.execute(delete(SignInFailure).where(SignInFailure.at < now - _KEPT))
    session.add(SignInFailure(id=new_id("fail"), email=email, address=place, at=now))
    audit.record(session, AuditTag.PERSON_SIGN_IN_REFUSED, actor=email, subject=f"address:{address}", now=now)


def remember_device(session: Session, person: Person, device: str, now: datetime) -> str:
    """This person signed in in this browser: what its cookie holds from now on. A cookie in which she is not known gets a new secret, so
    that nobody plants hers in another's browser."""
    row = session.scalars(
        select(KnownDevice).where(KnownDevice.person_id == person.id, KnownDevice.token_hash == hash_of(device))
    ).one_or_none()
    if device and row is not None:
        row.used_at = now
        return device
    made, identity = secrets.token_urlsafe(32), new_id("dev")
    session.add(KnownDevice(id=identity, person_id=person.id, token_hash=hash_of(made), created_at=now, used_at=now))
    return made


def _failures(session: Session, since: datetime, email: str | None, place: str | None) -> int:
    query = select(func.count()).select_from(SignInFailure).where(SignInFailure.at > since)
    if email is not None:
        query = query.where(SignInFailure.email == email)
    if place is not None:
        query = query.where(SignInFailure.address == place)
    return session.scalar(query) or 0
