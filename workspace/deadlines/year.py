"""All the income tax dates of one client's tax year: estimates, the return, the return if extended."""

from datetime import date

from store.errors import Invalid
from workspace.deadlines.calendar import month_end
from workspace.deadlines.deadline import Deadline
from workspace.deadlines.engine import effective_year_end, estimates, return_deadline

_ESTIMATED = ("1040", "1041", "1120")
_RETURNS = ("1040", "1041", "1065", "1120", "1120-S", "990")
_LEAP = 2000  # a year that has every day of a year


def year_end_of(fiscal_year_end: str, tax_year: int) -> date:
    """The last day of a tax year from the record's "MM-DD". A tax year is named by the year in which it begins: the year 2025 of
    a "06-30" client ends on June 30, 2026. "02-28" and "02-29" are the last of February. Raises Invalid for no such day."""
    try:
        day = date.fromisoformat(f"{_LEAP}-{fiscal_year_end}")
    except ValueError:
        raise Invalid(f"the fiscal year end {fiscal_year_end!r} is no day: write it as MM-DD, like 12-31") from None
    closes = effective_year_end(day)[0].month
    year = tax_year if closes == 12 else tax_year + 1
    if (day.month, day.day) in ((2, 28), (2, 29)):
        return month_end(year, 2)
    # A 52-53-week year that closes with December may end in the first days of January.
    return day.replace(year=year + 1 if closes == 12 and day.month == 1 else year)


def deadlines_for(entity_type: str, fiscal_year_end: str, tax_year: int) -> tuple[Deadline, ...]:
    """Estimates, return and extended return of one tax year, by due date; the extended one carries `inputs["extended"]`.

    `entity_type` as in the client's record; "law" and "other" have no return of their own in the table: an empty tuple.
    `fiscal_year_end` is "MM-DD"; `tax_year` is the year in which the tax year begins.
    """
    if entity_type not in _RETURNS:
        return ()
    end = year_end_of(fiscal_year_end, tax_year)
    dates = [return_deadline(entity_type, end), return_deadline(entity_type, end, extended=True)]
    if entity_type in _ESTIMATED:
        dates.extend(estimates(entity_type, end))
    return tuple(sorted(dates, key=lambda one: (one.due, one.rule_id)))
