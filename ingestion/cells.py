"""One cell of a firm folder into the typed value that its column asks for, or the sentence that says why not.

Owns how dates, money, yes and no are written in the contract. Never guesses: what could be read in two ways is refused.
"""

import re
from datetime import date
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from store.rows import Form

_NUMBER = re.compile(r"[-+]?\$?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_WORDS = {"true": True, "yes": True, "y": True, "1": True, "false": False, "no": False, "n": False, "0": False}
_LARGEST = Decimal(10) ** 13


class Unreadable(Exception):
    """The cell cannot be what its column asks for; the message is the end of a sentence that begins with the column's name."""


def read_cell(text: str, hint: Any) -> Any:
    """The value of a cell that is not empty; `hint` is the field's type, `Annotated` with a Form or not. Raises Unreadable."""
    kind, form = _kind(hint)
    if kind is date:
        return _date(text)
    if kind is Decimal:
        return _number(text, form)
    if kind is int:
        return int(_number(text, Form(places=0, low=form.low, high=form.high)))
    if kind is bool:
        return _truth(text)
    return _text(text, form)


def _kind(hint: Any) -> tuple[Any, Form]:
    if get_origin(hint) in (Union, UnionType):
        return _kind(next(part for part in get_args(hint) if part is not NoneType))
    if get_origin(hint) is Annotated:
        kind, form = get_args(hint)
        return kind, form
    return hint, Form()


def _date(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise Unreadable(f"is {_shown(text)}, not a date; write 2026-03-09")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unreadable(f"is {_shown(text)}, a day that does not exist") from None


def _number(text: str, form: Form) -> Decimal:
    negative = text.startswith("(") and text.endswith(")")
    plain = text[1:-1] if negative else text
    if not _NUMBER.fullmatch(plain):
        raise Unreadable(f"is {_shown(text)}, not a number; write 1250.00")
    value = Decimal(re.sub(r"[$,]", "", plain))
    value = -value if negative else value
    if value != round(value, form.places):
        places = f"{form.places} decimal places" if form.places else "a whole number"
        raise Unreadable(f"is {_shown(text)}; {'at most ' if form.places else 'it must be '}{places}")
    low = -_LARGEST if form.low is None else form.low
    high = _LARGEST if form.high is None else form.high
    if not low <= value <= high:
        raise Unreadable(f"is {_shown(text)}; it must lie between {low} and {high}")
    return round(value, form.places)


def _truth(text: str) -> bool:
    if text.lower() not in _WORDS:
        raise Unreadable(f"is {_shown(text)}; write true or false")
    return _WORDS[text.lower()]


def _text(text: str, form: Form) -> str:
    if form.words:
        known = {_bare(word): word for word in form.words}
        if _bare(text) not in known:
            raise Unreadable(f"is {_shown(text)}; it must be one of {', '.join(form.words)}")
        return known[_bare(text)]
    if form.pattern and not re.fullmatch(form.pattern, text):
        raise Unreadable(f"is {_shown(text)}, which is not how it is written")
    return text.lower() if "@" in form.pattern else text


def _bare(word: str) -> str:
    return re.sub(r"[\s_-]", "", word).lower()


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")
