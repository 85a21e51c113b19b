"""Commercial loan agreements with their covenants, and leases.

A covenant is four facts of one row: metric (dscr, current_ratio, leverage), operator (>= or <=), threshold, how often it is tested.
Never computes a ratio: that needs the client's books.
"""

import re
from collections.abc import Iterator

from ingestion.elements import Page, ReadFact
from ingestion.facts.labels import Field, read_fields
from ingestion.facts.text import Found, Reading, Span, fact, matches, spaced, trimmed
from ingestion.facts.values import DATE, MONEY, NAME, PERCENT, ValueKind, plain_number, squeezed

_PARTY = r"(?:, (?:an?|the|as) [^()\"“]{3,90}?)?,?"

LOAN_FIELDS = (
    Field(
        "lender",
        NAME,
        (r"(?:name of )?(?:lender|bank)(?: name)?",),
        (
            rf"<name>{_PARTY} \((?:herein(?:after)?[^\"“)]*|(?:together )?[^\"“)]*)[\"“](?:the )?(?:lender|bank)",
            r"between <name>,? (?:\(the |\(|as )?lender",
            r"<name>,? as lender",
        ),
    ),
    Field(
        "borrower",
        NAME,
        (r"(?:name of )?borrowers?(?: name)?",),
        (
            rf"<name>{_PARTY} \((?:herein(?:after)?[^\"“)]*|(?:together )?[^\"“)]*)[\"“](?:the )?borrower",
            r"<name>,? as borrower",
        ),
    ),
    Field(
        "principal",
        MONEY,
        (
            r"(?:original |initial )?(?:principal|loan)(?: (?:amount|sum|balance))?(?: of (?:the )?(?:loan|note))?",
            r"(?:maximum |total )?(?:commitment|credit limit|line of credit)(?: amount)?",
        ),
        (
            r"(?:principal|loan|commitment)(?: (?:amount|sum))? (?:\w+ ){0,4}(?:of|"
            r"to) (?:up to )?(?:[A-Z][A-Za-z -]+ (?:and \w+/100 )?dollars )?\(?<money>",
            r"lend(?:s| to)?[^.$]{0,120}(?=\$)<money>",
            r"loan[^.$]{0,80}(?=\$)<money>",
        ),
    ),
    Field(
        "rate",
        PERCENT,
        (r"(?:fixed |annual |stated |initial |note )?(?:interest )?rate(?: of interest)?(?: per annum)?", r"interest"),
        (r"(?:rate|interest)[^.%]{0,160}? <percent>", r"<percent> (?:per annum|per year|fixed|annually)"),
    ),
    Field(
        "maturity",
        DATE,
        (r"(?:stated |final )?maturity(?: date)?(?: of (?:the )?(?:loan|note))?", r"(?:loan )?matures(?: on)?"),
        (
            r"matur(?:e|es|ity|ing)[^.]{0,120}? <date>",
            r"(?:due and payable|paid in full|repaid|final payment)[^.]{0,100}? <date>",
            r"<date> \((?:the )?[\"“]maturity",
        ),
    ),
    Field(
        "annual_debt_service",
        MONEY,
        (r"(?:scheduled )?annual debt service(?: payments)?", r"debt service(?: requirement)?"),
        (
            r"annual debt service[^.$]{0,120}<money>",
            r"debt service[^.$]{0,80}<money>",
            r"scheduled (?:annual )?payments of principal and interest[^.$]{0,100}<money>(?= "
            r"(?:per year|a year|annually|each year|per annum))",
            r"<money>[^.$]{0,60}(?:annual debt service|in debt service each year)",
        ),
    ),
)

_METRICS = (
    ("dscr", r"debt[- ]service[- ]coverage(?: ratio)?|\bDSCR\b|fixed[- ]charge coverage(?: ratio)?"),
    (
        "current_ratio",
        r"current ratio|ratio of (?:(?:its|total) )?current assets to (?:(?:its|total) )?current liabilities",
    ),
    (
        "leverage",
        r"(?:total )?leverage(?: ratio)?|(?:total )?(?:debt|liabilities)[- ]to[- ](?:tangible )?(?:net worth|equity|capital)(?: ratio)?|"
        r"ratio of (?:(?:its|total) )?(?:liabilities|debt|indebtedness) to (?:its )?(?:tangible )?(?:net worth|equity)",
    ),
)
_AT_LEAST = (
    r"(?:not (?:be )?(?:less|lower) than|no less than|at least|(?:a )?minimum(?: of)?|not (?:fall|"
    r"drop|decline) below|(?:equal to or )?greater than(?: or equal to)?|in excess of|≥|>=?)"
)
_AT_MOST = (
    r"(?:not (?:to )?exceed(?:ing)?|not (?:be )?(?:more|greater|higher) than|no (?:more|"
    r"greater|higher) than|at most|(?:a )?maximum(?: of)?|less than or equal to|≤|<=?)"
)
# "shall not permit its current ratio to be less than 1.50": the "not" stands before the metric.
_FORBIDS = re.compile(r"\b(?:not|never)\s+(?:permit|allow|suffer|cause)\b[^.]*$", re.IGNORECASE)
_BELOW = r"(?:(?:to )?(?:be|fall|drop|decline)?\s*(?:less|lower) than|(?:to )?(?:be|fall|drop|decline) below)"
_ABOVE = r"(?:(?:to )?(?:be|become)?\s*(?:more|greater|higher) than|(?:to )?exceed)"
_NUMBER = r"(?P<t>\d{1,2}(?:\.\d{1,3})?)\s*(?:x|×|to\s+1(?:\.0+)?|:\s?1(?:\.0+)?)?(?![\d,%]|\.\d)"
_TESTED = (
    r"(?:(?P<q>quarterly|annually|monthly|semi-?annually|(?:each|every|last day of each|end "
    r"of each|fiscal) (?:fiscal |calendar )?(?:quarter|year|month)|fiscal[- ]year[- ]end))"
)

