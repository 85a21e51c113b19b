"""`tickmark ask`: a cited answer about one client, or that its file does not hold one; with --all a table over all clients."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from agents.chat import ask
from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, scope_of
from api.wiring import Services
from workspace.deliverables.proof import in_a_line, resolve
from workspace.firm_asking import FirmAnswer, ask_firm
from workspace.scope import Scope


def run(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`: its ref; `question`; `as`: the person who asks, else the operator."""

    def opener(session: Session) -> Scope:
        return scope_of(services, session, "ask", arguments.get("as"))

    *_, last = ask(services, opener, arguments["client"], arguments["question"])
    answer: dict[str, Any] = last["answer"]
    with reading(services, "ask", arguments.get("as")) as scope:
        places = [f"{cited['marker']} {in_a_line(resolve(scope, cited))}" for cited in answer["citations"]]
    return Result(answer, _text(answer, places))


def everywhere(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`question`, over all clients that the person `as`, else the operator, may see."""
    with reading(services, "ask", arguments.get("as")) as scope:
        answer = ask_firm(scope, arguments["question"])
    return Result(answer.as_json(), _table(answer))


def _table(answer: FirmAnswer) -> str:
    """The sentence, and the lines in columns."""
    rows = [("client", *answer.columns), *((f"{one.client} ({one.client_ref})", *one.cells) for one in answer.lines)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    told = [f"It cannot be told of {one}." for one in answer.unread]
    return "\n".join([answer.said, *(lines if answer.lines else []), *told])


def _text(answer: dict[str, Any], places: Sequence[str]) -> str:
    """The answer, its sources as numbered lines, and what a reader should know of how it was found."""
    parts = [answer["answer"], "\n".join(" ".join(place.split()) for place in places)]
    if not answer["found"]:
        receipt = answer["receipt"]
        unread = [f"Not read: {one}" for one in receipt["unread"]]
        parts.append("\n".join([f"Looked through {receipt['looked_through']}.", *unread]))
    if answer["untied"]:
        parts.append(f"Not traced to a source: {', '.join(answer['untied'])}")
    if answer["note"]:
        parts.append(f"Note: {answer['note']}")
    return "\n\n".join(part for part in parts if part)
