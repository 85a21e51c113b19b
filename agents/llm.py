"""The one door to models (ARCHITECTURE.md, law 4): policy, consent and wall before, then budgets; masks around, ledger after.

Speaks Chat Completions with a JSON schema to OpenAI-compatible endpoints, in the order that the settings give a task: one that may not be
asked about this client, rests, or gives no usable answer is followed by the next. The ledger is also the cache: the same prompt, inputs
and model are not paid for twice. Without an endpoint nothing is asked and `available` says so. Decides nothing about the practice.
"""

import hashlib
import json
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agents.budget import Budgets, Price, Purse
from agents.endpoints import Endpoint as Endpoint
from agents.endpoints import Line, Routes
from agents.harmless import harmless
from agents.mask import Masked, mask, unmask
from agents.patience import Patience, Rest, Waiting
from agents.places import SharedPlaces, places
from agents.speak import Answered, Unanswered
from ingestion.injection import marked
from prompts.render import Message, Prompt, load, render
from prompts.schema import violations
from store.database import Database
from store.errors import Broken, Forbidden, TickmarkError
from store.telling import note, span
from store.types import canonical_json
from workspace import model_calls
from workspace.model_calls import Call, Spent
from workspace.scope import Scope, access_client


class ModelRefused(Forbidden):
    """The client's words may not go to this model; the message says why."""


class BudgetSpent(ModelRefused):
    """A budget has no room for the question; the message says which, and when it renews."""


class ModelFailed(TickmarkError):
    """The model did not answer, or not in the form that was asked for. The work goes on without it.

    `reached`: a model did take the question and had no usable answer, so that the same again would give the same; otherwise it could not
    be had (no network, no key, busy, at rest), and later it may."""

    status = 503

    def __init__(self, message: str, *, reached: bool = False) -> None:
        super().__init__(message)
        self.reached = reached


# What a person of the firm wrote, to whom an order to the model is no surprise.
_SPOKEN = frozenset({"question", "conversation", "note", "preferences", "draft"})

_patience: ContextVar[Patience | None] = ContextVar("patience", default=None)
_answered: ContextVar[str] = ContextVar("answered", default="")


