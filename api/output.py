"""What a command line shows: results on standard output, progress and refusals on standard error. The only place that prints."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from api.commands.result import Result
from api.scrub import scrubbed
from store.types import canonical_json


def say(result: Result, as_json: bool) -> None:
    """Print a result as text or as JSON."""
    shown = (
        json.dumps(json.loads(canonical_json(result.data)), indent=2, ensure_ascii=False) if as_json else result.text
    )
    sys.stdout.write(shown + "\n")
    sys.stdout.flush()


def complain(message: str) -> None:
    """One line on standard error, without what a log must not hold."""
    _shape[0](scrubbed(" ".join(message.split())))


def tell(line: str) -> None:
    """A line for a person who waits, on standard error."""
    _shape[0](line)
    sys.stderr.flush()


def _plain(line: str) -> None:
    sys.stderr.write(line + "\n")


_shape: list[Callable[[str], None]] = [_plain]


def tell_as(write: Callable[[str], None]) -> None:
    """From now on what is told and complained of is written so (api/logs.py)."""
    _shape[0] = write


@dataclass
class Meter:
    """Progress on standard error: one line that is written over on a terminal, else a line for each kind of work and each tenth. What
    stands after " · " in the kind of work is told behind the numbers."""

    shown: str = ""
    tenth: dict[str, int] = field(default_factory=dict[str, int])

    def __call__(self, doing: str, done: int, total: int) -> None:
        doing, _, more = doing.partition(" · ")
        of = f" of {total:,}" if total else ""
        line = f"{doing}: {done:,}{of}" + (f" · {more}" if more else "")
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{line:<60}" + ("\n" if total and done >= total else ""))
            sys.stderr.flush()
        elif self.tenth.get(doing) != (tenth := 10 * done // max(total, 1)):
            self.tenth[doing] = tenth
            tell(line)
