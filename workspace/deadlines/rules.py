"""The table of due dates as values: what rules.toml says, read once and looked up by form, notice or event.

Owns the shape of a rule and which row applies to which year. Computes no date: that is engine.py.
"""

import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from store.errors import Invalid

Kind = Literal["return", "estimate", "notice", "event", "deposit"]
Roll = Literal["7503", "none", "frcp", "deposit", "state"]
Status = Literal["sure", "check"]
ROLLS: dict[Roll, str] = {
    "7503": "moves off a Saturday, Sunday or legal holiday (IRC §7503)",
    "none": "is not moved off a Saturday, Sunday or holiday",
    "frcp": "moves off a Saturday, Sunday or legal holiday of the court (FRCP 6(a)(1)(C))",
    "deposit": "moves to the next business day, counted by the deposit rule's own (Reg. 31.6302-1(c))",
    "state": "moves off a Saturday, Sunday or legal holiday, as the firm entered the state's own rule",
}
LAST_DAY = 31  # a rule's `day = "last"`: clamped to the month


@dataclass(frozen=True)
class Extension:
    """How far an extension reaches, counted from the nominal, un-rolled date. `form` None: nothing is filed for it.

    `day` None keeps the day of the month; `half_month` adds fifteen days more, never past the end of the month.
    `when` is the condition in words, "" where asking is enough.
    """

    form: str | None
    months: int
    days: int
    day: int | None
    half_month: bool
    when: str
    status: Status


@dataclass(frozen=True)
class Rule:
    """One row of the table. The fields are explained at the top of rules.toml.

    A notice whose `days`, `business_days` and `months` are all 0 has no default: it goes by its printed date alone.
    `from_year` and `through_year` are the first and last year that it holds for, None without bound.
    """

    id: str
    kind: Kind
    forms: tuple[str, ...]
    title: str
    counts_from: str
    months: int
    days: int
    business_days: int
    day: int | None
    instalments: tuple[int, ...]
    inclusive: bool
    abroad_months: int
    abroad_days: int
    mail_days: int
    year_end_month: int | None
    copy: str
    extension: Extension | None
    roll: Roll
    roll_printed: bool
    by_print: bool
    authority: str
    from_year: int | None
    through_year: int | None
    status: Status

    @property
    def form(self) -> str:
        """The form the rule is first of all about, "" where it is about none."""
        return self.forms[0] if self.forms else ""

    @property
    def years(self) -> str:
        """The effective years in words."""
        return years_in_words(self.from_year, self.through_year)

    @property
    def roll_policy(self) -> str:
        """What happens to a date on a closed day, in words."""
        printed = " where none is printed" if self.by_print and self.roll != "none" else ""
        return ROLLS[self.roll] + printed

    @property
    def has_default(self) -> bool:
        """Whether a date can be computed where none is printed."""
        return bool(self.months or self.days or self.business_days)


@dataclass(frozen=True)
class Threshold:
    """An amount in dollars that decides whether a date applies, for the years `from_year` to `through_year`."""

    id: str
    title: str
    amount: Decimal
    authority: str
    from_year: int | None
    through_year: int | None
    status: Status


def holds(row: Rule | Threshold, year: int) -> bool:
    """Whether the row is in force for a year."""
    return (row.from_year is None or row.from_year <= year) and (row.through_year is None or year <= row.through_year)


@lru_cache(maxsize=1)
def table() -> tuple[Rule, ...]:
    """Every rule, in the order of rules.toml."""
    return tuple(_rule(row) for row in _data()["rule"])


@lru_cache(maxsize=1)
def thresholds() -> tuple[Threshold, ...]:
    """Every threshold, in the order of rules.toml."""
    return tuple(_threshold(row) for row in _data()["threshold"])


def by_id(rule_id: str) -> Rule:
    """The rule of that id. Raises Invalid when there is none."""
    for rule in table():
        if rule.id == rule_id:
            return rule
    raise Invalid(f"there is no deadline rule {rule_id!r}")


