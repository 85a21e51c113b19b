"""Moments made of days inside a query, the same on both databases, so that rows which know only their day stand in one order with those
that know their moment."""

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from store.types import Instant


class noon(FunctionElement[Any]):
    """Twelve o'clock UTC of a day: the same day on every wall from Honolulu to Auckland's eve."""

    type = Instant()
    inherit_cache = True
    name = "noon"


class day_end(FunctionElement[Any]):
    """The last second of a day, UTC: what has only a day is news through all of it."""

    type = Instant()
    inherit_cache = True
    name = "day_end"


@compiles(noon, "sqlite")
def _noon_sqlite(element: Any, compiler: SQLCompiler, **how: Any) -> str:
    return f"({compiler.process(element.clauses, **how)} || ' 12:00:00.000000')"


@compiles(noon)
def _noon(element: Any, compiler: SQLCompiler, **how: Any) -> str:
    return f"((CAST({compiler.process(element.clauses, **how)} AS timestamp) + interval '12 hours') AT TIME ZONE 'UTC')"


@compiles(day_end, "sqlite")
def _day_end_sqlite(element: Any, compiler: SQLCompiler, **how: Any) -> str:
    return f"({compiler.process(element.clauses, **how)} || ' 23:59:59.000000')"


@compiles(day_end)
def _day_end(element: Any, compiler: SQLCompiler, **how: Any) -> str:
    day = compiler.process(element.clauses, **how)
    return f"((CAST({day} AS timestamp) + interval '86399 seconds') AT TIME ZONE 'UTC')"
