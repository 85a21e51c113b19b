"""The one door by which this program fetches from an address that was typed in: webhooks, and the sign-in servers of other firms.

An address is https on the public internet, or nothing is sent. What its name resolves to is looked up once and judged, and that very
address is connected to: a name cannot lead inside the house between the two (DNS rebinding). No redirect is followed, no proxy asked, no
cookie kept, no more than `most` bytes of the answer read, and every fetch ends after `patience` seconds. The addresses of models are the
operator's own settings and may be inside the house: they do not come by here (agents/speak.py).
"""

import http.client
import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import SplitResult, urlsplit

from store.errors import Invalid, TickmarkError
from workspace.platform.addresses import Address, allowed, is_loopback_name, plain_url

PATIENCE = 10.0
MOST_READ = 1_000_000


class Unreached(TickmarkError):
    """Nothing useful came back: no connection, a certificate that is not good, too slow, too long. The words name no secret."""

    status = 502


@dataclass(frozen=True)
class Fetched:
    """An answer as it came: its status, its headers by lower-case name, and its body. A redirect is an answer like any other."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON. Raises Unreached when it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise Unreached("the answer is no JSON") from None


def fetch(
    url: str,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    loopback: bool = False,
    patience: float = PATIENCE,
    most: int = MOST_READ,
    cut_short: bool = False,
    what: str = "an address",
) -> Fetched:
    """Send one request. `loopback` lets it go to this machine too, also by http; `cut_short`: a body longer than `most` bytes is cut and
    not refused; `what` is how a refusal calls the address. Raises Invalid where nothing may be sent, Unreached for what fails."""
    url = plain_url(url, loopback=loopback, what=what)
    parts = urlsplit(url)
    host, safe = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if safe else 80)
    address = resolved(host, port, loopback=loopback and is_loopback_name(host))
    connection = _Connection(host, port, address, safe, patience)
    began = monotonic()
    # each word of the answer has its own patience at the socket; all of them together have this one
    watch = threading.Timer(patience, connection.cut)
    watch.daemon = True
    watch.start()
    try:
        found = _sent(connection, method, parts, body, headers or {}, most, cut_short)
        if monotonic() - began >= patience and not cut_short:  # it was ended from outside, so it may not be whole
            raise TimeoutError
        return found
    except ssl.SSLCertVerificationError as refused:
        raise Unreached(f"its certificate is not good: {refused.verify_message}") from None
    except TimeoutError:
        raise Unreached(f"no answer within {patience:.0f} s") from None
    except (OSError, http.client.HTTPException, ValueError) as refused:
        late = monotonic() - began >= patience
        why = (
            f"no answer within {patience:.0f} s" if late else f"cannot be reached: {refused or type(refused).__name__}"
        )
        raise Unreached(why) from None
    finally:
        watch.cancel()
        connection.close()


def _sent(
    connection: "_Connection",
    method: str,
    parts: SplitResult,
    body: bytes | None,
    headers: Mapping[str, str],
    most: int,
    cut_short: bool,
) -> Fetched:
    connection.request(method, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, dict(headers))
    answer = connection.getresponse()
    read = answer.read(most + 1)
    if len(read) > most and not cut_short:
        raise Unreached(f"the answer is longer than {most:,} bytes")
    return Fetched(answer.status, {name.lower(): value for name, value in answer.getheaders()}, read[:most])


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
        # `sock` is let go as soon as an answer without a length begins, and is read all the same
        self._held: Any = None
        self.default_port = 443 if safe else 80

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        self.sock: Any = plain
        self._held = plain
        if self._safe:
            context = ssl.create_default_context()
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            self.sock = context.wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
            self._held = self.sock
            self.sock.do_handshake()

    def cut(self) -> None:
        """End it from outside, whatever it waits for."""
        if self._held is not None:
            with suppress(OSError):
                self._held.shutdown(socket.SHUT_RDWR)
