"""The deadline engine: every date with its rule, its authority, its inputs and how it was computed.

Front doors: `return_deadline`, `estimates`, `event_deadline`, `refund_claim_deadline`, `notice_deadline`, `payroll_deposit`,
`payroll_returns`, `deadlines_for`, `state_deadline`, and the calendar (`roll`, business days). Pure arithmetic on values: no clock, no
database.
"""

from workspace.deadlines.calendar import (
    add_business_days,
    add_months,
    business_days_between,
    in_words,
    is_business_day,
    legal_holidays,
    month_end,
    roll,
)
from workspace.deadlines.deadline import Deadline, Override
from workspace.deadlines.engine import estimates, event_deadline, refund_claim_deadline, return_deadline
from workspace.deadlines.notices import notice_deadline
from workspace.deadlines.payroll import payroll_deposit, payroll_returns
from workspace.deadlines.rules import threshold
from workspace.deadlines.state_rules import StateReturn, read_state_file, state_deadline
from workspace.deadlines.year import deadlines_for, year_end_of

__all__ = [
    "Deadline",
    "Override",
    "StateReturn",
    "add_business_days",
    "add_months",
    "business_days_between",
    "deadlines_for",
    "estimates",
    "event_deadline",
    "in_words",
    "is_business_day",
    "legal_holidays",
    "month_end",
    "notice_deadline",
    "payroll_deposit",
    "payroll_returns",
    "read_state_file",
    "refund_claim_deadline",
    "return_deadline",
    "roll",
    "state_deadline",
    "threshold",
    "year_end_of",
]
