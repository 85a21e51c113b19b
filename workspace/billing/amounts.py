"""Money to the cent and hours to a hundredth, always Decimal. One rounding for dollars, stated here; pure arithmetic.

Dollars are rounded half to even, as the snapshot rounds the value of an entry (workspace/snapshot/model.py), so that a page, a signal and
an invoice never differ by a cent. Each entry is rounded by itself and sums are sums of rounded values.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any

from store.errors import Invalid
from store.types import canonical_json

ZERO = Decimal("0.00")
CENT = Decimal("0.01")
MOST = Decimal("99999999.99")


def cents(amount: Decimal) -> Decimal:
    """Dollars to the cent, half to even."""
    return amount.quantize(CENT, ROUND_HALF_EVEN)


def value_of(hours: Decimal, rate: Decimal | None) -> Decimal:
    """The standard value of time, dollars: hours x rate, to the cent, half to even; 0 where no rate is known."""
    return cents(hours * rate) if rate is not None else ZERO


def spread(amount: Decimal, over: Sequence[Decimal]) -> list[Decimal]:
    """`amount` shared out in proportion to `over` (none negative, not all zero), to the cent; the shares sum to it exactly."""
    whole, shares, before, taken = sum(over, ZERO), [], ZERO, ZERO
    for part in over:
        before += part
        upto = cents(amount * before / whole)
        shares.append(upto - taken)
        taken = upto
    return shares


def in_ledger(amount: Decimal) -> str:
    """Dollars as a paper prints them: `1,250.00`, a negative in parentheses."""
    return f"({abs(amount):,.2f})" if amount < ZERO else f"{amount:,.2f}"


def money_in(text: Decimal | str, what: str = "the amount") -> Decimal:
    """Dollars as a person writes them: `1,250.00`, `$95`. Raises Invalid for what is none, or has parts of a cent."""
    return _number(text, what, "an amount like 1250.00")


def hours_in(text: Decimal | str, what: str = "the hours", like: str = "hours like 1.5 or 1:30") -> Decimal:
    """Hours as a person writes them: `1.5`, `1:30`. Raises Invalid, which says `what` it is and how it is written."""
    if isinstance(text, str) and text.count(":") == 1:
        whole, minutes = (part.strip() for part in text.split(":"))
        if whole.isdecimal() and minutes.isdecimal() and len(whole) < 4 and int(minutes) < 60:
            return (Decimal(whole) + Decimal(minutes) / 60).quantize(CENT, ROUND_HALF_EVEN)
    return _number(text, what, like)


def _number(text: Decimal | str, what: str, like: str) -> Decimal:
    try:
        found = Decimal(str(text).replace(",", "").replace("$", "").strip())
        if found.quantize(CENT) == found and abs(found) <= MOST:
            return found.quantize(CENT)
    except InvalidOperation:
        pass  # told below, as a number that is too fine or too large is
    raise Invalid(f"{what} is {str(text)!r}, not {like}")


def as_json(value: Any) -> Any:
    """A frozen value, or a sequence of them, as plain JSON: money as text, days ISO."""
    if isinstance(value, list | tuple):
        return [as_json(one) for one in value]
    return json.loads(canonical_json(asdict(value) if is_dataclass(value) and not isinstance(value, type) else value))
