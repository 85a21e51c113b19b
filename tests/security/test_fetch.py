"""Fetches from typed addresses: only to public addresses, only to the one that was judged, bounded in time and size."""

import http.server
import ipaddress
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api import guard
from api.guard import Unreached, fetch
from store.errors import Invalid
from workspace.platform.addresses import allowed, plain_url

WORDS = 400
"""Of the slow answer: twenty seconds of them, and no length that says so."""


class Told(http.server.BaseHTTPRequestHandler):
    """Answers by the path, and remembers who was asked for."""

    seen: ClassVar[list[tuple[str, str]]] = []
    told: ClassVar[list[int]] = []

    def do_GET(self) -> None:
        self.seen.append((self.headers["Host"], self.path))
        if self.path == "/slow":
            self.send_response(200)
            self.end_headers()
            for word in range(WORDS):
                self.wfile.write(b"x")
                self.wfile.flush()
                self.told[:] = [word]
                time.sleep(0.05)
            return
        body = b"x" * 5000 if self.path == "/long" else b'{"issuer": "here"}'
        self.send_response(302 if self.path == "/away" else 200)
        self.send_header("Location", "http://127.0.0.1:1/inside")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Told)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def test_an_answer_comes_as_it_is_and_no_redirect_is_followed(port: int) -> None:
    Told.seen.clear()
    assert fetch(f"http://127.0.0.1:{port}/x", loopback=True).json() == {"issuer": "here"}
    away = fetch(f"http://localhost:{port}/away", loopback=True)
    assert (away.status, away.headers["location"]) == (302, "http://127.0.0.1:1/inside")
    assert [path for _, path in Told.seen] == ["/x", "/away"]


def test_what_is_too_long_or_too_slow_is_ended(port: int) -> None:
    with pytest.raises(Unreached, match="longer than 4,999"):
        fetch(f"http://127.0.0.1:{port}/long", loopback=True, most=4_999)
    assert len(fetch(f"http://127.0.0.1:{port}/long", loopback=True, most=10, cut_short=True).body) == 10
    with pytest.raises(Unreached, match="no answer within"):
        fetch(f"http://127.0.0.1:{port}/slow", loopback=True, patience=0.2)
    assert Told.told < [WORDS - 1], "it was waited for to its end"
    with pytest.raises(Unreached, match="no JSON"):
        fetch(f"http://127.0.0.1:{port}/long", loopback=True).json()


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://0/",
        "https://0x7f.1/",
        "https://2130706433/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:a00:1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[fe80::1%25eth0]/",
        "https://[fd00::1]/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://192.0.2.1/",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://user:secret@example.com/",
        "https://example.com/#x",
        "https://exa mple.com/",
        "https://example.com\\@127.0.0.1/",
        "https://intranet/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "//example.com/",
        "https://",
        "https://example.com:99999/",
    ],
)
def test_an_address_that_leads_inside_is_refused_before_anything_is_sent(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connected(*_: Any, **__: Any) -> Any:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket, "create_connection", connected)
    with pytest.raises(Invalid) as refused:
        fetch(url)
    assert "secret" not in str(refused.value)


def answers(*addresses: str) -> Any:
    """A name service that gives these, one set after the other."""
    given_sets = list(addresses)

    def found(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        told = given_sets.pop(0) if len(given_sets) > 1 else given_sets[0]
        return [(2, 1, 6, "", (one, port)) for one in told.split()]

    return found


@pytest.mark.parametrize(
    "inside", ["127.0.0.1", "10.1.2.3", "8.8.8.8 169.254.169.254", "::ffff:192.168.0.1", "::", "fe80::1"]
)
def test_a_name_that_leads_inside_is_refused(inside: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answers(inside))
    with pytest.raises(Invalid, match="public internet"):
        fetch("https://rebinding.example.com/")


def test_the_address_that_was_judged_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere at the second question (DNS rebinding) is not asked a second time."""
    tried = list[tuple[str, int]]()

    def connected(address: tuple[str, int], *_: Any, **__: Any) -> Any:
        tried.append(address)
        raise ConnectionRefusedError("nobody is there")

    monkeypatch.setattr(socket, "getaddrinfo", answers("8.8.8.8", "127.0.0.1"))
    monkeypatch.setattr(socket, "create_connection", connected)
    with pytest.raises(Unreached, match="cannot be reached"):
        fetch("https://rebinding.example.com/")
    assert tried == [("8.8.8.8", 443)]


def written(number: int) -> st.SearchStrategy[str]:
    """An IPv4 address in one of the ways that some resolver takes."""
    quads = [number >> shift & 255 for shift in (24, 16, 8, 0)]
    return st.sampled_from(
        [
            str(ipaddress.IPv4Address(number)),
            str(number),
            hex(number),
            oct(number).replace("0o", "0"),
            ".".join(hex(one) for one in quads),
            ".".join(oct(one).replace("0o", "0") or "0" for one in quads),
            f"{quads[0]}.{number & 0xFFFFFF}",
            f"[::ffff:{ipaddress.IPv4Address(number)}]",
            f"[64:ff9b::{ipaddress.IPv4Address(number)}]",
            f"[2002:{number >> 16:x}:{number & 0xFFFF:x}::1]",
            f"{ipaddress.IPv4Address(number)}.",
        ]
    )


INSIDE = [
    ipaddress.ip_network(one)
    for one in ("10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16")
]


@settings(max_examples=60)
@given(st.data())
def test_no_writing_of_a_private_address_passes(data: st.DataObject) -> None:
    network = data.draw(st.sampled_from(INSIDE))
    number = int(network.network_address) + data.draw(st.integers(0, network.num_addresses - 1))
    host = data.draw(written(number))
    with pytest.raises(Invalid):
        plain_url(f"https://{host}/")


@settings(max_examples=60)
@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_only_what_is_global_is_allowed(address: Any) -> None:
    if allowed(address, loopback=False):
        inner = getattr(address, "ipv4_mapped", None) or address
        assert inner.is_global and not (
            inner.is_private or inner.is_multicast or inner.is_loopback or inner.is_link_local
        )


def test_no_other_module_fetches_from_a_typed_address() -> None:
    """What goes out by another way goes to an address of the operator's settings: models, embeddings, the mail server, files on S3, the
    index on a server, the owner of the home on this machine."""
    root = Path(guard.__file__).parents[1]
    # models, embeddings, the owner of the home on this machine, the firm's mail server, its store of files and its index
    known = {
        "agents/speak.py",
        "ingestion/embed_endpoint.py",
        "api/forward.py",
        "api/guard.py",
        "api/post.py",
        "api/routes/ways_in.py",
        "store/blobs.py",
        "store/chroma_server.py",
        "store/certificates.py",  # reads whom to trust for the first two, and connects to nothing
    }
    goes_out = re.compile(
        r"^\s*(?:import|from) (?:httpx|aiohttp|urllib3|smtplib|ftplib|http\.client|urllib\.request|requests)\b", re.M
    )
    found = {
        path.relative_to(root).as_posix()
        for folder in ("agents", "api", "ingestion", "store", "workspace", "prompts")
        for path in (root / folder).rglob("*.py")
        if goes_out.search(path.read_text())
    }
    assert found <= known, f"fetch by api/guard.py: {sorted(found - known)}"
