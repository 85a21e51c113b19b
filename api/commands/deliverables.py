"""`tickmark deliverables`: the list, and one with a mark behind every figure and its source beneath."""

from collections.abc import Mapping
from typing import Any

from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading
from api.wiring import Services
from store.errors import Invalid
from workspace.comments import plain as quoted
from workspace.deliverables import proof
from workspace.deliverables.model import STATES
from workspace.deliverables.reading import listing as listed
from workspace.deliverables.reading import show as shown_of
from workspace.deliverables.render.marks import printed_title
from workspace.deliverables.render.text import plain

MARKS = {"tied": "✓", "derived": "≈", "untied": "✗"}


def listing(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`: only this one's; `state`: only those in it; `as`: whose eyes, else the operator's. What waits comes first."""
    state = arguments.get("state")
    if state is not None and state not in STATES:
        raise Invalid(f"there is no state {state!r}; there are {', '.join(STATES)}")
    with reading(services, "deliverables", arguments.get("as")) as scope:
        rows = listed(scope, arguments.get("client"), state)
    return Result(rows, "\n".join(map(_line, rows)) or "No deliverables.")


def show(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`id`: its id or the beginning of it; `as`: whose eyes, else the operator's. The JSON of the contract."""
    with reading(services, "deliverables", arguments.get("as")) as scope:
        shown = shown_of(scope, arguments["id"])
        sources = [proof.in_a_line(one) for one in proof.of_marks(scope, shown["tickmarks"])]
        shown = proof.proven(scope, shown)
    return Result(shown, "\n\n".join([_head(shown), *_sections(shown), *_inside(shown, sources)]))


def _line(row: Mapping[str, Any]) -> str:
    figures = f"{row['figures']} figures" + (f", {row['untied']} untied" if row["untied"] else "")
    return f"{row['id']}  {row['client_ref']:<8} {row['state']:<10} v{row['version']} {row['class']}  {row['title']} ({figures})"


def _head(shown: Mapping[str, Any]) -> str:
    head = shown["header"]
    released = shown["released"]
    state = f"released by {released['by']}, {released['at'][:10]}" if released else shown["state"].replace("_", " ")
    lines = [
        f"{shown['title']} ({shown['kind']}, class {shown['class']})",
        f"{head['client']} ({shown['client_ref']}), version {head['version']} {shown['hash'][:12]}, {state}",
        f"Prepared by {head['prepared_by']}; data as of {head['data_as_of']}" + _of_period(head),
        f"To: {', '.join(shown['recipients']) or '(nobody is known)'}",
    ]
    return "\n".join([*lines, *([f"Note: {shown['note']}"] if shown["note"] else [])])


def _of_period(head: Mapping[str, Any]) -> str:
    return f"; period {head['period']}" if head["period"] else ""


def _sections(shown: Mapping[str, Any]) -> list[str]:
    """The text as a mail has it, each figure with its mark and its number behind it."""
    found = []
    for index, section in enumerate(shown["sections"]):
        title = printed_title(section["title"], shown["headings"])
        body = plain(_marked(section["markdown"], index, shown["tickmarks"]))
        found.append(f"{title.upper()}\n\n{body}" if title else body)
    return found


def _marked(markdown: str, section: int, tickmarks: list[dict[str, Any]]) -> str:
    """The Markdown with a mark and a number behind every figure."""
    here = [(n, mark) for n, mark in enumerate(tickmarks, 1) if mark["section"] == section]
    for number, mark in reversed(here):
        markdown = f"{markdown[: mark['end']]}{MARKS[mark['status']]}{number}{markdown[mark['end'] :]}"
    return markdown


def _inside(shown: Mapping[str, Any], sources: list[str]) -> list[str]:
    """What stands beneath the text: the tickmarks with their sources, what to check, what could not be seen."""
    marks = zip(shown["tickmarks"], sources, strict=True)
    ticked = [f"{n:>3} {MARKS[mark['status']]} {mark['text']}: {source}" for n, (mark, source) in enumerate(marks, 1)]
    said = [_comment(one) for one in shown["comments"]]
    parts = (
        ("Comments", said),
        ("Tickmarks (✓ tied, ≈ computed, ✗ no source)", ticked),
        ("To check", [f"  {_ticked(one)}" for one in shown["ticks"]]),
        ("What could not be seen", [f"  - {one}" for one in shown["unseen"]]),
    )
    return ["\n".join([title, *lines]) for title, lines in parts if lines]


def _ticked(one: Mapping[str, Any]) -> str:
    """A line of the checklist, with who ticked it."""
    return f"☑ {one['check']} ({one['by']}, {one['at'][:10]})" if one["by"] else f"- {one['check']}"


def _comment(one: Mapping[str, Any]) -> str:
    gone = "" if one["stands"] else " (the passage is gone)"
    closed = f" Resolved by {one['resolved_by']}." if one["resolved_at"] else ""
    return f"{one['number']:>3} “{quoted(one['quote'])}”{gone}\n      {one['by']}: {one['note']}{closed}"
