"""Column types that keep a value exact on SQLite and PostgreSQL alike, and the one JSON form that is hashed."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect
from sqlalchemy.types import TypeDecorator


class Scaled(TypeDecorator[Decimal]):
    """A Decimal kept as an integer of its smallest unit, so that sums are exact on every database."""

    impl = BigInteger
    cache_ok = True

    def __init__(self, places: int) -> None:
        super().__init__()
        self.places = places

    def __repr__(self) -> str:
        return f"Scaled({self.places})"  # Alembic writes this into a migration

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        scaled = Decimal(value).scaleb(self.places)
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{value} has more than {self.places} decimal places")
        return int(scaled)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        # sum() over integers is an integer on SQLite and numeric on PostgreSQL
        return None if value is None else Decimal(int(value)).scaleb(-self.places)


def Money() -> Scaled:
    """Dollars, to the cent."""
    return Scaled(2)


def Hours() -> Scaled:
    """Hours, to a hundredth."""
    return Scaled(2)


def Percent() -> Scaled:
    """Percent, 0 to 100, to four places."""
    return Scaled(4)


class Instant(TypeDecorator[datetime]):
    """An aware moment in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def canonical_json(value: Any) -> str:
    """The same value always gives the same text: keys sorted, no spaces, Decimal and dates as strings."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=plain)


def plain(value: object) -> str:
    """A value that JSON has no form of, as its text: exact, moments in UTC."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical form")
