"""The firm's library of templates: those that come with the program, and the firm's own versions of them.

A version is never changed; a change is the next one, and engagements say which they were made from.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import select

from store.audit import AuditTag
from store.errors import Conflict, Invalid, NotFound
from store.ids import stable_id
from store.rows import TEMPLATES
from store.tables import Person, TemplateVersion, WorkflowTemplate
from workspace.acting import person_of, record
from workspace.billing.amounts import hours_in
from workspace.scope import Right, Scope

ROLES = ("preparer", "manager", "partner")
FROM = ("due", "end", "start")
MOST_STEPS, MOST_ITEMS = 60, 30
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_DUE = ("form", "months", "day", "business_days", "days_after_end", "days_after_start")


@dataclass(frozen=True)
class Step:
    """A step. `days` are counted from `counted_from` (due, end of the period, start); `needs` are keys of steps that come before;
    `hours` is the estimate."""

    key: str
    title: str
    role: str
    days: int
    counted_from: str = "due"
    needs: tuple[str, ...] = ()
    checklist: tuple[str, ...] = ()
    hours: Decimal | None = None

    def plain(self) -> dict[str, Any]:
        """The step as the database and JSON have it."""
        return {
            "key": self.key,
            "title": self.title,
            "role": self.role,
            "days": self.days,
            "from": self.counted_from,
            "needs": list(self.needs),
            "checklist": list(self.checklist),
            "hours": None if self.hours is None else str(self.hours),
        }


@dataclass(frozen=True)
class Template:
    """A template. `version` 0 comes with the program. `every`: year, quarter, month, None for once. `due` as in templates.toml."""

    slug: str
    title: str
    every: str | None
    due: Mapping[str, Any]
    steps: tuple[Step, ...]
    version: int = 0

    @property
    def hours(self) -> Decimal:
        return sum((step.hours for step in self.steps if step.hours), Decimal(0))

    @property
    def due_words(self) -> str:
        """When the work is due, in words."""
        return due_in_words(self.due)


def due_in_words(due: Mapping[str, Any]) -> str:
    """When work is due by a template or a series, in words."""
    if "form" in due:
        return f"when Form {due['form']} is due"
    if "months" in due:
        when = {0: "the same month", 1: "the next month"}.get(int(due["months"]), f"the month {due['months']} later")
        return f"on the {_nth(int(due['day']))} of {when}" if due.get("day") else f"on the last day of {when}"
    if "business_days" in due:
        return f"{due['business_days']} business days after the period"
    if "days_after_end" in due:
        return f"{due['days_after_end']} days after the period"
    if "days_after_start" in due:
        return f"{due['days_after_start']} days after it starts"
    return "on a day that is entered"


def _nth(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


@dataclass(frozen=True)
class Written:
    """Who wrote a version, and when."""

    version: int
    person: str
    at: datetime
    steps: int


@cache
def library() -> Mapping[str, Template]:
    """The templates that come with the program, by slug in the order of the contract."""
    data = tomllib.loads(files("workspace.workflow").joinpath("templates.toml").read_text(encoding="utf-8"))
    return {slug: _template(slug, data[slug], 0) for slug in TEMPLATES}


def templates_of(scope: Scope) -> list[Template]:
    """Every template as the firm has it now, in the order of the contract; one query."""
    scope.require(Right.CLIENT_READ)
    own = {row.slug: row for row in scope.session.scalars(select(WorkflowTemplate))}
    return [_own(row) if (row := own.get(slug)) is not None else standard for slug, standard in library().items()]


def template_of(scope: Scope, slug: str) -> Template:
    """One template as the firm has it now. Raises NotFound."""
    scope.require(Right.CLIENT_READ)
    if slug not in library():
        raise NotFound(f"there is no template {slug!r}; there are {', '.join(library())}")
    row = scope.session.scalars(select(WorkflowTemplate).where(WorkflowTemplate.slug == slug)).one_or_none()
    return library()[slug] if row is None else _own(row)


def versions_of(scope: Scope, slug: str) -> list[Written]:
    """The firm's versions of a template, the newest first."""
    template_of(scope, slug)
    rows = scope.session.execute(
        select(TemplateVersion, Person.name)
        .join(Person, Person.id == TemplateVersion.person_id)
        .where(TemplateVersion.slug == slug)
        .order_by(TemplateVersion.version.desc())
    ).tuples()
    return [Written(row.version, name, row.at, len(row.steps)) for row, name in rows]


def version_of(scope: Scope, slug: str, version: int) -> Template:
    """A version of a template; 0 is the standard one. Raises NotFound."""
    current = template_of(scope, slug)
    if version == 0:
        return library()[slug]
    row = scope.session.scalars(
        select(TemplateVersion).where(TemplateVersion.slug == slug, TemplateVersion.version == version)
    ).one_or_none()
    if row is None:
        raise NotFound(f"template {slug} has no version {version}")
    return _template(slug, {"title": row.title, "every": current.every, "due": row.due, "steps": row.steps}, version)


