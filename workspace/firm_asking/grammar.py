# ruff: noqa: E501 - read as a table
"""Reads a question over all clients: its topic from a closed list, and what narrows it: kind of entity, form, person, threshold, time.

Works on words alone and never guesses: a question of no topic is None.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from workspace.deadlines import add_months


class FirmTopic(StrEnum):
    """What can be asked over all clients, alphabetical."""

    BILLED = "billed"
    CLIENTS = "clients"
    DUE = "returns-due"
    ENDING = "papers-ending"
    EXTENDED = "extended"
    NO_LETTER = "no-signed-letter"
    NO_OFFICER_WAGES = "no-officer-wages"
    OVER_BUDGET = "over-budget"
    OWES = "owes"
    PAID = "paid"
    REQUESTS = "open-requests"
    RETURNS = "returns"
    SILENT = "silent"
    UNBILLED = "unbilled"


_RETURN = r"(?:returns?|filings?|1040s?|1065s?|1120s?(?:-?s)?|1041s?|990s?)"
_PAPER = r"(?:leases?|insurance|polic(?:y|ies)|certificates?|permits?|licen[sc]es?|loans?|notes?)"
# The first that fits is meant.
_TOPICS: tuple[tuple[FirmTopic, str], ...] = (
    (FirmTopic.NO_OFFICER_WAGES, r"\bofficers?\b.*\b(?:wages?|salar\w+|pay|compensation|payroll)\b|\b(?:wages?|salar\w+|compensation|pays?|paid)\b.*\bofficers?\b"),
    (FirmTopic.NO_LETTER, r"\bletters?\b.*\b(?:un)?sign\w*|\b(?:un)?sign\w*\b.*\bletters?\b|\b(?:without|no|missing|lack\w*)\b.*\bletters?\b"),
    (FirmTopic.EXTENDED, r"\b(?:on extension|extend(?:ed)?|extensions?)\b"),
    (FirmTopic.DUE, rf"\b{_RETURN}\b.*\b(?:due|deadline|file[d]? by|to be filed|must|(?:go|goes) out|late|overdue)\b|\bdue\b.*\breturns?\b|\bmust be filed\b|\b(?:have|need|has|needs) to (?:be )?filed?\b|\bmust (?:we|I) file\b"),
    (FirmTopic.ENDING, rf"\b{_PAPER}\b.*\b(?:end|ends|ending|expir\w*|runs? out|running out|matur\w*|lapse\w*|renewal|renewed)\b|\b(?:expiring|ending|maturing)\b.*\b{_PAPER}\b"),
    (FirmTopic.OVER_BUDGET, r"\b(?:over|above|past|exceed\w*|beyond|through|used up)\b.*\bbudgets?\b|\bbudgets?\b.*\b(?:over|exceed\w*|used|gone|blown)\b|\bmore (?:hours|time) than\b.*\b(?:planned|budget\w*|agreed|estimated)\b"),
    (FirmTopic.UNBILLED, r"\bunbilled\b|\bWIP\b|\bwork in progress\b|\bnot (?:yet )?(?:been )?billed\b|\btime\b.*\bto (?:be )?bill(?:ed)?\b"),
    (FirmTopic.RETURNS, rf"\b{_RETURN}\b.*\bwait\w* (?:on|for) (?:the |our )?(?:client|customer)s?\b|\b(?:waiting|wait) (?:on|for) (?:the |our )?(?:client|customer)s?\b.*\b{_RETURN}\b"),
    (FirmTopic.REQUESTS, r"\bow(?:e|es|ing) us\b.*\b(?:documents?|papers?|items?|information)\b|\b(?:open|outstanding|overdue|missing)\b.*\b(?:requests?|items?|documents?|papers?)\b|\b(?:requests?|requested)\b.*\b(?:open|outstanding|overdue|missing|unanswered)\b|\b(?:waiting|wait)\b.*\b(?:for|on)\b|\b(?:not|n.t) sent\b"),
    (FirmTopic.PAID, r"^(?!.*\b(?:not|never|\w+n.t|late|behind|unpaid)\b).*(?:\bpaid us\b|\bsent (?:us )?(?:a |their )?payments?\b|\bpayments?\b.*\b(?:receive[d]?|came|come|got|had)\b|\b(?:received|got|had)\b.*\bpayments?\b)"),
    (FirmTopic.BILLED, r"\b(?:billed|invoiced|billings?)\b|\bdid we (?:bill|invoice)\b|\bhow much revenue\b|\blargest clients?\b"),
    (FirmTopic.OWES, r"\bow(?:e|es|ed|ing)\b|\bunpaid\b|\bpast[- ]due\b|\boverdue\b|\boutstanding\b|\breceivables?\b|\baging\b|\bA/?R\b|\bnot paid\b|\b(?:behind|late)\b.*\b(?:pay\w*|bills?|invoices?)|\b(?:balances?|invoices?|bills?)\b(?!.*\b(?:bank|account|loan)\b).*\b(?:over|above|more than|late|open)\b"),
    (FirmTopic.SILENT, r"\b(?:silent|quiet)\b|\b(?:not|n.t|no|without)\b.*\b(?:heard|contact\w*|written|wrote|replied|mail\w*|word)\b"),
    (FirmTopic.RETURNS, rf"\b(?:{_RETURN}|engagements?|jobs?|work(?! papers))\b.*\b(?:filed|unfiled|open|review\w*|begun|started|begin|start|progress|under way|ready|untouched)\b|\bopen {_RETURN}\b|\b(?:sits?|sitting|is|are) in (?:review|progress)\b|\bwhat (?:has|have|did)\b.*\bfiled?\b|\bon \w+['’]s (?:desk|plate)\b|\bon my (?:desk|plate)\b|\bready to file\b"),
)  # fmt: skip
_ENTITIES: tuple[tuple[str, str], ...] = (
    (r"\bs[- ]?corp\w*\b|\b1120-?S\b", "1120-S"),
    (r"\bc[- ]?corp\w*\b|\b1120\b(?!-?s)", "1120"),
    (r"\bpartnerships?\b|\b1065s?\b", "1065"),
    (r"\b(?:individuals?|households?|couples?)\b|\b1040s?\b", "1040"),
    (r"\b(?:trusts?|estates?)\b(?! account)|\b1041s?\b", "1041"),
    (r"\b(?:non-?profits?|charit\w+|exempt organi\w+)\b|\b990s?\b", "990"),
    (r"\b(?:law (?:clients?|firms?)|matters?)\b", "law"),
)
_WAIT = re.compile(
    r"\bwait\w*\b|\bmissing\b|\b(?:open|outstanding) (?:requests?|items?|documents?)\b|\bowes? us (?:documents?|papers?)\b",
    re.IGNORECASE,
)
_MONEY = re.compile(r"(?:over|above|more than|at least|exceed\w*|>|greater than|beyond)\s*\$?\s*(\d[\d,]*(?:\.\d+)?)\s*(k\b|thousand\b)?(?!\s*(?:days?|%|percent|hours?|weeks?|months?))", re.IGNORECASE)  # fmt: skip
_DAYS = re.compile(r"\b(\d{1,4})\s*\+?[- ]?\s*(days?|weeks?|months?)\b", re.IGNORECASE)
_NUMBERS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10",
    "eleven": "11", "twelve": "12", "fifteen": "15", "twenty": "20", "thirty": "30", "forty-five": "45", "sixty": "60", "ninety": "90",
}  # fmt: skip
_NUMBER = re.compile(rf"\b({'|'.join(_NUMBERS)})\b(?=[- ](?:days?|weeks?|months?))", re.IGNORECASE)
# What a return is said to be, and the stages that this is. The first that fits is meant.
_STAGES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"\b(?:not|n.t|nobody|no one|never)\b.*\b(?:begun|started|begin|start)\b|\bunstarted\b|\buntouched\b", ("not-started",)),
    (r"\bwait\w* (?:on|for) (?:the |our )?(?:client|customer)s?\b", ("waiting-on-client",)),
    (r"\breview\w*\b", ("in-review",)),
    (r"\bin progress\b|\bunder way\b|\bstarted\b|\bbegun\b", ("in-progress",)),
    (r"\bready\b", ("ready-to-file",)),
    (r"\b(?:not|n.t|un)(?: \w+){0,2} ?filed\b|\bopen\b|\b(?:desk|plate)\b", ()),
    (r"\bfiled?\b", ("filed", "done")),
)  # fmt: skip
_LATE = re.compile(r"\b(?:late|overdue|past due|past (?:its|their|the) (?:due )?dates?)\b", re.IGNORECASE)
_PAST_DUE = re.compile(r"\b(?:late|overdue|past due|behind|due)\b", re.IGNORECASE)
_ALL_WORK = re.compile(r"\b(?:engagements?|jobs?|work|desk|plate)\b", re.IGNORECASE)
_PAPERS: tuple[tuple[str, str], ...] = (
    (r"\bleases?\b", "lease"),
    (r"\b(?:loans?|notes?)\b", "loan-agreement"),
    (r"\b(?:insurance|polic(?:y|ies)|certificates?|permits?|licen[sc]es?)\b", "certificate"),
)
_NO_AI = re.compile(r"\b(?:not|n.t|no|forbid\w*|forbade|without|refus\w*|off)\b.*\bAI\b|\bAI\b.*\b(?:not|off|forbid\w*|refus\w*)\b", re.IGNORECASE)  # fmt: skip
_OTHER_YEAR = re.compile(r"\b(?:fiscal|tax)? ?years?\b.*\b(?:not|n.t|other than)\b.*\b(?:december|calendar)\b|\bfiscal[- ]year (?:clients?|filers?)\b", re.IGNORECASE)  # fmt: skip
# A list of clients is asked for with these words and what narrows it; with any other word it is another question.
_LISTING = re.compile(
    r"list|show|me|all|my|our|the|of|which|what|who|whom|whose|are|is|do|does|did|have|has|for|to|an?|us|we|may|must|can|files?|clients?"
    r"|customers?|ones|use|using|please|every|any|forms?"
)
_POSSESSIVE = re.compile(r"['’]s\b")
_MINE = re.compile(r"\b(?:my|mine|I)\b")
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_ISO = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b")


@dataclass(frozen=True)
class FirmQuestion:
    """A question of the list. `entities` are entity types, `person_id` whose clients (partner, manager, or whoever does the work), None:
    everybody's. `over` dollars and `days` are thresholds, `first` and `last` a span of days; None where the question names none.
    `waiting`: only what also waits for documents. `stages` of work, none: what is not finished; `late`: what is past its date, and days
    are counted from it; `all_work`: not only returns. `papers` are kinds of documents. `no_ai`: clients that allow no model; `other_year`:
    whose year does not end with December."""

    topic: FirmTopic
    entities: tuple[str, ...] = ()
    person_id: str | None = None
    over: Decimal | None = None
    days: int | None = None
    first: date | None = None
    last: date | None = None
    waiting: bool = False
    stages: tuple[str, ...] = ()
    late: bool = False
    all_work: bool = False
    papers: tuple[str, ...] = ()
    no_ai: bool = False
    other_year: bool = False


def read_question(question: str, today: date, people: Mapping[str, str], me: str | None = None) -> FirmQuestion | None:
    """The question as one of the list; None when it is none. `people` are names by id, `me` the asker's id."""
    question = _NUMBER.sub(lambda found: _NUMBERS[found.group(1).lower()], question)
    topic = next((one for one, pattern in _TOPICS if re.search(pattern, question, re.IGNORECASE)), None)
    person = _person(question, people, me)
    if topic is None and _is_listing(question, people):
        topic = FirmTopic.CLIENTS
    if topic is None:
        return None
    rest = _ISO.sub(" ", question)
    money, days = _MONEY.search(_DAYS.sub(" ", rest)), _DAYS.search(question)
    first, last = _span(question, today)
    late = bool((_LATE if topic is FirmTopic.DUE else _PAST_DUE).search(question))
    return FirmQuestion(
        topic=topic,
        entities=_all(_ENTITIES, question),
        person_id=person,
        over=_dollars(money) if money else None,
        days=_in_days(days) if days else None,
        first=first,
        last=last,
        waiting=topic is FirmTopic.DUE and bool(_WAIT.search(question)),
        stages=next((stages for pattern, stages in _STAGES if re.search(pattern, question, re.IGNORECASE)), ()),
        late=late,
        all_work=bool(_ALL_WORK.search(question)),
        papers=_all(_PAPERS, question),
        no_ai=bool(_NO_AI.search(question)),
        other_year=bool(_OTHER_YEAR.search(question)),
    )