def for_form(kind: Kind, form: str, begins: int, ends_in_month: int, copy: str | None = None) -> Rule:
    """The row for a form's tax year that begins in the year `begins` and ends in the month `ends_in_month`.

    A row made for that month goes before the general one; of several copies of a form the first in the table is meant
    when `copy` is None. Raises Invalid, with what to do, when no row applies.
    """
    known = [rule for rule in table() if rule.kind == kind and form in rule.forms and copy in (None, rule.copy)]
    rows = [rule for rule in known if holds(rule, begins) and rule.year_end_month in (None, ends_in_month)]
    if rows:
        return min(rows, key=lambda rule: rule.year_end_month is None)
    if known:
        raise Invalid(f"the table has no due date of Form {form} for years beginning in {begins}: enter it by hand")
    asked = f"Form {form}" + (f" ({copy})" if copy else "")
    raise Invalid(f"the table has no due date of {asked}: enter it by hand")


def for_notice(number: str) -> Rule:
    """The row for a notice number however it is written ("Letter 531", "CP-504B"); the row `notice-printed`, which goes
    by the printed date alone, for a notice the table does not know (a state's, for one)."""
    name = normal_notice(number)
    rows = {form: rule for rule in table() if rule.kind == "notice" for form in rule.forms}
    # CP504B, LT11-T and the like: a letter at the end is a variant of the notice, not another one.
    return rows.get(name) or rows.get(name[:-1] if name[-1:].isalpha() else name) or by_id("notice-printed")


def normal_notice(number: str) -> str:
    """A notice number as the table writes it: "Letter 226-J" is "226J", "cp 2000" is "CP2000", "L1058" is "1058"."""
    text = re.sub(r"[^A-Z0-9]", "", number.upper())
    return re.sub(r"^(?:IRS)?(?:NOTICE(?=CP|LT|\d)|LETTER(?=LT|CP|\d)|LTR(?=\d)|FORM(?=\d)|L(?=\d))?", "", text)


def threshold(threshold_id: str, year: int) -> Threshold:
    """The threshold in force for a year. Raises Invalid when there is none."""
    for row in thresholds():
        if row.id == threshold_id and holds(row, year):
            return row
    raise Invalid(f"there is no threshold {threshold_id!r} for {year}")


def _data() -> dict[str, Any]:
    return tomllib.loads(files("workspace.deadlines").joinpath("rules.toml").read_text(encoding="utf-8"))


def years_in_words(first: int | None, last: int | None) -> str:
    """The years from `first` through `last`, None without bound."""
    if first is None and last is None:
        return "all years"
    if first is None:
        return f"years beginning through {last}"
    return f"years beginning in {first} or later" if last is None else f"years beginning in {first} to {last}"


def _day(value: int | str | None) -> int | None:
    return LAST_DAY if value == "last" else int(value) if value is not None else None


def _extension(row: dict[str, Any] | None) -> Extension | None:
    if row is None:
        return None
    return Extension(
        form=row.get("form"),
        months=row.get("months", 0),
        days=row.get("days", 0),
        day=_day(row.get("day")),
        half_month=row.get("half_month", False),
        when=row.get("when", ""),
        status=row.get("status", "sure"),
    )


def _rule(row: dict[str, Any]) -> Rule:
    return Rule(
        id=row["id"],
        kind=row["kind"],
        forms=tuple(row["forms"]),
        title=row["title"],
        counts_from=row["from"],
        months=row.get("months", 0),
        days=row.get("days", 0),
        business_days=row.get("business_days", 0),
        day=_day(row.get("day")),
        instalments=tuple(row.get("instalments", ())),
        inclusive=row.get("inclusive", False),
        abroad_months=row.get("abroad_months", 0),
        abroad_days=row.get("abroad_days", 0),
        mail_days=row.get("mail_days", 0),
        year_end_month=row.get("year_end_month"),
        copy=row.get("copy", ""),
        extension=_extension(row.get("extension")),
        roll=row["roll"],
        roll_printed=row.get("roll_printed", False),
        by_print=row.get("by_print", False),
        authority=row["authority"],
        from_year=row.get("from_year"),
        through_year=row.get("through_year"),
        status=row.get("status", "sure"),
    )


def _threshold(row: dict[str, Any]) -> Threshold:
    return Threshold(
        id=row["id"],
        title=row["title"],
        amount=Decimal(row["amount"]),
        authority=row["authority"],
        from_year=row.get("from_year"),
        through_year=row.get("through_year"),
        status=row.get("status", "sure"),
    )
