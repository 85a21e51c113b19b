"""The last day to answer a notice: the date printed on it, or the days that the law or the table gives.

A printed date wins over the days and is not rolled, but for the last day of a statutory notice of deficiency. What a notice
says is read elsewhere; this is arithmetic on what was read.
"""

from dataclasses import replace
from datetime import date

from workspace.deadlines import rules
from workspace.deadlines.calendar import in_words, roll
from workspace.deadlines.deadline import Deadline, Override, capital, count, finish, span_words
from workspace.deadlines.rules import Rule

_FEDERAL = ("irs", "internal revenue", "treasury")


def notice_deadline(
    notice_number: str,
    notice_date: date,
    printed: date | None = None,
    abroad: bool = False,
    *,
    agency: str = "IRS",
    from_scan: bool = False,
    override: Override | None = None,
) -> Deadline | None:
    """The last day to act on a notice; None when it goes by its printed date alone and none was read: a person must look.

    `notice_number` however written ("CP2000", "Letter 531"). `abroad`: addressed to a person outside the United States. A notice of
    another `agency` than the IRS, or one that the table does not know, goes by its printed date. `from_scan`: a date was read by
    software from a page and no person has confirmed it. Where the printed date is the rule, a default is to be confirmed too, and
    so is a printed date that cannot be right.
    """
    rule = rules.for_notice(notice_number) if _is_federal(agency) else rules.by_id("notice-printed")
    if abroad and rule.abroad_days:
        rule = replace(rule, days=rule.abroad_days)
    computed = count(rule, notice_date) if rule.has_default else None
    inputs = {"notice": notice_number, "notice date": notice_date.isoformat()}
    how = [f"{notice_number} is dated {in_words(notice_date)}."]
    if abroad:
        inputs["abroad"] = "yes"
    if computed is not None:
        how.append(f"{capital(span_words(rule))}: {in_words(computed)} ({rule.authority}).")
    if printed is not None:
        inputs["printed date"] = printed.isoformat()
        how.append(f"The notice prints {in_words(printed)}.")
    doubt = _doubt(rule, notice_date, printed, computed)
    how.append(doubt)
    if from_scan:
        how.append("Read from the page: confirm.")
    chosen = _chosen(rule, notice_date, printed, computed)
    if chosen is None:
        return None
    nominal, row = chosen
    return finish(row, notice_number, nominal, inputs, how, sure=not doubt and not from_scan, override=override)


def _chosen(rule: Rule, notice_date: date, printed: date | None, computed: date | None) -> tuple[date, Rule] | None:
    if printed is None or (printed < notice_date and computed is not None):
        return None if computed is None else (computed, rule)
    if rule.roll_printed:
        return printed, rule
    # The days of a row marked "check" were not used, so the mark does not hold for a printed date.
    return printed, replace(rule, roll="none", status="sure")


def _doubt(rule: Rule, notice_date: date, printed: date | None, computed: date | None) -> str:
    if printed is None:
        return "No printed date was read from the notice: look for one." if rule.by_print else ""
    if printed < notice_date:
        return "The printed date lies before the date of the notice, so one of them was misread: read the notice."
    if rule.roll_printed and computed is not None and printed not in (computed, roll(computed)):
        return "The printed day is not the one that the law's count gives; the printed one counts: read the notice."
    return ""


def _is_federal(agency: str) -> bool:
    name = agency.strip().lower()
    return any(word in name for word in _FEDERAL)
