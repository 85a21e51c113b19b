"""`tickmark timeline`, `tickmark inbox`, `tickmark note`: a client's stream, a person's mail, a note."""

from api.commands.days import day_of
from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, writing
from api.wiring import Services
from workspace.billing.amounts import as_json
from workspace.timeline.inbox import InboxThread, inbox
from workspace.timeline.notes import Place, add_note
from workspace.timeline.stream import AT_ONCE, Entry, Narrow, timeline
from workspace.undo import undoable

_WIDE = 100


def show(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`; `engagement`, `kind` (a list), `person`, `words`, `first`, `last`; `limit`, `cursor`; `as`: whose eyes."""
    narrow = Narrow(
        kinds=tuple(arguments.get("kind") or ()),
        person=arguments.get("person") or "",
        first=day_of(arguments, "first"),
        last=day_of(arguments, "last"),
        words=arguments.get("words") or "",
        engagement=arguments.get("engagement") or "",
    )
    limit, cursor = arguments.get("limit") or AT_ONCE, arguments.get("cursor") or ""
    with reading(services, "timeline", arguments.get("as")) as scope:
        found, _ = timeline(scope, arguments["client"], narrow, cursor=cursor, limit=limit)
    lines: list[str] = []
    for day, entries in found.days:
        lines += [f"{day:%A}, {day.isoformat()}" if day else "Without a date", *map(_line, entries)]
    if found.next:
        lines.append(f"Older: --cursor {found.next}")
    return Result(as_json(found), "\n".join(lines) or "Nothing.")


def _line(entry: Entry) -> str:
    if entry.kind in ("note", "call"):
        words = [f"{entry.title}:" if entry.title else "", " ".join(entry.text.split())]
    elif entry.kind == "money":
        words = [entry.what, entry.title, f"{entry.amount:,.2f}"]
    else:
        words = [entry.title, f"({entry.what})" if entry.what and entry.kind in ("mail", "decision") else ""]
    told = " ".join(part for part in words if part)
    return f"  {entry.kind:<9} {told[:_WIDE]}{f'  {entry.who}' if entry.who else ''}  [{entry.id}]"


def mail(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`as`; `view`, `cursor`."""
    with reading(services, "inbox", arguments["as"]) as scope:
        found = inbox(scope, arguments.get("view") or "unsorted", cursor=arguments.get("cursor") or "")
    head = ", ".join(f"{number} {view}" for view, number in found.counts.items())
    lines = [head, *(part for thread in found.threads for part in _thread(thread))]
    if found.next:
        lines.append(f"Older: --cursor {found.next}")
    return Result(as_json(found), "\n".join(lines))


def _thread(thread: InboxThread) -> list[str]:
    newest = thread.lines[0]
    day = f"{newest.sent_at:%Y-%m-%d}" if newest.sent_at else "no date   "
    clients = ", ".join(ref for ref, _ in thread.clients)
    waits = "" if thread.waits is None else f"  reply needed, {thread.waits} business days"
    who = f"  {newest.assignee}" if newest.assignee else ""
    asked = [f"    {one.kind}: {one.what[:_WIDE]}" for one in thread.told[:2]]
    return [f"{day}  {clients}  {thread.subject[:70]}{waits}{who}  [{newest.id}]", *asked]


def write(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`, `text`, `as`; `engagement`."""
    place = Place(arguments["client"], arguments.get("engagement"))
    with writing(services, "note", arguments["as"]) as scope, undoable(scope, "Wrote a note") as act:
        made = add_note(scope, [place], arguments["text"])
    told = f" for {', '.join(made.mentioned)}" if made.mentioned else ""
    return Result({"id": made.id, "mentioned": list(made.mentioned), "act": act.id}, f"Written{told}: {made.id}")
