"""`tickmark matters dates|event|correct|date|confirm|fee|agree|settle`: dates in court with how each is counted, and fee agreements. A
change answers with the act that undoes it."""

from datetime import date
from typing import Any

from api.commands.days import day_of
from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, writing
from api.wiring import Services
from store.errors import Invalid
from workspace.billing.amounts import as_json, money_in
from workspace.law import dates, fees
from workspace.undo import undoable


def listing(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`matter`: its ref; `as`. Its dates by day, and the events that they run from."""
    with reading(services, "matters", arguments.get("as")) as scope:
        found = dates.dates_of(scope, arguments["matter"])
        events = dates.events(scope, arguments["matter"], found)
    lines = [line for one in found for line in _date(one)]
    lines += [f"{one.id}  {one.title} on {one.on}{', served by mail' if one.by_mail else ''}" for one in events]
    return Result({"dates": as_json(found), "events": as_json(events)}, "\n".join(lines) or "No date is entered.")


def _date(one: dates.Dated) -> list[str]:
    by = f"confirmed by {one.confirmed_by}" if one.confirmed_by else "to be confirmed by a second person"
    return [f"{one.id}  {one.due}  {one.title} ({one.authority}), {by}", *(f"    {step}" for step in one.how)]


def enter(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`matter`, `kind`, `on`: the day it happened, `as`; `by_mail`, `state` of the court, `note`; `preview`: count, enter nothing."""
    ref, kind = arguments["matter"], arguments["kind"]
    on = _needed(arguments, "on")
    how: dict[str, Any] = {"by_mail": bool(arguments.get("by_mail")), "state": arguments.get("state")}
    if arguments.get("preview"):
        with reading(services, "matters", arguments["as"]) as scope:
            dates.matter_of(scope, ref)
            counted = dates.count(kind, on, **how)
        lines = [
            f"{one.due}  {one.title} ({one.authority})\n" + "\n".join(f"    {step}" for step in one.how)
            for one in counted
        ]
        return Result(as_json(counted), "\n".join(lines))
    with writing(services, "matters", arguments["as"]) as scope, undoable(scope, f"Entered an event of {ref}") as act:
        made = dates.enter(scope, ref, kind, on, note=arguments.get("note") or "", **how)
    lines = [f"Entered: {made.id}", *(line for one in made.dates for line in _date(one))]
    return Result(as_json(made) | {"act": act.id or None}, "\n".join(lines))


def correct(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`event`: its id, `on`: the right day, `reason`, `as`; `by_mail`, `state`: None as they are; `preview`: say what moves."""
    key, on = arguments["event"], _needed(arguments, "on")
    how: dict[str, Any] = {"by_mail": arguments.get("by_mail"), "state": arguments.get("state")}
    if arguments.get("preview"):
        with reading(services, "matters", arguments["as"]) as scope:
            return Result(*_moves(dates.what_moves(scope, key, on, **how)))
    if not (arguments.get("reason") or "").strip():
        raise Invalid("say why it was wrong: --reason")
    with writing(services, "matters", arguments["as"]) as scope, undoable(scope, "Corrected an event") as act:
        found, text = _moves(dates.correct(scope, key, on, arguments["reason"], **how))
    return Result({"moves": found, "act": act.id or None}, text)


def _moves(found: list[dates.Move]) -> tuple[list[dict[str, object]], str]:
    lines = [
        f"{one.title}: {one.before} becomes {one.after}{', to be confirmed anew' if one.was_confirmed else ''}"
        if one.moves
        else f"{one.title}: {one.before} stays"
        for one in found
    ]
    return [as_json(one) | {"moves": one.moves} for one in found], "\n".join(lines) or "No date runs from it."


def enter_date(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`matter`, `title`, `due`, `authority`: the order or the statute it comes from; `as`."""
    ref, title, due = arguments["matter"], arguments["title"], _needed(arguments, "due")
    with writing(services, "matters", arguments["as"]) as scope, undoable(scope, f"Entered {title[:60]}") as act:
        made = dates.enter_date(scope, ref, title, due, arguments["authority"])
    said = f"{made}: {due}. Somebody else confirms it: tickmark matters confirm {made}"
    return Result({"id": made, "act": act.id or None}, said)


def confirm(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`date`: its id; `due`: the day that was looked at, None whatever it is; `as`, who did not enter it."""
    key, due = arguments["date"], day_of(arguments, "due")
    with writing(services, "matters", arguments["as"]) as scope, undoable(scope, "Confirmed a date") as act:
        dates.confirm(scope, key, due)
    return Result({"confirmed": key, "act": act.id or None}, "Confirmed.")


def fee(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`matter`: its ref; `as`."""
    with reading(services, "matters", arguments.get("as")) as scope:
        found = fees.agreement_of(scope, arguments["matter"])
    return Result(as_json(found), _agreed(found))


def agree(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`matter`, `kind`, `as`; `rate`, `flat`, `percent`, `costs`: first or last, `terms` in words; `sent_on`, `signed_on`, `document`. What
    was agreed before is replaced, the letter's days and document stay unless they are given."""
    ref, costs = arguments["matter"], arguments.get("costs")
    if costs not in (None, "first", "last"):
        raise Invalid("costs come off first or last: --costs first, or --costs last")
    rate, flat, percent = (
        money_in(arguments[name], f"the {what}") if arguments.get(name) else None
        for name, what in (("rate", "rate"), ("flat", "flat fee"), ("percent", "percent"))
    )
    first = None if costs is None else costs == "first"
    terms = fees.Terms(arguments["kind"], rate, flat, percent, first, arguments.get("terms") or "")
    sent, signed = day_of(arguments, "sent_on"), day_of(arguments, "signed_on")
    with writing(services, "matters", arguments["as"]) as scope, undoable(scope, f"Fee agreement of {ref}") as act:
        document = arguments.get("document")
        found = fees.agree(scope, ref, terms, sent_on=sent, signed_on=signed, document_id=document)
    return Result(as_json(found) | {"act": act.id or None}, _agreed(found))


def settle(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`matter`, `recovery`, `as`; `costs`: dollars. Nothing is written."""
    with reading(services, "matters", arguments["as"]) as scope:
        terms = fees.agreement_of(scope, arguments["matter"]).terms
    if terms is None:
        raise Invalid("no fee agreement is entered: tickmark matters agree")
    recovery, costs = (
        money_in(arguments["recovery"], "the recovery"),
        money_in(arguments.get("costs") or "0", "--costs"),
    )
    found = fees.settlement(terms, recovery, costs)
    rows = {"recovery": found.recovery, "costs": found.costs, "fee": found.fee, "to the client": found.client}
    return Result(as_json(found), "\n".join(f"{name:<14}{amount:>14,.2f}" for name, amount in rows.items()))


def _agreed(one: fees.Agreement) -> str:
    if one.terms is None:
        return "\n".join(one.lacks)
    terms = one.terms
    parts = [terms.kind]
    parts += [f"{terms.rate:,.2f} an hour"] if terms.rate is not None else []
    parts += [f"{terms.flat:,.2f}"] if terms.flat is not None else []
    if terms.percent is not None:
        parts.append(
            f"{terms.percent.normalize():f} % of the recovery, costs {'first' if terms.costs_first else 'last'}"
        )
    days = [f"{what} {day}" for what, day in (("sent", one.sent_on), ("signed", one.signed_on)) if day]
    return "\n".join([", ".join([*parts, *days]), *([terms.terms] if terms.terms else []), *one.lacks])


def _needed(arguments: Arguments, name: str) -> date:
    found = day_of(arguments, name)
    if found is None:
        raise Invalid("say which day, as 2026-03-09")
    return found
