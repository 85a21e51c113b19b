"""What a log must not hold is taken out of every line before anybody formats it: secrets, the addresses that carry them, tax and card
numbers. It lies under all loggers of the process, also those of libraries, and under what the command line complains of.

Recall goes before precision: a line that lost too much is still a line; one that holds a password is a breach.
"""

import logging
import re
import sys
import threading
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Any

HIDDEN = "[hidden]"
_WORDS = (
    "password|passwd|passphrase|secret|token|api[_-]?key|authorization|set-cookie|cookie|csrf|session|otp|one[_-]?time[_-]?code|recovery|pin|"
    "tax[_-]?id|ssn|ein|account[_-]?number|routing[_-]?number|client[_-]?secret|code[_-]?verifier|id[_-]?token|refresh[_-]?token"
)
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    # smtp://user:password@host
    (re.compile(r"(?<=://)[^\s/@'\"]+@"), f"{HIDDEN}@"),
    (re.compile(r"(?i)\b(bearer|basic|digest)\s+[^\s'\",;]+"), rf"\1 {HIDDEN}"),
    # the address of a link that is a key by itself
    (
        re.compile(r"(?i)(/(?:sign|feed|invitations?|enter|link|door|join|reset|magic|in)/)[^\s/?#'\"]{12,}"),
        rf"\1{HIDDEN}",
    ),
    # what was asked for stands in the query
    (re.compile(r"(?<=[\w/}\]])\?[\w.%~-]+=[^\s'\"<>]*"), f"?{HIDDEN}"),
    (
        re.compile(
            rf"(?i)((?:[\w-]*(?:{_WORDS})[\w-]*)['\"]?\s*(?:[:=]|\bis\b)\s*b?)(\"[^\"]*\"|'[^']*'|[^\s,;&)\]}}]+)"
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"(?<![\w-])\d{3}([-–. ])\d{2}\1\d{4}(?![\w-])"), HIDDEN),
    (re.compile(r"(?<![\w-])\d{2}[-–]\d{7}(?![\w-])"), HIDDEN),
    (re.compile(r"(?<![\w.-])(?:\d{4}[ -]){3}\d{1,7}(?![\w-])|(?<![\w.-])\d{4}[ -]\d{6}[ -]\d{5}(?![\w-])"), HIDDEN),
    (re.compile(r"(?<![\w.-])(?:\d{9}|\d{12,19})(?![\w.-])"), HIDDEN),
)
# Secrets are random: 256 bits in letters of both cases, digits, - and _. No word and no hash of ours looks so.
_RANDOM = re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{24,}={0,2}(?![\w-])")


def scrubbed(text: str) -> str:
    """The text without what may be secret in it."""
    for pattern, put in _RULES:
        text = pattern.sub(put, text)
    return _RANDOM.sub(HIDDEN, text)


def install() -> None:
    """From now on every record of every logger of this process is scrubbed when it is made. May be called again."""
    made = logging.getLogRecordFactory()
    if not getattr(made, "scrubs", False):
        logging.setLogRecordFactory(_Scrubbing(made))


def catch() -> None:
    """From now on what ends a thread, or the process, by surprise is told through the same door."""

    def told(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
        sys.stderr.write(scrubbed("".join(traceback.format_exception(kind, error, where))))

    def ended(one: threading.ExceptHookArgs) -> None:
        if one.exc_value is not None:
            told(one.exc_type, one.exc_value, one.exc_traceback)

    sys.excepthook, threading.excepthook = told, ended


class _Scrubbing:
    """A factory of log records around the one that was there."""

    scrubs = True

    def __init__(self, made: Callable[..., logging.LogRecord]) -> None:
        self._made = made

    def __call__(self, *given: Any, **more: Any) -> logging.LogRecord:
        record = self._made(*given, **more)
        try:
            _scrub(record)
        except Exception:  # noqa: BLE001 - whatever a library logs must neither end the program nor be told unscrubbed
            record.msg, record.args, record.exc_info, record.exc_text = "a line that could not be read", (), None, None
        return record


def _scrub(record: logging.LogRecord) -> None:
    said = record.getMessage()
    if record.name == "uvicorn.access" and isinstance(record.args, tuple) and len(record.args) == 5:
        # its formatter takes the parts
        record.args = tuple(scrubbed(one) if isinstance(one, str) else one for one in record.args)
    else:
        clean = scrubbed(said)
        if clean != said:
            record.msg, record.args = clean, ()
    if record.exc_info and record.exc_info[0] is not None:
        record.exc_text = scrubbed("".join(traceback.format_exception(*record.exc_info)).rstrip())
        record.exc_info = None
    if record.stack_info:
        record.stack_info = scrubbed(record.stack_info)
