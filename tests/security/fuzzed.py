"""Requests by chance for pages and forms: odd values, odd encodings, odd content types, for whoever asks. The same each time."""

import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_from_bytes

from fastapi.routing import APIRoute

ODD: tuple[str, ...] = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "x" * 9_000,
    "9" * 400,
    "-1",
    "0",
    "1e999",
    "NaN",
    "Infinity",
    "0.1.2",
    "1,000.00",
    "٣",
    "２０２６-03-09",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "2026-13",
    "[]",
    "{}",
    "[" * 3_000,
    "null",
    "true",
    "' OR 1=1 --",
    "%' ESCAPE '%",
    "{{7*7}}",
    "<script>alert(1)</script>",
    "../../../etc/passwd",
    "\u202e\u0000\ud7ff",
    "\r\nSet-Cookie: a=b",
    "=HYPERLINK(1)",
    "C001",
    "ana@alder.example",
    "http://127.0.0.1/",
    "//evil.example",
    "a" * 70 + "@" + "b" * 300,
    "🧾" * 300,
    "ﷺ" * 200,
    "e\u0301" * 500,
)
RAW: tuple[bytes, ...] = (
    b"",
    b"\xff\xfe\x00",
    b"%",
    b"%zz=%",
    b"csrf=&csrf=&a[]=1&a[b][c]=2",
    b"&" * 5_000,
    b"\x00" * 900,
    b"{",
    b'{"a":' * 900,
    b"a" * 9_000,
)
KINDS: tuple[str, ...] = (
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=utf-7",
    "application/x-www-form-urlencoded; charset=nonsense",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=x",
    'multipart/form-data; boundary="x y"',
    "application/json",
    "application/json; charset=utf-16",
    "text/plain",
    "application/xml",
    "a/b/c",
    "\xff",
    "",
)


@dataclass(frozen=True)
class Sent:
    """A request. `body` is None where there is none."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytes | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path[:300]} {self.headers.get('content-type', '')!r} {(self.body or b'')[:300]!r}"


def fields_of(route: APIRoute) -> tuple[list[str], list[str]]:
    """The names of a route's form fields, and of what it takes in the query."""
    waiting, forms, query = [route.dependant], list[str](), list[str]()
    while waiting:
        one = waiting.pop()
        forms += [param.alias for param in one.body_params]
        query += [param.alias for param in one.query_params]
        waiting += one.dependencies
    return forms, query


def requests(route: APIRoute, keys: Mapping[str, list[str]], count: int, *, before: str = "") -> Iterator[Sent]:
    """`count` requests to a route, with keys out of `keys` by table in most addresses."""
    for method in sorted(route.methods or ()):
        chance = random.Random(f"{method} {before}{route.path}")
        for _ in range(count):
            yield _one(route, method, keys, chance, before)


def _one(route: APIRoute, method: str, keys: Mapping[str, list[str]], chance: random.Random, before: str) -> Sent:
    # here: what it comes from reads schemathesis, a second for each process that collects tests
    from tests.web.api_cases import table_of

    def key(found: re.Match[str]) -> str:
        name = found[1].partition(":")[0]
        known = [one for table in table_of(route.path, name).split() for one in keys.get(table, ())]
        return quote(chance.choice(known) if known and chance.random() < 0.8 else _text(chance)[:400] or "x", safe="")

    path = before + re.sub(r"\{([^}]+)\}", key, route.path)
    forms, query = fields_of(route)
    if query and chance.random() < 0.8:
        asked = [f"{quote(name)}={_quoted(chance)[:1_200]}" for name in query if chance.random() < 0.7]
        path += "?" + "&".join(asked)
    path = path[:8_000]
    if method in ("GET", "HEAD"):
        return Sent(method, path)
    kind, body = _body(forms, chance)
    return Sent(method, path, {"content-type": kind}, body)


def _text(chance: random.Random) -> str:
    return chance.choice(ODD)


def _quoted(chance: random.Random) -> str:
    return quote_from_bytes(chance.choice(RAW)[:300]) if chance.random() < 0.1 else quote(_text(chance))


def _body(forms: list[str], chance: random.Random) -> tuple[str, bytes]:
    draw = chance.random()
    if draw < 0.15:
        return chance.choice(KINDS), chance.choice(RAW)
    names = [name for name in forms if chance.random() < 0.9] + (["a[b][c]", "\x00"] if draw < 0.3 else [])
    pairs = [(name, _text(chance)) for name in names for _ in range(chance.choice((1, 1, 1, 2, 5)))]
    if draw < 0.45:
        return f"multipart/form-data; boundary={'x'}", _parts(pairs, chance)
    if draw < 0.55:
        nested: Any = dict(pairs)
        return "application/json", json.dumps(nested).encode()
    kind = chance.choice(KINDS) if draw < 0.6 else KINDS[0]
    return kind, "&".join(
        f"{quote(name)}={_quoted(chance) if draw > 0.9 else quote(text)}" for name, text in pairs
    ).encode()


def _parts(pairs: list[tuple[str, str]], chance: random.Random) -> bytes:
    made = b""
    for name, text in pairs:
        file = f'; filename="{quote(_text(chance)[:40])}"' if chance.random() < 0.4 else ""
        head = f'Content-Disposition: form-data; name="{quote(name)}"{file}'
        if chance.random() < 0.2:
            head += f"\r\nContent-Type: {chance.choice(KINDS)}\r\nContent-Transfer-Encoding: {chance.choice(('base64', '8bit', 'x'))}"
        made += b"--x\r\n" + head.encode("latin-1", "replace") + b"\r\n\r\n" + text.encode("utf-8", "replace") + b"\r\n"
    return made + (b"--x--\r\n" if chance.random() < 0.9 else b"")
