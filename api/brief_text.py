"""A brief as a terminal shows it: every section that has something to say, in the reader's own order. Decides nothing."""

import textwrap
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from workspace.brief.trail import in_words
from workspace.raised import HIDDEN

Section = Callable[[Mapping[str, Any]], Iterable[str]]
_WIDTH = 110


def brief_text(brief: Mapping[str, Any]) -> str:
    """All of a brief as `workspace.brief.read_brief` gives it."""
    parts = [f"Brief of {brief['as_of']} for {brief['for']}\n{brief['verdict']}"]
    for name in brief["order"]:
        title, section = SECTIONS.get(name, ("", _nothing))
        lines = list(section(brief))
        if lines:
            parts.append("\n".join([title, *lines]))
    if brief.get("trail"):
        parts.append(f"Audit trail of this morning: {in_words(brief['trail'])}")
    return "\n\n".join(parts)


def _nothing(brief: Mapping[str, Any]) -> Iterable[str]:
    return ()


def _cards(name: str) -> Section:
    def section(brief: Mapping[str, Any]) -> Iterable[str]:
        for place, card in enumerate((one for one in brief[name] if one["state"] not in HIDDEN), 1):
            yield from _card(place, card)
        if name == "worth_a_look":
            yield from _more(brief.get("more", 0))

    return section


def _card(place: int, card: Mapping[str, Any]) -> Iterable[str]:
    red = "  MISSED" if card["missed"] else ""
    due = f"  {card['date_is']} {card['due']}" if card["due"] else ""
    dollars = f"  ${card['dollars']}" if card["dollars"] else ""
    yield f" {place:>2}. {card['client']} ({card['client_ref']})  class {card['class']}{due}{dollars}{red}"
    yield from _wrapped(card["headline"])
    yield from _wrapped(card["why_now"])
    draft = f"; draft {card['deliverable_id']}" if card["deliverable_id"] else ""
    yield from _wrapped(f"→ {card['next_step']} ({card['minutes']} min{draft})")
    for line in card["lines"][1:] if len(card["lines"]) > 1 else ():
        yield from _wrapped(f"· {line['headline']}")


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent="     ", subsequent_indent="     ")


def _more(number: int) -> Iterable[str]:
    if number:
        yield f"     and {number} more"


def _releases(brief: Mapping[str, Any]) -> Iterable[str]:
    for one in brief["release_queue"]:
        untied = f", {one['untied']} untied" if one["untied"] else ""
        age = "today" if not one["age_days"] else f"{one['age_days']} days"
        yield f"  {one['deliverable_id']}  {one['state']}  {one['client_ref']}  {one['title']} ({age}{untied})"


def _horizon(brief: Mapping[str, Any]) -> Iterable[str]:
    counts = brief["horizon_counts"]
    if brief["horizon"]:
        yield f"  {counts['7']} within 7 days, {counts['14']} within 14, {counts['30']} within 30; the tightest first"
    for one in brief["horizon"]:
        red = "  MISSED" if one["missed"] else ""
        slack = "" if one["slack_days"] is None else f"  slack {one['slack_days']} days"
        owner = f"  {one['owner']}" if one["owner"] else ""
        yield f"  {one['due']}  {one['client_ref']}  {one['title']}{slack}{owner}{red}"
    yield from _more(brief["horizon_more"])


def _changed(brief: Mapping[str, Any]) -> Iterable[str]:
    for one in brief["changed"]:
        yield f"  {one['kind']:<13}  {one['client_ref']}  {one['what']}"
    yield from _more(brief["changed_more"])


def _waiting(brief: Mapping[str, Any]) -> Iterable[str]:
    waiting = brief["waiting"]
    for one in waiting.get("on_us", ()):
        age = "        " if one["days"] is None else f"{one['days']:>3} days"
        yield f"  on us      {age}  {one['client_ref']}  {one['what']}  ({', '.join(one['who'])})"
    yield from _more(waiting.get("on_us_more", 0))
    for one in waiting.get("on_clients", ()):
        late = "" if one["days"] is None else f", {one['days']} days late"
        yield f"  on client  {one['count']:>3} items  {one['client_ref']}  {one['title']}{late}, {one['chases']} reminders sent"
    yield from _more(waiting.get("on_clients_more", 0))


def _money(brief: Mapping[str, Any]) -> Iterable[str]:
    m = brief["money"]
    if m:
        yield f"  billed ${m['billed']} ({m['billed_count']}), collected ${m['collected']} ({m['collected_count']})"
        yield f"  over 60 days ${m['ar_60']} ({m['ar_60_clients']} clients), over 90 ${m['ar_90']} ({m['ar_90_clients']})"
        yield f"  over budget {m['over_budget']} (${m['over_budget_value']})"
        yield f"  done and not billed {m['not_billed']} (${m['not_billed_value']})"


def _team(brief: Mapping[str, Any]) -> Iterable[str]:
    for one in brief["team"]:
        percent = (
            "" if one["percent"] is None else f" ({one['percent']} %{', overloaded' if one['overloaded'] else ''})"
        )
        waits = one["oldest_message"]
        mail = f"; a mail of {waits['client']} waits {waits['days']} days" if waits else ""
        yield f"  {one['name']}: {one['planned_hours']} hours planned{percent}, {one['blocked']} blocked{mail}"


def _tasks(brief: Mapping[str, Any]) -> Iterable[str]:
    for one in brief["tasks"]:
        yield f"  {one['due']}  {one['client_ref']}  {one['title']}{'  late' if one['late'] else ''}"


def _blind(brief: Mapping[str, Any]) -> Iterable[str]:
    for one in brief["blind_spots"]:
        yield f"  {one['client_ref']}  {one['what']}: {one['why']}"


def _yesterday(brief: Mapping[str, Any]) -> Iterable[str]:
    y = brief["yesterday"]
    if y:
        yield f"  of {y['shown']} shown on {y['as_of']}: {y['acted_on']} acted on, {len(y['dismissed'])} dismissed, {y['open']} open"
        for one in y["dismissed"]:
            yield f"  dismissed  {one['client_ref']}  {one['headline']}: {one['reason']} ({one['by']})"
        for one in y["unraised"]:
            yield f"  urgent without having been raised  {one['client_ref']}  {one['headline']}"


SECTIONS: dict[str, tuple[str, Section]] = {
    "needs_you": ("NEEDS YOU", _cards("needs_you")),
    "worth_a_look": ("WORTH A LOOK", _cards("worth_a_look")),
    "release_queue": ("WAITING FOR YOUR RELEASE", _releases),
    "horizon": ("DEADLINES", _horizon),
    "changed": ("CHANGED OVERNIGHT", _changed),
    "waiting": ("WHO WAITS FOR WHOM", _waiting),
    "money": ("MONEY", _money),
    "team": ("TEAM", _team),
    "tasks": ("YOUR TASKS", _tasks),
    "blind_spots": ("BLIND SPOTS", _blind),
    "yesterday": ("YESTERDAY'S BRIEF", _yesterday),
}
