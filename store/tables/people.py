"""Who works on a client beside those who answer for it, walls that stood once, glass that was broken, and the firm's own roles."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, Key, Long, OfClient


class TeamMember(OfClient, Base):
    """This person sees this client, whatever her role is. `added_by` None: the system."""

    __tablename__ = "team_members"
    __table_args__ = (
        UniqueConstraint("client_id", "person_id"),
        Index("ix_team_members_person_id_client_id", "person_id", "client_id"),
    )
    id: Mapped[Key]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    since: Mapped[date]
    added_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))


class EndedWall(OfClient, Base):
    """A wall that was lifted: as it stood in `walls`, and who ended it when and why. `id` is the one it had there."""

    __tablename__ = "ended_walls"
    id: Mapped[Key]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    reason: Mapped[Long]
    set_on: Mapped[date]
    set_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    ended_at: Mapped[datetime]
    ended_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    why: Mapped[Long]


class Glass(OfClient, Base):
    """A client opened from outside its team: by whom, why, until when. `ended_at` is set when somebody closed it before."""

    __tablename__ = "glass"
    __table_args__ = (Index("ix_glass_person_id_until", "person_id", "until"),)
    id: Mapped[Key]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[Long]
    opened_at: Mapped[datetime]
    until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))


class FirmRole(Base):
    """A role of the firm's own over one of the product's: `base` says which clients are seen and which rights there are to begin with.
    `made_by` is an address."""

    __tablename__ = "firm_roles"
    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    base: Mapped[str] = mapped_column(String(10))
    made_at: Mapped[datetime]
    made_by: Mapped[str]


class RoleRight(Base):
    """A right in which a role of the firm's own differs from its base: `given` beyond it, or taken away."""

    __tablename__ = "role_rights"
    __table_args__ = (UniqueConstraint("role_id", "right"),)
    id: Mapped[Key]
    role_id: Mapped[str] = mapped_column(ForeignKey("firm_roles.id"))
    right: Mapped[str] = mapped_column(String(40))
    given: Mapped[bool]
