"""Money the firm spent for a client: entered by hand, billed at cost. What was billed or written off stays."""

from datetime import date
from decimal import Decimal

from sqlalchemy import exists, select

from store.audit import AuditTag
from store.errors import Conflict, Invalid, NotFound
from store.ids import new_id
from store.tables import Adjustment, Expense
from workspace.acting import person_of, record
from workspace.billing.acts import check_unbilled, engagement_of, reason_in
from workspace.scope import Right, Scope, access_client


def add_expense(
    scope: Scope, client_ref: str, on: date, amount: Decimal, memo: str, *, engagement: str | None = None
) -> str:
    """Enter an expense; its id. Raises NotFound, Forbidden without time:write, Invalid for an amount of 0 or less or a day to come."""
    by, client = person_of(scope), access_client(scope, client_ref, Right.TIME_WRITE)
    work = engagement_of(scope, client, engagement)
    if amount <= 0:
        raise Invalid("an expense is more than 0")
    if on > scope.today:
        raise Invalid("an expense is entered once it was made")
    row = Expense(
        id=new_id("exp"),
        client_id=client.id,
        engagement_id=work.id if work else None,
        on=on,
        amount=amount,
        memo=reason_in(memo),
        entered_by=by,
    )
    scope.session.add(row)
    scope.session.flush()
    record(scope, AuditTag.EXPENSE_ADDED, f"expense:{row.id}", client.id, on=on, amount=amount, memo=row.memo)
    return row.id


def delete_expense(scope: Scope, expense_id: str) -> None:
    """Take an expense away; the trail keeps what it said. Raises NotFound, Forbidden, Conflict for one that was billed or written off."""
    row = scope.session.scalars(
        select(Expense).where(Expense.id == expense_id, Expense.client_id.in_(scope.clients())).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound(f"there is no expense {expense_id}")
    if row.entered_by != person_of(scope):
        scope.require(Right.INVOICE_WRITE)
    scope.require(Right.TIME_WRITE)
    if row.invoice_id or scope.session.scalar(select(exists().where(Adjustment.expense_id == row.id))):
        raise Conflict("this expense was billed or written off and stays as it is")
    check_unbilled(scope, row.id, "this expense")
    record(
        scope, AuditTag.EXPENSE_DELETED, f"expense:{row.id}", row.client_id, on=row.on, amount=row.amount, memo=row.memo
    )
    scope.session.delete(row)
    scope.session.flush()
