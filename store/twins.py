"""A table under another name beside itself in one statement, made once and kept.

SQLAlchemy copies every column for one, which takes longer than the statement it stands in: a client's page spent a tenth of its time so.
"""

from functools import cache
from typing import TypeVar

from sqlalchemy.orm import aliased

T = TypeVar("T")


@cache
def twin(table: type[T], name: str) -> type[T]:
    """The table once more. Whoever needs it twice in one statement gives two names: the same name is the same row. Not for a subquery
    that may come to stand inside another one with the same twin."""
    return aliased(table)
