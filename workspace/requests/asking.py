"""What a list would ask for: what the client gave the year before, and the template of the kind of work, for a period of time.

Reads a snapshot and the file of templates; makes no list (lists.py, alone.py).
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from store.errors import NotFound
from store.ids import stable_id
from workspace.evidence import to_json
from workspace.requests.last_year import given_last_year
from workspace.requests.wants import Wants, wants_of
from workspace.signals.k1 import tax_year
from workspace.snapshot import Engagement, RequestItem, Snapshot


@dataclass(frozen=True)
class Asked:
    """An item to ask for. `key` names it in a preview; `why` says where it comes from, `source` is the evidence of last year's paper (the
    contract's JSON), `path` and `document_id` that paper. `there`: it stands on the list already, `come`: this year's is on file."""

    key: str
    item: str
    wants: Wants | None = None
    hint: str = ""
    why: str = ""
    source: Mapping[str, Any] | None = None
    document_id: str | None = None
    path: str = ""
    there: bool = False
    come: bool = False


@cache
def _file() -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / "templates.toml").read_text(encoding="utf-8"))


def templates() -> tuple[str, ...]:
    """The kinds of work that have a list."""
    return tuple(_file())


def would_ask(
    snapshot: Snapshot, work: Engagement, name: str, *, last_year: bool, there: Iterable[RequestItem]
) -> tuple[Asked, ...]:
    """The items of the template `name` ("": of none) and, with `last_year`, those of last year's papers; which of them stand on record
    `there` already. `work` without an id is a period of time alone."""
    items = _from_last_year(snapshot, work) if last_year else []
    items += _from_template(name, work, items) if name else []
    if not work.id:  # the items themselves must know of which time they are
        items = [
            replace(one, wants=replace(one.wants, start=work.period_start, end=work.period_end))
            for one in items
            if one.wants
        ]
    known = [(one.item, wants_of(one.item, one.wants)) for one in there]
    return tuple(replace(one, there=any(_same(one, *old) for old in known)) for one in items)


def template_named(name: str) -> str:
    """That name, where there is such a template. Raises NotFound."""
    if name not in _file():
        raise NotFound(f"there is no list {name!r}; there are {', '.join(_file())}")
    return name


def title_of(name: str, work: Engagement) -> str:
    """How a list of this template is called; of none, by its work."""
    return _filled(_file()[name]["title"], work) if name else f"Documents for {work.title}"


def _same(one: Asked, item: str, wants: Wants) -> bool:
    """Whether an item of the list asks for the same: in the same words of the same period, or for the same papers."""
    if one.wants is None or one.wants.of_another_period(wants):
        return False
    return one.item.casefold() == item.casefold() or one.wants.overlaps(wants)


def _from_last_year(snapshot: Snapshot, work: Engagement) -> list[Asked]:
    return [
        Asked(
            stable_id("ask", "last", one.item),
            one.item,
            one.wants,
            why=one.why,
            source=to_json(one.evidence),
            document_id=one.document_id,
            path=one.path,
            come=one.come,
        )
        for one in given_last_year(snapshot, work)
    ]


def _from_template(name: str, work: Engagement, before: Sequence[Asked]) -> list[Asked]:
    """The template's items; one for each month is left out where last year's accounts are asked for one by one."""
    accounts = any(one.wants and one.wants.account and "bank-statement" in one.wants.kinds for one in before)
    found = []
    for raw in _file()[name]["items"]:
        wants = Wants.read(raw)
        if accounts and wants.kinds == ("bank-statement",):
            continue
        item = _filled(raw["item"], work)
        if wants.many and any(one.wants and one.wants.issuer and _alike(one.wants, wants) for one in before):
            item = f"Any other {item.removeprefix('All ')}"
        found.append(Asked(stable_id("ask", name, item), item, wants, raw.get("hint", ""), why=f"the list for {name}"))
    return found


def _alike(given: Wants, wants: Wants) -> bool:
    """Whether last year's paper is one of those that a template's item asks for."""
    return bool(set(given.kinds) & set(wants.kinds)) and (not wants.forms or bool(set(given.forms) & set(wants.forms)))


def _filled(text: str, work: Engagement) -> str:
    year, end = tax_year(work), work.period_end
    said = {
        "year": str(year or "the"),
        "next": str(year + 1 if year else "next year"),
        "end": f"{end:%B} {end.day}, {end.year}" if end else "the period's end",
        "period": work.title,
    }
    for name, value in said.items():
        text = text.replace(f"{{{name}}}", value)
    return text
