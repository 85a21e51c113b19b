"""How a page is rendered: one Jinja environment, the filters that write dates and money the ledger's way."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from api.nav import places
from api.said import said_in
from store.fact_names import KINDS
from store.ids import content_hash
from workspace.awaited import EVENTS
from workspace.brief.trail import in_words as printed_head
from workspace.comments import plain as quoted
from workspace.contradictions import in_words as said_by
from workspace.pages.words import covered, evidence_in_words, plainly, shortened, told
from workspace.scope import Right

_FORMS = {"k-1": "K-1", "w-2": "W-2", "w-9": "W-9"}  # names, not words
_KEPT = 2000  # pieces of a kind that are kept
_ONE_LINE = 46  # characters of evidence that are kept on one line
_MARKER = re.compile(r"\[\d+\]")
TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    """A whole page. Every template sees `who` (None when nobody is signed in), how many drafts are `waiting` for her, what was `said`
    about the act before (see said.py), `today` and the request's path."""
    services = request.app.state.services
    values.setdefault("who", None)
    values.setdefault("waiting", None)
    values.setdefault("said", said_in(request))
    values.setdefault("problem", None)
    template_of = environment().get_template(template)
    html = template_of.render(
        path=request.url.path,
        today=services.clock.today(),
        pinned=services.settings.today is not None,
        local=_wall(services.clock.local, values["who"]),
        **values,
    )
    return HTMLResponse(html, status_code=status, headers=_ahead(values["who"]) if status == 200 else None)


def _ahead(who: Any) -> dict[str, str]:
    """Where the browser finds which pages it may fetch while somebody is about to open them: those that only read, and of which nobody
    writes down that they were read. It does so of its own accord, and not where it was asked to save data."""
    reads_are_noted = getattr(who, "glass", True)
    return {} if reads_are_noted else {"Speculation-Rules": f'"{asset("ahead.rules")}"'}


def _wall(local: Callable[..., datetime], who: Any) -> Callable[[datetime], datetime]:
    """A moment as the asker reads it; the practice's day stays the firm's."""
    zone = getattr(who, "zone", None)
    return lambda moment: local(moment, zone)


def fragment(template: str, **values: Any) -> str:
    """A piece of a page, for the script to put in."""
    return environment().get_template(template).render(**values)


@cache
def environment() -> Environment:
    """The one Jinja environment; an undefined name in a template is an error, not an empty string."""
    from workspace.search import lit

    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        money=money,
        whole=whole,
        hours=hours,
        share=share,
        day=_on_the_wall(day),
        short_day=_on_the_wall(short_day),
        long_day=_on_the_wall(long_day),
        moment=moment,
        utc=utc,
        month_day=month_day,
        plural=plural,
        size=size,
        span=evidence_in_words,
        side=side,
        words=in_words,
        covered=covered,
        cut=shortened,
        plainly=plainly,
        quoted=quoted,
        marked=with_marks,
        without_name=without_name,
        printed_head=printed_head,
    )
    made.globals.update(
        evidence_url=evidence_url,
        leaves=leaves,
        asset=asset,
        awaited_events=EVENTS,
        document_kinds=KINDS,
        told=told,
        lit=lit,
        may=may,
        has_right=may,
        places=places,
        one_of=one_of,
        once=once,
        people_options=people_options,
        stage_options=stage_options,
    )
    return made


def once(macro: Callable[..., str]) -> Callable[..., str]:
    """The macro, made once for the same arguments: for small pieces that a page has hundreds of, and whose words are of their arguments
    alone."""
    kept: dict[str, str] = {}

    def made(*arguments: object) -> str:
        key = repr(arguments)  # equal numbers may be written in two ways
        found = kept.get(key)
        if found is None:
            if len(kept) >= _KEPT:
                kept.clear()
            found = kept[key] = macro(*arguments)
        return found

    return made


def may(who: Any, right: str) -> bool:
    """Whether the person has a right; a page hides what would be refused."""
    return Right(right) in who.rights


@cache
def asset(name: str) -> str:
    """The address of a static file; it changes with the file, so that a browser may keep it."""
    return f"/static/{name}?v={content_hash((STATIC / name).read_bytes())[:10]}"


def side(pair: tuple[str, str]) -> str:
    """What one side of a contradiction says, (field, value), as a page writes it."""
    field, value = pair
    return covered(value) if field == "tax_id" else said_by(field, value)


