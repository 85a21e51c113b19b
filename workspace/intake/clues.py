"""Whose a loose file may be: clues in its path and its words, weighed into a ranked list with the reasons in words.

Pure: it is given what identifies each client and knows no rows. A tax id is compared in memory and never repeated in a reason. Weights are
doubts that multiply: two clues of 0.5 leave a quarter of the doubt. A clue that fits several clients counts for each by its share.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

# A guess is offered at once when it is this sure and no other client is: a K-1 names the partnership and the partner.
BAR = 0.75
MOST_GUESSES = 5
MOST_REASONS = 4

Sort = Literal["ref", "name", "person", "address"]

_FORMS = frozenset(
    (
        "inc",
        "incorporated",
        "llc",
        "llp",
        "lp",
        "pllc",
        "pc",
        "pa",
        "corp",
        "corporation",
        "co",
        "company",
        "ltd",
        "limited",
        "the",
    )
)
_LONG = "street avenue road drive boulevard lane suite court place highway north south east west and"
_SHORT: dict[str, str] = dict(
    zip(
        _LONG.split(),
        ["st", "ave", "rd", "dr", "blvd", "ln", "ste", "ct", "pl", "hwy", "n", "s", "e", "w", "&"],
        strict=True,
    )
)
# A folder or file is named after a year or a form far more often than after a client of that ref.
_YEAR_OR_FORM = re.compile(r"(?:19|20)\d\d|1040|1041|1065|1120|990|940|941|1099")
_PUBLIC = frozenset(
    {
        *(
            "gmail.com",
            "googlemail.com",
            "yahoo.com",
            "outlook.com",
            "hotmail.com",
            "live.com",
            "msn.com",
            "icloud.com",
        ),
        *("me.com", "aol.com", "comcast.net", "att.net", "verizon.net", "sbcglobal.net", "proton.me", "protonmail.com"),
        *("gmx.com", "mail.com"),
    }
)
_INITIALS = re.compile(r"\b([a-z])\.(?=[a-z]\b)")  # P.C., L.L.C.
_TOKEN = re.compile(r"[^\W_]+|&")
_EMAIL = re.compile(r"[\w.+'-]+@([\w-]+(?:\.[\w-]+)+)")
_TAX_ID = re.compile(r"(?<![\d-])(?:\d{2}[-–]\d{7}|\d{3}[-– ]\d{2}[-– ]\d{4}|\d{9})(?![\d-])")
_LAST_FOUR = re.compile(r"(?i)(?:[x*•]{3}[- ]?[x*•]{2}|[x*•]{2}[- ]?[x*•]{3})[- ]?(\d{4})(?!\d)")


@dataclass(frozen=True)
class Profile:
    """What identifies a client: `people` are the names of its contacts, `emails` their addresses."""

    id: str
    ref: str
    name: str
    entity_type: str = "other"
    tax_id: str | None = None
    address: str | None = None
    zip: str | None = None
    people: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()


@dataclass(frozen=True)
class Guess:
    """`confidence` is 0 to 1, `reasons` in words, the strongest first. `first`: sure enough to be offered at once."""

    client_id: str
    confidence: float
    reasons: tuple[str, ...]
    first: bool = False


@dataclass(frozen=True)
class Phrase:
    """Words that stand for a client."""

    words: tuple[str, ...]
    sort: Sort
    client_id: str
    zip: str | None = None


@dataclass(frozen=True)
class Clue:
    """One reason: how much it weighs, and of which client."""

    client_id: str
    weight: float
    reason: str


@dataclass(frozen=True)
class Book:
    """The clues of all clients, ready to be looked up: made once for many files."""

    ids: Mapping[str, frozenset[str]]
    endings: Mapping[str, frozenset[str]]
    id_words: Mapping[str, str]
    emails: Mapping[str, frozenset[str]]
    domains: Mapping[str, frozenset[str]]
    phrases: Mapping[str, tuple[Phrase, ...]]


def words(text: str) -> list[str]:
    """The words of a text as they are compared: no accents, no case, streets and "and" in their short form."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    plain = _INITIALS.sub(r"\1", plain)
    return [_SHORT.get(token) or token for token in _TOKEN.findall(plain.replace("'s ", "s ").replace("’s ", "s "))]


def core(name: str) -> tuple[str, ...]:
    """A name without its legal form: `Bright Dental, LLC` is `bright dental`. One short word keeps its form, or it would be anybody."""
    full = words(name)
    bare = [word for word in full if word not in _FORMS]
    return tuple(bare) if len(bare) > 1 or (bare and len(bare[0]) > 7) else tuple(full)


