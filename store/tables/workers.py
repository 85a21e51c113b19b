"""Who works on clients beside whom, what they share by turns, and how old a program may be. Rows of no client."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base


class Worker(Base):
    """A process that works on clients, by its fixed name; on PostgreSQL alone, where there can be several. Moments are the database's.

    `kind` is the command that it runs as (serve, worker, scan …); `program` the release, `speaks` the version of its workflows; `life` is
    new with every start, `place` the machine and home, so that who starts again there is known. `state`: working, draining (it takes no
    more clients), gone. `desks` are worked on at once, `takes` taken off the queue, `asks` more where a model is asked; `in_hand` now."""

    __tablename__ = "workers"
    __table_args__ = (CheckConstraint("state IN ('working', 'draining', 'gone')", name="state_known"),)
    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    program: Mapped[str] = mapped_column(String(40))
    speaks: Mapped[str] = mapped_column(String(20))
    life: Mapped[str] = mapped_column(String(40))
    place: Mapped[str]
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))
    desks: Mapped[int]
    takes: Mapped[int]
    asks: Mapped[int]
    in_hand: Mapped[int] = mapped_column(default=0)


class Lease(Base):
    """What one holds at a time until a moment: who leads, who drives a night, the places of a model's endpoint (`slot` from 0)."""

    __tablename__ = "leases"
    name: Mapped[str] = mapped_column(String(300), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True)
    holder: Mapped[str] = mapped_column(String(80))
    until: Mapped[datetime]


class SchemaFloor(Base):
    """The one row that says which programs may still run: those that know this migration. Raised by a migration that takes something away
    or changes what it means; one that only adds leaves it."""

    __tablename__ = "schema_floor"
    id: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[str] = mapped_column(String(10))
