"""The one door to models (ARCHITECTURE.md, law 4): policy, consent and wall before, masks around, ledger after.

Speaks Chat Completions with a JSON schema to any OpenAI-compatible endpoint. The ledger is also the cache: the same prompt, inputs
and model are not paid for twice. Without an endpoint nothing is asked and `available` says so. Decides nothing about the practice.
"""

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from agents.mask import Masked, mask, unmask
from agents.patience import Patience, Rest, Waiting
from agents.speak import Answered, Speaker, Unanswered
from prompts.render import Message, Prompt, load, render
from prompts.schema import violations
from store.database import Database
from store.errors import Forbidden, TickmarkError
from store.types import canonical_json
from workspace import model_calls
from workspace.model_calls import Call
from workspace.scope import Scope, access_client


class ModelRefused(Forbidden):
    """The client's words may not go to this model; the message says why."""


class ModelFailed(TickmarkError):
    """The model did not answer, or not in the form that was asked for. The work goes on without it."""

    status = 503


@dataclass(frozen=True)
class Endpoint:
    """A model that can be asked. `local`: it runs on the firm's own machines, so that clients with "local-only" may use it.

    Prices are dollars for a million tokens. `deadline` is the seconds that one question may take, retries included; `patience`
    those that the endpoint may be silent."""

    base_url: str
    model: str
    api_key: str | None = None
    local: bool = False
    price_in: Decimal = Decimal(0)
    price_out: Decimal = Decimal(0)
    deadline: float = 120.0
    patience: float = 60.0

    @property
    def stays_here(self) -> bool:
        """Whether what is sent there stays in the firm: marked local, or on the loopback."""
        return self.local or (urlsplit(self.base_url).hostname or "") in ("localhost", "127.0.0.1", "::1")


_patience: ContextVar[Patience | None] = ContextVar("patience", default=None)


class ModelDoor:
    """Asks the model of this firm, or says that there is none. Safe to share between threads.

    `waiting` None: by the machine's clock."""

    def __init__(self, database: Database, endpoint: Endpoint | None, waiting: Waiting | None = None) -> None:
        self._database = database
        self.endpoint = endpoint
        self._waiting = waiting or Waiting()
        self._rest = Rest(self._waiting)
        self._speaker: Speaker | None = None
        self._lock = threading.Lock()

    @contextmanager
    def patiently(self) -> Iterator[Patience]:
        """Around one client's work in the night: inside, questions wait no longer than a night may (patience.py), and what came to
        nothing is kept in what is given. Nested, it is the outer one."""
        outer = _patience.get()
        patience = outer or Patience(self._rest)
        token = _patience.set(patience)
        try:
            yield patience
        finally:
            _patience.reset(token)

    @property
    def name(self) -> str:
        """What to write where a text says who made it: the model's name, or "templates and extracts"."""
        return self.endpoint.model if self.endpoint else "templates and extracts"

    def why_not(self, scope: Scope, client_ref: str) -> str | None:
        """Why no model may be asked about this client; None when one may. Raises NotFound outside the asker's scope."""
        if self.endpoint is None:
            return "no model is configured"
        at = self.endpoint
        return model_calls.refusal(scope, client_ref, local=at.stays_here, recipient=_host(at))

    def available(self, scope: Scope, client_ref: str) -> bool:
        """Whether a model may be asked about this client."""
        return self.why_not(scope, client_ref) is None

    def complete(
        self, scope: Scope, client_ref: str, prompt: str | Prompt, inputs: Mapping[str, str]
    ) -> dict[str, Any]:
        """The model's answer as the prompt's schema has it, masks taken off again.

        Raises ModelRefused when the client's words may not go there, ModelFailed when no usable answer came. Must not be called
        inside a writing transaction, which would be held for as long as the model thinks.
        """
        asked = self._ask(scope, client_ref, prompt, inputs)
        text = asked.kept
        if text is None:
            text = self._finish(scope, asked, self._say(asked))
        answer: dict[str, Any] = _unmasked(_parsed(text), asked.masked.table)
        return answer

    def stream(
        self, scope: Scope, client_ref: str, prompt: str | Prompt, inputs: Mapping[str, str], array: str
    ) -> Iterator[dict[str, Any]]:
        """The items of the answer's `array`, each as soon as the model has finished it, masks taken off.

        Raises as `complete` does, ModelFailed perhaps after some items came."""
        asked = self._ask(scope, client_ref, prompt, inputs)
        if asked.kept is not None:
            yield from (_unmasked(item, asked.masked.table) for item in _parsed(asked.kept)[array])
            return
        shape = asked.prompt.schema["properties"][array]["items"]
        answer = asked.speaker.tell(asked.messages, asked.schema)
        text, given = "", 0
        try:
            for piece in answer:
                text += piece
                items = whole_items(text, array)
                for item in items[given:]:
                    if not list(violations(item, shape)):
                        yield _unmasked(item, asked.masked.table)
                given = len(items)
        except GeneratorExit:  # the asker went away; what was said is paid for all the same
            self._keep(scope, asked, answer.outcome)
            raise
        self._finish(scope, asked, answer.outcome)

    def _say(self, asked: "_Asked") -> Answered | Unanswered:
        """The endpoint's word, waited for as long as there is patience. Raises ModelFailed when there is none left."""
        patience = _patience.get()
        if patience is None:
            return asked.speaker.say(asked.messages, asked.schema)
        if why := patience.why_not():
            patience.failures.append(why)
            raise ModelFailed(f"{self.name} was not asked: {why}")
        said = asked.speaker.say(asked.messages, asked.schema, patience.left)
        again_after = said.again_after if isinstance(said, Unanswered) else 0.0
        patience.note(_problem(said, asked.prompt), said.seconds, again_after)
        return said

    def _ask(self, scope: Scope, client_ref: str, prompt: str | Prompt, inputs: Mapping[str, str]) -> "_Asked":
        """Everything before the call, in a read of its own: what others kept in the ledger meanwhile must be seen."""
        _refuse_inside_a_write(scope)
        prompt = load(prompt) if isinstance(prompt, str) else prompt
        with self._database.reading() as session:
            fresh = replace(scope, session=session)
            reason = self.why_not(fresh, client_ref)
            client = access_client(fresh, client_ref)
            masked = mask(inputs, model_calls.known_numbers(client))
            at = self.endpoint
            if reason is None and at is not None:
                key = canonical_json([client.id, prompt.digest, at.model, at.base_url, masked.inputs])
                digest = hashlib.sha256(key.encode()).hexdigest()
                kept = model_calls.find_call(fresh, client_ref, digest)
                text = kept.response if kept else None
                return _Asked(
                    client_ref, prompt, masked, digest, render(prompt, masked.inputs), at, self._open(at), text
                )
        if at is not None:
            with self._database.writing() as session:
                model_calls.record_refusal(replace(scope, session=session), client_ref, reason or "", prompt.name)
        raise ModelRefused(reason or "no model is configured")

    def _open(self, endpoint: Endpoint) -> Speaker:
        with self._lock:
            if self._speaker is None:
                at, key = endpoint, endpoint.api_key
                self._speaker = Speaker(at.base_url, at.model, key, at.deadline, at.patience, self._waiting)
            return self._speaker

    def _finish(self, scope: Scope, asked: "_Asked", said: Answered | Unanswered) -> str:
        """Keep the call and return its text. Raises ModelFailed without a usable one."""
        self._keep(scope, asked, said)
        if problem := _problem(said, asked.prompt):
            raise ModelFailed(f"{self.name} gave no usable answer: {problem}")
        return said.text if isinstance(said, Answered) else ""

    def _keep(self, scope: Scope, asked: "_Asked", said: Answered | Unanswered) -> None:
        """Write the call to the ledger, in a transaction of its own."""
        at, answered = asked.endpoint, isinstance(said, Answered)
        tokens_in, tokens_out = (said.tokens_in, said.tokens_out) if isinstance(said, Answered) else (0, 0)
        cost = (at.price_in * tokens_in + at.price_out * tokens_out) / 1_000_000
        call = Call(
            prompt=asked.prompt.name,
            prompt_version=f"{asked.prompt.version} {asked.prompt.digest[:12]}",
            inputs_hash=asked.digest,
            model=at.model,
            endpoint=_host(at),
            response=said.text if isinstance(said, Answered) else said.reason,
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            cost=cost.quantize(Decimal("0.000001")),
            seconds=round(said.seconds, 3),
            outcome="failed" if not answered else "invalid" if _problem(said, asked.prompt) else "ok",
        )
        with self._database.writing() as session:
            model_calls.keep_call(replace(scope, session=session), asked.client_ref, call)


