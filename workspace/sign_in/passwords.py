"""Passwords: how they are kept, what a new one must be, how one is set and changed.

Kept as argon2id with the parameters that RFC 9106 recommends second (64 MiB, three passes), which are above the least that OWASP asks for;
one that was kept with less is kept anew when its owner signs in. A new one follows NIST SP 800-63B-4: long enough, not guessable by what
is known of the person, not on the list of those that were breached. No rules of composition, no expiry.
"""

import hashlib
import threading
import unicodedata
from datetime import datetime
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from store import audit
from store.audit import AuditTag
from store.errors import Broken, Invalid, NotFound
from store.tables import Firm, KnownDevice, Person, SignIn

HASHER = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=4)
MINIMUM_LENGTH = 12
LONGEST = 1000
LEAST_SCORE = 3  # of zxcvbn's 4: "safely unguessable", 10^8 guesses and more
_JUDGED = 72  # characters that zxcvbn looks at
# argon2id of a random word: what an unknown address is checked against, so that it takes as long as a known one
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$4GgLYOJ4hXxCndpllRqazQ$tZX314j9mYVAWwNFSAC5JsSB0gFetcskD0pavafNaQw"
_judging = threading.Lock()  # zxcvbn keeps the words of the one who asks in a table of the module


def hashed(password: str) -> str:
    return HASHER.hash(_normal(password))


def matches(kept: str, password: str) -> bool:
    """Whether it is the password that was kept. Takes as long for one that is not."""
    try:
        return len(password) <= LONGEST and HASHER.verify(kept, _normal(password))
    except (VerificationError, InvalidHashError):
        return False


def keep_anew(person: Person, password: str) -> None:
    """Hash a password that was just found right once more, where it was kept with less than we ask today."""
    if person.password_hash and HASHER.check_needs_rehash(person.password_hash):
        person.password_hash = hashed(password)


def set_password(
    session: Session, email: str, password: str, now: datetime, *, breached: Path | None = None, by: str = ""
) -> None:
    """Set a person's password, end her sessions and tokens, and forget the browsers she is known in. `breached` is the file of those that
    were breached; `by` who did it, where it was not she. Raises Invalid for one that will not do, NotFound for an unknown address."""
    _long_enough(password)
    person = session.scalars(select(Person).where(Person.email == email.strip().lower())).one_or_none()
    if person is None or person.role == "service":
        raise NotFound(f"there is no {email} in this firm; `tickmark load` reads staff.csv")
    judge(session, person, password, breached)
    person.password_hash = hashed(password)
    end_all(session, person.id, now)
    actor, subject = by or person.email, f"person:{person.id}"
    audit.record(session, AuditTag.PERSON_PASSWORD_SET, actor=actor, subject=subject, now=now)


def change_password(
    session: Session, person: Person, old: str, new: str, now: datetime, *, kept: str, breached: Path | None = None
) -> bool:
    """Change her own password; every session but `kept` ends, with all tokens. False when the old one is not right. Raises Invalid."""
    if not matches(person.password_hash or NOBODY, old) or not person.password_hash:
        return False
    judge(session, person, new, breached)
    person.password_hash = hashed(new)
    end_all(session, person.id, now, but=kept)
    subject = f"person:{person.id}"
    audit.record(session, AuditTag.PERSON_PASSWORD_SET, actor=person.email, subject=subject, now=now)
    return True


def end_all(session: Session, person_id: str, now: datetime, *, but: str = "", tokens: bool = True) -> int:
    """End a person's sessions and tokens and forget the browsers she is known in; how many ended. `but` is the id of one that stays."""
    ended = 0
    for row in session.scalars(select(SignIn).where(SignIn.person_id == person_id, SignIn.revoked_at.is_(None))):
        if row.id != but and (tokens or row.kind == "session"):
            row.revoked_at = now
            ended += row.expires_at > now
    for device in session.scalars(select(KnownDevice).where(KnownDevice.person_id == person_id)):
        session.delete(device)
    return ended


def judge(session: Session, person: Person, password: str, breached: Path | None) -> None:
    """Raises Invalid, saying why, for a password that will not do for this person."""
    _long_enough(password)
    hints = [person.name, *person.name.split(), person.email, *person.email.replace("@", ".").split("."), "tickmark"]
    firm = session.scalar(select(Firm.name).limit(1)) or ""
    said = _too_weak(password, [*hints, firm, *firm.split()])
    if said:
        raise Invalid(said)
    if breached is not None and is_breached(breached, password):
        raise Invalid("this password is on the list of those that were stolen elsewhere; take another one")


def _long_enough(password: str) -> None:
    if len(password) < MINIMUM_LENGTH:
        raise Invalid(f"a password needs at least {MINIMUM_LENGTH} characters; several words make a good one")
    if len(password) > LONGEST:
        raise Invalid(f"a password has at most {LONGEST} characters")


def _too_weak(password: str, hints: list[str]) -> str:
    from zxcvbn import zxcvbn

    with _judging:
        found = zxcvbn(password[:_JUDGED], user_inputs=[one for one in hints if len(one) > 2])
    if found["score"] >= LEAST_SCORE:
        return ""
    why = (found["feedback"]["warning"] or "it is easily guessed").rstrip(".")
    return f"this password will not do: {why[:1].lower()}{why[1:]}; several words that do not belong together make a good one"


def is_breached(path: Path, password: str) -> bool:
    """Whether the list names it: a sorted file of SHA-1 in hex, one a line, what follows the hash is not looked at (the format in which
    Have I Been Pwned publishes). Searched in the file, which may be larger than the memory. Raises Broken when it cannot be read."""
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    try:
        low, high = 0, path.stat().st_size
        with path.open("rb") as file:
            while low < high:  # a line of this hash begins between the two, or nowhere
                middle = (low + high) // 2
                file.seek(max(middle - 1, 0))
                if middle:
                    file.readline()
                if file.tell() >= high:
                    high = middle
                    continue
                found = file.readline()[:40].upper()
                if found == wanted:
                    return True
                low, high = (file.tell(), high) if found < wanted else (low, middle)
    except OSError as error:
        raise Broken(f"the list of breached passwords cannot be read: {error.strerror}") from None
    return False


def _normal(password: str) -> str:
    # the same letters may be typed as other code points on another machine
    return unicodedata.normalize("NFC", password)
