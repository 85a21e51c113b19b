"""Whose document it is: the taxpayer id, name and address that a notice prints against the client's own. Never guesses at an address."""

import re
from collections.abc import Iterator
from datetime import date
from difflib import SequenceMatcher

from workspace.evidence import DocumentEvidence
from workspace.signals.contradictions.found import Contradiction
from workspace.signals.names import ids_differ, same_name, words_of
from workspace.signals.sides import Sides
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import Client, Document, Fact, Snapshot

_TITLES = frozenset({
    "and", "of", "or", "dba", "aka", "mr", "mrs", "ms", "dr", "jr", "sr", "ii", "iii", "iv", "ttee", "trustee", "trustees", "est",
    "c", "o", "esq", "cpa", "md", "dds", "phd", "na", "fka", "tax", "matters",
})  # fmt: skip
_ALIKE = 0.8  # two words that are so alike are one word, misspelled
_CUT = 4  # an agency cuts names off: a beginning of so many letters is the word
_CITY = re.compile(r"^(?P<city>[A-Za-z][A-Za-z .'’-]*?),?\s+(?P<state>[A-Z]{2})\.?\s+(?P<zip>\d{5})(?:-?\d{4})?$")
_UNIT = re.compile(
    r"(?:\b(?:suite|ste|apartment|apt|unit|room|rm|floor|fl|bldg|building)\b\.?|#)\s*[\w-]*", re.IGNORECASE
)
_BOX = re.compile(r"\bp\.?\s*o\.?\s*box\b|\bpmb\b", re.IGNORECASE)
_SHORT = {
    "street": "st", "avenue": "ave", "av": "ave", "road": "rd", "drive": "dr", "lane": "ln", "boulevard": "blvd", "court": "ct",
    "place": "pl", "highway": "hwy", "parkway": "pkwy", "pike": "pike", "circle": "cir", "terrace": "ter", "square": "sq",
    "turnpike": "tpke", "north": "n", "south": "s", "east": "e", "west": "w", "northeast": "ne", "northwest": "nw",
    "southeast": "se", "southwest": "sw", "first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th",
    "mount": "mt", "saint": "st", "fort": "ft", "route": "rte", "rt": "rte",
}  # fmt: skip
_SUFFIXES = frozenset({
    "st", "ave", "rd", "dr", "ln", "blvd", "ct", "pl", "hwy", "pkwy", "cir", "ter", "sq", "tpke", "pike", "way", "n", "s", "e",
    "w", "ne", "nw", "se", "sw",
})  # fmt: skip


def taxpayer_id(snapshot: Snapshot, today: date, settings: Thresholds) -> Iterator[Contradiction]:
    """A notice, or a W-9 in the client's name, prints a digit of the taxpayer id that the record has not. Hidden digits (X) contradict
    nothing. Dollars: the notice's amount due."""
    client = snapshot.client
    for document in snapshot.of_kind("notice", "w-9"):
        fact = document.fact("taxpayer_id")
        if document.kind == "w-9" and not same_name(document.value("name"), client.name):
            continue
        if fact is None or not ids_differ(fact.value, client.tax_id):
            continue
        amount = document.fact("amount_due")
        owed = amount.number if amount is not None and amount.number and amount.number > 0 else None
        kind = "notice" if document.kind == "notice" else "W-9"
        held = client.evidence("tax_id")
        yield Contradiction(
            document.id,
            f"The {kind} in {document.path} names another taxpayer id than the record",
            f"The document's ends in {fact.value[-4:]}, the record's in {(client.tax_id or '')[-4:]}.",
            "Find out whose it is; correct the record or send the document to its owner.",
            (fact.evidence, held, *([amount.evidence] if amount and owed else [])),
            _of_client(client, "Taxpayer id", "tax_id", held.value, fact),
            owed,
        )


def taxpayer_name(snapshot: Snapshot, today: date, settings: Thresholds) -> Iterator[Contradiction]:
    """A notice names a taxpayer who cannot be the client: words are left over on both sides after case, punctuation, forms of companies,
    initials, cut-off and misspelled words. The name of a contact is the client's too."""
    client = snapshot.client
    for document in snapshot.of_kind("notice"):
        fact = document.fact("taxpayer_name")
        if fact is None or not _words(fact.value) or not _words(client.name):
            continue
        if any(could_be(fact.value, name) for name in (client.name, *(one.name for one in snapshot.contacts))):
            continue
        held = client.evidence("name")
        yield Contradiction(
            document.id,
            f"The notice in {document.path} is addressed to {fact.value}, the client is {client.name}",
            f"The document names {fact.value}, the record {client.name}.",
            "Find out whose it is; correct the name on record or send the document to its owner.",
            (fact.evidence, held),
            _of_client(client, "Name", "name", held.value, fact),
        )


