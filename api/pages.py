"""How a page is rendered: one Jinja environment, the filters that write dates and money the ledger's way."""

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parent / "templates"


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    """A whole page. Every template sees `who` (None when nobody is signed in), `today` and the request's path."""
    services = request.app.state.services
    values.setdefault("who", None)
    values.setdefault("waiting", None)
    html = environment().get_template(template).render(
        path=request.url.path, today=services.clock.today(), pinned=services.settings.today is not None, **values
    )
    return HTMLResponse(html, status_code=status)


@cache
def environment() -> Environment:
    """The one Jinja environment; an undefined name in a template is an error, not an empty string."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters.update(
        money=money, whole=whole, day=day, long_day=long_day, moment=moment, span=evidence_link, initials=initials, masked=masked
    )
    made.globals.update(evidence_url=evidence_url)
    return made


def money(value: Decimal | str | None) -> str:
    """`1234.5` as `1,234.50`, a negative in parentheses, None as a dash."""
    if value is None or value == "":
        return "–"
    amount = Decimal(str(value))
    text = f"{abs(amount):,.2f}"
    return f"({text})" if amount < 0 else text


def whole(value: Decimal | str | None) -> str:
    """Dollars without cents: `$1,234`."""
    if value is None or value == "":
        return "–"
    amount = Decimal(str(value))
    return f"(${abs(amount):,.0f})" if amount < 0 else f"${amount:,.0f}"


def as_date(value: date | datetime | str | None) -> date | None:
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    return date.fromisoformat(str(value)[:10]) if not isinstance(value, date) else value


def day(value: date | str | None) -> str:
    """`2026-03-16` as `Mar 16, 2026`."""
    on = as_date(value)
    return f"{on:%b} {on.day}, {on.year}" if on else "–"


def long_day(value: date | str | None) -> str:
    """`2026-03-16` as `Monday, March 16, 2026`."""
    on = as_date(value)
    return f"{on:%A, %B} {on.day}, {on.year}" if on else "–"


def moment(value: datetime | str | None) -> str:
    """A moment to the minute, UTC."""
    if value is None or value == "":
        return "–"
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{at:%b} {at.day}, {at:%H:%M}"


def initials(name: str) -> str:
    return "".join(part[0] for part in name.split()[:2]).upper()


def masked(tax_id: str | None) -> str:
    """A tax id with all but its last four digits covered."""
    if not tax_id:
        return "–"
    digits = [c for c in tax_id if c.isdigit()]
    return "•••••" + "".join(digits[-4:])


def evidence_url(evidence: dict[str, Any]) -> str | None:
    """Where a piece of evidence can be seen, None for what has no page of its own."""
    if evidence.get("kind") == "document":
        at = f"/documents/{quote(str(evidence['document']))}?version={evidence['version']}&page={evidence['page']}"
        return f"{at}&start={evidence['start']}&end={evidence['end']}#mark"
    if evidence.get("kind") == "message":
        return f"/messages/{quote(str(evidence['message_id']), safe='')}?start={evidence['start']}&end={evidence['end']}#mark"
    return None


def evidence_link(evidence: dict[str, Any]) -> str:
    """A piece of evidence in words."""
    kind = evidence.get("kind")
    if kind == "document":
        return f"“{evidence['quote']}”, page {evidence['page']}"
    if kind == "record":
        return f"{evidence['record']}: {evidence['field'].replace('_', ' ')} {evidence['value']}"
    if kind == "message":
        return f"“{evidence['quote']}”"
    return f"{evidence.get('formula', '')}"
