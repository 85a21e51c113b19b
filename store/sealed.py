"""Columns whose secrets lie sealed: what the program writes and reads is plain, what the disk holds is not.

The seal travels with the database (`Database(url, seal=…)`), as an attribute of its engine's dialect. `Sealed` seals every value;
`Guarded` and `GuardedJson` only texts in which a taxpayer id or a bank number stands, so that all others can still be asked for by SQL.
Nothing is looked up by a sealed value: who looks for one opens them and compares (docs/decisions/0017).
"""

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import JSON, Dialect, String, Text
from sqlalchemy.types import TypeDecorator

from store.errors import Broken
from store.seal import OLD_PREFIX, PREFIX, Seal

_SEAL = "tickmark_seal"

# What is sealed wherever it stands: SSN and EIN as they are written, any bare number of eight to seventeen digits (an account, a routing
# number, an id without its hyphens), an IBAN. One too many costs microseconds; one too few would lie there for all to read.
_NUMBER = re.compile(
    r"(?<![\w-])(?:\d{3}[-–— ]\d{2}[-–— ]\d{4}|\d{2}[-–— ]\d{7}|[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?)(?![\w-])"
    r"|(?<![\w$.,/-])\d{8,17}(?![\w/-]|[.,]\d)"
)
# a number under a name that says what it is, in whatever form it is written there
_NAMED = re.compile(
    r"\b(?:accounts?|acct|routing|aba|iban|swift|bank|ssn|social|ein|itin|t?tin|tax|taxpayer)\b", re.IGNORECASE
)
_NOT_NAMED = re.compile(r"last.?4|last.?four|year|form|rate|amount|balance|date", re.IGNORECASE)
_FEWEST, _LONGEST = 5, 120  # digits, characters: a digest of nine digits can be guessed, so that it is sealed too


class Unopened(str):
    """What a sealed value is to a reader without its key: empty, but not absent. Written back, it is what it was."""

    sealed: str

    def __new__(cls, sealed: str) -> "Unopened":
        made = super().__new__(cls, "")
        made.sealed = sealed
        return made

    def __getnewargs__(self) -> tuple[str]:
        return (self.sealed,)


def give_seal(dialect: Dialect, seal: Seal | None) -> None:
    """Let the columns of this engine seal and open with these keys."""
    setattr(dialect, _SEAL, seal)


def seal_of(dialect: Dialect) -> Seal:
    """The keys of an engine. Raises Broken where there are none."""
    seal: Seal | None = getattr(dialect, _SEAL, None)
    if seal is None:
        raise Broken("this database was opened without a key; set TICKMARK_SEAL_KEY or TICKMARK_SEAL_KEY_FILE")
    return seal


def holds_number(text: str) -> bool:
    """Whether a taxpayer id or a bank number stands in the text, or something that could be one."""
    return _NUMBER.search(text) is not None


def closed(seal: Callable[[], Seal], text: str, purpose: str) -> str:
    """The sealed form of a value; what could not be opened stays as it lies there."""
    return text.sealed if isinstance(text, Unopened) else seal().close(text, purpose)


def opened(seal: Callable[[], Seal], text: str, purpose: str) -> str:
    """The plain form of what the disk holds. A text that was never sealed is itself."""
    if not text.startswith((PREFIX, OLD_PREFIX)):
        return text
    plain = seal().open(text, purpose)
    if plain is None:
        return Unopened(text) if text.startswith(PREFIX) else text
    return plain


def guarded(seal: Callable[[], Seal], text: str, purpose: str, name: str = "") -> str:
    """The form in which a text is kept: sealed where a number stands in it, or its name says that it is one."""
    secret = (
        isinstance(text, Unopened) or text.startswith(PREFIX) or holds_number(text) or (name and _is_named(name, text))
    )
    return closed(seal, text, purpose) if secret else text


def _is_named(name: str, text: str) -> bool:
    words = re.sub(r"[_-]", " ", name)
    return (
        sum(c.isdigit() for c in text) >= _FEWEST
        and len(text) <= _LONGEST
        and _NAMED.search(words) is not None
        and _NOT_NAMED.search(words) is None
    )


def guarded_json(seal: Callable[[], Seal], value: Any, purpose: str, name: str = "") -> Any:
    """The same of every text inside a JSON value."""
    if isinstance(value, str):
        return guarded(seal, value, purpose, name)
    if isinstance(value, dict):
        return {key: guarded_json(seal, one, purpose, str(key)) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [guarded_json(seal, one, purpose, name) for one in value]
    return value


def opened_json(seal: Callable[[], Seal], value: Any, purpose: str) -> Any:
    """The plain form of a JSON value."""
    if isinstance(value, str):
        return opened(seal, value, purpose)
    if isinstance(value, dict):
        return {key: opened_json(seal, one, purpose) for key, one in value.items()}
    if isinstance(value, list):
        return [opened_json(seal, one, purpose) for one in value]
    return value


class Sealed(TypeDecorator[str]):
    """A text that is always sealed. `purpose` is `table.column`: what was sealed for another column does not open here."""

    impl = String
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else closed(lambda: seal_of(dialect), value, self.purpose)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _read(value, dialect, self.purpose)


class Guarded(TypeDecorator[str]):
    """A text that is sealed when a taxpayer id or a bank number stands in it."""

    impl = Text
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else guarded(lambda: seal_of(dialect), value, self.purpose)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _read(value, dialect, self.purpose)


class GuardedJson(TypeDecorator[Any]):
    """A JSON value in which every text that holds such a number is sealed by itself; the others can be asked for by SQL."""

    impl = JSON
    cache_ok = True

    def __init__(self, purpose: str, *, none_as_null: bool = False) -> None:
        super().__init__(none_as_null=none_as_null)
        self.purpose = purpose

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return guarded_json(lambda: seal_of(dialect), value, self.purpose)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return opened_json(lambda: seal_of(dialect), value, self.purpose)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """How a row's value is read. Most hold nothing sealed, and looking through one text is less than walking through what it says."""
        read = self.impl_instance.result_processor(dialect, coltype)

        def process(value: Any) -> Any:
            plain = read(value) if read is not None else value
            if isinstance(value, str) and PREFIX not in value and OLD_PREFIX not in value:
                return plain
            return self.process_result_value(plain, dialect)

        return process

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        return self.impl_instance.coerce_compared_value(op, value)  # an index into it is JSON's, not a value to seal


def _read(value: str, dialect: Dialect, purpose: str) -> str:
    if getattr(dialect, _SEAL, None) is None:
        return Unopened(value) if value.startswith(PREFIX) else value
    return opened(lambda: seal_of(dialect), value, purpose)