def could_be(one: str, other: str) -> bool:
    """Whether two names can be the same party: every word of the shorter has its like in the longer."""
    a, b = _words(one), _words(other)
    if not a or not b:
        return False
    few, many = (a, b) if len(a) <= len(b) else (b, a)
    return all(any(_like(word, whole) for whole in many) for word in few)


def _words(name: str) -> list[str]:
    return [word for word in words_of(name) if len(word) > 1 and word not in _TITLES]


def _like(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    if one == other or (len(short) >= _CUT and long.startswith(short)):
        return True
    return len(short) >= _CUT and SequenceMatcher(None, one, other).ratio() >= _ALIKE


def taxpayer_address(snapshot: Snapshot, today: date, settings: Thresholds) -> Iterator[Contradiction]:
    """A notice prints, under the taxpayer's name, another street than the record. Units, abbreviations, punctuation and case aside; a post
    office box against a street contradicts nothing in the same ZIP code. Only addresses with a city, state and ZIP line are read."""
    client = snapshot.client
    if not client.address or not client.zip:
        return
    for document in snapshot.of_kind("notice"):
        printed = address_under_name(document)
        if printed is None or not _elsewhere(client, printed[0]):
            continue
        parts, said = printed
        recorded = ", ".join(filter(None, (client.address, client.city, f"{client.state or ''} {client.zip}".strip())))
        stated = f"{parts['address']}, {parts['city']}, {parts['state']} {parts['zip']}"
        held = client.evidence("address")
        yield Contradiction(
            document.id,
            f"The notice in {document.path} went to {stated}, the record has {recorded}",
            f"The agency writes to {stated}.",
            "Ask the client which address is right; file Form 8822 or 8822-B where the agency has the old one.",
            (said, held),
            Sides(
                "Address",
                "address",
                recorded,
                stated,
                held,
                said,
                f"client:{client.ref}",
                tuple((name, client.evidence(name).value, parts[name]) for name in ("address", "city", "state", "zip")),
            ),
        )


def address_under_name(document: Document) -> tuple[dict[str, str], DocumentEvidence] | None:
    """The address lines that follow the taxpayer's name on its page, and where they stand; None where they are not plain to see."""
    fact = document.fact("taxpayer_name")
    if fact is None or fact.page > len(document.text) or document.version_id is None:
        return None
    page = document.text[fact.page - 1]
    lines = list(re.finditer(r"[^\n]+", page[fact.end :]))[:5]
    for place, line in enumerate(lines):
        last = _CITY.match(line.group().strip())
        if last is None:
            continue
        street = [one for one in lines[:place] if re.search(r"\d", one.group())]
        if not street:
            return None
        start, end = fact.end + street[0].start(), fact.end + line.start() + len(line.group().rstrip())
        found = {"address": street[0].group().strip(), **last.groupdict()}
        parts = {name: value.title() if name in ("address", "city") else value for name, value in found.items()}
        return parts, DocumentEvidence(document.id, document.version_id, fact.page, start, end, page[start:end])
    return None


def _elsewhere(client: Client, printed: dict[str, str]) -> bool:
    ours, theirs = client.address or "", printed["address"]
    other_zip = (client.zip or "")[:5] != printed["zip"]
    if bool(_BOX.search(ours)) != bool(_BOX.search(theirs)):
        return other_zip
    return not same_street(ours, theirs)


def same_street(one: str, other: str) -> bool:
    """Whether two street lines are one place: the same house number and the same name of the street, written as it may be."""
    a, b = _street(one), _street(other)
    return a == b or (a[:1] == b[:1] and _named(a) == _named(b) != [])


def _street(line: str) -> list[str]:
    plain = re.sub(r"[^a-z0-9 ]", " ", _UNIT.sub(" ", line.lower()))
    return [_SHORT.get(word, word) for word in plain.split()]


def _named(words: list[str]) -> list[str]:
    return [word for word in words[1:] if word not in _SUFFIXES]


def _of_client(client: Client, label: str, field: str, recorded: str, fact: Fact) -> Sides:
    held = client.evidence(field)
    writes = ((field, recorded, fact.value),)
    return Sides(label, field, recorded, fact.value, held, fact.evidence, f"client:{client.ref}", writes)
