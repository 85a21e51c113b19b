"""Delivers webhooks, in the background of the process that serves: signed, only to where one may go, tried again later.

A receiver is given the event by POST as JSON. `Tickmark-Signature: t=SECONDS,v1=HEX` is the HMAC-SHA256, under the webhook's secret, of the
seconds, a full stop and the body; while a secret is renewed there are two `v1`. The id of the event is the same at every try.

What a name resolves to is looked up once, judged, and that address is connected to: a name cannot lead inside the house between the two. No
redirect is followed, no proxy asked, no more than a little of the answer read, and every try ends after some seconds.
"""

import hashlib
import hmac
import http.client
import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from api.beside import beside
from api.output import complain
from api.wiring import Services
from store.errors import Invalid, TickmarkError
from workspace.platform.addresses import Address, allowed, is_loopback_name, plain_url
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
        status = _post(plain_url(envelope.url, loopback=loopback), body, headers, loopback, patience)
        if not 200 <= status < 300:
            error = f"the receiver answered {status}" + (", and no redirect is followed" if status // 100 == 3 else "")
    except TickmarkError as refused:
        error = str(refused)
    except ssl.SSLCertVerificationError as refused:
        error = f"its certificate is not good: {refused.verify_message}"
    except TimeoutError:
        error = f"no answer within {patience:.0f} s"
    except (OSError, http.client.HTTPException, ValueError) as refused:
        late = monotonic() - began >= patience
        error = (
            f"no answer within {patience:.0f} s" if late else f"cannot be reached: {refused or type(refused).__name__}"
        )
    return Outcome(status, round(1000 * (monotonic() - began)), error)


def _post(url: str, body: bytes, headers: dict[str, str], loopback: bool, patience: float) -> int:
    """Send it and answer the status. Raises Invalid where it may not go, OSError and HTTPException for what fails on the way."""
    parts = urlsplit(url)
    host, safe = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if safe else 80)
    address = resolved(host, port, loopback=loopback and is_loopback_name(host))
    connection = _Connection(host, port, address, safe, patience)
    # each word of the answer has its own patience at the socket; all of them together have this one
    watch = threading.Timer(patience, connection.cut)
    watch.daemon = True
    watch.start()
    try:
        connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers)
        answer = connection.getresponse()
        status = answer.status
        answer.read(MOST_READ)
        return status
    finally:
        watch.cancel()
        connection.close()


def resolved(host: str, port: int, *, loopback: bool) -> str:
    """The address that a name leads to, judged. Raises Invalid when any of its addresses is not of the public internet."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        raise Invalid(f"{host} is not known to the name service") from None
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not all(allowed(_number(one), loopback=loopback) for one in addresses):
        raise Invalid(f"{host} does not lead to the public internet, so nothing is sent there")
    return addresses[0]


def _number(address: str) -> Address:
    return ipaddress.ip_address(address)


class _Connection(http.client.HTTPConnection):
    """A connection to one address that was judged; the host's name is used for the certificate and the Host line only."""

    def __init__(self, host: str, port: int, address: str, safe: bool, patience: float) -> None:
        super().__init__(host, port, timeout=patience)
        self._address, self._safe = address, safe
        self.default_port = 443 if safe else 80

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        self.sock: Any = plain
        if self._safe:
            context = ssl.create_default_context()
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            self.sock = context.wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock.do_handshake()

    def cut(self) -> None:
        """End it from outside, whatever it waits for."""
        held = self.sock
        if held is not None:
            with suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)
