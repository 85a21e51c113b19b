"""The people, as locust runs them: `python -m evals.load.people BRIEF.json` signs them in one after the other, lets them work, and writes
what each request took. Imports nothing of the product: this process is on the same processor as the server that is measured.

Each does what a browser makes of it: the page's own forms with their proof, styles and scripts once, a decision and then the page after it.
What somebody else decided a moment before (409, 422) is an answer, and is told as one.
"""

from locust import FastHttpUser, events, task  # first: it puts gevent under the standard library  # isort: skip
from locust.env import Environment  # isort: skip

import html
import json
import random
import re
import sys
import time
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import gevent

from evals.load.plan import Asked, Brief, Heard, Worker

QUESTIONS = (
    "What do they owe us, and since when?",
    "When is the 2025 return due and why?",
    "What was the closing balance of the operating account?",
    "Who is the partner?",
    "What is still missing for the return?",
)
WORDS = ("closing balance", "bank statement", "lease", "payroll", "notice", "extension", "mileage log", "K-1", "meals")
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')
_ASSET = re.compile(r'(?:href|src)="(/static/[^"]+\.(?:css|js)[^"]*)"')
_DOCUMENT = re.compile(r'href="(/documents/[A-Za-z0-9_-]+)"')
_DRAFT = re.compile(r'href="(/review/[A-Za-z0-9_-]{6,})"')
_SIGNAL = re.compile(r'action="/signals/([^"]+)"')
_HASH = re.compile(r'name="hash" value="([0-9a-f]{64})"')
_TRIES = 5
_TOO_LATE = (409, 422)  # somebody was first; the page says so
_DECIDES = ("partner", "manager", "senior")
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Person(FastHttpUser):
    """One of them; which one and how she thinks is in the brief."""

    abstract = True
    brief: Brief
    left: list[Worker]
    connection_timeout = network_timeout = 60.0
    default_headers = {"Accept": "text/html"}  # noqa: RUF012 - as locust wants it

    def on_start(self) -> None:
        self.who = self.left.pop()
        self.chance = random.Random(f"{self.brief.seed} {self.who.email}")
        self.seen: set[str] = set()
        self._get("/sign-in", "sign in: its page")
        sent = urlencode({"email": self.who.email, "password": self.brief.password})
        for _ in range(_TRIES):  # as somebody does who got no answer: it is told as an error, and tried again
            if self._post("/sign-in", "sign in", sent, _FORM):
                break
            self._think()  # as somebody does who got no answer: a failure is told, and she tries again
        self._think()
        self.morning()

    def wait_time(self) -> float:
        return self.chance.uniform(*self.brief.think)

    @task(12)
    def morning(self) -> None:
        """Read the brief, now and then decide about a card."""
        page = self._get("/", "brief")
        keys = _SIGNAL.findall(page)
        if keys and self.who.role in _DECIDES and self.chance.random() < 0.15:
            self._think()
            told = {"csrf": self._proof(page), "decision": "acknowledge", "reason": "", "back": "/"}
            self._post(f"/signals/{self.chance.choice(keys)}", "decide about a signal", urlencode(told), _FORM)
            self._get("/", "brief")

    @task(20)
    def client_page(self) -> None:
        """Open a client, then one of the tabs."""
        ref = self._client()
        self._get(f"/clients/{ref}", "client")
        self._think()
        tab = self.chance.choice(("work", "documents", "mail", "timeline", "money", "signals"))
        if tab != "money" or self.who.role in ("partner", "manager"):
            self._get(f"/clients/{ref}/{tab}", f"client's {tab}")

    @task(16)
    def document(self) -> None:
        """Look for a paper and open it."""
        found = _DOCUMENT.findall(self._get(f"/clients/{self._client()}/documents", "client's documents"))
        if found:
            self._think()
            self._get(self.chance.choice(found), "document")

    @task(10)
    def board(self) -> None:
        self._get("/work", "board")

    @task(8)
    def day(self) -> None:
        self._get("/day", "my day")

    @task(6)
    def inbox(self) -> None:
        self._get("/inbox", "inbox")

    @task(10)
    def search(self) -> None:
        q = quote(self.chance.choice(WORDS))
        if self.chance.random() < 0.5:
            self._get(f"/clients/{self._client()}/search?q={q}", "search in a client")
        else:
            self._get(f"/search?q={q}", "search everywhere")

    @task(4)
    def overview(self) -> None:
        """What partners and managers look at; the others their calendar."""
        leads = self.who.role in ("partner", "manager")
        path, name = self.chance.choice(
            (("/portfolio", "portfolio"), ("/money", "money"), ("/clients", "clients"), ("/requests", "requests"))
            if leads
            else (("/calendar", "calendar"), ("/clients", "clients"), ("/requests", "requests"))
        )
        self._get(path, name)

    @task(4)
    def ask(self) -> None:
        """A question, whose answer comes as a stream of events."""
        ref = self._client()
        page = self._get(f"/clients/{ref}/ask", "questions")
        self._think()
        headers = {"Content-Type": "application/json", "x-csrf-token": self._proof(page)}
        body = json.dumps({"question": self.chance.choice(QUESTIONS)})
        self._post(f"/clients/{ref}/ask", "ask a question", body, headers, holds='"html"')

    @task(6)
    def review(self) -> None:
        """Read a draft; a reviewer decides about some."""
        drafts = _DRAFT.findall(self._get("/review", "review queue"))
        if not drafts:
            return
        self._think()
        path = self.chance.choice(drafts)
        page = self._get(path, "review")
        found = _HASH.search(page)
        if found and f'action="{path}/approve"' in page and self.chance.random() < 0.3:
            self._think()
            told = {"csrf": self._proof(page), "hash": found[1], "seconds": "40", "override": "checked by hand"}
            self._post(f"{path}/approve", "approve a draft", urlencode(told), _FORM)

    @task(1)
    def upload(self) -> None:
        """A small file into a client's folder; a byte of it is its own, so that it is no copy."""
        ref = self._client()
        page = self._get(f"/clients/{ref}/documents", "client's documents")
        self._think()
        file = Path(self.chance.choice(self.brief.files))
        mark = uuid.UUID(int=self.chance.getrandbits(128)).hex
        edge = f"edge{mark}"
        head = f'--{edge}\r\ncontent-disposition: form-data; name="csrf"\r\n\r\n{self._proof(page)}\r\n--{edge}\r\n'
        head += f'content-disposition: form-data; name="files"; filename="{mark[:8]}-{file.name}"\r\n\r\n'
        body = head.encode() + file.read_bytes() + f"\n%{mark}\n\r\n--{edge}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        self._post(f"/clients/{ref}/documents", "upload a file", body, headers)

    def _client(self) -> str:
        return self.chance.choice(self.who.refs)

    def _think(self) -> None:
        gevent.sleep(self.wait_time())

    def _proof(self, page: str) -> str:
        found = _CSRF.search(page)
        return found[1] if found else ""

    def _get(self, path: str, name: str) -> str:
        """The page; with it, as a browser does, the styles and scripts that she has not seen yet."""
        with self.client.get(path, name=name, allow_redirects=False, catch_response=True) as answer:
            if answer.status_code != 200:
                answer.failure(f"answered {answer.status_code}")
            page = html.unescape(answer.text or "")
        for asset in sorted(set(_ASSET.findall(page)) - self.seen):
            self.seen.add(asset)
            self.client.get(asset, name="styles and scripts")
        return page

    def _post(self, path: str, name: str, body: str | bytes, headers: dict[str, str], *, holds: str = "") -> bool:
        """Whether it was answered well."""
        sent: Any = body
        with self.client.post(
            path, name=name, data=sent, headers=headers, allow_redirects=False, catch_response=True
        ) as answer:
            if answer.status_code in _TOO_LATE:
                answer.request_meta["name"] = f"{name}: somebody was first"
                answer.success()
            elif answer.status_code not in (200, 303) or (holds and holds not in (answer.text or "")):
                answer.failure(f"answered {answer.status_code}")
                return False
        return True


def work(brief: Brief) -> Heard:
    """Everybody signs in over the ramp, then works for the seconds of the brief."""
    heard = Heard()

    def note(name: str, response_time: float, exception: object, start_time: float, **_: object) -> None:
        heard.asked.append(Asked(start_time, name, round(response_time, 2), str(exception or "")[:200]))

    def fail(exception: BaseException, **_: object) -> None:
        heard.asked.append(Asked(time.time(), "the people's own program", 0.0, repr(exception)[:200]))

    hooks: Any = events
    hooks.request.add_listener(note)
    hooks.user_error.add_listener(fail)
    kind = type("Somebody", (Person,), {"brief": brief, "left": list(reversed(brief.people)), "host": brief.url})
    running = Environment(user_classes=[kind], events=events).create_local_runner()
    running.start(len(brief.people), spawn_rate=len(brief.people) / max(brief.ramp, 1.0))
    gevent.sleep(brief.ramp + brief.seconds)
    running.quit()
    heard.cpu = time.process_time()
    return heard


if __name__ == "__main__":
    told = Brief.read(Path(sys.argv[1]))
    work(told).write(Path(told.out))
