"""`tickmark matters`: a law firm's matters, their parties, opening and closing. A change answers with the act that undoes it."""

from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, writing
from api.wiring import Services
from workspace.billing.amounts import as_json
from workspace.law import matters
from workspace.law.whole import Whole, whole
from workspace.undo import undoable


def listing(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`every`: closed ones too; `as`. Those with the nearest date first."""
    with reading(services, "matters", arguments.get("as")) as scope:
        found = matters.matters(scope, every=bool(arguments.get("every")))
    lines = [
        f"{one.ref:<12} {one.client}: {one.title}"
        + (f", against {', '.join(one.against)}" if one.against else "")
        + (f", next {one.next_on}" if one.next_on else "")
        + ("" if one.open else ", closed")
        for one in found
    ]
    return Result(as_json(found), "\n".join(lines) or "No matter is open.")


def show(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`matter`: its ref; `as`."""
    with reading(services, "matters", arguments.get("as")) as scope:
        found = whole(scope, arguments["matter"])
    return Result(as_json(found), _told(found))


def opened(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`, `title`, `as`; `owner`: an address, `search`: the conflict search made for it, `against`: names of the other side."""
    client, title = arguments["client"], arguments["title"]
    with writing(services, "matters", arguments["as"]) as scope, undoable(scope, f"Opened {title[:60]}") as act:
        made = matters.open_matter(
            scope,
            client,
            title,
            owner=arguments.get("owner"),
            search_id=arguments.get("search"),
            against=arguments.get("against") or (),
        )
        ref = made.ref
    return Result({"ref": ref, "act": act.id or None}, f"Opened: {ref}")


def close(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`matter`, `as`; `reason` where something is left open; `preview`: say what stands in the way, close nothing."""
    ref = arguments["matter"]
    if arguments.get("preview"):
        with reading(services, "matters", arguments["as"]) as scope:
            found = matters.closing(scope, ref)
        told = [*found.bars, *found.told]
        return Result(as_json(found), "\n".join(told) or "Nothing is left open.", failed=bool(found.bars))
    with writing(services, "matters", arguments["as"]) as scope, undoable(scope, f"Closed {ref}") as act:
        matters.close_matter(scope, ref, arguments.get("reason") or "")
    return Result({"ref": ref, "act": act.id or None}, f"Closed: {ref}")


def reopen(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`matter`, `as`."""
    ref = arguments["matter"]
    with writing(services, "matters", arguments["as"]) as scope, undoable(scope, f"Reopened {ref}") as act:
        matters.reopen_matter(scope, ref)
    return Result({"ref": ref, "act": act.id or None}, f"Open again: {ref}")


def parties(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`matter`, `as`."""
    with reading(services, "matters", arguments.get("as")) as scope:
        found = matters.parties_of(scope, arguments["matter"])
    return Result(as_json(found), "\n".join(map(_party, found)) or "Nobody is named.")


def put_party(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`matter`, `name`, `role`, `as`; `aliases`; `party`: the id of the one that changes."""
    ref, name = arguments["matter"], arguments["name"]
    with writing(services, "matters", arguments["as"]) as scope, undoable(scope, f"Party {name[:60]}") as act:
        aliases = arguments.get("aliases") or ()
        made = matters.put_party(scope, ref, name, arguments["role"], aliases, party_id=arguments.get("party") or "")
        key = made.id
    said = f'{key}: a new name is a new conflict: tickmark conflicts "{name}"'
    return Result({"id": key, "act": act.id or None}, said)


def remove_party(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`matter`, `party`: its id, `as`."""
    with writing(services, "matters", arguments["as"]) as scope, undoable(scope, "Removed a party") as act:
        matters.remove_party(scope, arguments["matter"], arguments["party"])
    return Result({"removed": arguments["party"], "act": act.id or None}, "Taken off the matter.")


def _party(one: matters.PartyShown) -> str:
    return f"{one.id}  {one.role:<16} {one.name}" + (f" ({', '.join(one.aliases)})" if one.aliases else "")


def _told(one: Whole) -> str:
    head = f"{one.ref}  {one.client}: {one.title}, {'open' if one.open else 'closed'}, {one.hours:,.2f} hours"
    lines = [head, *(f"  {_party(party)}" for party in one.parties)]
    lines += [f"  {date.due}  {date.title}{'' if date.confirmed_by else ', to be confirmed'}" for date in one.dates]
    lines += [f"  [{'x' if task.done else ' '}] {task.title}" for task in one.tasks]
    return "\n".join([*lines, f"  trust: {one.ledger.balance:,.2f}"] if one.ledger else lines)