def _all(patterns: Sequence[tuple[str, str]], question: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for pattern, name in patterns if re.search(pattern, question, re.IGNORECASE)))


def _is_listing(question: str, people: Mapping[str, str]) -> bool:
    """Whether nothing is asked but which clients there are, of a kind, of a person, with another year, without AI."""
    rest = _OTHER_YEAR.sub(" ", _NO_AI.sub(" ", _POSSESSIVE.sub(" ", question)))
    narrowed = rest != question
    for pattern, _ in _ENTITIES:
        rest, found = re.subn(pattern, " ", rest, flags=re.IGNORECASE)
        narrowed = narrowed or found > 0
    names = {word.lower() for name in people.values() for word in name.split()}
    words = re.findall(r"[^\W_]+", rest.lower())
    told = narrowed or any(word in names or word in ("client", "clients") for word in words)
    return told and all(word in names or _LISTING.fullmatch(word) for word in words)


def _dollars(found: re.Match[str]) -> Decimal:
    return Decimal(found.group(1).replace(",", "")) * (1000 if found.group(2) else 1)


def _in_days(found: re.Match[str]) -> int:
    return int(found.group(1)) * {"d": 1, "w": 7, "m": 30}[found.group(2)[0].lower()]


def _person(question: str, people: Mapping[str, str], me: str | None) -> str | None:
    """Whoever is named by the whole or the first name; the asker for "my"."""
    words = re.sub(r"[^a-z]+", " ", _POSSESSIVE.sub(" ", question.lower()))
    said = f" {words} "
    for identity, name in people.items():
        if any(f" {one.lower()} " in said for one in (name, name.split()[0]) if len(one) > 1):
            return identity
    return me if me and _MINE.search(question) else None


