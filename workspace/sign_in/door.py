"""The door itself: address and password, then the code where there is a generator; and showing again who one is.

The time it takes does not tell whether an address exists. What is refused is recorded, so these functions answer and do not raise: the
transaction must commit. Only the brake raises.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from store import audit
from store.audit import AuditTag
from store.seal import Seal
from store.tables import Person, SignIn
from workspace.sign_in import challenges, second_factor
from workspace.sign_in.brakes import brake, failed
from workspace.sign_in.passwords import NOBODY, keep_anew, matches
from workspace.sign_in.second_factor import factors_of, needs_factor, policy_of
from workspace.sign_in.sessions import open_session

CODE_WITHIN = timedelta(minutes=10)
CODE_TRIES = 5
Outcome = Literal["refused", "open", "code", "passkey"]


@dataclass(frozen=True)
class Knock:
    """What came of it. `open`: she may come in; `code`: her generator's code is still to come; `passkey`: the firm asks two factors and she
    has a passkey, which she comes in with; `refused`: nobody is told why. `person` is None when refused."""

    outcome: Outcome
    person: Person | None = None


def knock(session: Session, email: str, password: str, address: str, device: str, now: datetime) -> Knock:
    """Address and password. `device` is what the browser's own cookie holds, "" for none. Raises Forbidden after too many failures."""
    email = email.strip().lower()[:200]
    place = brake(session, email, address, device, now)
    person = session.scalars(select(Person).where(Person.email == email, Person.active.is_(True))).one_or_none()
    right = matches(person.password_hash if person and person.password_hash else NOBODY, password)
    if person is None or not person.password_hash or not right:
        failed(session, email, place, address, now)
        return Knock("refused")
    keep_anew(person, password)
    return Knock(next_step(session, person), person)


def next_step(session: Session, person: Person) -> Outcome:
    """What is still asked of somebody who showed one factor."""
    has = factors_of(session, person.id)
    if has.generator:
        return "code"
    return "passkey" if has.passkeys and needs_factor(policy_of(session), person.role) else "open"


def sign_in(session: Session, email: str, password: str, address: str, now: datetime, agent: str = "") -> str | None:
    """Open a browser session with a password alone; its secret, or None when address and password do not match or more is asked of her.
    Raises Forbidden after too many failures."""
    came = knock(session, email, password, address, "", now)
    if came.outcome != "open" or came.person is None:
        return None
    return open_session(session, came.person, "password", now, both=False, address=address, agent=agent)


def await_code(session: Session, person: Person, door: str, binding: str, now: datetime) -> None:
    """She showed one factor in the browser that holds `binding`; her code is awaited there for ten minutes."""
    challenges.begin(session, "code", binding, now, CODE_WITHIN, owner_id=person.id, detail=door)


def awaited(session: Session, binding: str, now: datetime) -> bool:
    """Whether a code is awaited of this browser."""
    return challenges.standing(session, "code", binding, now) is not None


def enter_code(
    session: Session, seal: Seal, binding: str, code: str, address: str, device: str, now: datetime
) -> tuple[Person, str] | None:
    """The person whose code it is and the door she came by before; None when it is not right, counted as a failure of hers. After five the
    password is asked again. Raises Forbidden after too many failures."""
    begun = challenges.standing(session, "code", binding, now, locked=True)
    person = session.get(Person, begun.owner_id) if begun is not None and begun.owner_id else None
    if begun is None or person is None or not person.active:
        return None
    place = brake(session, person.email, address, device, now)
    kind = second_factor.take_code(session, seal, person, code, now)
    if kind is None:
        begun.tries += 1
        if begun.tries >= CODE_TRIES:
            begun.used_at = now
        failed(session, person.email, place, address, now)
        _refused(session, person, now)
        return None
    begun.used_at = now
    return person, f"{begun.detail or 'password'} + {kind}"


def show_again(
    session: Session, seal: Seal, person: Person, sign_in_id: str, given: str, address: str, device: str, now: datetime
) -> bool:
    """Who is signed in shows again that it is she: with her code where she has a generator, else with her password. False when it is not
    right, counted as a failure. Raises Forbidden after too many failures."""
    place = brake(session, person.email, address, device, now)
    generator = factors_of(session, person.id).generator
    if generator:
        right = second_factor.take_code(session, seal, person, given, now) is not None
    else:
        right = matches(person.password_hash or NOBODY, given) and bool(person.password_hash)
    if not right:
        failed(session, person.email, place, address, now)
        _refused(session, person, now)
        return False
    shown(session, person, sign_in_id, "code" if generator else "password", now, both=generator)
    return True


def shown(session: Session, person: Person, sign_in_id: str, how: str, now: datetime, *, both: bool) -> None:
    """Her session is fresh again; with `both` also by a second factor."""
    row = session.get(SignIn, sign_in_id)
    if row is None or row.person_id != person.id:
        return
    row.fresh_at = now
    if both:
        row.proved_at = now
    subject = f"person:{person.id}"
    audit.record(session, AuditTag.PERSON_PROVED, actor=person.email, subject=subject, now=now, detail={"how": how})


def _refused(session: Session, person: Person, now: datetime) -> None:
    subject = f"person:{person.id}"
    audit.record(session, AuditTag.PERSON_FACTOR_REFUSED, actor=person.email, subject=subject, now=now)
