"""Somebody who signs in and clicks through pages as long as she is let, on one of the hosts: `python -m evals.fleet.person`.

Reads from standard input, a line each, the address at which she finds the server from then on, as a proxy would send her; at its end she
stops and prints what she met as JSON: pages opened, changes made, what went wrong, the slowest page. Knows nothing of the rig.
"""

import json
import re
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from http.cookiejar import CookieJar
from itertools import count
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

_PAUSE = 0.5  # seconds between two clicks
_PATIENCE = 60.0  # seconds after which a page counts as not answered
_PAGES = ("/", "/clients", "/work", "/calendar", "/review", "/night", "/workers", "/portfolio", "/inbox", "/me")
_ZONE = "America/Chicago"


@dataclass
class Met:
    """What happened to her. `slowest` is seconds, of the page `slowest_page`."""

    opened: int = 0
    changed: int = 0
    wrong: list[str] = field(default_factory=list[str])
    slowest: float = 0.0
    slowest_page: str = ""


class Person:
    """A browser without a picture: cookies, forms, one page after the other."""

    def __init__(self, email: str, password: str) -> None:
        self.met = Met()
        self._email, self._password = email, password
        self._browser: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))
        self._clients: list[str] = []
        self.at = ""

    def enter(self) -> None:
        """Sign in, and see which clients there are."""
        self._ask("/sign-in", {"email": self._email, "password": self._password})
        if self.met.wrong:
            return
        self._clients = sorted(set(re.findall(r'href="/clients/([A-Z][A-Za-z0-9-]+)"', self._ask("/clients"))))[:20]
        if not self._clients:
            self.met.wrong.append("she sees no client")

    def click(self, number: int) -> None:
        """One click: mostly a page, now and then a change."""
        if number % 10 == 9:
            found = re.search(r'name="csrf" value="([0-9a-f]+)"', self._ask("/me"))
            if found:
                self._ask("/me/zone", {"csrf": found[1], "zone": _ZONE})
                self.met.changed += 1
        elif number % 2 and self._clients:
            client = self._clients[number // 2 % len(self._clients)]
            self._ask(f"/clients/{client}{('', '/work', '/documents', '/search?q=total')[number // 2 % 4]}")
        else:
            self._ask(_PAGES[number // 2 % len(_PAGES)])

    def _ask(self, path: str, form: dict[str, str] | None = None) -> str:
        began, body = time.monotonic(), urlencode(form).encode() if form else None
        request = Request(self.at + path, body, {"accept": "text/html", "referer": self.at + path})
        try:
            with self._browser.open(request, timeout=_PATIENCE) as answer:
                text: str = answer.read().decode("utf-8", "replace")
            self.met.opened += 1
            if (took := round(time.monotonic() - began, 2)) > self.met.slowest:
                self.met.slowest, self.met.slowest_page = took, path
            if path != "/sign-in" and 'action="/sign-in"' in text:
                self.met.wrong.append(f"{path}: signed out")
        except HTTPError as error:
            text = error.read().decode("utf-8", "replace")
            said = re.search(r"<main[^>]*>(.*?)</main>", text, re.DOTALL)
            words = " ".join(re.sub(r"<[^>]+>", " ", said[1]).split()) if said else ""
            self.met.wrong.append(f"{path}: {error.code} {words[:200]}")
        except (URLError, OSError) as error:
            self.met.wrong.append(f"{path}: {error}")
            text = ""
        return text


def main(email: str, password: str) -> None:
    """Click until standard input ends."""
    person, stop = Person(email, password), threading.Event()
    person.at = sys.stdin.readline().strip()

    def listen() -> None:
        for line in sys.stdin:
            person.at = line.strip()
        stop.set()

    threading.Thread(target=listen, daemon=True).start()
    person.enter()
    if person.met.wrong:
        stop.set()  # a person who cannot come in clicks nowhere
    for number in _until(stop):
        person.click(number)
    sys.stdout.write(json.dumps(asdict(person.met)) + "\n")


def _until(stop: threading.Event) -> Iterator[int]:
    for number in count():
        if stop.wait(_PAUSE):
            return
        yield number


def told(line: str) -> dict[str, Any]:
    """What a person printed."""
    found: dict[str, Any] = json.loads(line)
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
