"""Delivers webhooks, in the background of the process that serves: signed, only to where one may go, tried again later.

A receiver is given the event by POST as JSON. `Tickmark-Signature: t=SECONDS,v1=HEX` is the HMAC-SHA256, under the webhook's secret, of the
seconds, a full stop and the body; while a secret is renewed there are two `v1`. The id of the event is the same at every try.

It goes by the one door to typed addresses (api/guard.py), no more than a little of the answer is read, and every try ends after seconds.
"""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

from api.beside import beside
from api.guard import fetch
from api.output import complain
from api.wiring import Services
from store.errors import Invalid, TickmarkError
from workspace.platform.outbox import Envelope, claim, feed, forget, release_abandoned, settle
from workspace.scope import Scope, system_scope
from workspace.sign_in import write_used

EVERY = 5.0  # seconds between two looks
PATIENCE = 10.0  # seconds that one try may take, all of it
MOST_READ = 16_384  # bytes of an answer
MOST_A_ROUND = 200
_AGENT = "Tickmark-Webhook/1"


@dataclass(frozen=True)
class Outcome:
    """How a try ended: the answer's status, None when there was none; `error` in one line."""

    status: int | None
    milliseconds: int
    error: str = ""


@contextmanager
def open_hooks(services: Services, every: float = EVERY) -> Iterator[None]:
    """Deliver as long as the block lasts, and write down when tokens were used last."""
    with beside("webhooks", lambda ended: _watch(services, ended, every)):
        yield
    _write_used(services)


def _watch(services: Services, ended: threading.Event, every: float) -> None:
    from sqlalchemy.exc import SQLAlchemyError

    rounds = 0
    while not ended.wait(every):
        try:
            deliver_all(services, ended)
            if rounds % 60 == 0:
                _write_used(services)
                with _writing(services) as scope:
                    forget(scope)
            rounds += 1
        except (TickmarkError, SQLAlchemyError) as error:
            complain(f"webhooks: {error}")


def deliver_all(services: Services, ended: threading.Event | None = None) -> dict[str, int]:
    """Put what happened into the outbox and deliver what waits; how many went how."""
    if not _any(services):
        return {}
    with _writing(services) as scope:
        release_abandoned(scope)
        feed(scope)
    found: dict[str, int] = {}
    for _ in range(MOST_A_ROUND):
        if ended is not None and ended.is_set():
            break
        with _writing(services) as scope:
            envelope = claim(scope, services.seal)
        if envelope is None:
            break
        outcome = deliver(envelope, int(services.clock.real_now().timestamp()), services.settings.webhook_loopback)
        with _writing(services) as scope:
            state = settle(
                scope, envelope.id, status=outcome.status, milliseconds=outcome.milliseconds, error=outcome.error
            )
        found[state] = found.get(state, 0) + 1
    return found


def _any(services: Services) -> bool:
    """Whether there is a webhook at all: without, nobody waits for the door to the database."""
    from sqlalchemy import select

    from store.tables import Webhook

    with services.database.reading() as session:
        return session.scalar(select(Webhook.id).limit(1)) is not None


@contextmanager
def _writing(services: Services) -> Iterator[Scope]:
    # what is tried again, and when, goes by the real clock, whatever day is pinned
    with services.database.writing() as session:
        yield system_scope(session, "webhooks", now=services.clock.real_now(), today=services.clock.today())


def _write_used(services: Services) -> None:
    noted = services.gate.used()
    if noted:
        with services.database.writing() as session:
            write_used(session, noted)
        services.gate.written(noted)


def signature(secrets: tuple[str, ...], seconds: int, body: bytes) -> str:
    """The value of Tickmark-Signature."""
    signed = f"{seconds}.".encode() + body
    marks = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={seconds}", *(f"v1={mark}" for mark in marks)])


def deliver(envelope: Envelope, seconds: int, loopback: bool, patience: float = PATIENCE) -> Outcome:
    """One try. Never raises: what went wrong is the outcome."""
    body = json.dumps(envelope.payload, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": _AGENT,
        "Tickmark-Event": envelope.event,
        "Tickmark-Delivery": envelope.id,
        "Tickmark-Webhook": envelope.webhook_id,
        "Tickmark-Attempt": str(envelope.attempt),
        "Tickmark-Signature": signature(envelope.secrets, seconds, body),
    }
    began = monotonic()
    status, error = None, ""
    try:
        if not envelope.secrets:
            raise Invalid("its secret was sealed with another key; renew the secret")
        asked: dict[str, Any] = {"method": "POST", "body": body, "headers": headers, "what": "a webhook"}
        status = fetch(
            envelope.url, loopback=loopback, patience=patience, most=MOST_READ, cut_short=True, **asked
        ).status
        if not 200 <= status < 300:
            error = f"the receiver answered {status}" + (", and no redirect is followed" if status // 100 == 3 else "")
    except TickmarkError as refused:
        error = str(refused)
    return Outcome(status, round(1000 * (monotonic() - began)), error)
