"""`tickmark facts`: the facts read in a client's documents, and what a person says about them."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, scope_of, writing
from api.intake import index_new
from api.wiring import Services
from store.errors import Invalid
from workspace.fact_corrections import Meant, Words, correct_fact, correct_kind, deny_fact, take_back
from workspace.facts import FactSheet, KnownFact, Said, as_json, find_document, sheet_of, sheets_of
from workspace.scope import Scope


def listing(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`: its ref; `document`: only that one, by id or path; `as`: the person who asks."""
    with reading(services, "facts", arguments.get("as")) as scope:
        sheets = sheets_of(scope, arguments["client"], arguments.get("document"))
    shown = "\n\n".join(map(_text, sheets)) or "No facts have been read."
    return Result([as_json(sheet) for sheet in sheets], shown)


def correct(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`document`, `name`, `value` (None: the document says no such thing), `as`: who says so; `was`, `row`, `add`: which one of several;
    `page`, `quote`: the words it is read from; `note`."""
    meant = Meant(arguments["name"], arguments.get("was"), arguments.get("row"), bool(arguments.get("add")))
    words = Words(arguments.get("quote") or "", arguments.get("page"))
    note = arguments.get("note") or ""

    def act(scope: Scope, document_id: str) -> None:
        if arguments.get("value") is None:
            deny_fact(scope, document_id, meant, note)
        else:
            correct_fact(scope, document_id, meant, arguments["value"], words, note)

    return _acted(services, arguments, act, progress)


def kind(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`document`, `kind`, `as`, `note`: what kind of document it is. Its facts are read anew."""
    note = arguments.get("note") or ""
    return _acted(
        services, arguments, lambda scope, document: correct_kind(scope, document, arguments["kind"], note), progress
    )


def undo(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`document`, `name` of the fact ("kind": the kind of document) or the correction's id, `as`: what was read stands again."""

    def act(scope: Scope, document_id: str) -> None:
        sheet = sheet_of(scope, document_id)
        said = [*(f.said for f in sheet.facts if f.said), *sheet.said]
        found = [one for one in said if arguments["name"] in (one.id, one.name)]
        if len(found) != 1:
            many = "several corrections" if found else "no correction"
            ids = ", ".join(one.id for one in found or said) or "nothing was corrected"
            raise Invalid(f"{many} of {arguments['name']} in {sheet.path}; give the correction's id: {ids}")
        take_back(scope, found[0].id)

    return _acted(services, arguments, act, progress)


def fill(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`: its ref, `as`: who asks. Has the model read what the rules left; the night does so by itself."""
    from agents.fact_reader import fill_facts

    ref = arguments["client"]
    done = fill_facts(services, lambda session: scope_of(services, session, "facts", arguments.get("as")), ref)
    text = (
        f"{ref}: {done.asked} documents asked about, {done.filled} facts filled, {done.thrown} proposals thrown away."
    )
    told = f"{text} {done.why_not[:1].upper()}{done.why_not[1:]}." if done.why_not else text
    return Result(asdict(done), told, failed=bool(done.why_not) and not done.asked)


def _acted(services: Services, arguments: Arguments, act: Callable[[Scope, str], object], progress: Progress) -> Result:
    """One transaction of the person who speaks, then whatever has to be read anew, then the facts as they stand."""
    with writing(services, "facts", arguments["as"]) as scope:
        document = find_document(scope, arguments["document"])
        document_id, client_id = document.id, document.client_id
        act(scope, document_id)
    index_new(services, progress, [client_id])
    with reading(services, "facts", arguments["as"]) as scope:
        sheet = sheet_of(scope, document_id)
    return Result(as_json(sheet), _text(sheet))


def _text(sheet: FactSheet) -> str:
    lines = [f"{sheet.path}  ({sheet.document_id}, {sheet.kind or 'kind unknown'})"]
    width = max([len(_name(fact)) for fact in sheet.facts], default=0)
    lines += [f"  {_name(fact):<{width}}  {_line(fact)}" for fact in sheet.facts]
    lines += [f"  {_standing(said)}" for said in sheet.said]
    return "\n".join(lines)


def _name(fact: KnownFact) -> str:
    return fact.name if fact.row is None else f"{fact.name}[{fact.row}]"


def _line(fact: KnownFact) -> str:
    words = " ".join(fact.quote.split())
    by = (
        f"corrected by {fact.said.by}, {fact.said.at:%Y-%m-%d}" if fact.said else f"{fact.reader} {fact.confidence:.2f}"
    )
    was = f", was {fact.said.was or 'not read'}" if fact.said else ""
    return f"{fact.value}  (page {fact.page}: {words!r}; {by}{was})"


def _standing(said: Said) -> str:
    what: dict[str, Any] = {
        "absent": f"{said.name}: not in the document; was read as {said.was}",
        "kind": f"kind: {said.value}; was read as {said.was}",
        "value": f"{said.name}: {said.value}",
    }
    again = "; to be confirmed again" if said.state == "confirm" else ""
    return f"{what[said.action]}  (said by {said.by}, {said.at:%Y-%m-%d}{again})"
