"""Writes an iCalendar file (RFC 5545): all-day events, lines folded at 75 octets, text escaped. A small writer, and nothing else.

What is in an event is feeds.py's; this module knows no client and no clock.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

PRODUCT = "-//Tickmark//Calendar//EN"
_OCTETS = 75


@dataclass(frozen=True)
class Event:
    """An all-day event. `sequence` rises with every change; `stamp` is when it was last changed, aware. `cancelled`: it is no longer."""

    uid: str
    day: date
    summary: str
    description: str
    categories: tuple[str, ...]
    sequence: int
    stamp: datetime
    cancelled: bool = False
    url: str = ""


def written(name: str, events: Sequence[Event]) -> str:
    """The calendar as text with CRLF line ends."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    lines += [f"X-WR-CALNAME:{escaped(name)}", f"NAME:{escaped(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT6H"]
    for event in events:
        lines += _event(event)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in folded(line))


def _event(event: Event) -> list[str]:
    lines = [
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        f"DTSTAMP:{event.stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"SEQUENCE:{event.sequence}",
        f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{event.day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{escaped(event.summary)}",
        f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}",
        "TRANSP:TRANSPARENT",
    ]
    if event.description:
        lines.append(f"DESCRIPTION:{escaped(event.description)}")
    if event.categories:
        lines.append(f"CATEGORIES:{','.join(map(escaped, event.categories))}")
    if event.url:
        lines.append(f"URL:{event.url}")
    return [*lines, "END:VEVENT"]


def escaped(text: str) -> str:
    """A TEXT value: backslash, semicolon, comma and line ends escaped, other control characters left out."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    plain = "".join(one for one in plain if one == "\n" or one == "\t" or (ord(one) >= 32 and ord(one) != 127))
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> Iterator[str]:
    """The line in pieces of at most 75 octets, the later ones after a space; never cut inside a character."""
    piece, size, room = "", 0, _OCTETS
    for one in line:
        octets = len(one.encode())
        if size + octets > room:
            yield piece
            piece, size = " ", 1
        piece += one
        size += octets
    yield piece
