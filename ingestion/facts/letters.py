"""Engagement letters: client, services, fee, period, dates; and date, from, to of any other letter, memo or message.

Never judges whether a letter covers the work that is done.
"""

import re

from ingestion.elements import ReadFact
from ingestion.facts.labels import Field, find, labelled
from ingestion.facts.periods import find_period
from ingestion.facts.text import Found, Line, Reading, Span, fact, first_value, in_prose, matches, page_text, trimmed
from ingestion.facts.values import DATE, MONEY, NAME, iso_date, name_text, squeezed

_CLIENT = Field(
    "client_name",
    NAME,
    (
        r"client(?: name)?",
        r"prepared for",
        r"engagement letter for",
        r"re(?:garding)?: engagement(?: letter)?(?: for| with)?",
    ),
    (
        r"services (?:that )?(?:we|our firm|\w+) (?:will|are to|is to) (?:provide|perform|render)(?: to| for) <name>",
        r"(?:provide|perform|render)(?: the following)?(?: \w+){0,3} services (?:to|for) <name>",
        r"(?:engagement|engaged|retained) (?:by|of|with|for) <name>",
        r"between <name>,? (?:\(|and )",
    ),
)
_FEE = Field(
    "fee",
    MONEY,
    (
        r"(?:total |our |fixed |annual |agreed |engagement |monthly |estimated |flat |"
        r"professional ){0,3}fees?(?: for (?:these|this|the) (?:services|engagement))?(?: amount)?",
        r"compensation",
    ),
    (
        r"fees?[^.$]{0,120}?(?:will be|is|are|be|of|at|total(?:s|ing)?|estimated (?:at|to be)|not exceed)(?: \w+){0,6} <money>",
        r"(?:fixed|flat|agreed|annual) (?:annual )?(?:fee|price|amount) of <money>",
        r"<money>[^.]{0,40}? (?:fixed|flat) fee",
    ),
)
_LETTER_DATE = Field(
    "letter_date",
    DATE,
    (r"(?:letter )?date(?: of (?:this )?letter)?",),
    (r"letter (?:is )?dated(?: as of)? <date>",),
)
_SIGNED = re.compile(r"\b(?:signed|accepted|agreed|acknowledged|approved|signature|by:|client)\b", re.IGNORECASE)
_SIGNING = re.compile(r"\bsignature\b|/s/", re.IGNORECASE)  # the date beside it is of the signature
_SIGNED_ON = Field(
    "signed_on", DATE, (r"(?:date )?(?:signed|accepted|executed)(?: on| date)?", r"date of (?:signature|acceptance)")
)
_SERVICE_HEAD = re.compile(
    r"(?:services?\s+(?:we|included|covered|to\s+be|under|listed)|following\s+(?:\w+\s+)?services|scope\s+of\s+(?:services|work|our)|"
    r"services\s+(?:are|include|will)|what\s+we\s+will\s+do|we\s+will\s+(?:provide|perform|"
    r"prepare)|our\s+services|^\W*(?:\d+\.?\s*)?services(?:\s+provided)?\W*$)",
    re.IGNORECASE | re.MULTILINE,
)
_BULLET_MARK = r"(?:\d{1,2}\s+\||[-–—•*▪●○◦·o]|\(?\d{1,2}[.)]|\(?[a-z][.)])"
_SERVICES = Field(
    "services",
    NAME,
    (r"services(?: (?:included|covered|provided))?", r"scope(?: of (?:services|work))?"),
    (
        r"(?:we will|services consist of|engaged to|agree to)(?: be)? (?P<v>(?:prepar|"
        r"provid|perform|compil|review|audit|keep|maintain)[^.:;]{5,300}?)(?=[.:;])",
    ),
)
_SENDERS = Field("from", NAME, (r"from",))
_ADDRESSEE = Field("to", NAME, (r"to", r"dear"))
_COMPANY = re.compile(
    r"\b(?:LLC|L\.L\.C\.|Inc\.?|Corp(?:oration|\.)?|LLP|L\.?P\.?|PLLC|P\.?C\.|Co\.|Company|Trust|Foundation|Partners|Group|Associates)\b"
)


def read_engagement(reading: Reading) -> list[ReadFact]:
    """The facts of an engagement letter; `services` once for each service that it lists."""
    facts = [*_dated(reading), *_period(reading), *services(reading)]
    found = find(reading, _CLIENT)
    client = found if found is not None and len(found.value) > 3 else addressee(reading)
    if client is not None:
        facts.append(fact("client_name", NAME, client, reading))
    fee = find(reading, Field("fee", MONEY, prose=_FEE.prose)) or labelled(reading, _FEE.labels, MONEY)
    if fee is not None:
        facts.append(fact("fee", MONEY, fee, reading))
    return facts


