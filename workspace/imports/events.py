"""Dates of a calendar as notes on the timelines of the clients whose people were there."""

from store.entries import Entry
from store.ids import stable_id
from store.tables import Note
from workspace.imports.desk import Desk, mail_names
from workspace.records.upsert import put
from workspace.scope import Right


def bring_events(desk: Desk, entries: list[Entry]) -> None:
    """Put a note for each client of an event; one with nobody of a client's is not ours to keep."""
    desk.scope.require(Right.IMPORT_RUN)
    rows: dict[str, Note] = {}
    for entry in entries:
        subject = str(entry.values["subject"])[:300]
        refs = sorted({ref for who in entry.values.get("attendees", ()) for ref in _of(desk, who)})
        if not refs:
            named = [one for one in desk.clients.values() if len(one.name) > 4 and one.name.lower() in subject.lower()]
            refs = [one.ref for one in named[:1]]
        if not refs:
            desk.refuse(entry, subject, "nobody of a client is among its people: it is no date of a client's")
            continue
        where = f", {entry.values['location']}" if entry.values.get("location") else ""
        text = f"Meeting: {subject}{where}" + (f"\n\n{entry.values['notes']}" if entry.values.get("notes") else "")
        for ref in refs:
            client = desk.clients[ref]
            identity = stable_id("note", ref, "event", entry.external or subject, entry.values["start"])
            rows[identity] = Note(
                id=identity,
                client_id=client.id,
                date=entry.values["start"],
                text=text[:10_000],
                custom={"imported": "calendar"},
            )
            desk.place(entry, Note, identity, f"{subject}, {client.name}")
    put(desk.scope, Note, list(rows.values()))


def _of(desk: Desk, who: str) -> set[str]:
    """The clients whose contact this is, by the whole address; a domain alone is no person."""
    names = mail_names(who)
    return desk.addresses.get(names[0], set()) if names else set()
