"""Counting days as the practice speaks of them. Holidays and the roll are of `workspace.deadlines`."""

from datetime import date, timedelta

from workspace.deadlines import business_days_between

_DAY = timedelta(days=1)


def business_days_to(start: date, end: date) -> int:
    """Business days after `start` up to and including `end`: Monday to Tuesday is 1. Negative when `end` is before `start`."""
    if end < start:
        return -business_days_to(end, start)
    return business_days_between(start + _DAY, end + _DAY)