def _span(question: str, today: date) -> tuple[date | None, date | None]:
    """The days that the question names: this or next week, month, quarter or year, a month by its name, "by" or "in so many days"."""
    said = question.lower()
    if found := re.search(r"\b(this|next|last) (week|month|quarter|year)\b", said):
        return _around(today, {"last": -1, "this": 0, "next": 1}[found.group(1)], found.group(2))
    if found := _ISO.search(said):
        return today, date(*map(int, found.groups()))
    if found := re.search(
        rf"\b(by|in|before|until)? ?(?:the )?(?:end of )?({'|'.join(_MONTHS)})(?: (\d{{1,2}})\b)?", said
    ):
        month = _MONTHS.index(found.group(2)) + 1
        if found.group(2) != "may" or found.group(1) or found.group(3):
            return _month(today, month, int(found.group(3)) if found.group(3) else None, found.group(1) or "")
    if found := re.search(
        r"\b(?:in|within) (?:the )?(?:next )?(\d{1,3}) (days?|weeks?)\b|\bnext (\d{1,3}) (days?|weeks?)\b", said
    ):
        number, unit = (found.group(1), found.group(2)) if found.group(1) else (found.group(3), found.group(4))
        return today, today + timedelta(days=int(number) * (7 if unit.startswith("w") else 1))
    if found := re.search(r"\bin (20\d\d)\b", said):
        return date(int(found.group(1)), 1, 1), date(int(found.group(1)), 12, 31)
    return None, None


def _around(today: date, step: int, unit: str) -> tuple[date, date]:
    if unit == "week":
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=step)
        return monday, monday + timedelta(days=6)
    if unit == "year":
        return date(today.year + step, 1, 1), date(today.year + step, 12, 31)
    months = 1 if unit == "month" else 3
    begin = today.replace(day=1) if unit == "month" else date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    first = add_months(begin, months * step)
    return first, add_months(first, months) - timedelta(days=1)


def _month(today: date, month: int, day: int | None, word: str) -> tuple[date, date]:
    begin = date(today.year, month, 1)
    end = add_months(begin, 1) - timedelta(days=1)
    last = date(today.year, month, min(day, end.day)) if day else end
    return (min(today, last) if day or word in ("by", "before", "until") else begin), last


def topics() -> Sequence[FirmTopic]:
    """All topics, in the order in which they are tried."""
    return [one for one, _ in _TOPICS]