def make_book(profiles: Sequence[Profile], own_domains: Iterable[str] = ()) -> Book:
    """`own_domains` are the firm's: its people's addresses stand in every client's mail."""
    ids, endings, emails, domains = (defaultdict[str, set[str]](set) for _ in range(4))
    phrases = defaultdict[str, list[Phrase]](list)
    ours = {domain.lower() for domain in own_domains} | _PUBLIC
    for one in profiles:
        digits = "".join(c for c in one.tax_id or "" if c.isdigit())
        if len(digits) == 9:
            ids[digits].add(one.id)
            endings[digits[-4:]].add(one.id)
        for email in one.emails:
            emails[email.lower()].add(one.id)
            domain = email.rpartition("@")[2].lower()
            if domain not in ours:
                domains[domain].add(one.id)
        for phrase in _phrases(one):
            phrases[phrase.words[0]].append(phrase)
    names = {one.id: _id_word(one) for one in profiles}
    frozen = [{key: frozenset(found) for key, found in table.items()} for table in (ids, endings, emails, domains)]
    longest_first = {k: tuple(sorted(v, key=lambda p: -len(p.words))) for k, v in phrases.items()}
    return Book(frozen[0], frozen[1], names, frozen[2], frozen[3], longest_first)


def _id_word(one: Profile) -> str:
    digits = re.sub(r"\D", "", one.tax_id or "")
    return "SSN" if one.entity_type == "1040" or re.fullmatch(r"\d{3}-\d{2}-\d{4}", one.tax_id or digits) else "EIN"


def _phrases(one: Profile) -> Iterator[Phrase]:
    made: dict[tuple[str, ...], Phrase] = {}

    def add(found: Sequence[str], sort: Sort) -> None:
        if found and (len(found) > 1 or len(found[0]) > 2):
            made.setdefault(tuple(found), Phrase(tuple(found), sort, one.id, one.zip))

    add(words(one.ref), "ref")
    for name in _ways(one.name, person=one.entity_type == "1040"):
        add(name, "name")
    for person in one.people:
        if len(core(person)) > 1:
            for name in _ways(person, person=True):
                add(name, "person")
    street = words(one.address or "")
    if len(street) > 2 and any(c.isdigit() for c in street[0]):
        add(street, "address")
    yield from made.values()


def _ways(name: str, *, person: bool) -> Iterator[tuple[str, ...]]:
    """How a name is written: as it stands; a person's also last name first, a couple's also each alone."""
    bare = core(name)
    yield bare
    if person and 1 < len(bare) < 7:
        if "&" in bare:
            at, last = bare.index("&"), bare[-1]
            yield from (way for way in ((*bare[:at], last), (*bare[at + 1 :],)) if len(way) > 1)
            yield (last, *bare[:-1])
        else:
            yield (bare[-1], *bare[:-1])


def guess(path: str, pages: Sequence[str], book: Book, same: Iterable[tuple[str, str]] = ()) -> tuple[Guess, ...]:
    """Whose the file may be, the likeliest first. `same` are (client, path) of documents with the same bytes."""
    clues = [Clue(client, 0.97, f"the same file stands there as ‘{place}’") for client, place in same]
    clues += _in_path(path, book)
    for number, text in enumerate(pages, start=1):
        clues += _in_text(text, number, book)
    clues += _endings(pages, {clue.client_id for clue in clues}, book)
    return _weighed(clues)


def _in_path(path: str, book: Book) -> Iterator[Clue]:
    *folders, name = path.split("/")
    stem = name.rpartition(".")[0] or name
    for part, what, high in [*((folder, "folder", 0.85) for folder in folders), (stem, "file name", 0.78)]:
        said = words(part)
        for phrase in _found(said, book):
            whole = len(phrase.words) == len([w for w in said if w not in _FORMS]) or phrase.words == tuple(said)
            if phrase.sort == "ref" and not (
                _telling(phrase.words) or (whole and not _YEAR_OR_FORM.fullmatch(phrase.words[0]))
            ):
                continue
            weight = {"ref": high + 0.1, "name": high, "person": 0.35, "address": 0.3}[phrase.sort]
            yield Clue(phrase.client_id, min(weight + (0.05 if whole else 0), 0.95), f"{what} ‘{part}’")
        for number in _TAX_ID.findall(part):
            clients = book.ids.get(re.sub(r"\D", "", number))
            yield from _shared(clients, 0.88, {c: f"{book.id_words[c]} in the {what}" for c in clients or ()})


