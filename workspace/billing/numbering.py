"""The numbers of invoices and credit notes: one series without gaps.

The next number is taken from a row that the transaction holds until it commits: two who issue at once wait for each other, and a refusal
gives the number back. A number that a loaded invoice already bears is passed over. The first is one more than the highest loaded number
that is all digits, 1001 without any; the firm's setting billing.first_number begins elsewhere, billing.number_prefix stands before each.
"""

from sqlalchemy import exists, select

from store.tables import Counter, Invoice
from workspace.billing.acts import setting
from workspace.scope import Scope

NAME = "invoice"
_FIRST = 1001
_LONGEST = 9


def take_number(scope: Scope) -> str:
    """The next number, this transaction's from now on."""
    row = scope.session.scalars(
        select(Counter).where(Counter.name == NAME).with_for_update().execution_options(populate_existing=True)
    ).one()
    prefix: str = setting(scope, "number_prefix", "")
    number = row.last + 1 if row.last else max(setting(scope, "first_number", _FIRST), _after_loaded(scope))
    while scope.session.scalar(select(exists().where(Invoice.number == f"{prefix}{number}"))):
        number += 1
    row.last = number
    scope.session.flush()
    return f"{prefix}{number}"


def _after_loaded(scope: Scope) -> int:
    numbers = scope.session.scalars(select(Invoice.number)).all()
    return max((int(one) for one in numbers if one.isdecimal() and len(one) <= _LONGEST), default=0) + 1
