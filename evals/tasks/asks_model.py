"""Whether a model that is asked where the rules are unsure tells asks better than the rules alone: the same sentences, both ways.

The product goes by the rules (workspace/promises/asks.py); this says what a model would change. The sentences are one in three of the half
that nothing was fitted to, and of these the model is asked about those near the rules' limit. The model is the first of the home's
settings, else the small one (evals/small_model.py). Never prints.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from agents.endpoints import Line
from agents.patience import Waiting
from agents.speak import Answered
from evals.ground import Ground
from evals.runner import Score, Task
from evals.tasks import asks
from evals.tasks.prompts import model
from prompts.render import Prompt, parse, render
from workspace.promises.asks import ENOUGH, points

BAND = 8
"""Points on either side of the limit within which the rules count as unsure."""
_ONE_OF = 3


@dataclass(frozen=True)
class Case:
    """A sentence, whether it asks, and whom to ask about it."""

    text: str
    asks: bool
    line: Line


@dataclass(frozen=True)
class Found:
    """What the rules say, and what they say with the model's word where they were unsure (`asked`)."""

    rules: bool
    both: bool
    asked: bool
    usable: bool = True


def cases(ground: Ground) -> Iterator[Case]:
    """One in three of the sentences held out. Raises NotFound without the set, and where there is no model at all."""
    held = [(text, is_one) for held_out, text, is_one in asks.cases(ground) if held_out and _chosen(text)]
    line = Line(model(ground), Waiting())
    return (Case(text, is_one, line) for text, is_one in held)


def _chosen(text: str) -> bool:
    return int(hashlib.sha256(f"third {text}".encode()).hexdigest(), 16) % _ONE_OF == 0


def find(case: Case) -> Found:
    """Both verdicts. An answer that cannot be used leaves the rules' standing."""
    worth = points(case.text)
    rules = worth > ENOUGH
    if abs(worth - ENOUGH) > BAND:
        return Found(rules, rules, asked=False)
    prompt = _prompt()
    schema = {"name": prompt.name, "strict": True, "schema": prompt.schema}
    said = case.line.speaker.say(render(prompt, {"sentence": case.text}), schema)
    try:
        answer = json.loads(said.text)["asks"] if isinstance(said, Answered) else None
    except (KeyError, TypeError, ValueError):
        answer = None
    if not isinstance(answer, bool):
        return Found(rules, rules, asked=True, usable=False)
    return Found(rules, answer, asked=True)


@cache
def _prompt() -> Prompt:
    return parse((files("evals.tasks") / "asks_model.md").read_text(encoding="utf-8"))


def score(case: Case, found: Found) -> Iterator[Score]:
    """F1 and share right of both ways; of the sentences that the model was asked about, each by itself."""
    for name, verdict in (("rules", found.rules), ("rules and model", found.both)):
        yield f"right, {name}", float(verdict == case.asks)
        if verdict or case.asks:
            # 2·tp / (2·tp + fp + fn): each hit counts twice, so that the mean of these scores is the F1
            yield f"F1, {name}", float(verdict and case.asks)
            if verdict and case.asks:
                yield f"F1, {name}", 1.0
    yield "asked of the model", float(found.asked)
    if found.asked:
        yield "right where unsure, rules", float(found.rules == case.asks)
        yield "right where unsure, model", float(found.both == case.asks)
        yield "answers that can be used", float(found.usable)


ASKS_MODEL = Task(
    "asks-model", "the same sentences told by rules, and by a model where the rules are unsure", cases, find, score
)
