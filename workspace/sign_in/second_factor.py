"""The second factor: codes of a generator on the phone (TOTP, RFC 6238), recovery codes for the day it is lost, and who needs one.

The generator's secret is sealed; it counts once a code confirmed it. A code is good for its own half minute and the ones beside it, and is
taken once. A recovery code is 80 random bits, kept as SHA-256, and counts once.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from pyotp import random_base32
from pyotp.totp import TOTP
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store import audit
from store.audit import AuditTag
from store.errors import Conflict, NotFound
from store.ids import new_id
from store.seal import Seal
from store.tables import Firm, Passkey, Person, RecoveryCode, SecondFactor
from workspace.sign_in.sessions import hash_of

STEP = 30  # seconds that a code stands for
RECOVERY_CODES = 10
POLICIES = ("optional", "partners-and-admins", "all")
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # 32 characters that nobody takes for another
_GROUPS, _LENGTH = 4, 4


@dataclass(frozen=True)
class Factors:
    """What a person has beside a password. `codes`: recovery codes that are left."""

    generator: bool
    since: datetime | None
    codes: int
    passkeys: int

    @property
    def any(self) -> bool:
        return self.generator or self.passkeys > 0


def needs_factor(policy: str, role: str) -> bool:
    """Whether somebody of this role signs in with two factors only, by the firm's setting."""
    return policy == "all" or (policy == "partners-and-admins" and role in ("partner", "admin"))


def policy_of(session: Session) -> str:
    """The firm's setting: one of POLICIES."""
    return session.scalar(select(Firm.second_factor).limit(1)) or "optional"


def factors_of(session: Session, person_id: str) -> Factors:
    """What she has. One query."""
    codes = select(func.count(RecoveryCode.id)).where(
        RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None)
    )
    keys = select(func.count(Passkey.id)).where(
        Passkey.owner_kind == "person", Passkey.owner_id == person_id, Passkey.revoked_at.is_(None)
    )
    since = select(SecondFactor.confirmed_at).where(SecondFactor.person_id == person_id)
    row = session.execute(select(since.scalar_subquery(), codes.scalar_subquery(), keys.scalar_subquery())).one()
    return Factors(row[0] is not None, row[0], row[1], row[2])


def begin(session: Session, seal: Seal, person: Person, now: datetime) -> tuple[str, str]:
    """A generator to set up: its secret (base32, 160 bits) and the address that its picture holds. It counts once a code confirms it; what
    was begun before counts no more. Raises Conflict when one is set up already."""
    row = _factor(session, person.id)
    if row is not None and row.confirmed_at is not None:
        raise Conflict("a generator of codes is set up already; take it away first")
    secret = random_base32(32)
    if row is None:
        row = SecondFactor(id=new_id("fac"), person_id=person.id, last_step=0)
        session.add(row)
    row.secret, row.created_at = seal.close(secret), now
    session.flush()
    firm = session.scalar(select(Firm.name).limit(1)) or "Tickmark"
    return secret, TOTP(secret).provisioning_uri(name=person.email, issuer_name=firm.replace(":", " ")[:60])


def confirm(session: Session, seal: Seal, person: Person, code: str, now: datetime) -> list[str] | None:
    """The generator counts from now on: its recovery codes, which are told once. None when the code is not right."""
    row = _factor(session, person.id)
    if row is None or row.confirmed_at is not None or not _take(seal, row, code, now):
        return None
    row.confirmed_at = now
    _record(session, AuditTag.PERSON_FACTOR_SET, person, now, kind="totp")
    return make_codes(session, person, now)


def make_codes(session: Session, person: Person, now: datetime) -> list[str]:
    """Ten new recovery codes, told once; the old ones count no more. Raises Conflict without a generator."""
    row = _factor(session, person.id)
    if row is None or row.confirmed_at is None:
        raise Conflict("there is no generator of codes to recover from")
    for old in session.scalars(select(RecoveryCode).where(RecoveryCode.person_id == person.id)):
        session.delete(old)
    made = [_code() for _ in range(RECOVERY_CODES)]
    for code in made:
        identity, hashed = new_id("rec"), _code_hash(code)
        session.add(RecoveryCode(id=identity, person_id=person.id, code_hash=hashed, created_at=now))
    _record(session, AuditTag.PERSON_RECOVERY_MADE, person, now, codes=len(made))
    return made


def take_code(session: Session, seal: Seal, person: Person, code: str, now: datetime) -> str | None:
    """Whether it is a code of hers that was not taken before; `code` or `recovery`, and it is taken with that. None: it is not right."""
    row = _factor(session, person.id)
    if row is None or row.confirmed_at is None:
        return None
    if _take(seal, row, code, now):
        return "code"
    wanted = _code_hash(code)
    mine = select(RecoveryCode).where(RecoveryCode.person_id == person.id, RecoveryCode.used_at.is_(None))
    for one in session.scalars(mine.with_for_update()):
        if hmac.compare_digest(one.code_hash, wanted):
            one.used_at = now
            _record(session, AuditTag.PERSON_RECOVERY_USED, person, now)
            return "recovery"
    return None


def remove(session: Session, person: Person, now: datetime) -> None:
    """Take her generator and its recovery codes away. Raises NotFound when she has none."""
    if not _remove(session, person.id):
        raise NotFound("there is no generator of codes")
    _record(session, AuditTag.PERSON_FACTOR_REMOVED, person, now, kind="totp")


def reset(session: Session, person: Person, by: str, now: datetime) -> int:
    """For the operator, when she lost everything: take away her generator, her recovery codes and her passkeys; how many things."""
    gone = int(_remove(session, person.id))
    keys = select(Passkey).where(
        Passkey.owner_kind == "person", Passkey.owner_id == person.id, Passkey.revoked_at.is_(None)
    )
    for key in session.scalars(keys):
        key.revoked_at, gone = now, gone + 1
    subject = f"person:{person.id}"
    audit.record(session, AuditTag.PERSON_FACTOR_RESET, actor=by, subject=subject, now=now, detail={"removed": gone})
    return gone


def _remove(session: Session, person_id: str) -> bool:
    row = _factor(session, person_id)
    for code in session.scalars(select(RecoveryCode).where(RecoveryCode.person_id == person_id)):
        session.delete(code)
    if row is not None:
        session.delete(row)
    return row is not None


def _factor(session: Session, person_id: str) -> SecondFactor | None:
    # two requests with the same code: the second waits for the first, and finds it taken
    return session.scalars(select(SecondFactor).where(SecondFactor.person_id == person_id).with_for_update()).first()


def _take(seal: Seal, row: SecondFactor, code: str, now: datetime) -> bool:
    secret = seal.open(row.secret)
    digits = "".join(code.split())
    if secret is None or len(digits) != 6 or not (digits.isascii() and digits.isdecimal()):
        return False
    generator, current, found = TOTP(secret), int(now.timestamp()) // STEP, 0
    for step in (current - 1, current, current + 1):
        if hmac.compare_digest(generator.generate_otp(step), digits) and step > row.last_step:
            found = step
    if found:
        row.last_step = found
    return found > 0


def _code() -> str:
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)) for _ in range(_GROUPS))


def _code_hash(code: str) -> str:
    return hash_of("".join(c for c in code.upper() if c.isalnum()))


def _record(session: Session, tag: AuditTag, person: Person, now: datetime, **detail: object) -> None:
    audit.record(session, tag, actor=person.email, subject=f"person:{person.id}", now=now, detail=detail)
