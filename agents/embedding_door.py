"""The door for embeddings at a server outside the firm: policy and consent of each client, budgets and masks before, the ledger after.

Decides by the rules of the door to models (workspace/model_calls.py) and asks nothing itself: ingestion does (embed_abroad.py), which knows
no client's policy.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal

from sqlalchemy import select

from agents.budget import Budgets, Price, Purse
from agents.mask import mask
from agents.ports import Clock
from store.database import Database
from store.tables import Client
from store.types import canonical_json
from workspace import model_calls
from workspace.model_calls import Call
from workspace.scope import Scope, system_scope

PURPOSE = "embedding"


class EmbeddingDoor:
    """What may go to the embeddings server at `host`, and what went. `price`: dollars for a million tokens. Safe between threads."""

    def __init__(
        self, database: Database, clock: Clock, model: str, host: str, price: Decimal, budgets: Budgets
    ) -> None:
        self._database, self._clock = database, clock
        self._model, self._host, self._price = model, host, price
        self._purse = Purse(budgets)

    def why_not(self, client_id: str) -> str | None:
        """Why no word of this client may go there; None when they may."""
        with self._reading() as scope:
            ref = _ref(scope, client_id)
            return model_calls.refusal(scope, ref, local=False, recipient=self._host)

    def masked(self, client_id: str, texts: Sequence[str]) -> list[str]:
        """Each text with tokens for its numbers, and for names where the firm masks them."""
        with self._reading() as scope:
            client = scope.session.get_one(Client, client_id)
            known, names = model_calls.known_numbers(client), model_calls.known_names(scope, client)
        return [mask({"text": text}, known, names).inputs["text"] for text in texts]

    def over_budget(self, client_id: str, texts: Sequence[str]) -> str | None:
        """Which budget the texts would overstep; None when they fit."""
        if not self._purse.budgets.any:
            return None
        tokens = _guess(texts)
        with self._reading() as scope:
            spent = model_calls.spent(scope, _ref(scope, client_id))
        with self._purse.hold(spent, Price(self._cost(tokens), tokens)) as reason:
            return reason

    def keep(self, client_id: str, texts: Sequence[str], tokens: int | None, seconds: float, problem: str) -> None:
        """One row of the ledger for a batch."""
        counted = _guess(texts) if tokens is None else tokens
        call = Call(
            prompt=PURPOSE,
            prompt_version="",
            inputs_hash=hashlib.sha256(canonical_json([client_id, self._model, list(texts)]).encode()).hexdigest(),
            model=self._model,
            endpoint=self._host,
            response=problem or f"{len(texts)} vectors",
            tokens_in=counted,
            tokens_out=0,
            cost=self._cost(counted),
            seconds=round(seconds, 3),
            outcome="failed" if problem else "ok",
        )
        with self._database.writing() as session:
            scope = system_scope(session, PURPOSE, now=self._clock.now(), today=self._clock.today())
            model_calls.keep_call(scope, _ref(scope, client_id), call)

    def _cost(self, tokens: int) -> Decimal:
        return (self._price * tokens / 1_000_000).quantize(Decimal("0.000001"))

    @contextmanager
    def _reading(self) -> Iterator[Scope]:
        with self._database.reading() as session:
            yield system_scope(session, PURPOSE, now=self._clock.now(), today=self._clock.today())


def _ref(scope: Scope, client_id: str) -> str:
    return scope.session.scalars(select(Client.ref).where(Client.id == client_id)).one()


def _guess(texts: Sequence[str]) -> int:
    """Three characters a token."""
    return sum(map(len, texts)) // 3
