"""What a rule says: one trigger, conditions, actions in order. Read from JSON or a form, checked, told in words.

Everything that an automation may do stands in ACTIONS: it prepares work inside the firm, and nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from store.errors import Invalid
from store.fact_names import KINDS as PAPERS
from store.rows import STAGES, TEMPLATES
from workspace.directory.lifecycle import STAGES as STATUSES
from workspace.requests.lists import templates as request_lists

TRIGGERS = {
    "stage": "work enters a stage",
    "date": "days before or after a date",
    "document": "a document arrives",
    "request": "a request is complete",
    "signal": "a signal is raised",
    "task": "a task is done",
    "client": "a client’s standing changes",
}
BASES = {"due": "the due date", "period-end": "the end of the period", "letter-signed": "the day the letter was signed"}
ACTIONS = {
    "task": "Add a task",
    "stage": "Move to the stage",
    "request": "Make the request list",
    "draft": "Draft for review",
    "tag": "Tag the client",
    "untag": "Take a tag off the client",
    "client-field": "Set a field of the client",
    "engagement-field": "Set a field of the engagement",
    "tell": "Tell somebody",
}
ROLES = ("preparer", "manager", "partner")
COUNTED = {"today": "the day it happens", "due": "the due date", "date": "the date of the trigger"}
MOVES = STAGES[: STAGES.index("in-review") + 1]
"""As far as an automation moves work: what lies behind says that a person looked at it, or that it left the firm."""
ENTITIES = ("1040", "1065", "1120", "1120-S", "1041", "990", "law", "other")
MOST_ACTIONS = 10
MOST_DAYS = 400


@dataclass(frozen=True)
class Trigger:
    """`value` is the stage, date (of BASES), kind of document, signal, words of the task's title or standing; "" for any document or task.
    `days` count from the date, before it negative."""

    kind: str
    value: str = ""
    days: int = 0


@dataclass(frozen=True)
class Conditions:
    """All must hold; an empty one holds always. `partner` is an address."""

    templates: tuple[str, ...] = ()
    entity_types: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    partner: str = ""
    tag: str = ""


@dataclass(frozen=True)
class Action:
    """`value` is a title, stage, list, slug, tag, field or text. `who`: a role of ROLES or an address. `days` and `since` (of COUNTED):
    when a task is due, None for no day. `text` is a field's value."""

    kind: str
    value: str = ""
    who: str = "preparer"
    days: int | None = None
    since: str = "today"
    text: str = ""


@dataclass(frozen=True)
class Rule:
    """A rule as it is kept and shown; `id` "" for one that is not kept."""

    name: str
    trigger: Trigger
    actions: tuple[Action, ...]
    conditions: Conditions = field(default_factory=Conditions)
    id: str = ""

    @property
    def needs_work(self) -> bool:
        """Whether it can act only where there is an engagement."""
        kinds = {one.kind for one in self.actions}
        counted = any(one.kind == "task" and one.days is not None and one.since == "due" for one in self.actions)
        return bool(
            self.conditions.templates
            or self.conditions.stages
            or kinds & {"stage", "request", "engagement-field"}
            or counted
        )


def as_rule(given: Mapping[str, Any], rule_id: str = "") -> Rule:
    """A rule of {name, trigger, conditions, actions}, checked. Raises Invalid, naming what is wrong."""
    name = _line(given.get("name"), 120, "a name")
    if not name:
        raise Invalid("give the automation a name")
    actions = given.get("actions") or ()
    if not 1 <= len(actions) <= MOST_ACTIONS:
        raise Invalid(f"an automation does 1 to {MOST_ACTIONS} things")
    trigger = _trigger(given.get("trigger") or {})
    made = Rule(
        name, trigger, tuple(_action(one) for one in actions), _conditions(given.get("conditions") or {}), rule_id
    )
    if trigger.kind == "stage" and any(one.kind == "stage" and one.value == trigger.value for one in made.actions):
        raise Invalid("it would move work to the stage that it has just entered")
    return made


def as_plain(rule: Rule) -> dict[str, Any]:
    """The same as JSON."""
    conditions = {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(rule.conditions).items()}
    return {
        "name": rule.name,
        "trigger": asdict(rule.trigger),
        "conditions": conditions,
        "actions": [asdict(one) for one in rule.actions],
    }


def _trigger(given: Mapping[str, Any]) -> Trigger:
    kind, days = str(given.get("kind") or ""), _days(given.get("days")) or 0
    if kind not in TRIGGERS:
        raise Invalid(f"what sets it off is one of: {', '.join(TRIGGERS)}")
    value = _line(given.get("value"), 120, "what it waits for")
    if kind == "task":
        return Trigger(kind, value)
    if kind == "request":
        return Trigger(kind)
    value = _slug(value, _values(kind), "the trigger", optional=kind == "document")
    return Trigger(kind, value, days if kind == "date" else 0)


def _values(kind: str) -> Sequence[str]:
    """What a trigger of this kind can wait for."""
    if kind == "signal":
        return signals()
    return {"stage": STAGES, "date": tuple(BASES), "document": PAPERS, "client": STATUSES}[kind]


def signals() -> tuple[str, ...]:
    """The slugs of all signals."""
    from workspace.signals import DETECTORS

    return tuple(sorted({one.slug for one in DETECTORS}))


def drafts() -> dict[str, str]:
    """The slugs of all deliverables with their titles."""
    from workspace.deliverables.kinds import KINDS

    return {slug: KINDS[slug].title for slug in sorted(KINDS)}


