"""`tickmark time-off`: days on which somebody does not work; and `tickmark undo`: an act taken back."""

from contextlib import nullcontext
from datetime import date

from api.commands.days import day_of
from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, writing
from api.merging import search_again, while_nobody_reads
from api.wiring import Services
from workspace.billing.amounts import as_json
from workspace.portfolio.time_off import Off, add_time_off, remove_time_off, time_off
from workspace.undo import moves_papers, undo, undoable


def listing(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`as`: her own; everybody's for who plans the work, and for the operator."""
    with reading(services, "time-off", arguments.get("as")) as scope:
        found = time_off(scope)
    return Result(as_json(found), "\n".join(map(_line, found)) or "Nobody is off from today on.")


def add_off(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`first`, `last` (None: that one day), `person` (None: who enters it), `note`, `as`."""
    first = day_of(arguments, "first") or date.min
    last = day_of(arguments, "last") or first
    given = (arguments.get("person") or "", arguments.get("note") or "")
    with writing(services, "time-off", arguments["as"]) as scope, undoable(scope, "Entered time off") as act:
        made = add_time_off(scope, first, last, *given)
    return Result({**as_json(made), "act": act.id or None}, f"Entered: {_line(made)}")


def remove_off(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`id`, `as`."""
    with writing(services, "time-off", arguments["as"]) as scope, undoable(scope, "Took time off away") as act:
        gone = remove_time_off(scope, arguments["id"])
    return Result({**as_json(gone), "act": act.id or None}, f"Taken away: {_line(gone)}")


def _line(one: Off) -> str:
    span = f"{one.first}" if one.first == one.last else f"{one.first} to {one.last}"
    days = "1 business day" if one.days == 1 else f"{one.days} business days"
    return f"{one.id}  {one.person}, {span}, {days}" + (f": {one.note}" if one.note else "")


def take_back(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`act`: the id that a command or a program answered with; `as`: who takes it back."""
    with reading(services, "undo", arguments["as"]) as scope:
        clients = moves_papers(scope, arguments["act"])
    quiet = while_nobody_reads(services) if clients else nullcontext()
    with quiet, writing(services, "undo", arguments["as"]) as scope:
        back = undo(scope, arguments["act"])
    if clients:
        search_again(services, clients, progress, later=False)
    return Result({"act": back.id or None}, f"Undone. To do it again: tickmark undo {back.id} --as {arguments['as']}")