LEASE_FIELDS = (
    Field(
        "landlord",
        NAME,
        (r"(?:name of )?(?:landlord|lessor)(?: name)?",),
        (rf"<name>{_PARTY} \([^\"“)]*[\"“](?:the )?(?:landlord|lessor)", r"<name>,? as (?:landlord|lessor)"),
    ),
    Field(
        "tenant",
        NAME,
        (r"(?:name of )?(?:tenant|lessee)(?: name)?",),
        (rf"<name>{_PARTY} \([^\"“)]*[\"“](?:the )?(?:tenant|lessee)", r"<name>,? as (?:tenant|lessee)"),
    ),
    Field(
        "property",
        NAME,
        (
            r"(?:leased |the )?(?:premises|property)(?: address)?(?: located at)?",
            r"address of (?:the )?premises",
            r"demised premises",
        ),
        (
            r"(?:premises|property|space|building)[^.\n]{0,40}? (?:located|situated|known|commonly known)(?: as)?(?: "
            r"at)? (?P<v>\d[^.;(]{8,120}?)(?= ?\(|[.;]|, (?:consisting|containing|together|for|comprising|to be))",
        ),
    ),
    Field(
        "start",
        DATE,
        (r"(?:lease )?(?:commencement|start|beginning)(?: date)?", r"(?:lease )?(?:begins|starts|commences)(?: on)?"),
        (r"(?:commenc\w+|begin\w*|start\w*)(?: on)?(?: the)? <date>", r"from <date> (?:to|through|until)"),
    ),
    Field(
        "end",
        DATE,
        (r"(?:lease )?(?:expiration|expiry|termination|end|ending)(?: date)?", r"(?:lease )?(?:ends|expires)(?: on)?"),
        (r"(?:end(?:s|ing)?|expir\w+|terminat\w+)(?: on)?(?: at midnight on)? <date>", r"(?:through|until) <date>"),
    ),
    Field(
        "monthly_rent",
        MONEY,
        (
            r"(?:base |initial |minimum )?monthly (?:base )?(?:rent(?:al)?|installment)(?: payment)?",
            r"(?:base )?rent(?: per month)?(?: \(monthly\))?",
        ),
        (
            r"<money>(?: \w+){0,3} (?:per|a|each|every) (?:calendar )?month",
            r"monthly (?:base |installments? of )?(?:rent)?[^.$]{0,60}<money>",
            r"rent[^.$]{0,80}<money>",
        ),
    ),
    Field(
        "notice_by",
        DATE,
        (
            r"(?:renewal |option |termination )?notice (?:by|due|deadline|date)(?: date)?(?: \([^)]*\))?",
            r"(?:notify|give notice|renew) by",
            r"(?:last day|deadline) to (?:give notice|renew|exercise)[^:|\n]{0,30}",
        ),
        (
            r"(?:notice|notify|notification|renew|option)[^.]{0,160}?(?:by|no later than|not later than|on or before|prior to) <date>",
        ),
    ),
)


def read_loan(reading: Reading) -> list[ReadFact]:
    """The facts of a loan agreement; each covenant a row of its own, counted from 0."""
    return [*read_fields(reading, LOAN_FIELDS), *covenants(reading)]


def read_lease(reading: Reading) -> list[ReadFact]:
    """The facts of a lease."""
    return read_fields(reading, LEASE_FIELDS)


def covenants(reading: Reading) -> list[ReadFact]:
    """Each metric that is followed (or in a table, accompanied) by a limit; one row a metric."""
    facts: list[ReadFact] = []
    row = 0
    for metric, pattern in _METRICS:
        parts = next(
            (p for page, m in matches(reading, re.compile(spaced(pattern), re.I)) if (p := _limit(page, m, metric))),
            None,
        )
        if parts is None:
            continue
        facts += [fact(name, kind, found, reading, row) for name, kind, found in parts]
        row += 1
    return facts


