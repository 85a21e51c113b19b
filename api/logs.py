"""Lines of the log as a collector reads them: JSON, or text for a person. Each carries the id of the request or job that it tells of.

All that a logger of the process says passes by here once `install` was called; what a log must not hold is taken out before (scrub.py).
"""

import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

import orjson

from api import output
from store import telling


def write(shape: str, event: str, facts: Mapping[str, Any], to: TextIO) -> None:
    """One line: "json", or "text" as `name=value` after the moment."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    if shape == "json":
        to.write(orjson.dumps({"at": at, "event": event, **facts}).decode() + "\n")
    else:
        to.write(f"{at} {event} " + " ".join(f"{name}={value}" for name, value in facts.items()) + "\n")


class _Json(logging.Formatter):
    """A record of a logger as one line."""

    def format(self, record: logging.LogRecord) -> str:
        facts = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "event": "log",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request := telling.REQUEST.get():
            facts["request"] = request
        if record.exc_text or record.exc_info:
            facts["trace"] = record.exc_text or self.formatException(record.exc_info)  # type: ignore[arg-type]
        return orjson.dumps(facts).decode()


def install(shape: str | None) -> None:
    """With "json", what loggers and this program itself say on standard error are lines of JSON from now on."""
    if shape != "json":
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("tickmark").setLevel(logging.INFO)
    output.tell_as(lambda line: write("json", "told", _here({"message": line}), sys.stderr))


def _here(facts: dict[str, Any]) -> dict[str, Any]:
    request = telling.REQUEST.get()
    return {**facts, "request": request} if request else facts
