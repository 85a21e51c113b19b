"""The prompts by themselves: each is put to a model with small made-up cases, and the answer is held against what a reader would say.

The model is the first of the home's settings, else the small one that invents (evals/small_model.py), which says little of the prompt and
much of what the schema holds. Does not go through the door: no word of a client is in it.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from agents.endpoints import Endpoint, Line
from agents.patience import Waiting
from agents.speak import Answered
from api.models import endpoints
from api.settings import load_settings
from evals.ground import Ground
from evals.runner import Score, Task
from evals.small_model import small_model
from prompts.render import load, render
from prompts.schema import violations

_asked: list[Endpoint] = []


@dataclass(frozen=True)
class Case:
    """One question to a model by one prompt, and what the answer has to hold."""

    prompt: str
    what: str
    inputs: Mapping[str, str]
    gold: Mapping[str, Any]
    line: Line


@contextmanager
def asking(endpoint: Endpoint) -> Iterator[None]:
    """Ask that model, for the time of the block."""
    _asked.append(endpoint)
    try:
        yield
    finally:
        _asked.pop()


def labelled() -> Iterator[tuple[str, str, Mapping[str, str], Mapping[str, Any]]]:
    """Prompt, what is asked, inputs and gold of each case."""
    for row in tomllib.loads((files("evals.tasks") / "prompts.toml").read_text(encoding="utf-8"))["case"]:
        gold = {name: value for name, value in row.items() if name not in ("prompt", "what", "inputs")}
        yield row["prompt"], row["what"], row["inputs"], gold


def cases(ground: Ground) -> Iterator[Case]:
    """Every case. Raises NotFound where there is no model at all, saying what to install."""
    line = Line(model(ground), Waiting())
    for prompt, what, inputs, gold in labelled():
        yield Case(prompt, what, inputs, gold, line)


def model(ground: Ground) -> Endpoint:
    """The one that is asked."""
    if _asked:
        return _asked[-1]
    configured = list(endpoints(load_settings(ground.homes.parent)).values())
    return configured[0] if configured else ground.keep(small_model())


def put(case: Case) -> Any:
    """The model's answer; None when it is none by the schema."""
    prompt = load(case.prompt)
    at = Line(_asked[-1], Waiting()) if _asked else case.line
    said = at.speaker.say(render(prompt, case.inputs), {"name": prompt.name, "strict": True, "schema": prompt.schema})
    if not isinstance(said, Answered):
        return None
    try:
        answer = json.loads(said.text)
    except ValueError:
        return None
    return None if list(violations(answer, prompt.schema)) else answer


def score(case: Case, answer: Any) -> Iterator[Score]:
    """Whether it keeps the schema, and whether it is right."""
    yield "answers by the schema", float(answer is not None)
    right = answer is not None and _right(case.gold, answer)
    yield "right", float(right)
    yield f"right: {case.prompt}", float(right)


def _right(gold: Mapping[str, Any], answer: Any) -> bool:
    words = json.dumps(answer, ensure_ascii=False)
    if any(word in words.lower() for word in gold.get("never", ())):
        return False
    if "facts" in gold:
        return {one["name"]: one["value"] for one in answer["facts"]} == dict(gold["facts"])
    if "promises" in gold:
        return {str(one["number"]): [one["owes"], one["by"]] for one in answer["promises"]} == dict(gold["promises"])
    if "sentences" in gold:
        told = {str(one["number"]): one["text"] for one in answer["sentences"]}
        return told.keys() == gold["sentences"].keys() and all(
            set(re.findall(r"\d[\d,.]*\d|\d", told[number])) == set(re.findall(r"\d[\d,.]*\d|\d", " ".join(kept)))
            for number, kept in gold["sentences"].items()
        )
    if not gold["cites"]:
        return not answer["found"] and not answer["sentences"]
    cited = {source for one in answer["sentences"] for source in one["sources"]}
    return bool(answer["found"]) and cited == set(gold["cites"]) and all(part in words for part in gold["says"])


PROMPTS = Task("prompts", "each prompt by itself, put to a model with small made-up cases", cases, put, score)
