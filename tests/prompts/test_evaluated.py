"""No prompt changes without an evaluation: its digest is the one that was measured. And two are compared case by case."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agents.endpoints import Endpoint
from api.settings import Settings
from evals.compare import RECORD, change_to, differences, paired
from evals.ground import Ground
from evals.runner import TASKS
from evals.tasks.prompts import PROMPTS, asking, labelled
from prompts.render import instead, load, names
from store.errors import Invalid, NotFound
from tests.agents.conftest import scripted

EVALUATED: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", names())
def test_each_prompt_was_evaluated_as_it_stands(name: str) -> None:
    prompt, kept = load(name), EVALUATED.get(name)
    what = f"run `tickmark evals {prompt.evaluation or 'prompts'} --record` with the model that it is for, and look at the figures"
    assert prompt.evaluation in TASKS, f"{name}.md names no evaluation that there is in its head"
    assert kept is not None, f"{name}.md was never evaluated: {what}"
    assert kept["digest"] == prompt.digest, f"{name}.md changed since it was evaluated: {what}"
    assert kept["version"] == prompt.version and kept["figures"] and kept["model"]


def test_the_cases_give_each_prompt_its_inputs() -> None:
    cases = list(labelled())
    assert {prompt for prompt, *_ in cases} == set(names())
    for prompt, what, inputs, _ in cases:
        assert inputs.keys() == load(prompt).inputs, (prompt, what)


def _answers(body: dict[str, Any]) -> str:
    """A model that answers one question rightly with one prompt, and never with another."""
    if (
        body["response_format"]["json_schema"]["name"] != "answer-question"
        or "no sources" in body["messages"][0]["content"]
    ):
        return "{}"
    return json.dumps({"found": True, "sentences": [{"text": "It is $3,250.00.", "sources": ["S1"]}]})


def test_two_prompts_are_compared_case_by_case(tmp_path: Path) -> None:
    other = tmp_path / "answer-question.md"
    text = (Path(RECORD).parents[1] / "prompts/answer-question.md").read_text(encoding="utf-8")
    other.write_text(text.replace("You answer", "There are no sources. You answer"), encoding="utf-8")
    ground = Ground(tmp_path / "evals", 1, (7,), tmp_path, lambda *_: None)
    with scripted() as stub, asking(Endpoint(stub.url, "m")):
        stub.script = [_answers]
        found = {one.measure: one for one in paired(PROMPTS, ground, change_to(str(other), Settings(), ground))}
    right = found["right: answer-question"]
    assert (right.n, right.now, right.other, right.difference) == (4, 0.5, 0.0, -0.5)
    assert right.error == pytest.approx(0.2887, abs=1e-3)  # of −1, 0, 0, −1


def test_what_is_compared_with_must_be_there(tmp_path: Path) -> None:
    ground = Ground(tmp_path / "evals", 1, (7,), tmp_path, lambda *_: None)
    with pytest.raises(NotFound, match="no model of the settings"):
        change_to("nothing", Settings(), ground)
    with pytest.raises(Invalid, match="is no prompt"):
        change_to("nowhere.md", Settings(), ground)
    with pytest.raises(ValueError, match="other inputs"), instead(replace(load("read-facts"), inputs=frozenset({"x"}))):
        pass
    assert next(differences([{"a": 1.0}, {"b": 1.0}], [{"a": 0.0}, {"c": 1.0}])).error is None
