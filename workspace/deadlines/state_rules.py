"""The due dates of states' own returns, which the law of no federal page gives: the firm enters them, and they compute like the others.

Owns the shape of a row, how a file of rows is read, and the date a row gives. Knows no state's law by itself, and opens no database.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from store.ids import stable_id
from workspace.deadlines.calendar import add_months, in_words
from workspace.deadlines.deadline import Deadline, Override, count, day_of_month, finish, span_words
from workspace.deadlines.engine import effective_year_end
from workspace.deadlines.rules import LAST_DAY, Rule, years_in_words

COLUMNS = ("state", "form", "title", "entity_types", "months", "day", "extension_months", "extension_day", "rolls")
MORE = ("authority", "from_year", "through_year", "status")
NEEDED = ("state", "form", "entity_types", "months", "day", "rolls", "authority")
ENTITY_TYPES = ("1040", "1065", "1120", "1120-S", "1041", "990", "law", "other")
_STATES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN "
    "TX UT VT VA WA WV WI WY"
)
_YES, _NO = ("yes", "true", "1"), ("no", "false", "0")


@dataclass(frozen=True)
class StateReturn:
    """One row. `day` 31 is the last day of the month; `extension_months` counts from the nominal date, None: the state gives none."""

    state: str
    form: str
    title: str
    entity_types: tuple[str, ...]
    months: int
    day: int
    extension_months: int | None
    extension_day: int | None
    rolls: bool
    authority: str
    from_year: int | None = None
    through_year: int | None = None
    to_confirm: bool = False

    @property
    def id(self) -> str:
        """The id of its row: a state's form, for the years from one on."""
        return stable_id("state", self.state, self.form, self.from_year or "")

    @property
    def years(self) -> str:
        return years_in_words(self.from_year, self.through_year)

    def holds(self, entity_type: str, begins: int) -> bool:
        """Whether it is the return of such a client for a tax year that begins then."""
        since = self.from_year is None or self.from_year <= begins
        return entity_type in self.entity_types and since and (self.through_year is None or begins <= self.through_year)


@dataclass(frozen=True)
class BadRow:
    """A row that was not taken: its line in the file, and what to do about it."""

    line: int
    why: str


def read_state_file(text: str) -> tuple[tuple[StateReturn, ...], tuple[BadRow, ...]]:
    """The rows of a CSV with the columns COLUMNS and MORE, and those that cannot be read. A row that is twice in the file counts once."""
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    head = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    lacking = [name for name in NEEDED if name not in head]
    if lacking:
        return (), (BadRow(1, f"the first line lacks the columns {', '.join(lacking)}; it begins {','.join(COLUMNS)}"),)
    rows: dict[str, StateReturn] = {}
    bad: list[BadRow] = []
    for line in reader:
        cells = {
            str(name).strip().lower(): str(value or "").strip() for name, value in line.items() if name is not None
        }
        if not any(cells.values()):
            continue
        found = _row(cells)
        if isinstance(found, str):
            bad.append(BadRow(reader.line_num, found))
        elif found.id in rows and rows[found.id] != found:
            bad.append(
                BadRow(reader.line_num, f"{found.state} {found.form} stands twice for the same years; keep one of them")
            )
        else:
            rows[found.id] = found
    return tuple(rows.values()), tuple(bad)


def is_state(code: str) -> bool:
    """Whether two capital letters are those of a state or the District."""
    return len(code) == 2 and code.isalpha() and code in _STATES


