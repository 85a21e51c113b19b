"""How people prove who they are beside a password: second factors, passkeys, identity providers; links that let them in, browsers that are
known, and accounts of programs. No secret lies here in the clear: hashes of what is random, the second factor's secret sealed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Key, Long


class SecondFactor(Base):
    """A person's generator of codes (RFC 6238). `secret` is sealed; it counts from `confirmed_at` on. `last_step` is the time step of the
    last code that was taken, so that none is taken twice."""

    __tablename__ = "second_factors"
    id: Mapped[Key]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), unique=True)
    secret: Mapped[Long]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)


class RecoveryCode(Base):
    """A code for the day the generator is lost: SHA-256 of 80 random bits; it counts once."""

    __tablename__ = "recovery_codes"
    id: Mapped[Key]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """A credential of WebAuthn. `owner_kind` is `person` or `contact`; ids and the key are base64url."""

    __tablename__ = "passkeys"
    id: Mapped[Key]
    owner_kind: Mapped[str] = mapped_column(String(10))
    owner_id: Mapped[str] = mapped_column(String(40), index=True)
    name: Mapped[str] = mapped_column(String(60))
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[Long]
    sign_count: Mapped[int] = mapped_column(BigInteger)
    transports: Mapped[list[Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class DoorChallenge(Base):
    """Something begun at the door that the same browser must finish soon, once: a passkey's ceremony, a round to an identity provider, a
    code that is still to come. `binding` is SHA-256 of what only that browser holds; `detail` is sealed or no secret."""

    __tablename__ = "door_challenges"
    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(20))
    binding: Mapped[str] = mapped_column(String(64), index=True)
    owner_id: Mapped[str | None] = mapped_column(String(40))
    challenge: Mapped[str] = mapped_column(String(100))
    detail: Mapped[str | None] = mapped_column(Text)
    tries: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class DoorLink(Base):
    """A link that lets a person set her password or passkey: `invite` or `reset`. SHA-256 of its secret; it counts once. `made_by` is an
    address, or the word `mail` where she asked for it herself."""

    __tablename__ = "door_links"
    id: Mapped[Key]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_by: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class KnownDevice(Base):
    """A browser in which a person signed in before: SHA-256 of what its cookie holds. The brake of strangers does not hold her there."""

    __tablename__ = "known_devices"
    __table_args__ = (UniqueConstraint("person_id", "token_hash"),)
    id: Mapped[Key]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    token_hash: Mapped[str] = mapped_column(String(64), index=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime]


class ProviderLink(Base):
    """Who a person is at an identity provider: the first time she came from there with her verified address. From then on only that
    subject is she, whoever gets the address later."""

    __tablename__ = "provider_links"
    __table_args__ = (UniqueConstraint("issuer", "subject"), UniqueConstraint("person_id", "issuer"))
    id: Mapped[Key]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    issuer: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime]


class ServiceAccount(Base):
    """An account of a program, over a row of `people` with the role `service`. Its clients are team members' rows, or all of them;
    `rights` is what each of its tokens may. `made_by` is an address."""

    __tablename__ = "service_accounts"
    id: Mapped[Key]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), unique=True)
    rights: Mapped[list[Any]] = mapped_column(JSON)
    all_clients: Mapped[bool]
    made_by: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
