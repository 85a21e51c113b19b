"""`tickmark outbox`: what waits to be sent by mail, what went, what a person has to decide; and one round of sending now."""

from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, writing
from api.post import send_all
from api.wiring import Services
from workspace.posts import Listed, decide_post, posts, queue_posts


def listing(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`as`: whose eyes to look with, else the operator's."""
    with writing(services, "outbox") as scope:
        queue_posts(scope, briefs=False)
    with reading(services, "outbox", arguments.get("as")) as scope:
        found = posts(scope)
    rows = [
        {
            "id": one.id,
            "what": one.what,
            "client_ref": one.client_ref,
            "recipients": list(one.recipients),
            "state": one.state,
            "attempts": one.attempts,
            "sent_at": one.sent_at.isoformat() if one.sent_at else None,
            "error": one.error,
        }
        for one in found
    ]
    return Result(rows, "\n".join(map(_line, found)) or "Nothing waits to be sent.")


def send(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """One round now."""
    found = send_all(services)
    told = ", ".join(f"{number} {state}" for state, number in sorted(found.items())) or "nothing waits"
    return Result(found, told, failed=bool(found.keys() - {"sent"}))


def decide(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`id`, `decision` (again, sent, aside), `as`."""
    with writing(services, "outbox", arguments["as"]) as scope:
        state = decide_post(scope, arguments["id"], arguments["decision"])
    return Result({"id": arguments["id"], "state": state}, f"{arguments['id']} is {state.replace('-', ' ')} now.")


def _line(one: Listed) -> str:
    head = f"{one.id}  {one.state:<9} {one.client_ref or '':<6} {one.what} → {', '.join(one.recipients)}"
    return f"{head}\n    {one.error}" if one.error else head
