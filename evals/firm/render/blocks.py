"""The blocks of a plain document; every renderer takes the same list. Values only."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Heading:
    """A title; level 1 is the document's own."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Text:
    """A paragraph; line breaks are kept."""

    text: str


@dataclass(frozen=True)
class Points:
    """A list; numbered or with bullets."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Fields:
    """Label and value pairs, one a line."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """Rows under a header; the columns of `right` (from 0) are figures. `total` makes the last row bold."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[int, ...] = ()
    total: bool = False


@dataclass(frozen=True)
class Letterhead:
    """The sender's name over its address lines."""

    name: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Break:
    """A new page, where the format has pages."""


Block = Heading | Text | Points | Fields | Table | Letterhead | Break
Blocks = Sequence[Block]


def dollars(amount: Decimal) -> str:
    """$1,234.50, negative with a minus sign."""
    return f"-${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"


def figures(amount: Decimal) -> str:
    """1,234.50, negative with a minus sign, as accounting programs export it."""
    return f"{amount:,.2f}"


def percent(share: Decimal) -> str:
    """60 or 33.33, without the sign and without needless zeros."""
    return f"{share.normalize():f}"


def parentheses(amount: Decimal) -> str:
    """1,234.50 or (1,234.50), as statements print it."""
    return f"({-amount:,.2f})" if amount < 0 else f"{amount:,.2f}"