def _row(cells: Mapping[str, str]) -> StateReturn | str:
    """The row, or what is wrong with it."""
    empty = [name for name in NEEDED if not cells.get(name)]
    if empty:
        return f"{', '.join(empty)} {'is' if len(empty) == 1 else 'are'} empty"
    state, kinds = cells["state"].upper(), tuple(one.strip() for one in cells["entity_types"].split(";") if one.strip())
    unknown = [one for one in kinds if one not in ENTITY_TYPES]
    if not is_state(state):
        return f"{cells['state']} is no state; write its two letters, like PA"
    if unknown or not kinds:
        return f"entity_types {cells['entity_types']}: write {';'.join(ENTITY_TYPES[:3])} or others of {', '.join(ENTITY_TYPES)}"
    if cells["rolls"].lower() not in _YES + _NO:
        return f"rolls {cells['rolls']}: write yes or no"
    if cells.get("status", "").lower() not in ("", "sure", "check"):
        return f"status {cells['status']}: write sure, or check for a date that a person should confirm"
    numbers = {name: _number(cells.get(name, ""), *bounds) for name, bounds in _BOUNDS.items()}
    wrong = next((text for text in numbers.values() if isinstance(text, str)), None)
    if wrong:
        return next(f"{name} {text}" for name, text in numbers.items() if isinstance(text, str))
    whole = {name: value for name, value in numbers.items() if not isinstance(value, str)}
    first, last = whole["from_year"], whole["through_year"]
    if first is not None and last is not None and first > last:
        return f"from_year {first} is after through_year {last}"
    return StateReturn(
        state=state,
        form=cells["form"],
        title=cells.get("title") or f"{state} {cells['form']}",
        entity_types=kinds,
        months=whole["months"] or 0,
        day=whole["day"] or LAST_DAY,
        extension_months=whole["extension_months"],
        extension_day=whole["extension_day"],
        rolls=cells["rolls"].lower() in _YES,
        authority=cells["authority"],
        from_year=first,
        through_year=last,
        to_confirm=cells.get("status", "").lower() == "check",
    )


_BOUNDS = {
    "months": (1, 24),
    "day": (1, 31),
    "extension_months": (1, 24),
    "extension_day": (1, 31),
    "from_year": (1990, 2100),
    "through_year": (1990, 2100),
}


def _number(text: str, least: int, most: int) -> int | str | None:
    """The number, None for an empty cell, or what is wrong with it. "last" is the last day of a month."""
    if not text:
        return None
    if text.lower() == "last" and most == LAST_DAY:
        return LAST_DAY
    if not text.isdecimal() or not least <= int(text) <= most:
        last = ", or last" if most == LAST_DAY else ""
        return f"{text}: write a whole number from {least} to {most}{last}"
    return int(text)


def state_deadline(
    row: StateReturn, year_end: date, *, extended: bool = False, override: Override | None = None
) -> Deadline:
    """When the state's return for the tax year that ends on `year_end` is due; `extended` where the federal one is, if the state
    gives an extension at all. A federal disaster notice is no state's: `override` is for a state's own."""
    end, taken = effective_year_end(year_end)
    rule = _as_rule(row)
    nominal = count(rule, end)
    inputs = {"tax year end": year_end.isoformat()}
    how = [
        f"Tax year end: {in_words(year_end)}.",
        taken,
        f"{row.state} {row.form} is due on {span_words(rule)}: {in_words(nominal)} ({row.authority}).",
    ]
    if extended and row.extension_months is not None:
        later = add_months(nominal, row.extension_months)
        nominal = later if row.extension_day is None else day_of_month(nominal, row.extension_months, row.extension_day)
        inputs["extended"] = "yes"
        how.append(f"The state's extension, counted from the date before any roll: {in_words(nominal)}.")
    how.append("A state's rule, as the firm entered it.")
    return finish(rule, row.form, nominal, inputs, how, sure=not taken, state=row.state, override=override)


def _as_rule(row: StateReturn) -> Rule:
    return Rule(
        id=row.id,
        kind="return",
        forms=(row.form,),
        title=row.title,
        counts_from="tax year end",
        months=row.months,
        days=0,
        business_days=0,
        day=row.day,
        instalments=(),
        inclusive=False,
        abroad_months=0,
        abroad_days=0,
        mail_days=0,
        year_end_month=None,
        copy="",
        extension=None,
        roll="state" if row.rolls else "none",
        roll_printed=False,
        by_print=False,
        authority=row.authority,
        from_year=row.from_year,
        through_year=row.through_year,
        status="check" if row.to_confirm else "sure",
    )
