"""Calendars and address cards: a page for each entry or person, its fields as a table.

Owns how dates, zones and recurrence are written for people. Never works out the days of a series, never answers an invitation.
"""

import calendar
import re
from collections.abc import Callable, Iterator

from ingestion.elements import Finding, Parsed
from ingestion.parse.broken import Unreadable
from ingestion.parse.content_lines import Component, Property, components
from ingestion.parse.pages import Block, assemble, table
from ingestion.parse.wording import one_line, tidy

ICS = "text/calendar"
VCF = "text/vcard"
MAX_ENTRIES = 5_000
_ENTRIES = {"VEVENT": "Event", "VTODO": "Task", "VJOURNAL": "Journal"}
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z?))?")
_DURATION = re.compile(r"([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_DAYS = {"MO": "Mon", "TU": "Tue", "WE": "Wed", "TH": "Thu", "FR": "Fri", "SA": "Sat", "SU": "Sun"}
_UNITS = {
    "DAILY": "day",
    "WEEKLY": "week",
    "MONTHLY": "month",
    "YEARLY": "year",
    "HOURLY": "hour",
    "MINUTELY": "minute",
}
_MONTHS = tuple(calendar.month_name)[1:]
_ORDER = {"1": "1st", "2": "2nd", "3": "3rd", "-1": "last", "-2": "last but one"}
_FIELDS = (
    ("ORG", "Company"), ("TITLE", "Title"), ("ROLE", "Role"), ("TEL", "Phone"), ("EMAIL", "Email"), ("ADR", "Address"),
    ("BDAY", "Born"), ("ANNIVERSARY", "Anniversary"), ("URL", "Website"), ("IMPP", "Message"), ("CATEGORIES", "Groups"),
    ("RELATED", "Related"),
)  # fmt: skip
# Telephone companies' words for a line that say nothing to people.
_PLAIN_TYPES = frozenset({"voice", "internet", "pref", "msg", "dom", "intl", "postal", "parcel", "x400"})


def parse_ics(name: str, data: bytes) -> Parsed:
    """Events, tasks and journal entries of one or several calendars, in the file's order. Raises Unreadable without any."""
    calendars = [one for one in components(data) if one.name == "VCALENDAR"]
    entries = [entry for calendar in calendars for entry in calendar.inside if entry.name in _ENTRIES]
    title = next((words for one in calendars if (words := one.words("X-WR-CALNAME"))), None)
    return _parsed(name, ICS, entries, _entry, "entries", title)


def parse_vcf(name: str, data: bytes) -> Parsed:
    """The cards of a file, vCard 2.1 to 4.0. Raises Unreadable without any."""
    return _parsed(name, VCF, [one for one in components(data) if one.name == "VCARD"], _card, "cards", None)


def _parsed(
    name: str,
    media_type: str,
    found: list[Component],
    blocks_of: Callable[[Component, int], tuple[str, list[Block]]],
    called: str,
    title: str | None,
) -> Parsed:
    if not found:
        raise Unreadable(f"holds no {called} that can be read; export it again")
    findings: list[Finding] = []
    if len(found) > MAX_ENTRIES:
        why = f"{name} has {len(found):,} {called}; only the first {MAX_ENTRIES:,} were read: export it in parts."
        findings.append(Finding(name, why))
    if not all(one.whole for one in found):
        findings.append(Finding(name, f"{name} ends in the middle: it is cut off or damaged; export it again."))
    shown = [blocks_of(one, page) for page, one in enumerate(found[:MAX_ENTRIES], start=1)]
    labels = {page: one_line(label) for page, (label, _) in enumerate(shown, start=1)}
    pages, elements = assemble((b for _, blocks in shown for b in blocks), labels=labels, count=len(shown))
    findings += [
        Finding(
            name, f"{name}, page {page.number} unreadable: the entry is empty; nothing to do if that is right.", "info"
        )
        for page in pages
        if not page.text
    ]
    return Parsed(media_type, pages, elements, tuple(findings), title=title)


def _entry(entry: Component, page: int) -> tuple[str, list[Block]]:
    label = entry.words("SUMMARY") or _ENTRIES[entry.name]
    rows = [[key, value] for key, value in _entry_rows(entry) if value]
    notes = tidy(entry.words("DESCRIPTION")).strip()
    return label, [Block("Title", one_line(label), page), table(rows, page), *_paragraphs(notes, page)]


def _entry_rows(entry: Component) -> Iterator[tuple[str, str]]:
    yield "When", _span(entry)
    yield "Due", _dates(entry, "DUE")
    yield "Repeats", "; ".join(_recurrence(rule.value) for rule in entry.all("RRULE"))
    yield "Also on", _dates(entry, "RDATE")
    yield "Not on", _dates(entry, "EXDATE")
    yield "In place of", _dates(entry, "RECURRENCE-ID")
    yield "Where", one_line(entry.words("LOCATION"))
    yield "Organizer", _people(entry.all("ORGANIZER"))
    yield "Attendees", _people(entry.all("ATTENDEE"))
    yield "Status", entry.words("STATUS").capitalize()
    yield "Done", _dates(entry, "COMPLETED")
    yield "Link", one_line(entry.words("URL"))


def _span(entry: Component) -> str:
    start = next(iter(entry.all("DTSTART")), None)
    if start is None:
        return ""
    end = next(iter(entry.all("DTEND")), None)
    if end is not None:
        first, last = _moment(start.value), _moment(end.value)
        same_day = len(first) > 10 and first[:10] == last[:10]
        if _is_day(start) and _is_day(end):
            last = _day_before(last) or last
            return first if last <= first else f"{first} to {last}"
        zone = _zone(start) if _zone(start) == _zone(end) else ""
        return f"{first}{'' if zone else _spaced(_zone(start))} to {last[11:] if same_day else last}{_spaced(zone or _zone(end))}"
    lasting = _lasting(entry.words("DURATION"))
    return _moment(start.value) + _spaced(_zone(start)) + (f" for {lasting}" if lasting else "")


def _day_before(day: str) -> str:
    from datetime import date, timedelta

    try:
        # An end that is a day is the day after (RFC 5545, 3.6.1).
        return (date.fromisoformat(day) - timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return ""


def _dates(entry: Component, name: str) -> str:
    return ", ".join(
        _moment(value.partition("/")[0]) + _spaced(_zone(one))
        for one in entry.all(name)
        for value in one.value.split(",")
    )


def _is_day(one: Property) -> bool:
    return len(one.value.strip()) == 8


def _moment(written: str) -> str:
    """2026-03-10 14:00; as written where it is no date."""
    match = _MOMENT.fullmatch(written.strip())
    if match is None:
        return one_line(written)
    day = "-".join(match.groups()[:3])
    return f"{day} {match[4]}:{match[5]}{' UTC' if match[7] else ''}" if match[4] else day


def _zone(one: Property) -> str:
    return one_line(one.parameter("TZID")).removeprefix("/")


def _spaced(words: str) -> str:
    return f" {words}" if words else ""


def _lasting(written: str) -> str:
    match = _DURATION.fullmatch(written.strip())
    if match is None:
        return written
    units = zip(match.groups()[1:], ("week", "day", "hour", "minute", "second"), strict=True)
    return " ".join(
        f"{number} {unit}{'' if number == '1' else 's'}" for number, unit in units if number and number != "0"
    )


def _recurrence(written: str) -> str:
    """An RRULE in words; a part that has none stays as written."""
    rule = dict(part.split("=", 1) for part in written.upper().split(";") if "=" in part)
    unit, number = _UNITS.get(rule.pop("FREQ", "")), rule.pop("INTERVAL", "1")
    if unit is None:
        return one_line(written)
    words = [f"every {unit}" if number == "1" else f"every {number} {unit}s"]
    if days := rule.pop("BYDAY", ""):
        words.append("on " + ", ".join(_weekday(day, rule.get("BYSETPOS", "")) for day in days.split(",")))
        rule.pop("BYSETPOS", None)
    if days := rule.pop("BYMONTHDAY", ""):
        words.append("on " + ", ".join("the last day" if day == "-1" else f"day {day}" for day in days.split(",")))
    if months := rule.pop("BYMONTH", ""):
        words.append(
            "in " + ", ".join(_MONTHS[int(m) - 1] if m in map(str, range(1, 13)) else m for m in months.split(","))
        )
    if times := rule.pop("COUNT", ""):
        words.append(f"{times} times")
    if until := rule.pop("UNTIL", ""):
        words.append(f"until {_moment(until)}")
    rule.pop("WKST", None)
    return " ".join([*words, *(f"{key}={value}" for key, value in rule.items())])


def _weekday(day: str, position: str) -> str:
    number, name = day[:-2] or position, _DAYS.get(day[-2:], day[-2:])
    return f"the {_ORDER.get(number.lstrip('+'), number + 'th')} {name}" if number else name


def _people(found: list[Property]) -> str:
    shown = []
    for one in found:
        address = re.sub(r"(?i)^mailto:", "", one.words)
        name = one_line(one.parameter("CN"))
        state = one.parameter("PARTSTAT").lower().replace("needs-action", "")
        who = f"{name} <{address}>" if name and name.lower() != address.lower() else address
        shown.append(one_line(who + (f" ({state})" if state else "")))
    return ", ".join(shown)


def _card(card: Component, page: int) -> tuple[str, list[Block]]:
    label = card.words("FN") or _full_name(card) or card.words("ORG") or card.words("EMAIL")
    rows = [
        [called + _type(one), shown] for name, called in _FIELDS for one in card.all(name) if (shown := _shown(one))
    ]
    notes = "\n\n".join(tidy(one.words).strip() for one in card.all("NOTE"))
    heading = [Block("Title", one_line(label), page)] if label else []
    return label, [*heading, table(rows, page), *_paragraphs(notes, page)]


def _full_name(card: Component) -> str:
    """N is family; given; additional; prefix; suffix."""
    parts = next((one.parts for one in card.all("N")), ())
    family, given, more, before, after = (*parts, *("",) * 5)[:5]
    return " ".join(part for part in (before, given, more, family, after) if part)


def _shown(one: Property) -> str:
    if one.name in ("ADR", "ORG"):
        return one_line(", ".join(part for part in one.parts if part))
    if one.name in ("BDAY", "ANNIVERSARY"):
        return _moment(one.words)
    return one_line(re.sub(r"(?i)^(?:tel|mailto):", "", one.words))


def _type(one: Property) -> str:
    kinds = [kind.lower() for kind in one.parameters.get("TYPE", ()) if kind.lower() not in _PLAIN_TYPES]
    return f" ({', '.join(dict.fromkeys(kinds))})" if kinds else ""


def _paragraphs(text: str, page: int) -> list[Block]:
    return [Block("Text", part.strip(), page) for part in re.split(r"\n{2,}", text) if part.strip()]
