"""Papers whose date matters: certificates of insurance, licences and permits, stock agreements, certified-mail receipts.

Never decides what is about to lapse: that is the practice's own signal.
"""

import re

from ingestion.elements import ReadFact
from ingestion.facts.labels import Field, labelled, read_fields
from ingestion.facts.text import Found, Reading, fact, in_prose, matches, trimmed
from ingestion.facts.values import COUNT, DATE, ENTRY, FLAG, NAME, squeezed

_WHAT = (
    ("insurance", r"certificate\s+of\s+(?:liability\s+|property\s+)?insurance|insur(?:ed|er|ance)|ACORD"),
    ("permit", r"permit"),
    ("licence", r"licen[cs]e"),
)
_HOLDER = (
    r"(?:named )?insured",
    r"(?:licen[cs]ee|permittee|permit holder|licen[cs]e holder|holder)(?: name)?",
    r"issued to",
    r"(?:business|legal|entity) name",
    r"name",
)
CERTIFICATE_FIELDS = (
    Field(
        "number",
        ENTRY,
        (r"(?:policy|licen[cs]e|permit|certificate|registration) (?:number|no\.?|#)", r"(?:number|no\.)"),
        (r"(?:licen[cs]e|permit|policy|certificate) (?:no\.?|number|#):? (?P<v>[A-Z0-9][\w-]{3,20})",),
    ),
    Field(
        "expires_on",
        DATE,
        (
            r"(?:policy |licen[cs]e |permit )?(?:exp(?:iration|iry|\.)?|expires)(?: date)?(?: \(mm/dd/yyyy\))?(?: on)?",
            r"policy exp(?: \(mm/dd/yyyy\))?",
            r"valid (?:through|until|to|thru)",
            r"(?:policy period|effective)[^|\n]{0,40}? to",
        ),
        (
            r"(?:expir\w+|valid(?: from [^.\n]{0,30})? (?:through|until|to)|in force until|lapses)(?: on)?(?: the)? <date>",
            r"(?:to|through|until) <date>",
        ),
    ),
)
STOCK_FIELDS = (
    Field(
        "recipient",
        NAME,
        (r"(?:name of )?(?:recipient|participant|grantee|purchaser|optionee|employee|holder)(?: name)?",),
        (
            r"<name>,? (?:an individual,? )?\([^\"“)]*[\"“](?:the )?(?:recipient|participant|grantee|purchaser|founder|employee)",
            r"(?:grants|issued|sold|awards)(?: to)? <name>",
        ),
    ),
    Field(
        "grant_date",
        DATE,
        (r"(?:date of )?(?:grant|award|purchase|transfer|issuance)(?: date)?", r"effective date", r"date"),
        (
            r"(?:grant(?:ed)?|transfer(?:red)?|purchase[d]?|dated|made|effective|entered into)(?: \w+){0,4} (?:on|as of|of) <date>",
        ),
    ),
    Field(
        "shares",
        COUNT,
        (r"(?:total )?(?:number of )?(?:restricted )?(?:shares|units)(?: (?:granted|purchased|awarded))?",),
        (r"<count> (?:restricted )?(?:shares|units)", r"<count> \w+ (?:shares|units)"),
    ),
)
_ELECTION_LABELS = (r"(?:section )?83\(b\) election(?: (?:filed|made))?", r"83\(b\) filed")
_NO_ELECTION = re.compile(
    r"(?:no|not)\s+(?:[\w()]+\s+){0,6}?83\(b\)[^.]{0,60}|"
    r"83\(b\)[^.]{0,80}?\b(?:not\s+(?:been\s+|yet\s+)*(?:filed|made)|has\s+not|was\s+not)",
    re.IGNORECASE,
)
_ELECTION = re.compile(
    r"(?:filed\s+(?:an?\s+|the\s+)?(?:election\s+under\s+)?(?:section\s+)?83\(b\)|"
    r"83\(b\)[^.]{0,60}?(?:was|has\s+been|were)\s+(?:timely\s+)?filed)",
    re.IGNORECASE,
)

_CARRIERS = re.compile(
    r"United\s+States\s+Postal\s+Service|U\.?S\.?\s+Postal\s+Service|USPS|Certified\s+Mail|FedEx|Federal\s+Express|UPS|DHL",
    re.IGNORECASE,
)
_ARTICLE = re.compile(
    r"(?<![\w])(?:\d{4}[ |-]*){4,5}\d{2,4}(?!\d)|\b1Z[0-9A-Z]{16}\b|\b[A-Z]{2}\s?\d{3}\s?\d{3}\s?\d{3}\s?US\b"
)
MAIL_FIELDS = (
    Field(
        "mailed_on",
        DATE,
        (
            r"(?:date )?(?:mailed|sent|shipped|accepted|postmarked?)(?: on| date)?",
            r"(?:ship|mailing|postmark|acceptance) date",
            r"date(?: of mailing)?",
        ),
    ),
    Field(
        "addressee",
        NAME,
        (
            r"(?:addressee|sent to|deliver(?:ed)? to|article addressed to|ship(?:ped)? to|recipient|mailed to|to)(?: name)?",
        ),
    ),
)


def read_certificate(reading: Reading) -> list[ReadFact]:
    """The facts of a certificate; `what` is insurance, licence or permit."""
    facts = read_fields(reading, CERTIFICATE_FIELDS)
    hits = [
        (page.number, match.start(), what, match)
        for what, pattern in _WHAT
        for page, match in matches(reading, re.compile(pattern, re.I))
    ]
    if hits:
        number, start, what, match = min(hits, key=lambda hit: hit[:2])
        span = trimmed(number, match.string, start, match.end())
        facts.append(fact("what", NAME, Found(what, span, 0.85), reading))
    holder = labelled(reading, _HOLDER, NAME) or in_prose(
        reading, (r"certif(?:y|ies) that <name>", r"issued to <name>"), NAME
    )
    return facts if holder is None else [*facts, fact("holder", NAME, holder, reading)]


def read_stock(reading: Reading) -> list[ReadFact]:
    """The facts of a restricted stock agreement; `election_83b_filed` only where the text says so or denies it."""
    facts = read_fields(reading, STOCK_FIELDS)
    labelled_flag = labelled(reading, _ELECTION_LABELS, FLAG)
    if labelled_flag is not None and labelled_flag.confidence >= 0.9:
        return [*facts, fact("election_83b_filed", FLAG, labelled_flag, reading)]
    for pattern, value in ((_NO_ELECTION, "no"), (_ELECTION, "yes")):
        hit = next(matches(reading, pattern), None)
        if hit is not None:
            page, match = hit
            return [
                *facts,
                fact(
                    "election_83b_filed",
                    FLAG,
                    Found(value, trimmed(page.number, page.text, *match.span()), 0.75),
                    reading,
                ),
            ]
    return facts


def read_mail_receipt(reading: Reading) -> list[ReadFact]:
    """The facts of a certified-mail or courier receipt; carrier and number as printed."""
    facts = read_fields(reading, MAIL_FIELDS)
    carrier = next(matches(reading, _CARRIERS), None)
    if carrier is not None:
        page, match = carrier
        value = squeezed(match.group())
        facts.append(fact("carrier", NAME, Found(value, trimmed(page.number, page.text, *match.span()), 0.85), reading))
    article = next(matches(reading, _ARTICLE), None)
    if article is not None:
        page, match = article
        value = squeezed(match.group().replace("|", " "))
        facts.append(fact("number", NAME, Found(value, trimmed(page.number, page.text, *match.span()), 0.95), reading))
    return facts
