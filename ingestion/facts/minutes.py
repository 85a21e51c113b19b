"""Minutes of boards, members and shareholders: date, body, what was decided, who was elected. Never judges authority."""

import re

from ingestion.elements import ReadFact
from ingestion.facts.letters import head_date
from ingestion.facts.text import Field, Found, Reading, Span, fact, in_prose, labelled, matches
from ingestion.facts.values import DATE, NAME, name_text, squeezed

_BODY = re.compile(
    r"(?P<v>(?:joint\s+)?(?:board\s+of\s+(?:directors|trustees|managers)|"
    r"(?:share|stock)holders|members|partners|executive\s+committee|managers))",
    re.IGNORECASE,
)
_DATE = Field(
    "date",
    DATE,
    (r"(?:meeting )?date(?: of meeting)?", r"held(?: on)?"),
    (
        r"meeting[^.]{0,160}?(?:held|on|dated|convened)[^.]{0,60}? <date>",
        r"(?:held|dated|effective|as of)(?: on)? <date>",
    ),
)
_DECISION = re.compile(
    r"(?:^|(?<=\s))(?P<v>(?:BE\s+IT\s+)?(?:FURTHER\s+)?RESOLVED\b.{5,600}?\.(?=\s|$))", re.IGNORECASE | re.DOTALL
)
_MOTION = re.compile(
    r"(?P<v>(?:(?:upon|on|a)\s+)?motion\b[^.]{5,400}\.|[^.\n]{3,120}\b(?:unanimously|"
    r"voted\s+to|approved|authorized|elected|declared|ratified)\b[^.]{5,300}\.)",
    re.IGNORECASE,
)
_OFFICES = (
    r"(?:Chief\s+(?:Executive|Financial|Operating)\s+Officer|CEO|CFO|COO|(?:Executive\s+)?Vice[\s-]+President|"
    r"President|Secretary|Treasurer|Chair(?:man|woman|person)?|Managing\s+Member|Manager)"
)
_PERSON = r"(?-i:[A-Z][\w.'’-]+(?:\s[A-Z][\w.'’-]*){1,3})"
_OFFICERS = (
    re.compile(rf"(?P<v>(?P<o>{_OFFICES})\s*(?::|[-–—|]|\s{{2,}})\s*(?P<n>{_PERSON}))"),
    re.compile(rf"(?P<v>(?P<n>{_PERSON})\s*(?:,|[-–—|:]|\s{{2,}})\s*(?P<o>{_OFFICES}))"),
    re.compile(
        rf"(?P<v>(?P<n>{_PERSON})\s+(?:was|is|be|were)?\s*(?:hereby\s+)?(?:re-?)?(?:elected|"
        rf"appointed)\s+(?:as\s+|to\s+serve\s+as\s+)?(?:the\s+)?(?:\w+\s+)?(?P<o>{_OFFICES}))"
    ),
    re.compile(
        rf"(?P<v>(?:elect(?:ed|s)?|appoint(?:ed|s)?)\s+(?P<n>{_PERSON})\s+(?:as|to\s+serve\s+as)\s+(?:the\s+|its\s+)?(?P<o>{_OFFICES}))"
    ),
)


def read(reading: Reading) -> list[ReadFact]:
    """The facts of minutes; `decisions` and `officers` once each for every one that is recorded."""
    facts: list[ReadFact] = []
    date = (
        labelled(Reading(reading.pages, reading.lines[:20]), _DATE.labels[:1], DATE)
        or in_prose(reading, _DATE.prose, DATE)
        or head_date(reading)
    )
    if date is not None:
        facts.append(fact("date", DATE, date, reading))
    body = next(matches(reading, _BODY), None)
    if body is not None:
        page, match = body
        facts.append(
            fact(
                "body",
                NAME,
                Found(squeezed(match["v"]).lower(), Span(page.number, *match.span("v"), match["v"]), 0.85),
                reading,
            )
        )
    return [*facts, *_decisions(reading), *_officers(reading)]


def _decisions(reading: Reading) -> list[ReadFact]:
    for pattern in (_DECISION, _MOTION):
        found = [
            fact("decisions", NAME, Found(value, Span(page.number, *match.span("v"), match["v"]), 0.8), reading)
            for page, match in matches(reading, pattern)
            if (value := name_text(match["v"])) is not None
        ]
        if found:
            return found
    return []


def _officers(reading: Reading) -> list[ReadFact]:
    """ "Jane Doe, President": each person and office once."""
    facts: dict[str, ReadFact] = {}
    for pattern in _OFFICERS:
        for page, match in matches(reading, pattern):
            value = f"{squeezed(match['n'])}, {squeezed(match['o'])}"
            if value not in facts and not re.fullmatch(_OFFICES, squeezed(match["n"])):
                span = Span(page.number, *match.span("v"), match["v"])
                facts[value] = fact("officers", NAME, Found(value, span, 0.8), reading)
    return list(facts.values())