def money(value: Decimal | str | None) -> str:
    """`1234.5` as `1,234.50`, a negative in parentheses, None as a dash."""
    if value is None or value == "":
        return "–"
    amount = value if isinstance(value, Decimal) else Decimal(str(value))
    text = f"{abs(amount):,.2f}"
    return f"({text})" if amount < 0 else text


def whole(value: Decimal | str | None) -> str:
    """Dollars without cents: `$1,234`."""
    if value is None or value == "":
        return "–"
    amount = Decimal(str(value))
    return f"(${abs(amount):,.0f})" if amount < 0 else f"${amount:,.0f}"


def hours(value: Decimal | str | None) -> str:
    """Hours to a quarter: `29.25`."""
    return "–" if value is None or value == "" else f"{Decimal(str(value)):,.2f}"


def share(value: Decimal | str | None) -> str:
    """Percent without decimals: `87 %`."""
    return "–" if value is None or value == "" else f"{Decimal(str(value)):,.0f} %"


def as_date(value: date | datetime | str | None) -> date | None:
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    return date.fromisoformat(str(value)[:10]) if not isinstance(value, date) else value


def day(value: date | datetime | str | None) -> str:
    """`2026-03-16` as `Mar 16, 2026`."""
    return _day(as_date(value))


def short_day(value: date | datetime | str | None) -> str:
    """`2026-03-16` as `Mon, Mar 16`: where the year is plain."""
    return _short_day(as_date(value))


def long_day(value: date | datetime | str | None) -> str:
    """`2026-03-16` as `Monday, March 16, 2026`."""
    return _long_day(as_date(value))


# A list has the same few days on hundreds of rows. Moments are made days before: two of them are equal in two zones, and of two days.
@lru_cache(maxsize=4096)
def _day(on: date | None) -> str:
    return f"{on:%b} {on.day}, {on.year}" if on else "–"


@lru_cache(maxsize=4096)
def _short_day(on: date | None) -> str:
    return f"{on:%a}, {on:%b} {on.day}" if on else "–"


@lru_cache(maxsize=4096)
def _long_day(on: date | None) -> str:
    return f"{on:%A, %B} {on.day}, {on.year}" if on else "–"


def month_day(value: str | None) -> str:
    """`12-31` as `Dec 31`; what is no such day stays as it is."""
    try:
        return day(f"2000-{value}").rpartition(",")[0]  # a leap year: the year is not shown
    except ValueError:
        return value or "–"


def _on_the_wall(told: Callable[[date | str | None], str]) -> Callable[..., str]:
    """A filter that tells the day of a moment as the calendar on the firm's wall has it; a date is a date everywhere."""

    @pass_context
    def filtered(context: Context, value: date | datetime | str | None) -> str:
        if not isinstance(value, datetime):
            return told(value)
        local: Callable[[datetime], datetime] | None = context.get("local")
        return told(local(value) if local is not None else value)

    return filtered


@pass_context
def moment(context: Context, value: datetime | str | None) -> str:
    """A moment to the minute, as the clock on the firm's wall shows it: `Mar 9, 2026, 4:49 PM`."""
    if value is None or value == "":
        return "–"
    at = context["local"](datetime.fromisoformat(value) if isinstance(value, str) else value)
    return f"{day(at)}, {at:%I:%M %p}".replace(", 0", ", ")


def utc(value: datetime) -> str:
    """A moment to the second, UTC: for the trail."""
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def plural(number: int, one: str, many: str | None = None) -> str:
    """`1 draft`, `2 drafts`, `no drafts`; `many` where an s is not enough."""
    return f"{number or 'no'} {one if number == 1 else many or one + 's'}"


def size(number: int) -> str:
    """Bytes as a person reads them."""
    if number >= 1_000_000:
        return f"{number / 1e6:,.1f} MB"
    return f"{max(1, round(number / 1e3)):,} KB" if number else "empty"


def in_words(slug: str | None) -> str:
    """A slug as words: `waiting-on-client` as `waiting on client`."""
    return _FORMS.get(slug or "") or (slug or "").replace("-", " ").replace("_", " ")


def without_name(title: str, client: str) -> str:
    """A title without the client's name at its end, where the name stands beside it."""
    return title.removesuffix(f": {client}")


