"""Address cards (vCard) and calendars (iCalendar) of Outlook, Google and telephones as entries.

Owns which fields of a card make a contact and which of an event make a date. A series is one event, at its first day.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ingestion.exports.values import full_name, read_date
from ingestion.identify import ICS, VCF, identify
from ingestion.parse.content_lines import Component, components
from store.entries import Entry
from store.rows import Rejected


@dataclass
class Cards:
    """What cards and calendars among the files say; each file's components are its rows."""

    entries: tuple[Entry, ...] = ()
    rejected: list[Rejected] = field(default_factory=list[Rejected])
    tables: dict[str, str] = field(default_factory=dict[str, str])
    rows: dict[str, int] = field(default_factory=dict[str, int])


def read_cards(files: Iterable[tuple[str, bytes]]) -> tuple[Cards, list[tuple[str, bytes]]]:
    """The cards and calendars among the files, and the other files."""
    cards, rest, entries = Cards(), list[tuple[str, bytes]](), list[Entry]()
    for name, data in files:
        kind = identify(name, data).media_type
        if kind not in (ICS, VCF):
            rest.append((name, data))
            continue
        found = components(data)
        if kind == ICS:
            found = [one for calendar in found for one in calendar.inside if one.name == "VEVENT"]
        cards.tables[name] = "calendar" if kind == ICS else "address cards"
        cards.rows[name] = len(found)
        for number, one in enumerate(found, start=1):
            made = _event(name, number, one) if kind == ICS else _card(name, number, one)
            if isinstance(made, str):
                cards.rejected.append(Rejected(name, number, made, {"card": one.words("FN") or one.words("SUMMARY")}))
            else:
                entries += made
    cards.entries = tuple(entries)
    return cards, rest


def _card(place: str, number: int, one: Component) -> Sequence[Entry] | str:
    parts = one.all("N")[0].parts if one.all("N") else ()
    name = one.words("FN") or full_name([parts[i] for i in (1, 2, 0) if i < len(parts)])
    company = one.all("ORG")[0].parts[0] if one.all("ORG") else ""
    email, name = one.words("EMAIL").lower(), name or company
    if not name and not email:
        return "the card has no name and no address"
    values: dict[str, Any] = {
        "name": name or email,
        "client": company,
        "email": email,
        "phone": one.words("TEL"),
        "title": one.words("TITLE"),
    }
    kept = {key: value for key, value in values.items() if value or key == "client"}
    return [
        Entry(kind="contact", file=place, line=number, external=one.words("UID"), values=kept, cells={"card": name})
    ]


def _event(place: str, number: int, one: Component) -> Sequence[Entry] | str:
    start = _day(one.words("DTSTART"))
    if start is None:
        return "the event has no day that can be read"
    people = [found.value.lower().removeprefix("mailto:").strip() for found in one.all("ATTENDEE")]
    values: dict[str, Any] = {
        "subject": one.words("SUMMARY") or "(no subject)",
        "start": start,
        "attendees": tuple(dict.fromkeys(people)),
        "location": one.words("LOCATION"),
        "notes": one.words("DESCRIPTION")[:2000],
        "repeats": one.words("RRULE"),
    }
    kept = {key: value for key, value in values.items() if value}
    return [
        Entry(
            kind="event",
            file=place,
            line=number,
            external=one.words("UID"),
            values=kept,
            cells={"event": values["subject"]},
        )
    ]


def _day(text: str) -> date | None:
    return read_date(f"{text[:4]}-{text[4:6]}-{text[6:8]}", False) if text[:8].isdigit() else None