@dataclass(frozen=True)
class _Asked:
    """A question on its way: what goes out is masked, `digest` is its place in the ledger, `kept` what lies there."""

    client_ref: str
    prompt: Prompt
    masked: Masked
    digest: str
    messages: tuple[Message, ...]
    endpoint: Endpoint
    speaker: Speaker
    kept: str | None

    @property
    def schema(self) -> dict[str, Any]:
        return {"name": self.prompt.name, "strict": True, "schema": self.prompt.schema}


def whole_items(text: str, array: str) -> list[Any]:
    """The items of `array` that stand complete in the beginning of a JSON object."""
    start = text.find(f'"{array}"')
    at = text.find("[", start) + 1 if start >= 0 else 0
    items: list[Any] = []
    while at > 0:
        while at < len(text) and text[at] in " \n\r\t,":
            at += 1
        try:
            item, at = json.JSONDecoder().raw_decode(text, at)
        except ValueError:
            break
        items.append(item)
    return items


def _problem(said: Answered | Unanswered, prompt: Prompt) -> str:
    if isinstance(said, Unanswered):
        return said.reason
    try:
        return next(violations(_parsed(said.text), prompt.schema), "")
    except ValueError:
        return "it is no JSON"


def _parsed(text: str) -> Any:
    """JSON, also where an endpoint without schemas has put it between ``` marks."""
    text = text.strip()
    return json.loads(text.removeprefix("```json").removeprefix("```").removesuffix("```"))


def _unmasked(value: Any, table: Mapping[str, str]) -> Any:
    match value:
        case str():
            return unmask(value, table)
        case list():
            return [_unmasked(part, table) for part in value]
        case dict():
            return {name: _unmasked(part, table) for name, part in value.items()}
        case _:
            return value


def _host(endpoint: Endpoint) -> str:
    return urlsplit(endpoint.base_url).netloc.rpartition("@")[2]


def _refuse_inside_a_write(scope: Scope) -> None:
    if "tickmark_begin" in scope.session.get_bind().get_execution_options():
        raise TickmarkError("a model was to be asked inside a writing transaction; this is a defect of the program")