def with_marks(text: str, citations: Sequence[Mapping[str, Any]], ref: str) -> Markup:
    """An answer with each of its `[1]` leading to what it cites."""
    where = {str(one["marker"]): evidence_url(one, ref) for one in citations}

    def mark(found: re.Match[str]) -> str:
        url = where.get(found[0])
        number = found[0].strip("[]")
        if url is None:
            return f'<span class="marker">{number}</span>' if found[0] in where else found[0]
        return f'<a class="marker" href="{escape(url)}">{number}</a>'

    return Markup(_MARKER.sub(mark, re.sub("(?m)^- ", "– ", str(escape(text)))))  # noqa: S704 - the text is escaped, the rest is ours


def evidence_url(evidence: Mapping[str, Any], ref: str | None = None) -> str | None:
    """Where a piece of evidence can be seen, None for what has no page of its own. `ref` is its client's, for records."""
    if evidence["kind"] == "document":
        return document_url(evidence)
    if evidence["kind"] == "message":
        return message_url(evidence)
    if evidence["kind"] == "record":
        return _record_url(evidence, ref)
    return None


def people_options(people: Iterable[Any]) -> Markup:
    """Options of a list to choose a person from, by address. These three are no template's: a page has them for each of many rows, or a
    thousand of them."""
    return _options(tuple((one.email, f"{one.name}, {one.role}") for one in people))


@lru_cache(maxsize=8)
def _options(pairs: tuple[tuple[str, str], ...]) -> Markup:
    made = "".join(f'<option value="{escape(value)}">{escape(text)}</option>' for value, text in pairs)
    return Markup(made)  # noqa: S704 - escaped above


def stage_options(stages: Iterable[str], chosen: str) -> Markup:
    """Options of a list to choose a stage from."""
    return _stages(tuple(stages), chosen)


@lru_cache(maxsize=64)
def _stages(stages: tuple[str, ...], chosen: str) -> Markup:
    made = "".join(
        f'<option value="{escape(one)}"{" selected" if one == chosen else ""}>{escape(in_words(one))}</option>'
        for one in stages
    )
    return Markup(made)  # noqa: S704 - escaped above


def one_of(evidence: Mapping[str, Any], ref: str | None, text: str | None = None) -> Markup:
    """A piece of evidence as a page writes it: its words, linked to where it can be seen, and its tick. Not a template's: some pages have
    hundreds."""
    url, said = evidence_url(evidence, ref), text or evidence_in_words(evidence)
    short = ' class="nowrap"' if len(said) < _ONE_LINE else ""
    tick = _tick("derived" if evidence["kind"] == "derived" else "tied")
    if url is None:
        return Markup(f"<span{short}>{escape(said)}</span>{tick}")  # noqa: S704 - escaped
    return Markup(f'<a href="{escape(url)}"{short}>{escape(said)}</a>{tick}')  # noqa: S704 - escaped


@cache
def _tick(kind: str) -> str:
    return str(environment().get_template("parts.html").module.tick(kind))  # type: ignore[attr-defined]


def document_url(link: Mapping[str, Any]) -> str:
    """The page of a document with a passage lit."""
    at = f"/documents/{quote(str(link['document']))}?version={link['version']}&page={link['page']}"
    return f"{at}&start={link['start']}&end={link['end']}#mark"


def message_url(link: Mapping[str, Any]) -> str:
    """A message with a passage marked."""
    return f"/messages/{quote(str(link['message_id']), safe='')}?start={link['start']}&end={link['end']}#mark"


_TABS = {"engagement": "work", "request": "work", "invoice": "money", "payment": "money", "time": "money"}


def _record_url(evidence: Mapping[str, Any], ref: str | None) -> str | None:
    kind, _, name = str(evidence["record"]).partition(":")
    if kind == "document":
        return f"/documents/{quote(name)}"
    if kind == "message":
        return f"/messages/{quote(name, safe='')}"
    if ref is None or kind not in _TABS:
        return None
    return f"/clients/{quote(ref)}/{_TABS[kind]}" + (f"#{quote(name)}" if kind in ("engagement", "invoice") else "")


def leaves(evidence: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What arithmetic rests on: quotes and fields, in order."""
    for one in evidence.get("inputs", ()):
        if one["kind"] == "derived":
            yield from leaves(one)
        else:
            yield one
