"""`tickmark money recurring|recur|end-recurring|draft-recurring`: fees that are drafted every so many months. A person issues them."""

from api.commands.days import day_of
from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, writing
from api.wiring import Services
from store.errors import Invalid
from workspace.billing import drafting
from workspace.billing.amounts import as_json, money_in
from workspace.scope import access_client


def listing(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`: only this one's; `as`. Those that go on, by the day of their next draft."""
    with reading(services, "money", arguments.get("as")) as scope:
        only = access_client(scope, arguments["client"]).id if arguments.get("client") else None
        found = drafting.recurring_listed(scope, only)
    lines = [
        f"{one.id}  {one.client_ref:<6} {one.client}: {one.amount:>12,.2f} {_every(one.months)}, next {one.next_on}, {one.text}"
        + (f", until {one.ended_on}" if one.ended_on else "")
        for one in found
    ]
    return Result(as_json(found), "\n".join(lines) or "No fee recurs.")


def _every(months: int) -> str:
    return {1: "a month", 12: "a year"}.get(months, f"every {months} months")


def begin(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`, `amount`, `first`: the day of the first draft, `as`; `months` between two, `engagement`, `text` of the line."""
    first, amount = day_of(arguments, "first"), money_in(arguments["amount"])
    if first is None:
        raise Invalid("say from when: --first, the day of the first draft")
    months = arguments.get("months") or 1
    work, text = arguments.get("engagement"), arguments.get("text") or ""
    with writing(services, "money", arguments["as"]) as scope:
        made = drafting.set_recurring(scope, arguments["client"], amount, text, first, months=months, engagement=work)
    said = f"{made}: {amount:,.2f} {_every(months)} from {first} on. It is drafted by `tickmark money draft-recurring`."
    return Result({"id": made}, said)


def end(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`fee`: its id; `as`."""
    with writing(services, "money", arguments["as"]) as scope:
        drafting.end_recurring(scope, arguments["fee"])
    return Result({"id": arguments["fee"]}, "Ended: it is drafted no more. What was drafted stands.")


def draft(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`as`. Every fee whose day has come, once for each period."""
    with writing(services, "money", arguments["as"]) as scope:
        made = drafting.draft_recurring(scope)
    text = "\n".join(f"Drafted: {one}" for one in made)
    return Result({"drafts": made}, f"{text}\nIssue each with `tickmark money issue ID`." if made else "No fee is due.")