def _conditions(given: Mapping[str, Any]) -> Conditions:
    return Conditions(
        _several(given.get("templates"), TEMPLATES, "a template"),
        _several(given.get("entity_types"), ENTITIES, "an entity type"),
        _several(given.get("stages"), STAGES, "a stage"),
        _line(given.get("partner"), 200, "a partner").lower(),
        _line(given.get("tag"), 40, "a tag"),
    )


def _several(given: Any, known: Sequence[str], what: str) -> tuple[str, ...]:
    found = [given] if isinstance(given, str) else list(given or ())
    return tuple(dict.fromkeys(_slug(str(one), known, what) for one in found if str(one).strip()))


def _action(given: Mapping[str, Any]) -> Action:
    kind = str(given.get("kind") or "")
    if kind not in ACTIONS:
        raise Invalid(f"what it does is one of: {', '.join(ACTIONS)}")
    value = _line(given.get("value"), 300 if kind == "tell" else 200, ACTIONS[kind].lower())
    who, since = str(given.get("who") or "preparer").strip().lower(), str(given.get("since") or "today")
    days, text = _days(given.get("days")), _line(given.get("text"), 400, "the value")
    if kind == "stage":
        value = _slug(value, MOVES, "a stage that an automation moves work to")
    elif kind == "request":
        value = _slug(value, request_lists(), "a request list", optional=True)
    elif kind == "draft":
        value = _slug(value, tuple(drafts()), "a deliverable")
    elif not value:
        raise Invalid(f"{ACTIONS[kind].lower()}: say what")
    if kind not in ("task", "tell"):
        return Action(kind, value, text=text if kind.endswith("-field") else "")
    if who not in ROLES and "@" not in who:
        raise Invalid(f"it is for one of {', '.join(ROLES)}, or somebody’s address")
    if kind == "tell":
        return Action(kind, value, who)
    if since not in COUNTED:
        raise Invalid(f"days count from one of {', '.join(COUNTED)}")
    return Action(kind, value, who, days, since)


def _slug(value: str, known: Sequence[str], what: str, *, optional: bool = False) -> str:
    """The one of `known` that was meant: as it is written there, or in words ("in review")."""
    if not value.strip() and optional:
        return ""
    plain = {one.casefold().replace(" ", "-"): one for one in known}
    found = plain.get("-".join(value.casefold().split()))
    if found is None:
        raise Invalid(f"{value!r} is not {what}; there are {', '.join(known)}" if value else f"choose {what}")
    return found


def _days(given: Any) -> int | None:
    if given is None or str(given).strip() == "":
        return None
    text = str(given).strip().replace("\N{MINUS SIGN}", "-")
    if not text.lstrip("+-").isdecimal() or abs(int(text)) > MOST_DAYS:
        raise Invalid(f"days are a whole number of at most {MOST_DAYS}, before a date negative")
    return int(text)


def _line(given: Any, most: int, what: str) -> str:
    text = " ".join(str(given or "").split())
    if len(text) > most:
        raise Invalid(f"{what} has at most {most} characters")
    if any(ord(c) < 32 or ord(c) == 127 for c in text):
        raise Invalid(f"{what} is one line of text")
    return text


def when(trigger: Trigger) -> str:
    """The trigger in words, after "When"."""
    value = trigger.value.replace("-", " ")
    if trigger.kind == "date":
        away = abs(trigger.days)
        if not away:
            return f"{BASES[trigger.value]} has come"
        side = "before" if trigger.days < 0 else "after"
        return f"{BASES[trigger.value]} is {away} {'day' if away == 1 else 'days'} {'ahead' if side == 'before' else 'past'}"
    return {
        "stage": f"work enters “{value}”",
        "document": f"a document of the kind {trigger.value} arrives" if value else "any document arrives",
        "request": "everything on a request list has come",
        "signal": f"the signal {trigger.value} is raised",
        "task": f"a task with “{trigger.value}” in its title is done" if value else "any task is done",
        "client": f"a client becomes {value}",
    }[trigger.kind]


def only(conditions: Conditions) -> str:
    """The conditions in words, "" for none."""
    said = []
    if conditions.templates:
        said.append(f"work of {_either(conditions.templates)}")
    if conditions.entity_types:
        said.append(f"a client of type {_either(conditions.entity_types)}")
    if conditions.stages:
        said.append(f"a stage of {_either([one.replace('-', ' ') for one in conditions.stages])}")
    if conditions.partner:
        said.append(f"{conditions.partner} as partner")
    if conditions.tag:
        said.append(f"the tag “{conditions.tag}”")
    return ", ".join(said)


def _either(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def then(action: Action) -> str:
    """One action in words."""
    value = action.value
    if action.kind == "task":
        due = ""
        if action.days is not None:
            side = "before" if action.days < 0 else "after"
            away = abs(action.days)
            far = f"{away} {'day' if away == 1 else 'days'} {side} " if away else "on "
            due = f", due {far}{COUNTED[action.since]}"
        return f"add the task “{value}” for {action.who if '@' in action.who else 'the ' + action.who}{due}"
    return {
        "stage": f"move to {value.replace('-', ' ')}",
        "request": f"make the request list {value}".rstrip() if value else "make the request list of the work",
        "draft": f"draft for review: {value.replace('-', ' ')}",
        "tag": f"tag the client “{value}”",
        "untag": f"take the tag “{value}” off the client",
        "client-field": f"set the client’s {value} to “{action.text}”",
        "engagement-field": f"set the engagement’s {value} to “{action.text}”",
        "tell": f"tell {action.who if '@' in action.who else 'the ' + action.who}: “{value}”",
    }[action.kind]