def _dated(reading: Reading) -> list[ReadFact]:
    facts: list[ReadFact] = []
    signed = labelled(reading, _SIGNED_ON.labels, DATE) or signature_date(reading)
    letter = head_date(reading)
    if letter is not None:
        facts.append(fact("letter_date", DATE, letter, reading))
    if signed is not None and (letter is None or signed.span != letter.span):
        facts.append(fact("signed_on", DATE, signed, reading))
    return facts


def head_date(reading: Reading) -> Found | None:
    """The date of a letter: labelled in its first lines, else the first that fills a cell there, else the first at all in them."""
    lines = [line for line in reading.lines[:25] if not _SIGNING.search(line.text)]
    head = Reading(reading.pages, tuple(lines))
    found = labelled(head, _LETTER_DATE.labels, DATE)
    if found is not None and found.confidence >= 0.9:
        return found
    for line in head.lines:
        for cell in line.cells:
            hit = first_value(cell.page, cell.text, DATE, 0.9, cell.start)
            if hit is not None and len(hit.span.text) >= len(cell.text) - 2:
                return hit
    for line in head.lines[:12]:
        hit = first_value(line.page, line.text, DATE, 0.6, line.start)
        if hit is not None:
            return hit
    return None


def signature_date(reading: Reading) -> Found | None:
    """The last date beside the word "date" within a few lines of a signature; None where the line is blank."""
    best: Found | None = None
    for index, line in enumerate(reading.lines):
        if index < 5 or not re.search(r"\bdated?\b", line.text, re.IGNORECASE):
            continue
        near = reading.lines[max(0, index - 5) : index + 3]
        if not any(_SIGNED.search(other.text) for other in near):
            continue
        single = Reading(reading.pages, reading.lines[index : index + 2])
        best = labelled(single, (r"dated?",), DATE) or best
    return best


# The engagement's own period first; a tax year that is only mentioned last.
_NEAR_PERIOD = (
    r"\b(?:period|term|effective|engagement\s+(?:begins|runs))\b",
    r"\b(?:covers?|from|for\s+the|year\s+ended|years?)\b",
)


def _period(reading: Reading) -> list[ReadFact]:
    hit = find_period(reading, _NEAR_PERIOD[0]) or _wrapped_period(reading) or find_period(reading, _NEAR_PERIOD[1])
    if hit is None:
        return []
    return [fact("period_start", DATE, hit[0], reading), fact("period_end", DATE, hit[1], reading)]


def _wrapped_period(reading: Reading) -> tuple[Found, Found] | None:
    """A period that prose breaks over two lines."""
    first = in_prose(reading, (r"(?:from|begin(?:s|ning)?(?: on)?|commenc\w+(?: on)?|effective|period) <date>",), DATE)
    last = in_prose(
        reading, (r"(?:through|until|ends?(?:ing)?(?: on)?|expires?(?: on)?|terminat\w+(?: on)?|to) <date>",), DATE
    )
    return (first, last) if first is not None and last is not None and first.value < last.value else None


def services(reading: Reading) -> list[ReadFact]:
    """The listed services, joined by semicolons; where nothing is listed, the labelled or prose description."""
    listed = _listed(reading)
    if listed:
        page = listed[0].page
        same = [item for item in listed if item.page == page]  # a quote stays on one page
        value = "; ".join(name for item in same if (name := name_text(item.text)) is not None)
        span = trimmed(page, page_text(reading, page), same[0].start, same[-1].end)
        return [fact("services", NAME, Found(value, span, 0.9), reading)] if value else []
    found = labelled(reading, _SERVICES.labels, NAME) or in_prose(reading, _SERVICES.prose, NAME)
    return [] if found is None else [fact("services", NAME, found, reading)]


def _listed(reading: Reading) -> list[Span]:
    """The entries of the first list that stands within three lines under words that announce services."""
    for index, line in enumerate(reading.lines):
        if not _SERVICE_HEAD.search(line.text):
            continue
        items = _marked(reading, index) or _bullets(reading, index)
        if items:
            return items
    return []


def _marked(reading: Reading, index: int) -> list[Span]:
    """The list items, as the parser marked them, that follow a line closely and each other without words between."""
    near = {other.start for other in reading.lines[index + 1 : index + 4] if other.page == reading.lines[index].page}
    found: list[Span] = []
    for item in reading.items:
        if item.page != reading.lines[index].page or item.start <= reading.lines[index].start:
            continue
        text = page_text(reading, item.page)
        if (not found and item.start not in near) or (found and text[found[-1].end : item.start].strip()):
            if found:
                break
            continue
        found.append(item)
    return [_unbulleted(item) for item in found]


def _unbulleted(item: Span) -> Span:
    match = re.match(rf"{_BULLET_MARK}\s+", item.text)
    return trimmed(item.page, item.text, match.end() if match else 0, len(item.text), item.start)