def _telling(ref: Sequence[str]) -> bool:
    """A ref inside a longer name counts when it could be nothing else: `C014`, not `2025` or `tax`."""
    return any(c.isdigit() for c in "".join(ref)) and any(c.isalpha() for c in "".join(ref))


def _in_text(text: str, number: int, book: Book) -> Iterator[Clue]:
    page = f"on page {number}"
    for written in set(_TAX_ID.findall(text)):
        clients = book.ids.get(re.sub(r"\D", "", written))
        weight = 0.92 if len(written) > 9 else 0.8
        yield from _shared(clients, weight, {c: f"{book.id_words[c]} {page}" for c in clients or ()})
    said = {match[0].lower(): match[1].lower() for match in _EMAIL.finditer(text)}
    for email, domain in said.items():
        known = book.emails.get(email)
        weight, clients, what = (0.6, known, "address") if known else (0.45, book.domains.get(domain), "mail domain")
        shown = email if known else domain
        yield from _shared(clients, weight, dict.fromkeys(clients or (), f"{what} {shown} {page}"))
    found = words(text)
    there = set(found)
    named = defaultdict[tuple[object, ...], list[Phrase]](list)
    for phrase in _found(found, book):
        named[phrase.words, phrase.sort].append(phrase)
    for group in named.values():
        for phrase in group:
            weight, reason = _said(phrase, number, there)
            yield Clue(phrase.client_id, weight / len(group), f"{reason} {page}")


def _said(phrase: Phrase, number: int, there: set[str]) -> tuple[float, str]:
    shown = " ".join(phrase.words)
    if phrase.sort == "name":
        return (0.55 if number == 1 else 0.35), f"name ‘{shown}’"
    if phrase.sort == "person":
        return 0.3, f"contact ‘{shown}’"
    if phrase.sort == "address":
        return (0.6 if phrase.zip and phrase.zip[:5] in there else 0.4), "postal address"
    return (0.5 if _telling(phrase.words) else 0.0), f"ref ‘{shown}’"


def _endings(pages: Sequence[str], known: set[str], book: Book) -> Iterator[Clue]:
    """A masked number counts for a client only beside another clue: one in ten thousand has the same four digits."""
    for number, text in enumerate(pages, start=1):
        for ending in set(_LAST_FOUR.findall(text)):
            for client in sorted(book.endings.get(ending, frozenset()) & known):
                yield Clue(client, 0.6, f"last four digits of the {book.id_words[client]} on page {number}")


def _found(said: Sequence[str], book: Book) -> Iterator[Phrase]:
    """The phrases that stand in these words, each once; the longest that begins at a word hides those inside it."""
    seen: set[Phrase] = set()
    for at, word in enumerate(said):
        longest = 0
        for phrase in book.phrases.get(word, ()):
            size = len(phrase.words)
            if size < longest or tuple(said[at : at + size]) != phrase.words:
                continue
            longest = size
            if phrase not in seen:
                seen.add(phrase)
                yield phrase


def _shared(clients: frozenset[str] | None, weight: float, reasons: Mapping[str, str]) -> Iterator[Clue]:
    for client in sorted(clients or ()):
        yield Clue(client, weight / len(clients or ()), reasons[client])


def _weighed(clues: Iterable[Clue]) -> tuple[Guess, ...]:
    best: dict[str, dict[str, Clue]] = defaultdict(dict)
    for clue in clues:
        # the same thing said on ten pages is one clue
        key = clue.reason.partition(" on page ")[0]
        if clue.weight > 0 and clue.weight > (best[clue.client_id][key].weight if key in best[clue.client_id] else 0):
            best[clue.client_id][key] = clue
    ranked = sorted((_of_client(client, list(found.values())) for client, found in best.items() if found), key=_order)
    if not ranked:
        return ()
    sure = sum(one.confidence >= BAR for one in ranked) == 1
    return (replace(ranked[0], first=sure), *ranked[1:MOST_GUESSES])


def _of_client(client_id: str, clues: list[Clue]) -> Guess:
    doubt = 1.0
    for clue in clues:
        doubt *= 1 - clue.weight
    strongest = sorted(clues, key=lambda clue: (-clue.weight, clue.reason))
    return Guess(client_id, round(1 - doubt, 3), tuple(clue.reason for clue in strongest[:MOST_REASONS]))


def _order(guess: Guess) -> tuple[float, str]:
    return -guess.confidence, guess.client_id