class ModelDoor:
    """Asks the models of this firm, or says that there is none. Safe to share between threads.

    `routes`: the endpoints, or the only one, or None. `waiting` None: by the machine's clock. `folder`: where the processes of one home
    on SQLite share what may be asked at once; None where there is one process."""

    def __init__(
        self,
        database: Database,
        routes: Routes | Endpoint | None,
        waiting: Waiting | None = None,
        budgets: Budgets | None = None,
        folder: Path | None = None,
    ) -> None:
        self._database = database
        self.routes = routes if isinstance(routes, Routes) else Routes((routes,) if routes else ())
        waiting = waiting or Waiting()
        self._lines = {at: Line(at, waiting, _shared(database, at, folder)) for at in self.routes.all()}
        self._purse = Purse(budgets or Budgets())
        self._no_rest = Rest(waiting)

    @property
    def endpoint(self) -> Endpoint | None:
        """The first choice; None when there is no model."""
        return next(iter(self.routes.all()), None)

    @contextmanager
    def patiently(self) -> Iterator[Patience]:
        """Around one client's work in the night: inside, questions wait no longer than a night may (patience.py), and what came to
        nothing is kept in what is given. Nested, it is the outer one."""
        outer = _patience.get()
        first = self.endpoint
        patience = outer or Patience(self._lines[first].rest if first else self._no_rest)
        token = _patience.set(patience)
        try:
            yield patience
        finally:
            _patience.reset(token)

    @property
    def name(self) -> str:
        """What to write where a text says who makes it: the first choice's name, or "templates and extracts"."""
        return self.endpoint.model if self.endpoint else "templates and extracts"

    @property
    def answered_by(self) -> str:
        """The model that gave the last answer in this thread of work, which may be another than the first choice."""
        return _answered.get() or self.name

    def warm(self) -> None:
        """Load what speaks to the endpoints, so that the first question does not wait for it; a model's file is left closed."""
        for line in self._lines.values():
            if not line.endpoint.is_file:
                line.speaker.warm()

    def has_room(self) -> bool:
        """Whether the first choice would take one more question at once, as far as is known (endpoints.py)."""
        return self.endpoint is not None and self._lines[self.endpoint].has_room

    def why_not(self, scope: Scope, client_ref: str, task: str | None = None) -> str | None:
        """Why no model may be asked about this client (for that task); None when one may. Raises NotFound outside the asker's scope."""
        ways = self.routes.all() if task is None else self.routes.of(task)
        return _why_not(_reasons(scope, client_ref, ways))

    def available(self, scope: Scope, client_ref: str) -> bool:
        """Whether a model may be asked about this client."""
        return self.why_not(scope, client_ref) is None

    def complete(
        self, scope: Scope, client_ref: str, prompt: str | Prompt, inputs: Mapping[str, str]
    ) -> dict[str, Any]:
        """The model's answer as the prompt's schema has it, masks taken off again, without links, images and markup (harmless.py).

        Raises ModelRefused when the client's words may not go there or a budget is spent, ModelFailed when no usable answer came. Must not
        be called inside a writing transaction, which would be held for as long as the model thinks.
        """
        asked = self._ask(scope, client_ref, prompt, inputs)
        text = asked.kept
        if text is None:
            for turn in self._turns(scope, asked):
                for _ in self._pieces(scope, asked, turn):
                    pass
                text = turn.text
        answer: dict[str, Any] = _unmasked(_parsed(text or ""), asked.masked.table)
        return answer

    def stream(
        self, scope: Scope, client_ref: str, prompt: str | Prompt, inputs: Mapping[str, str], array: str
    ) -> Iterator[dict[str, Any]]:
        """The items of the answer's `array`, each as soon as the model has finished it, masks taken off.

        Raises as `complete` does, ModelFailed perhaps after some items came: from then on no other endpoint is asked."""
        asked = self._ask(scope, client_ref, prompt, inputs)
        if asked.kept is not None:
            yield from (_unmasked(item, asked.masked.table) for item in _parsed(asked.kept)[array])
            return
        shape = asked.prompt.schema["properties"][array]["items"]
        for turn in self._turns(scope, asked):
            text, seen = "", 0
            with closing(self._pieces(scope, asked, turn)) as pieces:
                for piece in pieces:
                    text += piece
                    items = whole_items(text, array)
                    for item in items[seen:]:
                        if not list(violations(item, shape)):
                            turn.given = True
                            yield _unmasked(item, asked.masked.table)
                    seen = len(items)

    def _ask(self, scope: Scope, client_ref: str, prompt: str | Prompt, inputs: Mapping[str, str]) -> "_Asked":
        """Everything before the call, in a read of its own: what others kept in the ledger meanwhile must be seen."""
        _refuse_inside_a_write(scope)
        prompt = load(prompt) if isinstance(prompt, str) else prompt
        ways = self.routes.of(prompt.task)
        with self._database.reading() as session:
            fresh = replace(scope, session=session)
            reasons = _reasons(fresh, client_ref, ways)
            reason, client = _why_not(reasons), access_client(fresh, client_ref)
            if reason is None:
                inputs = _with_marks(prompt, inputs)
                masked = mask(inputs, model_calls.known_numbers(client), model_calls.known_names(fresh, client))
                open_ = [at for at, why in reasons.items() if why is None]
                digests = {at: _digest(client.id, prompt, at, masked) for at in open_}
                found = (model_calls.find_call(fresh, client_ref, one) for one in digests.values())
                kept = next((call for call in found if call), None)
                if kept is not None:
                    _answered.set(kept.model)
                rendered = render(prompt, masked.inputs)
                return _Asked(client_ref, prompt, masked, digests, rendered, kept.response if kept else None)
        if ways:
            self._keep_refusal(scope, client_ref, reason, prompt)
        raise ModelRefused(reason)

    def _turns(self, scope: Scope, asked: "_Asked") -> Iterator["_Turn"]:
        """The endpoints to ask, one after the other, until a turn has its text. Raises what stands in the way when none is left."""
        patience, problem = _patience.get(), ""
        last: TickmarkError = ModelFailed("no model could be asked")
        for at, instead in _with_others(asked.digests, self._lines):
            line = self._lines[at]
            problem = patience.why_not(line.rest, may_wait=not instead) if patience else ""
            if not problem and instead and line.rest.left() > 0:
                problem = "it gave no usable answer before and is left alone for some minutes"
            if problem:
                last = ModelFailed(f"{at.model} was not asked: {problem}")
                continue
            turn = _Turn(line, asked.digests[at], min(at.deadline, patience.left) if patience else at.deadline)
            yield turn
            if turn.text is not None:
                return
            last, problem = turn.failure(), turn.problem
            if turn.given:
                break
        if isinstance(last, BudgetSpent):
            self._keep_refusal(scope, asked.client_ref, str(last), asked.prompt)
        elif patience:
            patience.failures.append(problem)
        raise last

    def _pieces(self, scope: Scope, asked: "_Asked", turn: "_Turn") -> Generator[str]:
        """What the endpoint says, as it comes; afterwards the turn knows how it ended, and the ledger too."""
        known = self._spent(scope, asked.client_ref)
        with self._purse.hold(known, asked.price(turn.line.endpoint)) as over:
            turn.over_budget = over
            if over is not None:
                return
            try:
                with turn.line.place(turn.at_most) as free:
                    if free:
                        with span("model call", host=turn.line.endpoint.host, prompt=asked.prompt.name):
                            yield from turn.told(asked)
                    else:
                        turn.said = Unanswered(
                            f"none of its places came free in {turn.at_most:g} seconds", turn.at_most
                        )
            finally:  # also when the asker went away: what was said is paid for all the same
                self._settle(scope, asked, turn)

    def _settle(self, scope: Scope, asked: "_Asked", turn: "_Turn") -> None:
        said, patience, at = turn.said, _patience.get(), turn.line.endpoint
        if said is None:
            return
        turn.problem = _problem(said, asked.prompt)
        again_after = said.again_after if isinstance(said, Unanswered) else 0.0
        turn.line.rest.note(answered=not turn.problem, again_after=again_after)
        if turn.problem and patience:
            patience.lose(said.seconds)
        if not turn.problem:
            _answered.set(at.model)
        self._keep(scope, asked, turn, said)

    def _spent(self, scope: Scope, client_ref: str) -> tuple[Spent, ...]:
        if not self._purse.budgets.any:
            return ()
        with self._database.reading() as session:
            return model_calls.spent(replace(scope, session=session), client_ref)

    def _keep_refusal(self, scope: Scope, client_ref: str, reason: str, prompt: Prompt) -> None:
        with self._database.writing() as session:
            model_calls.record_refusal(replace(scope, session=session), client_ref, reason, prompt.name)

    def _keep(self, scope: Scope, asked: "_Asked", turn: "_Turn", said: Answered | Unanswered) -> None:
        """Write the call to the ledger, in a transaction of its own."""
        at, answered = turn.line.endpoint, isinstance(said, Answered)
        call = Call(
            prompt=asked.prompt.name,
            prompt_version=f"{asked.prompt.version} {asked.prompt.digest[:12]}",
            inputs_hash=turn.digest,
            model=at.model,
            endpoint=at.host,
            response=said.text if isinstance(said, Answered) else said.reason,
            tokens_in=said.tokens_in,
            tokens_out=said.tokens_out,
            cost=at.cost(said.tokens_in, said.tokens_out),
            seconds=round(said.seconds, 3),
            outcome="failed" if not answered else "invalid" if turn.problem else "ok",
        )
        with self._database.writing() as session:
            model_calls.keep_call(replace(scope, session=session), asked.client_ref, call)
        _tell(call)


