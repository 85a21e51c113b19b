"""Questions over all clients of the sample firm as a task: the rows that answer, for a partner, a manager and a member of the staff.

What is right is read from the firm folder (evals/firm/firm_wide.py), not from the program. Asked as the page /ask asks.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from evals.firm.firm_wide import ANSWERS, OF_MONEY, Found, Wide, asked, read
from evals.ground import Ground, SampleHome
from evals.homes import PEOPLE
from evals.runner import Score, Task
from evals.tasks.questions import says
from store.errors import Forbidden, Invalid
from workspace.firm_asking import FirmLine, ask_firm
from workspace.scope import open_scope


@dataclass(frozen=True)
class Case:
    """A question, who asks it, the rows that answer it, and the refs of the clients that this person may see."""

    home: SampleHome
    wide: Wide
    role: str
    email: str
    gold: Found
    seen: frozenset[str]

    @property
    def closed(self) -> bool:
        """Whether it is right to say that the asker is not shown this."""
        return self.role == "staff" and self.wide.topic in OF_MONEY


@dataclass(frozen=True)
class Said:
    """The rows of an answer; None where the question is said to be none of the list, or, `refused`, not to be the asker's to know."""

    lines: tuple[FirmLine, ...] | None
    refused: bool = False


def cases(ground: Ground) -> Iterator[Case]:
    """Every wording, asked by one person of each role."""
    for home in ground.samples:
        for role, email in PEOPLE:
            books = read(home.folder, home.gold, email)
            seen = frozenset(one["ref"] for one in books.tables["clients"])
            for wide in asked():
                yield Case(home, wide, role, email, ANSWERS[wide.topic](books), seen)


def ask(case: Case) -> Said:
    """What the firm's program says to this person."""
    services = case.home.services
    with services.database.reading() as session:
        try:
            return Said(ask_firm(open_scope(session, case.email, clock=services.clock), case.wide.text).lines)
        except Invalid:
            return Said(None)
        except Forbidden:
            return Said(None, refused=True)


def is_right(gold: Found, lines: tuple[FirmLine, ...] | None) -> bool:
    """Whether exactly the clients of the gold have rows, and the rows say what they must."""
    if lines is None or {line.client_ref for line in lines} != set(gold):
        return False
    said = {ref: " | ".join(" | ".join(line.cells) for line in lines if line.client_ref == ref) for ref in gold}
    return all(not value or says(said[ref], value) for ref, value in gold.items())


def score(case: Case, said: Said) -> Iterator[Score]:
    """Right or not, over all, by wording and by role; answered without a row of a client that the asker may not see. Of the firm's money
    the staff is told nothing, which is right only so."""
    lines = said.lines
    right = said.refused if case.closed else is_right(case.gold, lines)
    yield "right", right
    yield f"right: {'held-out wordings' if case.wide.held_out else 'open wordings'}", right
    yield f"right: {case.role}", right
    yield "right, or said not to be answered", right or lines is None
    yield "rows of the asker's own clients only", all(line.client_ref in case.seen for line in lines or ())


FIRM_QUESTIONS = Task(
    "firm-questions", "questions over all clients get the rows of the asker's clients", cases, ask, score
)
