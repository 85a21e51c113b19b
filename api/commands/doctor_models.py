"""The models, for `tickmark doctor`: each is asked one small question, as a stream and with a schema; what fails is told with what to do.

The question holds no word of any client. Embeddings endpoints are asked for one word's vector.
"""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from api.settings import Settings
from store.errors import Broken, Busy, Invalid

if TYPE_CHECKING:
    from agents.endpoints import Endpoint

State = Literal["ok", "missing", "off"]
Told = tuple[str, State, str]
"""What was looked at, how it is, and what to say of it."""

_SECONDS = 30.0
_QUESTION = "Answer with the words of the schema: is two more than one?"
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["items"],
    "properties": {
        "items": {
            "type": "array",
            "maxItems": 2,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["answer"],
                "properties": {"answer": {"type": "string", "enum": ["yes", "no"]}},
            },
        }
    },
}
_TO_DO = (
    ("status 401", "the key is wrong or missing: set it (OPENAI_API_KEY, or the variable that api_key_env names)"),
    ("status 403", "the key may not use this model: look at its rights"),
    (
        "status 404",
        "the address or the model's name is wrong: a base_url usually ends in /v1; Azure takes the resource's address, "
        "api_version, and the deployment as model",
    ),
    (
        "status 400",
        "it refuses a JSON schema or a setting of the question: a newer version of the server, or another model, may take it",
    ),
    ("status 429", "it is busy, or the account has no quota left"),
    ("cannot be reached", "is it running, and is the address right?"),
    (
        "silent",
        "it took the question and said nothing: a large model on few cores? raise patience, or take a smaller one",
    ),
    ("no end", "it is too slow: take a smaller model, or raise its deadline"),
    ("broke off", "look at the server's log: it may have run out of memory"),
    ("no JSON", "it does not keep to a JSON schema: take a server that does (vLLM, Ollama, llama.cpp and OpenAI do)"),
    ("answer", "it does not keep to a JSON schema: take a server that does (vLLM, Ollama, llama.cpp and OpenAI do)"),
)


def look(settings: Settings) -> Iterator[Told]:
    """Every model of the settings, which task asks which, and the endpoint for embeddings."""
    from api.models import endpoints, routes

    try:
        known, order = endpoints(settings), routes(settings)
    except Invalid as refused:
        yield "model", "missing", str(refused)
        return
    if not known:
        yield "model", "off", "none: templates and extracts (TICKMARK_LLM_BASE_URL, TICKMARK_LLM_MODEL)"
    for name, at in known.items():
        yield (f"model {name}" if len(known) > 1 else "model", *_asked(at))
    by_endpoint = {at: name for name, at in known.items()}
    for task, ways in order.tasks.items():
        yield f"task {task}", "ok", f"asks {', then '.join(by_endpoint[at] for at in ways)}"
    yield from _embeddings(settings)


def _asked(at: "Endpoint") -> tuple[State, str]:
    """How one endpoint takes a streamed question with a schema."""
    from agents.endpoints import Line
    from agents.patience import Waiting
    from agents.speak import Answered

    whose = "stays in the firm" if at.stays_here else "outside the firm"
    where = f"{at.model} at {at.base_url}, {whose}"
    try:
        speaker = Line(at, Waiting()).speaker
    except Broken as broken:
        return "missing", f"{where}: {broken}"
    messages: Any = [{"role": "user", "content": _QUESTION}]
    telling = speaker.tell(messages, {"name": "doctor", "strict": True, "schema": _SCHEMA}, _SECONDS, attempts=1)
    pieces = sum(1 for _ in telling)
    said = telling.outcome
    problem = _wrong(said.text) if isinstance(said, Answered) else said.reason
    if problem:
        return "missing", f"{where}: {problem}; {_to_do(problem)}"
    if pieces < 2:
        return (
            "ok",
            f"{where}: keeps the schema; it gave its answer in one piece, so that words do not come as they are said",
        )
    return "ok", f"{where}: keeps the schema, streams ({pieces} pieces, {said.seconds:.1f} s)"


def _wrong(text: str) -> str:
    from prompts.schema import violations

    try:
        return next(violations(json.loads(text), _SCHEMA), "")
    except ValueError:
        return "what it says is no JSON"


def _to_do(problem: str) -> str:
    return next((advice for sign, advice in _TO_DO if sign in problem), "look at the server's log")


def _embeddings(settings: Settings) -> Iterator[Told]:
    """The server for embeddings is asked for one word, which is of no client."""
    from ingestion.embed_endpoint import EndpointEmbedder
    from ingestion.embedders import is_outside, name_of

    if not (settings.embedding_model or "").startswith("http"):
        return
    key = settings.embedding_api_key.get_secret_value() if settings.embedding_api_key else None
    try:
        name = name_of(settings.embedding_model)
        address, _, model = name.partition("#")
        width = EndpointEmbedder(name, address, model, key).embed(["word"]).shape[1]
    except (Invalid, Busy, Broken) as error:
        yield "embeddings", "missing", str(error)
        return
    outside = is_outside(name, settings.embedding_local)
    yield (
        "embeddings",
        "ok",
        f"{name}: {width} numbers a passage, {_whose(settings, name) if outside else 'stays in the firm'}",
    )


def _whose(settings: Settings, name: str) -> str:
    """Which clients' words may not go there, where there are records."""
    from urllib.parse import urlsplit

    from api.wiring import build, has_records
    from workspace.model_calls import refusals
    from workspace.scope import system_scope

    told = "outside the firm: passages go out masked, as each client's policy and consent allow; a search over all clients goes by words"
    if not has_records(settings):
        return told
    with build(settings) as services, services.database.reading() as session:
        scope = system_scope(session, "doctor", now=services.clock.now(), today=services.clock.today())
        refused = refusals(scope, local=False, recipient=urlsplit(name).netloc)
    if not refused:
        return told
    some = ", ".join(list(refused)[:5]) + (" …" if len(refused) > 5 else "")
    return f"{told}. {len(refused)} clients are searched by words alone: {some}"