@dataclass(frozen=True)
class _Asked:
    """A question on its way: what goes out is masked, `digests` is its place in the ledger for each endpoint that may be asked, in order,
    `kept` what lies there."""

    client_ref: str
    prompt: Prompt
    masked: Masked
    digests: Mapping[Endpoint, str]
    messages: tuple[Message, ...]
    kept: str | None

    @property
    def schema(self) -> dict[str, Any]:
        return {"name": self.prompt.name, "strict": True, "schema": self.prompt.schema}

    def price(self, at: Endpoint) -> Price:
        """What it may come to there: three characters a token, and the longest answer."""
        tokens_in = sum(len(message["content"]) for message in self.messages) // 3
        return Price(at.cost(tokens_in, at.longest), tokens_in + at.longest)


@dataclass
class _Turn:
    """One endpoint's turn at a question. `given`: the asker has parts of its answer already; `problem`: what was wrong with it, ""
    nothing."""

    line: Line
    digest: str
    at_most: float
    said: Answered | Unanswered | None = None
    problem: str = ""
    over_budget: str | None = None
    given: bool = False

    def told(self, asked: _Asked) -> Iterator[str]:
        try:
            telling = self.line.speaker.tell(asked.messages, asked.schema, self.at_most)
        except Broken as error:  # a file that cannot be served
            self.said = Unanswered(str(error), 0.0)
            return
        try:
            yield from telling
        finally:
            self.said = telling.outcome

    @property
    def text(self) -> str | None:
        """The answer, once it is there and usable."""
        return self.said.text if isinstance(self.said, Answered) and not self.problem else None

    def failure(self) -> TickmarkError:
        """Why there is none."""
        if self.over_budget is not None:
            return BudgetSpent(self.over_budget)
        reached = isinstance(self.said, Answered) or (self.said is not None and self.said.reached)
        return ModelFailed(f"{self.line.endpoint.model} gave no usable answer: {self.problem}", reached=reached)


