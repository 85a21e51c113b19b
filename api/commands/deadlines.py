"""`tickmark deadlines`: the firm's dates with how each was computed, the rules behind them, states' rules and disaster postponements."""

from datetime import date, timedelta
from typing import Any

from api.commands.days import day_of
from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, writing
from api.wiring import Services
from store.errors import Invalid
from workspace.calendar import CLASSES, KINDS, Dated, Wanted, calendar_of
from workspace.deadline_records import (
    Entered,
    enter_state_rules,
    postponements,
    record_postponement,
    remove_state_rule,
    state_rules,
    withdraw_postponement,
)
from workspace.deadlines.rules import table

_AHEAD = timedelta(days=45)


def listing(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`, `from`, `to`, `kind`, `class`, `done`, `how` (with every step), `as`. Without `from`: today on, and what is overdue."""
    with reading(services, "deadlines", arguments.get("as")) as scope:
        first = day_of(arguments, "from") or scope.today
        last = day_of(arguments, "to") or first + _AHEAD
        if last < first:
            raise Invalid(f"{last} is before {first}; give the earlier day first")
        cls, kind = (arguments.get("class") or "").upper(), arguments.get("kind") or ""
        if cls and cls not in CLASSES:
            raise Invalid(f"{cls} is no class; they are {', '.join(CLASSES)}")
        if kind and kind not in KINDS:
            raise Invalid(f"{kind} is no kind of date; they are {', '.join(KINDS)}")
        done, client = bool(arguments.get("done")), arguments.get("client") or ""
        wanted = Wanted(first, last, "", client, cls, kind, done, overdue=arguments.get("from") is None)
        dates = calendar_of(scope, wanted).dates
    lines = [line for one in dates for line in _lines(one, bool(arguments.get("how")))]
    return Result([one.as_json() for one in dates], "\n".join(lines) or "No date falls there.")


def _lines(one: Dated, with_steps: bool) -> list[str]:
    marks = [
        *(["missed"] if one.missed else []),
        *(["to confirm"] if one.confirm else []),
        *(["extended"] if one.extended else []),
        *([f"nominal {one.nominal}"] if one.is_moved else []),
    ]
    slack = f"slack {one.slack_days}" if one.slack_days is not None else "done"
    told = f"  ({'; '.join(marks)})" if marks else ""
    line = f"{one.due}  {one.cls}  {one.client_ref}  {one.title}  [{slack}]{told}"
    return [line, *(f"    {step}" for step in one.how), f"    {one.slack_how}"] if with_steps else [line]


def rules(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """Every rule of the table with its authority, years and what it does with closed days."""
    rows = [
        {
            "id": rule.id,
            "forms": list(rule.forms),
            "title": rule.title,
            "authority": rule.authority,
            "years": rule.years,
            "roll": rule.roll_policy,
            "confirm": rule.status == "check",
        }
        for rule in table()
    ]
    text = [
        f"{row['id']:<26} {row['title']}{'  (to confirm)' if row['confirm'] else ''}\n"
        f"{'':<26} {row['authority']}; {row['years']}; it {row['roll']}"
        for row in rows
    ]
    return Result(rows, "\n".join(text))


def state_load(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`text` of a CSV, `as`: enter rules of states' returns. Rows that cannot be read are told; the others are taken."""
    with writing(services, "deadlines", arguments.get("as")) as scope:
        entered = enter_state_rules(scope, arguments["text"])
    counts = (len(entered.added), len(entered.changed), len(entered.unchanged))
    text = [f"{counts[0]} added, {counts[1]} changed, {counts[2]} as they were, {len(entered.bad)} not taken"]
    text += [f"  line {row.line}: {row.why}" for row in entered.bad]
    return Result(_entered(entered), "\n".join(text), failed=bool(entered.bad))


def _entered(entered: Entered) -> dict[str, Any]:
    return {
        "added": list(entered.added),
        "changed": list(entered.changed),
        "unchanged": list(entered.unchanged),
        "refused": [{"line": row.line, "why": row.why} for row in entered.bad],
    }


def state_list(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """The rules of states that the firm entered."""
    with reading(services, "deadlines", arguments.get("as")) as scope:
        rows = state_rules(scope)
    data: list[dict[str, Any]] = [
        {
            "state": row.state,
            "form": row.form,
            "title": row.title,
            "entity_types": list(row.entity_types),
            "months": row.months,
            "day": "last" if row.day == 31 else row.day,
            "extension_months": row.extension_months,
            "extension_day": row.extension_day,
            "rolls": row.rolls,
            "authority": row.authority,
            "years": row.years,
            "confirm": row.to_confirm,
        }
        for row in rows
    ]
    lines = [
        f"{row['state']}  {row['form']:<12} day {row['day']} of month {row['months']} for {', '.join(row['entity_types'])}; "
        f"{row['authority']}; {row['years']}{'  (to confirm)' if row['confirm'] else ''}"
        for row in data
    ]
    return Result(
        data, "\n".join(lines) or "No state's rule is entered; `tickmark deadlines state load FILE` enters them."
    )


def state_remove(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`state`, `form`, `as`: take the rules of a state's form away."""
    with writing(services, "deadlines", arguments.get("as")) as scope:
        number = remove_state_rule(scope, arguments["state"], arguments["form"])
    return Result({"removed": number}, f"{number} removed.")


def relief(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """The disaster postponements on record."""
    with reading(services, "deadlines", arguments.get("as")) as scope:
        rows = postponements(scope)
    data = [
        {
            "id": row.id,
            "irs_notice": row.irs_notice,
            "state": row.state,
            "county": row.county,
            "first_day": row.first_day.isoformat(),
            "last_day": row.last_day.isoformat(),
            "until": row.until.isoformat(),
        }
        for row in rows
    ]
    lines = [
        f"{row.id}  {row.irs_notice}  {row.county + ', ' if row.county else ''}{row.state}: "
        f"what is due {row.first_day} to {row.last_day} moves to {row.until}"
        for row in rows
    ]
    return Result(data, "\n".join(lines) or "No postponement is on record.")


def postpone(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`notice`, `state`, `county`, `from`, `to`, `until`, `as`: record a disaster postponement (IRC §7508A)."""
    first, last, until = (_needed(arguments, name) for name in ("from", "to", "until"))
    with writing(services, "deadlines", arguments.get("as")) as scope:
        row_id = record_postponement(
            scope, arguments["notice"], arguments["state"], first, last, until, arguments.get("county")
        )
    return Result(
        {"id": row_id}, f"Recorded as {row_id}. The calendar counts with it now, signals from the next scan on."
    )


def withdraw(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`id`, `as`: take a postponement away that was recorded by mistake."""
    with writing(services, "deadlines", arguments.get("as")) as scope:
        withdraw_postponement(scope, arguments["id"])
    return Result({"withdrawn": arguments["id"]}, "Withdrawn.")


def _needed(arguments: Arguments, name: str) -> date:
    day = day_of(arguments, name)
    if day is None:
        raise Invalid(f"give the day for --{name}, as 2026-03-16")
    return day
