"""Whether the source of a figure carries it: a reading of its own, so that the product's tie-out is not its own judge.

A record is looked up again where its table is known, a quote is looked up on its page; then the figure's value has to stand in the words.
Arithmetic is carried when each of its operands has a source that holds. Decides nothing for the product.
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.tables import Client, Contact, DocumentPage, Engagement, Invoice, Message, Person, RequestItem

_TABLES: Mapping[str, Any] = {
    "client": Client.ref,
    "contact": Contact.id,
    "engagement": Engagement.ref,
    "invoice": Invoice.number,
    "person": Person.email,
    "request": RequestItem.id,
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_WORDS = dict(
    zip(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
        range(13),
        strict=True,
    )
)
_WRITTEN = re.compile(
    r"\b([A-Z][a-z]{2,8})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})\b|\b(\d{4})-(\d\d)-(\d\d)|\b(\d{1,2})/(\d{1,2})/(\d{2,4})\b"
)


_SPAN = re.compile(r"\b([A-Z][a-z]{2,8})\.?(?: ?[-\u2013] ?([A-Z][a-z]{2,8})\.?)? (\d{4})\b")


def carried(session: Session, text: str, evidence: Mapping[str, Any]) -> bool:
    """Whether a figure stands in its source; a derived one whether all that it was worked out from is really there."""
    if evidence["kind"] == "derived":
        return all(_is_there(session, one) for one in _leaves(evidence))
    return _is_there(session, evidence) and _says(str(evidence.get("quote", evidence.get("value", ""))), text)


def numbers(text: str) -> set[Decimal]:
    """Every number that stands in a text in digits."""
    return {Decimal(found.replace(",", "")) for found in _NUMBER.findall(text)}


def _leaves(evidence: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for one in evidence["inputs"]:
        if one["kind"] == "derived":
            yield from _leaves(one)
        else:
            yield one


def _is_there(session: Session, evidence: Mapping[str, Any]) -> bool:
    """Whether the source holds what the evidence says of it. A record of another table is taken at its word."""
    if evidence["kind"] == "document":
        page = session.scalars(
            select(DocumentPage.text).where(
                DocumentPage.version_id == evidence["version"], DocumentPage.number == evidence["page"]
            )
        ).first()
        return page is not None and page[evidence["start"] : evidence["end"]] == evidence["quote"]
    if evidence["kind"] == "message":
        body = session.scalars(select(Message.body).where(Message.message_id == evidence["message_id"])).first()
        return body is not None and body[evidence["start"] : evidence["end"]] == evidence["quote"]
    kind, _, key = str(evidence["record"]).partition(":")
    column = _TABLES.get(kind)
    if column is None or not hasattr(column.class_, str(evidence["field"])):
        return True
    rows = session.scalars(select(column.class_).where(column == key)).all()
    return any(_plain(getattr(row, evidence["field"])) == str(evidence["value"]) for row in rows)


def _plain(value: object) -> str:
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)


def _says(source: str, text: str) -> bool:
    """Whether the words, the date or the amounts of `text` are those of the source. A period carries its first day and its last."""
    said, words = _bare(source), _bare(text)
    if words in said or set(words.split()) <= set(said.split()):
        return True
    days = set(_days(text))
    if days:
        return days <= {*_days(source), *_ends(source)}
    amounts = set(_amounts(text))
    return bool(amounts) and amounts <= set(_amounts(source))


def _bare(text: str) -> str:
    plain = text.replace("\\", "").replace(",", "").replace(" & ", " and ").casefold()
    return " ".join(re.findall(r"[\w$%&.-]+", plain))


def _days(text: str) -> Iterator[date]:
    for found in _WRITTEN.finditer(text):
        month, day, year, *iso_and_slashed = found.groups()
        try:
            if month:
                yield date(int(year), _MONTHS.index(month[:3].lower()) + 1, int(day))
            elif iso_and_slashed[0]:
                yield date(*map(int, iso_and_slashed[:3]))
            else:
                month, day, year = iso_and_slashed[3:]
                yield date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
        except ValueError:
            continue


def _ends(text: str) -> Iterator[date]:
    """The first and the last day of "February 2026", of "January - December 2025"."""
    for first, last, year in _SPAN.findall(text):
        months = [name[:3].lower() for name in (first, last or first)]
        if all(name in _MONTHS for name in months):
            begins, ends = (_MONTHS.index(name) + 1 for name in months)
            yield date(int(year), begins, 1)
            yield date(int(year), ends, monthrange(int(year), ends)[1])


def _amounts(text: str) -> Iterator[Decimal]:
    yield from numbers(text)
    yield from (Decimal(_WORDS[word]) for word in re.findall(r"[a-z]+", text.casefold()) if word in _WORDS)
