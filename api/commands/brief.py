"""`tickmark brief`: a person's morning brief."""

from api.brief_text import brief_text
from api.commands.days import day_of
from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading
from api.wiring import Services
from store.errors import NotFound
from workspace.brief import read_brief
from workspace.nights import busiest_partner


def run(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`for`: whose, by e-mail address, else the partner's with the most clients; `as_of`: the brief of that day, else the newest."""
    with reading(services, "brief", arguments.get("for") or _partner(services)) as scope:
        brief = read_brief(scope, day_of(arguments))
    return Result(brief, brief_text(brief))


def _partner(services: Services) -> str:
    with reading(services, "brief") as scope:
        email = busiest_partner(scope)
    if email is None:
        raise NotFound("there is no partner in the firm; say whose brief with --for")
    return email
