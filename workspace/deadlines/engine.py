"""The due dates of returns, estimates, elections and court acts: which row of the table applies, and from which day it runs.

Pure: no clock, no database. Notices, deposits and a client's whole year are in notices.py, payroll.py and year.py.
"""

from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

from store.errors import Invalid
from workspace.deadlines import rules
from workspace.deadlines.calendar import add_months, court_roll, in_words, month_end
from workspace.deadlines.deadline import Deadline, Override, capital, count, day_of_month, finish, span_words
from workspace.deadlines.rules import Extension, Rule

_ONE = timedelta(days=1)
_SLIP = 3  # days that a 52-53-week year may end after the month end nearest to it (IRC §441(f), Reg. 1.441-2)


def return_deadline(
    form: str,
    year_end: date,
    *,
    state: str | None = None,
    extended: bool = False,
    abroad: bool = False,
    override: Override | None = None,
    copy: str | None = None,
) -> Deadline:
    """When a return is due. `form` as on its face: "1065", "1120-S", "941", "FinCEN 114".

    `year_end` is the last day of the period: tax year, plan year, for 941 the quarter; for 706 the date of death; a form that goes
    by the calendar year takes the year that the day lies in. `state` is where the IRS office for the act is and matters for "MA"
    and "ME". `extended`: the extension is on file, or for 941, 940, 944 and 945 every deposit was on time and in full. `copy`
    picks one of the due dates of 1099-MISC and 1099-B: recipient (the default), recipient-8-10, paper, e-file.
    Raises Invalid when the table has no such date, or no extension of it.
    """
    return _return_deadline(form.removeprefix("Form ").strip(), year_end, state, extended, abroad, override, copy)


@lru_cache(maxsize=4096)  # a night and the calendar ask for the same few of each client again and again
def _return_deadline(
    form: str,
    year_end: date,
    state: str | None,
    extended: bool,
    abroad: bool,
    override: Override | None,
    copy: str | None,
) -> Deadline:
    end, _ = effective_year_end(year_end)
    rule = rules.for_form("return", form, (add_months(end, -12) + _ONE).year, end.month, copy)
    start, taken = _start(rule, year_end)
    nominal = count(rule, start)
    inputs = {rule.counts_from: year_end.isoformat()}
    how = [
        f"{capital(rule.counts_from)}: {in_words(year_end)}.",
        taken,
        f"Form {form} is due on {span_words(rule)}: {in_words(nominal)} ({rule.authority}).",
    ]
    if abroad and rule.abroad_months and not extended:
        nominal = add_months(nominal, rule.abroad_months)
        inputs["abroad"] = "yes"
        how.append(f"Abroad, {rule.abroad_months} months more without asking: {in_words(nominal)}.")
    sure = not taken
    if extended:
        extension = _extension_of(form, rule)
        nominal = _extended(extension, nominal)
        inputs["extended"] = "yes"
        how.append(_extension_words(extension, nominal))
        sure = sure and extension.status == "sure"
    return finish(rule, form, nominal, inputs, how, sure=sure, state=state, override=override)


def estimates(
    form: str, year_end: date, *, state: str | None = None, override: Override | None = None
) -> tuple[Deadline, ...]:
    """The instalments of estimated tax for the tax year that ends on `year_end`, in order.

    `form` is "1040-ES", "1040", "1041" or "1120". Raises Invalid for a form without estimates in the table.
    """
    end, taken = effective_year_end(year_end)
    before = month_end(end.year - 1, end.month)
    rule = rules.for_form("estimate", form, (before + _ONE).year, end.month)
    found: list[Deadline] = []
    for number, months in enumerate(rule.instalments, start=1):
        nominal = count(replace(rule, months=months), before)
        inputs = {"tax year end": year_end.isoformat(), "instalment": str(number)}
        ordinal = f"day {rule.day} of month {months} of the tax year"
        how = [
            f"Tax year end: {in_words(year_end)}.",
            taken,
            f"Instalment {number} is due on {ordinal}: {in_words(nominal)} ({rule.authority}).",
        ]
        named = replace(rule, title=f"{rule.title}, instalment {number}")
        found.append(finish(named, rule.form, nominal, inputs, how, sure=not taken, state=state, override=override))
    return tuple(found)