Part = tuple[str, ValueKind, Found]


def _limit(page: Page, metric: re.Match[str], value: str) -> list[Part] | None:
    """Operator, threshold and test of a covenant in the words around its metric; None where no limit stands there."""
    text = page.text
    stop = _clause_end(text, metric.end())
    clause = text[metric.end() : stop]
    forbidden = _FORBIDS.search(text[max(0, metric.start() - 120) : metric.start()]) is not None
    limit = _first_limit(clause, metric.end(), forbidden)
    if limit is None:
        begin = max(text.rfind(".\n", 0, metric.start()), text.rfind(". ", 0, metric.start()), metric.start() - 120) + 1
        limit = _limit_before(text, begin, metric.start(), stop)
    if limit is None:
        return None
    operator, op_span, number, number_span = limit
    parts: list[Part] = [
        ("covenant_metric", NAME, Found(value, _span(page, metric.start(), metric.end()), 0.9)),
        ("covenant_operator", NAME, Found(operator, _span(page, *op_span), 0.9)),
        ("covenant_threshold", NAME, Found(number, _span(page, *number_span), 0.9)),
    ]
    tested = re.compile(spaced(_TESTED), re.I).search(text, metric.start(), stop)
    if tested:
        parts.append(
            (
                "covenant_tested",
                NAME,
                Found(_how_often(tested["q"]), _span(page, tested.start("q"), tested.end("q")), 0.85),
            )
        )
    return parts


Limit = tuple[str, tuple[int, int], str, tuple[int, int]]


def _clause_end(text: str, start: int) -> int:
    """Where what is said of a metric stops: a blank line, the next metric, or 500 characters on."""
    stop = min(len(text), start + 500)
    blank = re.compile(r"\n\s*\n").search(text, start, stop)
    others = "|".join(pattern for _, pattern in _METRICS)
    following = re.compile(spaced(rf"\n[^\n]{{0,12}}(?:{others})"), re.I).search(text, start, stop)
    return min([stop, *(m.start() for m in (blank, following) if m)])


def _first_limit(clause: str, offset: int, forbidden: bool) -> Limit | None:
    hits = sorted((m.start(), operator, m) for operator, m in _limit_matches(clause, forbidden))
    if not hits:
        return None
    _, operator, match = hits[0]
    return (
        operator,
        (offset + match.start("o"), offset + match.end("o")),
        plain_number(match["t"]) or "",
        (offset + match.start("t"), offset + match.end("t")),
    )


def _limit_matches(clause: str, forbidden: bool) -> Iterator[tuple[str, re.Match[str]]]:
    # "shall not be less than" holds "less than": the longer phrase is looked for, so each direction has its own words.
    directions = ((">=", _BELOW), ("<=", _ABOVE)) if forbidden else ((">=", _AT_LEAST), ("<=", _AT_MOST))
    for operator, words in directions:
        pattern = re.compile(rf"(?<!\w)(?P<o>{spaced(words)})[^.\d]{{0,60}}?{_NUMBER}", re.I)
        match = pattern.search(clause)
        if match:
            yield operator, match


def _limit_before(text: str, begin: int, start: int, stop: int) -> Limit | None:
    """ "Minimum debt service coverage ratio: 1.25": the direction stands before the metric, the number after it."""
    words = [
        *re.finditer(r"(?<!\w)(?:(?P<least>min(?:imum|\.)?)|max(?:imum|\.)?)(?!\w)", text[begin:start], re.IGNORECASE)
    ]
    number = re.compile(rf"(?<![\d.,%$]){_NUMBER}").search(text, start, stop)
    if not words or number is None:
        return None
    operator = ">=" if words[-1]["least"] else "<="
    place = (begin + words[-1].start(), begin + words[-1].end())
    return operator, place, plain_number(number["t"]) or "", number.span("t")


def _span(page: Page, start: int, end: int) -> Span:
    return trimmed(page.number, page.text, start, end)


def _how_often(words: str) -> str:
    """quarterly, annually, monthly or semiannually."""
    said = squeezed(words).lower()
    for stem, value in (("semi", "semiannually"), ("quarter", "quarterly"), ("month", "monthly")):
        if stem in said:
            return value
    return "annually"


LOAN_STATEMENT_FIELDS = (
    Field("lender", NAME, (r"(?:name of )?(?:lender|servicer|bank)(?: name)?",)),
    Field("statement_date", DATE, (r"statement (?:date|as of)", r"(?:as of|date)", r"statement period end(?:ing)?")),
    Field(
        "balance",
        MONEY,
        (
            r"(?:outstanding|ending|current|unpaid|remaining|closing|new)? ?principal(?: balance)?(?: outstanding)?",
            r"(?:outstanding|ending|current|unpaid|remaining|closing|loan|new) (?:loan )?balance",
            r"balance(?: as of[^:|\n]{0,25})?",
        ),
    ),
)
