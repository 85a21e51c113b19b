"""The firm's calendar: every date of the asker's clients, as the law gives it now, with how it came about and how much slack it has.

Front doors: `calendar_of` (dates in a span), `Wanted` (what is asked for), `month_grid`, `by_slack`, and feeds.py for calendar
programs. Dates are computed when they are asked for, from `workspace.deadlines`; what only a scan can see (notices, deposits, estimates)
comes from what the last one raised. Never decides anything and changes no record.
"""

from workspace.calendar.dates import calendar_of
from workspace.calendar.model import CLASSES, KINDS, Calendar, Dated, Entry, Wanted
from workspace.calendar.views import Cell, Day, by_day, by_slack, month_grid, named

__all__ = [
    "CLASSES",
    "KINDS",
    "Calendar",
    "Cell",
    "Dated",
    "Day",
    "Entry",
    "Wanted",
    "by_day",
    "by_slack",
    "calendar_of",
    "month_grid",
    "named",
]
