"""Minutes of boards, members and shareholders: date, body, what was decided, who was elected. Never judges authority."""

import re

from ingestion.elements import ReadFact
from ingestion.facts.labels import Field, labelled
from ingestion.facts.letters import head_date
from ingestion.facts.text import Found, Reading, Span, fact, in_prose, matches
from ingestion.facts.values import DATE, NAME, name_text, squeezed

_BODIES = (
    r"(?P<v>(?:joint\s+)?(?:board\s+of\s+(?:directors|trustees|managers)|(?:share|stock)holders|members|partners|"
    r"executive\s+committee|managers))(?!\w)"
)
_BODY = (
    re.compile(rf"(?:meeting|minutes|consent|resolutions?)\s+of\s+(?:the\s+)?{_BODIES}", re.IGNORECASE),
    re.compile(_BODIES, re.IGNORECASE),
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
    r"(?i:Chief\s+(?:Executive|(?:Financial|Operating)\s+Officer)|CEO|CFO|COO|(?:Executive|Managing)\s+Director|(?:Executive\s+)?Vice[\s-]+President|President|"
    r"Secretary|Treasurer|Chair(?:man|woman|person)?|Managing\s+(?:Member|Partner|Director)|(?:General|Limited)\s+Partner|"
    r"Member|Partner|Manager|Director|Trustee)(?!\w)"
)
_PERSON = r"(?-i:[A-Z][\w.'’&-]*(?:\s[A-Z&][\w.'’-]*){1,4}(?:,\s(?:LLC|L\.?P\.?|LLP|Inc\.?|PC))?)"
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
    body = next((hit for pattern in _BODY for hit in matches(reading, pattern)), None)
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
    """ "Jane Doe, President": each person and office once; the secretary of a meeting is no officer."""
    facts: dict[str, ReadFact] = {}
    of_meeting = re.search(r"secretary\s+of\s+the\s+meeting", reading.text, re.IGNORECASE) is not None
    for pattern in _OFFICERS:
        for page, match in matches(reading, pattern):
            person, office = squeezed(match["n"]), squeezed(match["o"])
            if re.fullmatch(_OFFICES, person) or (
                of_meeting and office.lower() == "secretary" and pattern is _OFFICERS[0]
            ):
                continue
            span = Span(page.number, *match.span("v"), match["v"])
            facts.setdefault(
                f"{person}, {office}", fact("officers", NAME, Found(f"{person}, {office}", span, 0.8), reading)
            )
    return sorted(facts.values(), key=lambda f: (f.page, f.start))
