"""A due date that shows how it came about: counted from its start, rolled by its rule's policy, postponed by a recorded override.

Owns `Deadline`, `Override` and the two steps that every rule shares, `count` and `finish`. Knows no form: which row applies is
asked by engine.py, notices.py and payroll.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from workspace.deadlines.calendar import (
    add_business_days,
    add_months,
    court_roll,
    holidays_from,
    in_words,
    month_end,
    roll,
    why_rolled,
)
from workspace.deadlines.rules import LAST_DAY, Rule

_ROLLED_BY = {
    "7503": "IRC §7503",
    "frcp": "FRCP 6(a)(1)(C)",
    "deposit": "Reg. 31.6302-1(c)",
    "state": "the state's own rule, as the firm entered it",
}


@dataclass(frozen=True)
class Override:
    """A recorded disaster postponement (IRC §7508A): due dates from `first_day` to `last_day` move to `until`.

    `notice` is the IRS's notice or news release number. A bound that is None is open. The caller has matched the county.
    """

    notice: str
    until: date
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class Deadline:
    """One computed date with everything a person needs to check it.

    `nominal` is the date before any roll or postponement, `rolled` the one after the roll, `due` the date that counts. `rolled_because`
    says why they differ, None when they don't. `roll_policy` is what the rule does with closed days, `years` when the rule holds.
    `confirm`: show it as "confirm" until a person has. `how`: sentences, in order.
    """

    rule_id: str
    title: str
    form: str
    authority: str
    inputs: dict[str, str] = field(hash=False)
    nominal: date
    rolled: date
    due: date
    rolled_because: str | None
    roll_policy: str
    years: str
    confirm: bool
    how: tuple[str, ...]

    @property
    def postponed_by(self) -> str | None:
        """The IRS's notice that moved the date (IRC §7508A), None where none did."""
        return self.inputs.get("postponed by")


def count(rule: Rule, start: date) -> date:
    """The nominal date of a rule whose time runs from `start`."""
    if rule.business_days:
        return add_business_days(start, rule.business_days)
    if rule.day is not None:
        return day_of_month(start, rule.months, rule.day)
    reached = add_months(start, rule.months)
    if rule.inclusive and reached.day == start.day:
        reached -= timedelta(
            days=1
        )  # a period that includes its first day ends on the day before the same day of a later month
    return reached + timedelta(days=rule.days)


def finish(
    rule: Rule,
    form: str,
    nominal: date,
    inputs: dict[str, str],
    sentences: Sequence[str],
    *,
    sure: bool,
    state: str | None = None,
    override: Override | None = None,
) -> Deadline:
    """The deadline on `nominal`, rolled by the rule's policy and then postponed where a disaster override says so.

    `sentences` tell how `nominal` was reached (empty ones are left out); not `sure`, or a rule marked "check": to be confirmed.
    """
    rolled, because = _rolled(rule, nominal, state)
    due = rolled
    how = [sentence for sentence in sentences if sentence]
    if because:
        how.append(f"{because}; the next day that counts is {in_words(due)} ({_ROLLED_BY[rule.roll]}).")
    if state:
        inputs = {**inputs, "state": state}
    if override is not None:
        applies = _applies(override, due)
        how.append(_override_words(override, due, applies))
        if applies:
            inputs = {**inputs, "postponed by": override.notice, "postponed to": override.until.isoformat()}
            due, because = override.until, f"postponed by {override.notice} (IRC §7508A)"
    confirm = not sure or rule.status == "check"
    if confirm:
        how.append("A person confirms this date before it is relied on.")
    return Deadline(
        rule_id=rule.id,
        title=rule.title,
        form=form,
        authority=rule.authority,
        inputs=inputs,
        nominal=nominal,
        rolled=rolled,
        due=due,
        rolled_because=because,
        roll_policy=rule.roll_policy,
        years=rule.years,
        confirm=confirm,
        how=tuple(how),
    )


def day_of_month(start: date, months: int, day: int) -> date:
    """Day `day` of the month that is `months` after that of `start`, the last day where the month is shorter."""
    last = month_end(start.year, start.month + months)
    return last.replace(day=min(day, last.day))


def span_words(rule: Rule) -> str:
    """What the rule counts: "day 15 of month 3 after the tax year end", "30 days after the notice date"."""
    if rule.day is not None:
        day = "the last day" if rule.day == LAST_DAY else f"day {rule.day}"
        return f"{day} of month {rule.months} after the {rule.counts_from}"
    units = ((rule.months, "month"), (rule.days, "day"), (rule.business_days, "business day"))
    parts = [f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in units if number]
    return f"{' and '.join(parts)} after the {rule.counts_from}"


def capital(sentence: str) -> str:
    """The sentence with a capital first letter and the rest as it stands."""
    return sentence[:1].upper() + sentence[1:]


def _rolled(rule: Rule, nominal: date, state: str | None) -> tuple[date, str | None]:
    if rule.roll == "none":
        return nominal, None
    if rule.roll == "frcp":
        due = court_roll(nominal, state)
        return due, why_rolled(nominal, due, holidays_from(nominal, due, state, court=True))
    # Deposits skip D.C. holidays only; Patriots' Day counts for a state's own return as for a federal one.
    where = None if rule.roll == "deposit" else state
    due = roll(nominal, where)
    return due, why_rolled(nominal, due, holidays_from(nominal, due, where))


def _applies(override: Override, due: date) -> bool:
    # §7508A postpones, it never shortens; a date outside the window is not postponed at all.
    begun = override.first_day is None or override.first_day <= due
    not_past = override.last_day is None or due <= override.last_day
    return begun and not_past and override.until > due


def _override_words(override: Override, due: date, applies: bool) -> str:
    if applies:
        return f"{override.notice} postpones {in_words(due)} to {in_words(override.until)} (IRC §7508A)."
    return f"{override.notice} (to {in_words(override.until)}) does not reach {in_words(due)} and changes nothing."