def event_deadline(
    rule_id: str,
    happened: date,
    *,
    by_mail: bool = False,
    state: str | None = None,
    override: Override | None = None,
) -> Deadline:
    """When an act is due that an event starts: "2553", "83b", "efile-rejection-individual", "frcp-answer" and the other rules
    of kind event. `by_mail` adds the days of FRCP 6(d); for court rules `state` is where the court sits. Raises Invalid for
    a rule that does not run from an event."""
    rule = rules.by_id(rule_id)
    if rule.kind != "event":
        raise Invalid(f"the rule {rule_id!r} does not run from an event")
    nominal = count(rule, happened)
    inputs = {rule.counts_from: happened.isoformat()}
    how = [
        f"{capital(rule.counts_from)}: {in_words(happened)}.",
        f"{capital(span_words(rule))}: {in_words(nominal)} ({rule.authority}).",
    ]
    if by_mail and rule.mail_days:
        # The three days start where the period would otherwise have ended, roll included (FRCP 6(d)).
        expires = court_roll(nominal, state)
        nominal = expires + timedelta(days=rule.mail_days)
        inputs["served by mail"] = "yes"
        how.append(f"It would end on {in_words(expires)}; by mail, {rule.mail_days} days more: {in_words(nominal)}.")
    return finish(rule, rule.form, nominal, inputs, how, sure=True, state=state, override=override)


def refund_claim_deadline(
    *, filed: date | None, return_due: date, paid: date | None, override: Override | None = None
) -> Deadline:
    """The last day to claim a refund: the later of three years from filing and two years from payment (IRC §6511(a)).

    A return filed before `return_due` counts as filed on that day (§6513(a)). None: not filed, nothing paid; both None
    raises Invalid.
    """
    ends: list[Deadline] = []
    if filed is not None:
        ends.append(event_deadline("refund-filed", max(filed, return_due), override=override))
    if paid is not None:
        ends.append(event_deadline("refund-paid", paid, override=override))
    if not ends:
        raise Invalid("a refund claim needs the day the return was filed or the day the tax was paid")
    ends.sort(key=lambda one: one.due)
    latest = ends[-1]
    if len(ends) == 1:
        return latest
    inputs = {name: value for one in ends for name, value in one.inputs.items()}
    both = f"The later of the two counts; the other would be {in_words(ends[0].due)}."
    return replace(latest, inputs=inputs, how=(*latest.how, both))


def effective_year_end(year_end: date) -> tuple[date, str]:
    """The month end that a tax year counts as ending on, and a sentence when that is another day ("" when not).

    A 52-53-week year may end up to three days into the next month: it counts as ended with the month before. Any other day counts
    as its own month's end, as months are counted from the month in which a short year closes.
    """
    last = month_end(year_end.year, year_end.month)
    if year_end == last:
        return last, ""
    if year_end.day <= _SLIP:
        last = month_end(year_end.year, year_end.month - 1)
    return last, f"The period does not end with a month: it is taken as ending on {in_words(last)}."


def _start(rule: Rule, year_end: date) -> tuple[date, str]:
    if rule.counts_from == "calendar year end":
        return date(year_end.year, 12, 31), ""
    return (year_end, "") if rule.day is None else effective_year_end(year_end)


def _extension_of(form: str, rule: Rule) -> Extension:
    if rule.extension is None:
        raise Invalid(f"the table has no extension of Form {form} ({rule.title}): ask for the date without one")
    return rule.extension


def _extended(extension: Extension, nominal: date) -> date:
    if extension.day is not None:
        return day_of_month(nominal, extension.months, extension.day)
    reached = add_months(nominal, extension.months) + timedelta(days=extension.days)
    if extension.half_month:
        return min(reached + timedelta(days=15), month_end(reached.year, reached.month))
    return reached


def _extension_words(extension: Extension, nominal: date) -> str:
    by = f"Extended by Form {extension.form}" if extension.form else "Extended"
    when = f" ({extension.when})" if extension.when else ""
    return f"{by}{when}, counted from the date before any roll: {in_words(nominal)}."
