"""The pack of real files as tasks: each of its parts goes through the measure that knows its gold, and every count becomes scores.

The measures are parsing.py, bank.py, emails.py and invoices.py; none of the files belongs to the project.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from evals.ground import Ground
from evals.runner import Score, Task, counted
from evals.tasks import bank, emails, invoices, parsing

Counts = dict[str, Any]


def _part(name: str) -> Callable[[Ground], Iterable[Path]]:
    def dataset(ground: Ground) -> Iterable[Path]:
        return (ground.part(name),)

    return dataset


def _parsing(folder: Path, counts: Counts) -> Iterator[Score]:
    yield from counted("strings found", counts["found"], counts["strings"])
    yield from counted("files with words or a finding", counts["files"] - len(counts["silent"]), counts["files"])
    yield "pages a second", counts["pages_per_second"]


def _bank(folder: Path, counts: Counts) -> Iterator[Score]:
    for what in ("accounts", "balances", "counts", "transactions"):
        yield from counted(f"{what} exact", counts[what]["exact"], counts[what]["judged"])
    yield from counted("files with words or a finding", counts["files"] - len(counts["silent"]), counts["files"])


def _emails(folder: Path, counts: Counts) -> Iterator[Score]:
    for field, judged in counts["judged"].items():
        yield from counted(f"{field} exact", counts["exact"][field], judged)


def _invoices(folder: Path, counts: Counts) -> Iterator[Score]:
    yield from counted("fields on the page", counts["found"], counts["fields"])
    for name, fact in counts["facts"].items():
        yield from counted(f"{name} read as a fact", fact["read"], fact["judged"])
    read, judged = (sum(fact[what] for fact in counts["facts"].values()) for what in ("read", "judged"))
    yield from counted("fields read as facts", read, judged)


PARSING = Task("parsing", "known words of real files are found", _part("parsing"), parsing.measure, _parsing)
BANK = Task("bank", "real bank files are read exactly", _part("bank"), bank.measure, _bank)
EMAILS = Task(
    "emails", "headers, attachments and threads of real mail are read exactly", _part("emails"), emails.measure, _emails
)
INVOICES = Task(
    "invoices", "fields of real invoices are found and read", _part("invoices"), invoices.measure, _invoices
)
