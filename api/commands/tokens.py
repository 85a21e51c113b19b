"""`tickmark token`: personal tokens, with which a program reads what its person may see: the JSON, and `tickmark mcp`."""

from datetime import timedelta

from api.commands.result import Arguments, Progress, Result
from api.wiring import Services
from workspace import sign_in
from workspace.platform.tokens import rights_for
from workspace.scope import open_scope


def create(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`as`: whose; `name`; `days`: how long it opens; `read_only`, or `rights` that it is narrowed to. The secret is in the result, and
    nowhere afterwards."""
    days, email, name = int(arguments.get("days", 90)), arguments["as"], arguments["name"]
    chosen = list(arguments.get("rights") or ())
    kind = "read" if arguments.get("read_only") else "some" if chosen else "all"
    with services.database.writing() as session:
        rights = rights_for(open_scope(session, email, clock=services.clock).rights, kind, chosen)
        secret = sign_in.create_token(session, email, name, services.clock.real_now(), timedelta(days=days), rights)
    may = "opens what" if rights is None else f"has the rights {', '.join(rights)} where"
    text = f"{secret}\n\nKeep it now, it is not shown again. It {may} {email} may see, for {days} days."
    return Result({"name": name, "as": email, "token": secret, "days": days, "rights": rights}, text)


def listing(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`as`: whose."""
    with services.database.reading() as session:
        found = sign_in.tokens(session, arguments["as"], services.clock.real_now())
    data = [
        {
            "name": one.name,
            "created": one.created_at.date(),
            "until": one.expires_at.date(),
            "rights": one.rights,
            "used": one.used_at,
        }
        for one in found
    ]
    lines = [
        f"{one.name}  made {one.created_at.date()}, opens until {one.expires_at.date()}"
        + (f", only {', '.join(one.rights)}" if one.rights is not None else "")
        for one in found
    ]
    return Result(data, "\n".join(lines) or f"{arguments['as']} has no token.")


def revoke(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`as`: whose; `name`."""
    with services.database.writing() as session:
        sign_in.revoke_token(session, arguments["as"], arguments["name"], services.clock.real_now())
    return Result({"name": arguments["name"]}, f"The token {arguments['name']} opens nothing any more.")
