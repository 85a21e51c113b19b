"""Where a page of a stream ends, as a text for an address: it names the last row, not how many came before, so that rows which come in
meanwhile neither repeat nor hide another."""

import base64
import binascii
from datetime import UTC, datetime

from store.errors import Invalid


def encode(at: datetime, *parts: str | int) -> str:
    """The cursor after a row of that moment and name."""
    text = "\x1f".join((at.astimezone(UTC).isoformat(timespec="microseconds"), *map(str, parts)))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, parts: int) -> tuple[datetime, tuple[str, ...]]:
    """The moment and the parts of a cursor. Raises Invalid for what is none."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        at, *names = text.split("\x1f")
        moment = datetime.fromisoformat(at)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment
    except (binascii.Error, OverflowError, UnicodeDecodeError, ValueError):
        raise Invalid("this is no place in the stream; begin from its first page") from None
    if len(names) != parts or moment.tzinfo is None or "\0" in text:
        raise Invalid("this is no place in the stream; begin from its first page")
    return moment, tuple(names)
