"""Sends the cases to the application, in process, and judges the answers."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from fastapi import FastAPI

from api.access import PORTAL
from evals.access.cases import ABSENT, OWN, Case, Route, cases_of, governs, may_pass
from evals.access.plant import WORD
from evals.access.world import HIDDEN, OTHER, Persona, World

HOST = b"localhost"
_KEYS = re.compile(r"[a-z]+_[0-9a-f]{4}0{12}\b|\w*[cCeE]9(?:01|02|90)\w*|\w*3930[0-9]{2}\w*|\w*393930\w*")
_MADE = re.compile(r"\b[a-z]+_[0-9a-f]{12,}")
_MARK = re.compile(r'"[0-9a-f]{16}"')  # of a row as it stands now: every act makes it another one
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+")
_WORD = re.compile(WORD + r"[-\w]+")
_CSRF = re.compile(r'(name="csrf" value=|name="csrf" content=)"[0-9a-f]+"')
"""Masked anew in every page of the portal, so that it cannot be guessed from compressed answers."""
_RIGHT = re.compile(r"lacks the right ([a-z:,\- ]+)")


@dataclass(frozen=True)
class Answer:
    """What came back. `text` is the body as far as it is text."""

    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Found:
    """What the matrix found: how many cases of each kind, how many of them with a breach, and the breaches, each with what was sent."""

    cases: Counter[str] = field(default_factory=Counter[str])
    bad: Counter[str] = field(default_factory=Counter[str])
    breaches: list[str] = field(default_factory=list[str])

    @property
    def n(self) -> int:
        return sum(self.cases.values())

    def judged(self, kind: str, wrong: Iterable[str]) -> None:
        told = list(wrong)
        self.cases[kind] += 1
        self.bad[kind] += bool(told)
        self.breaches += told


async def send(app: FastAPI, case: Case, page: bool) -> Answer:
    """One request through the whole application, as a server would hand it over."""
    headers = {**case.who.headers, "accept": "text/html" if page else "application/json"}
    if case.kind:
        headers |= {"content-type": case.kind, "content-length": str(len(case.body))}
    raw = [(b"host", HOST), *((name.encode(), value.encode()) for name, value in headers.items())]
    path, _, query = case.url.partition("?")
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": case.route.method,
    }
    scope |= {"scheme": "http", "path": unquote(path), "raw_path": path.encode(), "query_string": query.encode()}
    scope |= {"root_path": "", "headers": raw, "client": ("127.0.0.1", 1), "server": ("localhost", 80), "state": {}}
    given, parts, head = False, list[bytes](), dict[str, Any]()

    async def receive() -> dict[str, Any]:
        nonlocal given
        if given:
            await asyncio.sleep(3600)
        given = True
        return {"type": "http.request", "body": case.body, "more_body": False}

    async def told(message: Any) -> None:
        if message["type"] == "http.response.start":
            head.update(message)
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))

    try:
        await app(scope, receive, told)
    except Exception as error:  # noqa: BLE001 - the server logs a defect; here it is a breach with its request
        return Answer(599, {}, f"{type(error).__name__}: {str(error)[:300]}")
    got = {name.decode(): value.decode("latin-1") for name, value in head["headers"]}
    return Answer(head["status"], got, b"".join(parts).decode("utf-8", "replace"))


async def asked(app: FastAPI, world: World, which: Iterable[tuple[Route, Persona]]) -> Found:
    """Every case of these routes and personas, judged."""
    return await judged(app, ((route, list(cases_of(route, who, world))) for route, who in which))


async def judged(app: FastAPI, which: Iterable[tuple[Route, list[Case]]]) -> Found:
    """These cases of routes, judged; those of one persona together, since they are held against each other."""
    found = Found()
    for route, cases in which:
        answers = [(case, await send(app, case, route.page)) for case in cases]
        for case, answer in answers:
            base = next(
                (had for other, had in answers if other.of == ABSENT and other.place == case.place),
                answers[0][1],
            )
            found.judged(_kind(case), (f"{case}\n    {one}" for one in wrong(case, answer, base)))
    return found


def _kind(case: Case) -> str:
    who, need = case.who, case.route.need
    if need.whom == "public":
        return "public"
    if not may_pass(who, need) or (who.narrowed and case.route.page):
        return "without the right" if who.rights is not None else "nobody"
    if need.whom == PORTAL:
        return "portal"
    if case.of in (OWN, ABSENT):
        return f"{case.of}, with the right"
    return "open by broken glass" if case.of in who.sees else "hidden, with the right"


def wrong(case: Case, answer: Answer, base: Answer) -> Iterator[str]:
    """What is wrong with an answer. `base` is the answer to the same request for what never was, or for the own client."""
    who, need = case.who, case.route.need
    for word in hidden_words(who, answer.text + repr(answer.headers), OTHER if governs(who, case.route) else ""):
        yield f"shows {word}"
    if answer.status >= 500 and answer.status != 503 and not who.sees:  # planted rows are no whole rows to look at
        yield f"answered {answer.status} {answer.text[:300]}"
    if need.whom == "public":
        return
    if (who.rights is None or need.whom == PORTAL) and not may_pass(who, need):
        leads = answer.headers.get("location", "")
        if answer.status != 401 and not (answer.status == 303 and leads.startswith(("/sign-in", "/portal/hello"))):
            yield f"let nobody in: {answer.status} {answer.text[:200]}"
        return
    if not may_pass(who, need) or (who.narrowed and case.route.page):
        if answer.status != 403:
            yield f"without {need}: {answer.status} {answer.text[:200]}"
        elif plain(answer) != plain(base):
            yield f"the refusal differs by client: {answer.text[:200]} / {base.text[:200]}"
        return
    if case.of == OWN:
        if not case.route.path.startswith("/sign-in/"):  # which asks for a password once more
            yield from _let_in(who, answer)
    elif case.of != ABSENT and case.of not in who.sees and not (case.of == OTHER and governs(who, case.route)):
        yield from _hid(case, answer, base)


def hidden_words(who: Persona, text: str, but: str = "") -> list[str]:
    """Words of clients that she must not see, in what she was told, at most four."""
    if WORD not in text:
        return []
    hidden = tuple(ref for ref in HIDDEN if ref not in who.sees and ref != but)
    return sorted({one for one in _WORD.findall(text) if one.endswith(hidden)})[:4]


def _let_in(who: Persona, answer: Answer) -> Iterator[str]:
    """She is not sent away for want of a right that she has; that a row is somebody else's own is another thing."""
    if answer.status == 401:
        yield "who is signed in was asked to sign in"
    named = _RIGHT.search(answer.text) if answer.status == 403 else None
    if named and who.rights and any(one.value in named[1].replace(",", " ").split() for one in who.rights):
        yield f"refused though she has the right: {named[0]}"


def _hid(case: Case, answer: Answer, base: Answer) -> Iterator[str]:
    """A hidden client's key does what a key that never was does: the same status, the same words, and nothing else."""
    if answer.status != base.status or plain(answer) != plain(base):
        mine, theirs = plain(answer), plain(base)
        at = next((nth for nth, pair in enumerate(zip(mine, theirs, strict=False)) if pair[0] != pair[1]), 0)
        at = max(0, at - 60)
        told = f"{answer.status} {mine[at : at + 200]!r} / {base.status} {theirs[at : at + 200]!r}"
        yield f"is not answered as what never was: {told}"


def words_of(text: str) -> str:
    """A text without the keys of hidden clients and of those that never were."""
    return _KEYS.sub("KEY", text)


def plain(answer: Answer) -> str:
    """The words of an answer without the keys that were asked for, and what differs from request to request."""
    text = words_of(_MARK.sub("MARK", _MADE.sub("ID", _MOMENT.sub("NOW", _CSRF.sub("", answer.text)))))
    return text if answer.status >= 400 else re.sub(r"\d", "0", text)
