"""The model is asked where the rules are unsure, and nowhere else; an answer that cannot be used changes nothing."""

import pytest

from agents.endpoints import Endpoint as Model
from agents.endpoints import Line
from agents.patience import Waiting
from evals.tasks.asks_model import Case, find, score
from tests.agents.conftest import Endpoint, endpoint  # noqa: F401 - the fixture

NEAR, FAR = "We need the signed form by Friday.", "Please call me."


def verdict(at: Endpoint, text: str, answer: str) -> tuple[bool, bool, bool, bool]:
    at.script = [answer]
    case = Case(text, True, Line(Model(base_url=at.url, model="stub", api_key="k"), Waiting()))
    found = find(case)
    assert dict(score(case, found))["right, rules and model"] == float(found.both)
    return found.rules, found.both, found.asked, found.usable


@pytest.mark.parametrize(
    ("text", "answer", "found"),
    [
        (NEAR, '{"asks": true}', (False, True, True, True)),
        (NEAR, '{"asks": false}', (False, False, True, True)),
        (NEAR, '{"asks": "perhaps"}', (False, False, True, False)),
        (NEAR, "this is no JSON", (False, False, True, False)),
        (FAR, '{"asks": false}', (True, True, False, True)),
    ],
)
def test_where_the_rules_are_unsure_the_models_word_counts(
    endpoint: Endpoint,  # noqa: F811 - the fixture
    text: str,
    answer: str,
    found: tuple[bool, bool, bool, bool],
) -> None:
    assert verdict(endpoint, text, answer) == found
    assert len(endpoint.requests) == found[2]