def _tell(call: Call) -> None:
    """To whoever counts: where, how long, how many tokens, and how it ended."""
    at = {"endpoint": call.endpoint, "model": call.model}
    note("model_calls", 1.0, outcome=call.outcome, **at)
    note("model_seconds", float(call.seconds), **at)
    note("model_tokens", call.tokens_in, direction="in", **at)
    note("model_tokens", call.tokens_out, direction="out", **at)


def _shared(database: Database, at: Endpoint, folder: Path | None) -> SharedPlaces | None:
    return None if at.is_file else places(database, at.base_url, at.model, at.concurrency, folder)


def _reasons(scope: Scope, client_ref: str, ways: Iterable[Endpoint]) -> dict[Endpoint, str | None]:
    """Why each of the endpoints may not be asked about this client; None for one that may. Raises NotFound outside the asker's scope."""
    return {at: model_calls.refusal(scope, client_ref, local=at.stays_here, recipient=at.host) for at in ways}


def _why_not(reasons: Mapping[Endpoint, str | None]) -> str | None:
    """None when one may be asked, else what is against the first."""
    if not reasons:
        return "no model is configured"
    return None if None in reasons.values() else next(iter(reasons.values()))


def _with_others(ways: Mapping[Endpoint, str], lines: Mapping[Endpoint, Line]) -> Iterator[tuple[Endpoint, bool]]:
    """The endpoints in order, and whether after each comes one that does not rest."""
    order = list(ways)
    for number, at in enumerate(order):
        yield at, any(lines[other].rest.left() <= 0 for other in order[number + 1 :])


def _with_marks(prompt: Prompt, inputs: Mapping[str, str]) -> dict[str, str]:
    """The inputs with a mark before what tries to instruct the model in words of the client's file; people's own words stay as they are."""
    marks = prompt.untrusted - _SPOKEN
    return {name: marked(text) if name in marks else text for name, text in inputs.items()}


def _digest(client_id: str, prompt: Prompt, at: Endpoint, masked: Masked) -> str:
    """A question's place in the ledger: the same client, prompt, model and words."""
    key = canonical_json([client_id, prompt.digest, at.model, at.base_url, masked.inputs])
    return hashlib.sha256(key.encode()).hexdigest()


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
            return unmask(harmless(value), table)
        case list():
            return [_unmasked(part, table) for part in value]
        case dict():
            return {name: _unmasked(part, table) for name, part in value.items()}
        case _:
            return value


def _refuse_inside_a_write(scope: Scope) -> None:
    if "tickmark_begin" in scope.session.get_bind().get_execution_options():
        raise TickmarkError("a model was to be asked inside a writing transaction; this is a defect of the program")
