"""Dry runs and imports of exports that wait, done at once where they are small and behind the page where they are not.

Says how each stands in `api/waiting.py`. One that was cut off by a restart is found out by the next look and begins again; rows are one
transaction, so that nothing is half in.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from api import waiting
from api.commands.imports import told
from api.commands.result import Progress, silent
from api.commands.scopes import writing
from api.importing import bring, checked
from api.waiting import Waiting
from api.wiring import Services
from ingestion.exports.recognise import column_names
from ingestion.exports.vocabulary import fields_of
from store.errors import Conflict, Invalid, NotFound, TickmarkError
from store.tables import Client, ClientContact, Contact
from workspace import imports
from workspace.onboarding import firm
from workspace.scope import Right, Scope

AT_ONCE_BYTES = 2_000_000
AT_ONCE_ROWS = 3_000
AT_ONCE_PAPERS = 20
_CUT_OFF = "It was cut off before its end; nothing was brought in. Import it again."


def begin(services: Services, email: str, source: str, files: list[tuple[str, bytes]]) -> Waiting:
    """Keep the files and try them. Raises Invalid for a source that is not known."""
    one = waiting.keep(services, email, checked(source) or "auto", files)
    return again(services, one)


def again(services: Services, one: Waiting) -> Waiting:
    """Make the dry run anew: after an upload, a decision, a mapping."""
    if sum(size for _, size in one.files) <= AT_ONCE_BYTES:
        return _tried(services, one, silent)
    one = waiting.put(services, one, state="reading", said="")
    services.desk.later(lambda: _at_work(services, lambda progress: _tried(services, one, progress)))
    return one


def look(services: Services, email: str, waiting_id: str) -> Waiting:
    """How it stands; one that was cut off goes on. Raises NotFound."""
    one = waiting.get(services, email, waiting_id)
    if one.state == "reading" and services.desk.far() is None:
        return again(services, one)
    if one.state == "importing" and services.desk.far() is None:
        return waiting.put(services, one, state="ready", said=_CUT_OFF)
    return one


def trial(services: Services, one: Waiting) -> dict[str, Any]:
    """What the dry run said. Raises NotFound where there is none."""
    found = waiting.trial_of(services, one)
    if found is None:
        raise NotFound("this export was not read yet")
    return found


def bring_in(services: Services, one: Waiting) -> Waiting:
    """Import it; a long one behind the page. Raises Conflict where it is being read or brought in already."""
    if one.state != "ready":
        raise Conflict("this export is being read or brought in already: look at it as it stands now")
    found = trial(services, one)
    one = waiting.put(services, one, state="importing", said="")
    if found["rows_in"] <= AT_ONCE_ROWS and len(found["documents"]) <= AT_ONCE_PAPERS:
        return _brought(services, one, silent)
    services.desk.later(lambda: _at_work(services, lambda progress: _brought(services, one, progress)))
    return one


def map_table(
    services: Services, one: Waiting, mark: str, kind: str, columns: dict[str, str], write: Callable[[], Any]
) -> Waiting:
    """Remember how the table of that fingerprint is read, and try again; `write` opens the asker's scope. Raises NotFound, Invalid."""
    table = unknown_of(trial(services, one), mark)
    if kind and kind not in mapping_kinds():
        raise Invalid(f"{kind[:20]!r} is no kind of table; there are {', '.join(mapping_kinds())}")
    header = column_names(table["header"])
    with write() as scope:
        imports.map_table(scope, mark, header, kind, columns, fields_of(kind) if kind else ())
    return again(services, one)


def system_in(services: Services, one: Waiting, said: str) -> str:
    """The system that a row of the export is of; the first for "". Raises Invalid for one that none is of."""
    found = trial(services, one)
    if said and said not in found["systems"]:
        raise Invalid(f"nothing of this export is of {said[:20]!r}")
    return said or str(found["system"])


def unknown_of(found: dict[str, Any], mark: str) -> dict[str, Any]:
    """The table of that fingerprint that was not recognised. Raises NotFound."""
    table: dict[str, Any] | None = next((one for one in found["unknown"] if one["fingerprint"] == mark), None)
    if table is None:
        raise NotFound("there is no such table in this export, or it is known by now")
    return table


def mapping_kinds() -> tuple[str, ...]:
    """The kinds of table that a person can map."""
    return ("client", "contact", "engagement", "task", "time", "expense", "invoice")


def look_alikes(scope: Scope, refs: set[str]) -> dict[str, dict[str, Any]]:
    """What is shown of our clients beside rows that may be them, by ref."""
    seen = Client.id.in_(scope.clients())
    query = select(Client).where(Client.ref.in_(sorted(refs)[:500]), seen)
    clients = {one.id: one for one in scope.session.scalars(query)}
    tied = select(ClientContact.client_id, Contact.name, Contact.email).join(
        Contact, Contact.id == ClientContact.contact_id
    )
    people: dict[str, list[str]] = {}
    for client_id, name, email in scope.session.execute(tied.where(ClientContact.client_id.in_(clients))).tuples():
        people.setdefault(client_id, []).append(f"{name}, {email}" if email else name)
    return {
        one.ref: {
            "ref": one.ref,
            "name": one.name,
            "entity": one.entity_type,
            "place": ", ".join(part for part in (one.address, one.city, one.state) if part),
            "status": one.status,
            "people": people.get(one.id, [])[:3],
        }
        for one in clients.values()
    }


def _at_work(services: Services, work: Callable[[Progress], object]) -> None:
    with services.desk.at_work(silent) as progress:
        work(progress)


def _tried(services: Services, one: Waiting, progress: Progress) -> Waiting:
    try:
        system = None if one.source == "auto" else one.source
        brought = bring(services, waiting.files_of(services, one), system, one.email, progress, dry_run=True)
    except TickmarkError as error:
        return waiting.put(services, one, state="failed", said=str(error))
    waiting.put_trial(services, one, told(services, brought, True))
    return waiting.put(services, one, state="ready", said="")


def _brought(services: Services, one: Waiting, progress: Progress) -> Waiting:
    try:
        system = None if one.source == "auto" else one.source
        brought = bring(services, waiting.files_of(services, one), system, one.email, progress, dry_run=False)
    except TickmarkError as error:
        return waiting.put(services, one, state="ready", said=str(error))
    with writing(services, "import", one.email) as scope:
        if scope.has(Right.PEOPLE_MANAGE) and brought.counts.get("created"):
            firm.note_done(scope, "clients", created=brought.counts["created"])
    done = waiting.put(services, one, state="done", numbers=brought.numbers)
    waiting.empty(services, done)
    return done
