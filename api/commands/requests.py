"""`tickmark requests`: lists of what clients owe us, documents that may answer, reminders."""

from agents.reminders import remind as draft_reminders
from api.commands.days import day_of
from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, scope_of, writing
from api.wiring import Services
from store.errors import Invalid
from workspace.billing.amounts import as_json
from workspace.requests import acts, alone, lists, named
from workspace.requests.reading import ItemView, ListView, ProposalView, firm_lists, lists_of, to_confirm
from workspace.requests.schedule import Schedule


def listing(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`: its ref, None for all open lists; `as`: whose eyes."""
    with reading(services, "requests", arguments.get("as")) as scope:
        if arguments.get("client"):
            found = lists_of(scope, arguments["client"])
            return Result(as_json(found), "\n".join(map(_list, found)) or "Nothing is asked of this client.")
        lines = firm_lists(scope)
    text = [
        f"{one.client_ref:<6} {one.client}, {', '.join(dict.fromkeys((one.title, one.name)))} [{one.id}]: {one.open} of {one.items} open"
        + (f", oldest {one.oldest} days" if one.oldest is not None else "")
        + (f", {one.to_confirm} to confirm" if one.to_confirm else f", waits on {one.waits_on}")
        for one in lines
    ]
    return Result(as_json(lines), "\n".join(text) or "No list is open.")


def _list(one: ListView) -> str:
    state = f", closed on {one.closed_on}" if one.closed_on else f", due {one.due}" if one.due and one.open else ""
    work = f", {one.engagement}" if one.engagement else ""
    head = f"{one.id}  {one.title}{work}: {one.open} of {len(one.items)} open{state}"
    return "\n".join([head, *(_item(item) for item in one.items)])


def _item(one: ItemView) -> str:
    said = f"  [{'x' if one.received_on else ' '}] {one.item}  {one.id}"
    told = one.counted and f" ({one.counted})"
    due = f", due {one.due}" if one.due and one.received_on is None else ""
    return "\n".join([f"{said}{told}{due}", *(f"      {_pair(pair)}" for pair in one.proposals)])


def _pair(one: ProposalView) -> str:
    return f"{one.id}  {one.path} ({one.confidence:.2f}): {one.reason}"


def make(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`engagement` or `client`, `as`; `name` of the list, `template`, `year` (of the client alone), `item` (more in words), `due`,
    `no_reminders`; `preview`: only show."""
    client, engagement, template = arguments.get("client"), arguments.get("engagement"), arguments.get("template")
    year = arguments.get("year")
    if bool(client) == bool(engagement):
        raise Invalid("name the engagement, or the client alone with --client")
    if engagement and year is not None:
        raise Invalid("--year is of a list of the client alone: an engagement has its own period")
    how = lists.Making(
        template,
        extra=tuple(arguments.get("item") or ()),
        due=day_of(arguments, "due"),
        schedule=None if arguments.get("no_reminders") else Schedule(),
        name=arguments.get("name") or "",
        year=year,
    )
    if arguments.get("preview"):
        with reading(services, "requests", arguments["as"]) as scope:
            seen = (
                lists.preview(scope, engagement, template)
                if engagement
                else alone.preview_alone(scope, str(client), template, year)
            )
        rows = [f"{'-' if one.there or one.come else '+'} {one.item}  ({one.why})" for one in seen.items]
        return Result(as_json(seen), "\n".join([seen.title, *rows]))
    with writing(services, "requests", arguments["as"]) as scope:
        made = acts.make(scope, engagement, how) if engagement else acts.make_for_client(scope, str(client), how)
    return Result({"id": made.about, "act": made.act or None}, f"Made: {made.about}. Nothing was sent.")


def change(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`list`: its id; `name`, `due`, `as`."""
    key, name, due = arguments["list"], arguments.get("name"), day_of(arguments, "due")
    if name is None and due is None:
        raise Invalid("say what changes: --name or --due")
    with writing(services, "requests", arguments["as"]) as scope:
        done = acts.on_list(scope, key, "Changed the list", lambda: named.change_list(scope, key, name=name, due=due))
    return _done(done, "Changed.")


def close(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`list`: its id; `as`."""
    key = arguments["list"]
    with writing(services, "requests", arguments["as"]) as scope:
        done = acts.on_list(scope, key, "Closed the list", lambda: named.close_list(scope, key))
    return _done(done, "Closed: nothing of it is asked for any more.")


def reopen(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`list`: its id; `as`."""
    key = arguments["list"]
    with writing(services, "requests", arguments["as"]) as scope:
        done = acts.on_list(scope, key, "Opened the list again", lambda: named.open_list(scope, key))
    return _done(done, "Open again.")


def move(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`item`: its id; `list`: that of the list it goes to; `as`."""
    item, to = arguments["item"], arguments["list"]
    with writing(services, "requests", arguments["as"]) as scope:
        done = acts.on_item(scope, item, "Moved to another list", lambda: named.move_item(scope, item, to))
    return _done(done, "Moved.")


def _done(done: acts.Done, said: str) -> Result:
    return Result({"id": done.about, "act": done.act or None}, said)


def confirm(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`match`: ids of proposals, none to list them; `client`, `refuse`, `whole`, `as` (who decides)."""
    chosen = arguments.get("match") or []
    if not chosen:
        with reading(services, "requests", arguments.get("as")) as scope:
            found = to_confirm(scope, arguments.get("client"))
        rows = [f"{one.client_ref:<6} {one.item}\n       {_pair(one)}" for one in found]
        return Result(as_json(found), "\n".join(rows) or "Nothing waits to be confirmed.")
    if not arguments.get("as"):
        raise Invalid("say who decides with --as")
    decision = "refuse" if arguments.get("refuse") else "confirm"
    with writing(services, "requests", arguments["as"]) as scope:
        done = acts.decide(scope, chosen, decision, whole=bool(arguments.get("whole")))
    word = "Refused" if decision == "refuse" else "Confirmed"
    return Result({"item": done.about, "act": done.act or None}, f"{word}: {len(chosen)}")


def remind(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`: its reminder now, None for all that are due; `as`: who asks, None for the operator."""
    client = arguments.get("client")
    found = draft_reminders(
        services,
        lambda session: scope_of(services, session, "requests", arguments.get("as")),
        [client] if client else None,
        now=bool(client),
    )
    text = "\n".join(f"Drafted for release: {one}" for one in found)
    return Result({"drafts": found}, text or "No reminder is due.")
