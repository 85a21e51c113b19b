"""How a portal page is rendered: a Jinja environment of its own that finds the portal's templates and no others."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.pages import asset, day, moment, money, plural
from api.portal.fence import Guest, services_of

TEMPLATES = Path(__file__).parents[1] / "templates" / "portal"


@cache
def environment() -> Environment:
    """An undefined name in a template is an error; what people wrote is escaped."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(money=money, day=day, moment=moment, plural=plural, plain_day=plain_day)
    made.globals.update(asset=asset)
    return made


def portal_page(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    """A whole page. Every template sees `who` (None at the door), `firm`, `problem` and `preview`."""
    clock = services_of(request).clock
    values = {"who": None, "firm": "", "problem": None, "preview": False, "scripts": (), **values}
    html = environment().get_template(template).render(local=clock.local, today=clock.today(), **values)
    return HTMLResponse(html, status_code=status)


def error_page(request: Request, status: int, message: str) -> Response:
    """A refusal in words."""
    who: Guest | None = getattr(request.state, "guest", None)
    return portal_page(request, "error.html", status=status, message=message, who=who)


def plain_day(value: date | None) -> str:
    """`March 20`: the year is plain."""
    return f"{value:%B} {value.day}" if value is not None else ""
