"""Questions about the clients of the sample firm as a task: the labelled ones, and those made from what the papers state.

Asking and judging are questions.py's.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from evals.ground import Ground, SampleHome
from evals.runner import Score, Task, counted
from evals.tasks import questions
from evals.tasks.paper_questions import misplaced, of_papers
from evals.tasks.questions import Asked, Scored


@dataclass(frozen=True)
class Case:
    """A question to one sample firm."""

    home: SampleHome
    asked: Asked


def cases(ground: Ground) -> Iterator[Case]:
    """The gold's own questions, one for each fact that a paper states, and the same asked of a client without such a paper."""
    for home in ground.samples:
        for one in home.gold.questions:
            yield Case(home, Asked(one.client_ref, one.question, one.answer, one.kind, one.held_out))
        for stated in of_papers(home.gold):
            yield Case(home, Asked(stated.client_ref, stated.question, stated.answer, "paper"))
        for elsewhere in misplaced(home.gold):
            yield Case(home, Asked(elsewhere.client_ref, elsewhere.question, "", "misplaced"))


def ask(case: Case) -> Scored:
    """The chat's answer, held against the gold and the stored file."""
    return questions.score(case.home.services, case.asked)


def score(case: Case, scored: Scored) -> Iterator[Score]:
    """Right or not, over all and by kind; of the citations how many stand, and that none is of another client."""
    yield "right", scored.right
    yield f"right: {case.asked.kind}", scored.right
    if case.asked.held_out:
        yield f"right, held-out wordings: {case.asked.kind}", scored.right
    yield from counted("citations that stand", scored.standing, scored.citations)
    yield "answers without a leak", not scored.leaks
    yield "seconds to an answer", scored.whole


QUESTIONS = Task("questions", "questions about a client are answered from its file, or not at all", cases, ask, score)