def change_template(scope: Scope, slug: str, wanted: Mapping[str, Any], *, seen: int | None = None) -> Template:
    """The firm's next version: `wanted` holds title, due and steps as JSON has them, what it lacks stays. Engagements that were made keep
    their steps. `seen` is the version that the writer looked at. Raises Forbidden without template:write, Conflict, Invalid."""
    scope.require(Right.TEMPLATE_WRITE)
    before = template_of(scope, slug)
    if seen is not None and seen != before.version:
        raise Conflict(f"the template is at version {before.version} by now; nothing of yours was saved: look at it")
    kept = {"title": before.title, "due": dict(before.due), "steps": [step.plain() for step in before.steps]}
    made = checked(slug, kept | {k: v for k, v in wanted.items() if k in kept}, before.every)
    if (made.title, made.due, made.steps) == (before.title, before.due, before.steps):
        return before
    written = len(versions_of(scope, slug))
    version = max(written, before.version) + 1
    row = scope.session.scalars(select(WorkflowTemplate).where(WorkflowTemplate.slug == slug)).one_or_none()
    if row is None:
        row = WorkflowTemplate(id=stable_id("tpl", slug), slug=slug, title=made.title, recurrence=made.every)
        scope.session.add(row)
    row.title, row.due, row.version = made.title, dict(made.due), version
    row.steps = [step.plain() for step in made.steps]
    scope.session.add(
        TemplateVersion(
            id=stable_id("tpv", slug, version),
            slug=slug,
            version=version,
            title=made.title,
            due=dict(made.due),
            steps=row.steps,
            person_id=person_of(scope),
            at=scope.now,
        )
    )
    record(scope, AuditTag.TEMPLATE_CHANGED, f"template:{slug}", None, version=version, steps=len(made.steps))
    scope.session.flush()
    return template_of(scope, slug)


def checked(slug: str, data: Mapping[str, Any], every: str | None) -> Template:
    """A template from what a person wrote. Raises Invalid, naming the step."""
    title = " ".join(str(data.get("title", "")).split())[:120]
    steps = data.get("steps") or []
    if not title:
        raise Invalid("a template needs a title")
    if not isinstance(steps, Sequence) or not 1 <= len(steps) <= MOST_STEPS:
        raise Invalid(f"a template has between 1 and {MOST_STEPS} steps")
    made: list[Step] = []
    for number, one in enumerate(steps, 1):
        made.append(_step(number, one, {step.key for step in made}))
    return Template(slug, title, every, checked_due(data.get("due") or {}), tuple(made))


def checked_due(due: Mapping[str, Any]) -> dict[str, Any]:
    """How the due date is counted, as a person wrote it. Raises Invalid."""
    if unknown := set(due) - set(_DUE):
        raise Invalid(f"a due date is counted by {', '.join(_DUE)}, not by {', '.join(sorted(unknown))}")
    ways = [name for name in due if name != "day"]
    if len(ways) > 1 or ("day" in due and ways != ["months"]):
        raise Invalid("a due date is counted in one way")
    made: dict[str, Any] = {}
    for name, value in due.items():
        made[name] = " ".join(str(value).split())[:20] if name == "form" else _whole(value, name, 0, 400)
    if made.get("day", 0) > 31:
        raise Invalid("a month has no more than 31 days")
    return made


def _step(number: int, one: Any, before: set[str]) -> Step:
    if not isinstance(one, Mapping):
        raise Invalid(f"step {number} is not written as a step")
    title = " ".join(str(one.get("title") or "").split())[:200]
    key = str(one.get("key") or "") or re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40]
    role, counted = str(one.get("role") or "preparer"), str(one.get("from") or "due")
    needs = tuple(dict.fromkeys(str(name) for name in one.get("needs") or ()))
    if not title:
        raise Invalid(f"step {number} has no title")
    if not _KEY.fullmatch(key) or key in before:
        raise Invalid(f"step {number}, {title!r}, needs a key of its own, of small letters, digits and hyphens")
    if role not in ROLES or counted not in FROM:
        raise Invalid(
            f"step {number}, {title!r}: the role is one of {', '.join(ROLES)}, days count from {', '.join(FROM)}"
        )
    if missing := [name for name in needs if name not in before]:
        raise Invalid(f"step {number}, {title!r}, needs {missing[0]!r}, which is no step before it")
    days = _whole(one.get("days", 0), f"the days of step {number}", -800, 800)
    items = tuple(text for item in one.get("checklist") or () if (text := " ".join(str(item).split())[:200]))
    raw = one.get("hours")
    hours = hours_in(str(raw)) if raw not in (None, "") else None
    if hours is not None and not 0 <= hours <= 1000:
        raise Invalid(f"step {number}, {title!r}: hours between 0 and 1000")
    return Step(key, title, role, days, counted, needs, items[:MOST_ITEMS], hours)


def _whole(value: Any, what: str, low: int, high: int) -> int:
    try:
        number = int(str(value).replace("−", "-"))
    except ValueError:
        raise Invalid(f"{what} is {str(value)[:40]!r}, not a whole number") from None
    if not low <= number <= high:
        raise Invalid(f"{what} is {number}, not between {low} and {high}")
    return number


def _own(row: WorkflowTemplate) -> Template:
    every = library()[row.slug].every
    return _template(row.slug, {"title": row.title, "every": every, "due": row.due, "steps": row.steps}, row.version)


def _template(slug: str, data: Mapping[str, Any], version: int) -> Template:
    made = checked(slug, data, data.get("every"))
    return Template(slug, made.title, made.every, made.due, made.steps, version)
