"""What every table shares: naming of constraints, the mapping of Python types, and the mark of a client's workspace."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from sqlalchemy import JSON, Date, ForeignKey, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from store.types import Instant

Key = Annotated[str, mapped_column(String(40), primary_key=True)]
Long = Annotated[str, mapped_column(Text)]


class Base(DeclarativeBase):
    """No relationships: a join is written where it is needed, so none is ever forgotten or paid for by surprise."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        date: Date(),
        datetime: Instant(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
    }


class OfClient:
    """A row of one client's workspace."""

    client_id: Mapped[str] = mapped_column(String(40), ForeignKey("clients.id"), index=True)


class Summed(OfClient):
    """A row that the kept summary of its client is made of and the night does not read: when it changes, the committing door says that the
    summary is not to be gone by."""


class Scanned(OfClient):
    """A row of the workspace that the night reads: when it changes, the committing door raises the client's `revision`."""
