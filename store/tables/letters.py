"""What the firm offers and what clients sign: the price list, proposals, signing links and signatures; and the steps of an onboarding.

The letter itself is a deliverable (store/tables/deliverables.py): nothing here holds its text, only the hash of the exact version.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Key, Long, OfClient
from store.types import Hours, Money, Percent


class Service(Base):
    """A line of the firm's price list. `pricing`: fixed (dollars for the work), hourly (dollars an hour) or recurring (dollars every
    `months` months). `scope` says in a sentence what the price covers; it is printed in the letter."""

    __tablename__ = "services"
    __table_args__ = (CheckConstraint("pricing IN ('fixed', 'hourly', 'recurring')", name="pricing_known"),)
    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str]
    template: Mapped[str] = mapped_column(String(20))
    pricing: Mapped[str] = mapped_column(String(10))
    price: Mapped[Decimal] = mapped_column(Money())
    months: Mapped[int | None]
    scope: Mapped[Long]
    active: Mapped[bool] = mapped_column(default=True)
    changed_by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    changed_at: Mapped[datetime]


class RenewalBatch(Base):
    """Next year's letters of several clients, drafted in one act: by how many percent prices rose, and to how many dollars they were
    rounded. `undone_at`: its letters were taken back."""

    __tablename__ = "renewal_batches"
    id: Mapped[Key]
    percent: Mapped[Decimal] = mapped_column(Percent())
    step: Mapped[int]
    created_by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class Proposal(OfClient, Base):
    """Priced services offered to a client for a term. `state`: draft, lettered (its letter is in review or released), signed, declined,
    withdrawn. `choice` is the option that the client took, "" before; `round` counts the letters that were drafted from it."""

    __tablename__ = "proposals"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'lettered', 'signed', 'declined', 'withdrawn')", name="state_known"),
    )
    id: Mapped[Key]
    title: Mapped[str]
    state: Mapped[str] = mapped_column(String(10), default="draft", index=True)
    start: Mapped[date]
    end: Mapped[date]
    choice: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[Long]
    round: Mapped[int] = mapped_column(default=1)
    renews: Mapped[bool] = mapped_column(default=False)
    batch_id: Mapped[str | None] = mapped_column(ForeignKey("renewal_batches.id"), index=True)
    deliverable_id: Mapped[str | None] = mapped_column(ForeignKey("deliverables.id"), index=True)
    created_by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]


class ProposalLine(OfClient, Base):
    """A service of a proposal at its price there. `option` "": part of every option. `quantity`: pieces, or the hours that are estimated.
    `engagement_id`: the work that it is about, where that is on record already, else None until the letter is signed."""

    __tablename__ = "proposal_lines"
    id: Mapped[Key]
    proposal_id: Mapped[str] = mapped_column(ForeignKey("proposals.id"), index=True)
    place: Mapped[int]
    option: Mapped[str] = mapped_column(String(40), default="")
    service_id: Mapped[str | None] = mapped_column(ForeignKey("services.id"))
    title: Mapped[str]
    template: Mapped[str] = mapped_column(String(20))
    pricing: Mapped[str] = mapped_column(String(10))
    scope: Mapped[Long]
    quantity: Mapped[Decimal] = mapped_column(Hours())
    price: Mapped[Decimal] = mapped_column(Money())
    months: Mapped[int | None]
    engagement_id: Mapped[str | None] = mapped_column(ForeignKey("engagements.id"))


class Signing(OfClient, Base):
    """A released letter that is out for signature. `content_hash` is that of the released version, `paper` the SHA-256 of the PDF that
    every signer was shown (a blob), `signed_paper` of the PDF with the certificate. `state`: open, signed, declined, closed."""

    __tablename__ = "signings"
    __table_args__ = (CheckConstraint("state IN ('open', 'signed', 'declined', 'closed')", name="state_known"),)
    id: Mapped[Key]
    deliverable_id: Mapped[str] = mapped_column(ForeignKey("deliverables.id"), unique=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("deliverable_versions.id"))
    content_hash: Mapped[str] = mapped_column(String(64))
    paper: Mapped[str] = mapped_column(String(64))
    proposal_id: Mapped[str | None] = mapped_column(ForeignKey("proposals.id"), index=True)
    state: Mapped[str] = mapped_column(String(10), default="open", index=True)
    signed_paper: Mapped[str | None] = mapped_column(String(64))
    document_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))
    created_by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Signer(OfClient, Base):
    """One who is asked to sign, by a link of her own. `token_hash` is the SHA-256 of its secret, which is kept nowhere. `state`: waiting,
    signed, declined, closed."""

    __tablename__ = "signers"
    id: Mapped[Key]
    signing_id: Mapped[str] = mapped_column(ForeignKey("signings.id"), index=True)
    place: Mapped[int]
    name: Mapped[str]
    email: Mapped[str | None]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    reason: Mapped[Long]


class Signature(OfClient, Base):
    """That somebody signed one exact text; the database lets it neither be changed nor removed. `method`: typed, drawn or paper.
    `strokes` are those of a drawn one, [[x, y, …], …] in a field of 600 by 200; `recorded_by` is who recorded one made on paper."""

    __tablename__ = "signatures"
    id: Mapped[Key]
    signer_id: Mapped[str] = mapped_column(ForeignKey("signers.id"), unique=True)
    method: Mapped[str] = mapped_column(String(10))
    name: Mapped[str]
    strokes: Mapped[list[Any]] = mapped_column(JSON, default=list)
    address: Mapped[str]
    agent: Mapped[str]
    content_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    document_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))
    recorded_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))


class Authorization(OfClient, Base):
    """That a taxpayer lets the firm speak to an agency (Form 2848) or see its records (Form 8821, IRC §6103(c)). None where not known."""

    __tablename__ = "authorizations"
    id: Mapped[Key]
    form: Mapped[str] = mapped_column(String(20))
    taxpayer: Mapped[str]
    matters: Mapped[str]
    years: Mapped[str]
    signed_on: Mapped[date | None]
    filed_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    document_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))
    recorded_by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    recorded_at: Mapped[datetime]


class AccessItem(OfClient, Base):
    """A system of the client's that the firm works in, and whether the way in is open. Never a password."""

    __tablename__ = "access_items"
    id: Mapped[Key]
    system: Mapped[str]
    how: Mapped[str]
    granted_on: Mapped[date | None]
    recorded_by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    recorded_at: Mapped[datetime]


class Onboarding(OfClient, Base):
    """A client on the way from prospect to first deliverable. `state`: open, done, ended. `engagement_id` is the onboarding as work."""

    __tablename__ = "onboardings"
    id: Mapped[Key]
    engagement_id: Mapped[str] = mapped_column(ForeignKey("engagements.id"))
    state: Mapped[str] = mapped_column(String(10), default="open", index=True)
    started_by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    started_at: Mapped[datetime]
    moved_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class OnboardingStep(OfClient, Base):
    """One step. `state`: open, done, skipped (`reason` says why). `clicks` and `seconds` are what people spent on its page so far,
    `detail` what was found or chosen."""

    __tablename__ = "onboarding_steps"
    __table_args__ = (UniqueConstraint("onboarding_id", "slug"),)
    id: Mapped[Key]
    onboarding_id: Mapped[str] = mapped_column(ForeignKey("onboardings.id"), index=True)
    slug: Mapped[str] = mapped_column(String(20))
    place: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="open")
    reason: Mapped[Long]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    clicks: Mapped[int] = mapped_column(default=0)
    seconds: Mapped[int] = mapped_column(default=0)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime | None]
