"""The models of the settings: several by name, tasks with an order, budgets; and what the doctor tells of each."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from agents.endpoints import Endpoint
from api.cli import app
from api.commands import doctor
from api.models import budgets, endpoints, routes
from api.settings import load_settings
from store.errors import Invalid
from tests.agents.conftest import scripted

SEVERAL = """
llm_base_url = "http://127.0.0.1:1/v1"
llm_model = "first"
llm_concurrency = 4
[models.azure]
base_url = "https://firm.openai.azure.com"
model = "letters-deployment"
api_version = "2024-10-21"
api_key_env = "AZURE_KEY"
price_in = 2.5
price_out = "10"
[models.small]
gguf = "/models/qwen.gguf"
context = 4096
[tasks]
letters = ["azure", "small"]
facts = "small"
[budgets.night]
dollars = 5
[budgets.person]
tokens = 200000
"""


def settings(folder: Path, text: str) -> Any:
    (folder / "tickmark.toml").write_text(text, encoding="utf-8")
    return load_settings(folder)


def test_several_models_each_task_with_its_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_KEY", "secret")
    set_ = settings(tmp_path, SEVERAL)
    known, order = endpoints(set_), routes(set_)
    assert list(known) == ["default", "azure", "small"]
    assert (known["default"].concurrency, known["small"].concurrency) == (4, 1)
    assert known["azure"].api_key == "secret" and str(known["azure"].price_in) == "2.5"
    assert known["small"] == Endpoint("gguf:/models/qwen.gguf", "qwen", concurrency=1, context=4096)
    assert known["small"].stays_here and not known["azure"].stays_here
    assert [one.model for one in order.of("letters")] == ["letters-deployment", "qwen"]
    assert [one.model for one in order.of("facts")] == ["qwen"]
    assert [one.model for one in order.of("chat")] == ["first", "letters-deployment", "qwen"]
    assert (budgets(set_).night.dollars, budgets(set_).person.tokens, budgets(set_).client.dollars) == (
        5,
        200_000,
        None,
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[models.a]\nmodel = "x"', "needs either a base_url or a gguf"),
        ('[models.a]\nbase_url = "http://h/v1"', "needs a model"),
        (
            '[models.a]\nbase_url = "http://h/v1"\nmodel = "x"\napi_key_env = "NO_SUCH_KEY"',
            "NO_SUCH_KEY, which is not set",
        ),
        ('[tasks]\nchat = "none"', "asks the model none, which"),
        ('[tasks]\nsong = "none"', "there is no such task; there are chat"),
        ('[models.a]\ncolour = "red"', "models.a.colour cannot be used"),
        ('[models.a]\nbase_url = "http://h/v1"\nmodel = "x"\nconcurrency = 0', "concurrency cannot be used"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_told(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        routes(settings(tmp_path, text))


def told(folder: Path, text: str) -> dict[str, tuple[str, str]]:
    settings(folder, text)
    return {one["what"]: (one["state"], one["message"]) for one in doctor.run(folder).data}


GOOD = '{"items": [{"answer": "yes"}]}'


def test_the_doctor_asks_each_model_a_streamed_question_with_a_schema(tmp_path: Path) -> None:
    with scripted() as good, scripted() as bad, scripted() as closed:
        good.script, bad.script, closed.script = [GOOD], ["Yes, two is more."], [(401, {})]
        models = "".join(
            f'[models.{name}]\nbase_url = "{one.url}"\nmodel = "m"\n'
            for name, one in (("good", good), ("bad", bad), ("closed", closed))
        )
        gone = '[models.gone]\nbase_url = "http://127.0.0.1:9/v1"\nmodel = "m"\n[models.file]\ngguf = "/nowhere.gguf"\n'
        found = told(tmp_path, f'{models}{gone}[tasks]\nchat = ["good", "bad"]\n')
        assert good.requests[0]["response_format"]["type"] == "json_schema" and good.requests[0]["stream"]
    assert found["model good"][0] == "ok" and "keeps the schema, streams" in found["model good"][1]
    assert found["model bad"][0] == "missing" and "does not keep to a JSON schema" in found["model bad"][1]
    assert "the key is wrong or missing" in found["model closed"][1]
    assert "is it running" in found["model gone"][1]
    assert "there is no model at /nowhere.gguf" in found["model file"][1]
    assert found["task chat"] == ("ok", "asks good, then bad")


def test_the_doctor_tells_a_setting_that_stands_in_the_way(tmp_path: Path) -> None:
    assert told(tmp_path, '[tasks]\nchat = "x"')["model"][0] == "missing"
    assert told(tmp_path, "")["model"][0] == "off"


def test_the_ledger_is_summed_by_what_is_asked_for(home: Path) -> None:
    def run(*words: str) -> Any:
        return CliRunner().invoke(app, ["--home", str(home), "models", "spent", *words])

    assert run().stdout.startswith("No model was asked since 2026-03-01")
    assert run("--by", "moon").exit_code == 2
    assert run("--since", "soon").exit_code == 2