def _bullets(reading: Reading, index: int) -> list[Span]:
    """Bulleted lines that begin within three lines, each with the lines that it runs on over, to the first gap."""
    items: list[Span] = []
    text = page_text(reading, reading.lines[index].page)
    for at, line in enumerate(reading.lines[index + 1 : index + 30]):
        match = re.match(rf"\s*{_BULLET_MARK}\s+(?=\S)", line.text)
        if line.page != reading.lines[index].page:
            break
        if match is not None:
            items.append(trimmed(line.page, text, line.start + match.end(), line.end))
        elif (not items and at >= 3) or (items and "\n\n" in text[items[-1].end : line.start].replace(" ", "")):
            break
        elif items:
            items[-1] = trimmed(line.page, text, items[-1].start, line.end)
    return items


def addressee(reading: Reading) -> Found | None:
    """Who a letter is written to: the company, else the first line, of the block between its date and its salutation."""
    block = _address_block(reading)
    for line in block:
        if _COMPANY.search(line.text):
            return _whole(line)
    return _whole(block[0]) if block else None


def _whole(line: Line) -> Found | None:
    """The name that a line begins with, without the street that may follow it on the same line."""
    span = line.cells[0]
    street = re.search(r"\s+(?:\d+\s+[A-Z]|P\.?\s?O\.?\s+Box)", span.text)
    span = trimmed(span.page, span.text, 0, street.start() if street else len(span.text), span.start)
    value = name_text(span.text)
    return None if value is None or len(value) > 70 else Found(value, span, 0.75)


def _address_block(reading: Reading) -> list[Line]:
    """The lines before the salutation or subject, from the date on; without a date, at most five."""
    lines = reading.lines[:40]
    ends = r"\s*(?:dear\b|re\s*:|subject\s*:|to whom)"
    stop = next((i for i, line in enumerate(lines) if re.match(ends, line.text, re.IGNORECASE)), None)
    if stop is None:
        return []
    start = next((i for i in range(stop - 1, -1, -1) if iso_date_line(lines[i]) is not None), max(-1, stop - 6))
    skip = r"\s*(?:via|by|personal|confidential|sent)\b"
    return [line for line in lines[start + 1 : stop] if not re.match(skip, line.text, re.IGNORECASE)]


def iso_date_line(line: Line) -> str | None:
    """The date that is all a line says."""
    match = DATE.pattern.search(line.text)
    return iso_date(match.group()) if match and len(line.text.strip()) - len(match.group()) < 12 else None


def read_letter(reading: Reading) -> list[ReadFact]:
    """date, from, to of a letter, memo or message, where its text states them."""
    facts: list[ReadFact] = []
    found = head_date(reading)
    if found is not None:
        facts.append(fact("date", DATE, found, reading))
    head = Reading(reading.pages, reading.lines[:20])
    sender = _at_line_start(head, _SENDERS) or _sign_off(reading)
    receiver = _at_line_start(head, Field("to", NAME, ("to",))) or addressee(reading) or _salutation(reading)
    facts += [fact(name, NAME, hit, reading) for name, hit in (("from", sender), ("to", receiver)) if hit is not None]
    return facts


def _at_line_start(reading: Reading, field: Field) -> Found | None:
    """A heading like "TO:  Jane Doe"; the bare word inside a sentence is none."""
    for line in reading.lines:
        match = re.match(rf"\W*{field.labels[0]}\s*(?::|\||\s{{2,}})[\s|:]*(?P<v>\S.*)", line.text, re.IGNORECASE)
        if match:
            span = trimmed(line.page, line.text, match.start("v"), match.end("v"), line.start)
            value = name_text(span.text)
            return None if value is None else Found(value, span, 0.95)
    return None


_SIGN_OFF = re.compile(
    r"^\s*(?:sincerely|(?:best |kind |warm )?regards|very\s+truly\s+yours|yours\s+(?:very\s+)?truly|respectfully|cordially)"
    r"(?:\s+(?:yours|submitted))?(?:,\s*(?P<v>(?-i:[A-Z]).{2,60})|,?\s*)$",
    re.IGNORECASE,
)


def _sign_off(reading: Reading) -> Found | None:
    lines = reading.lines
    for index, line in enumerate(lines):
        match = _SIGN_OFF.match(line.text)
        if match is not None and match["v"]:
            return Found(squeezed(match["v"]), trimmed(line.page, line.text, *match.span("v"), line.start), 0.75)
        if match is not None:
            for under in lines[index + 1 : index + 4]:
                value = name_text(under.cells[0].text) if under.cells else None
                if value is not None and re.match(r"[A-Z]", value):
                    return Found(value, under.cells[0], 0.75)
    return None


def _salutation(reading: Reading) -> Found | None:
    pattern = re.compile(r"^\s*Dear\s+(?P<v>[^,:\n]{2,60})[,:]", re.MULTILINE)
    for page, match in matches(reading, pattern):
        return Found(squeezed(match["v"]), trimmed(page.number, page.text, match.start("v"), match.end("v")), 0.6)
    return None
