"""A server that has been at work for a day: what it keeps open and remembers, within bounds, is full before anybody counts what grows.

The indexes of so many clients, so many connections with their pages, the statements it has seen: each has a bound and fills in the first
hours of a small firm. A soak that begins on an empty server counts that filling as growth and cannot tell it from a leak.
"""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx

from evals.load.plan import Worker
from store.errors import Broken

AT_ONCE = 12
_PAGES = (
    "",
    "/work",
    "/documents",
    "/signals",
    "/mail",
    "/timeline",
    "/search?q=closing+balance",
    "/search?q=engagement+letter",
)
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


def warm(url: str, password: str, people: Sequence[Worker]) -> int:
    """A paper put into every client of these people, by somebody who sees it: the index keeps some fifty open, and which is chance
    (store/chroma_embedded.py). Then each is opened and searched, `AT_ONCE` at a time. How many pages were asked for. Raises Broken when the
    server refuses one."""
    hers = {ref: one for one in people for ref in one.refs}
    for email in sorted({one.email for one in hers.values()}):
        refs = sorted(ref for ref, one in hers.items() if one.email == email)
        with httpx.Client(base_url=url, timeout=120) as client, ThreadPoolExecutor(AT_ONCE) as at_once:
            _signed_in(client, email, password)
            for ref in refs:
                _good([_put_in(client, ref)])
            for answers in at_once.map(lambda ref, client=client: _opened(client, ref), refs):
                _good(answers)
    return len(hers) * len(_PAGES)


def _opened(client: httpx.Client, ref: str) -> list[httpx.Response]:
    return [client.get(f"/clients/{ref}{page}") for page in _PAGES]


def _put_in(client: httpx.Client, ref: str) -> httpx.Response:
    proof = _CSRF.search(client.get(f"/clients/{ref}/documents").text)
    file = ("warm.txt", f"A word about {ref}: the closing balance is unchanged.".encode())
    sent = {"csrf": proof[1] if proof else ""}
    return client.post(f"/clients/{ref}/documents", data=sent, files={"files": file})


def _good(answers: Sequence[httpx.Response]) -> None:
    for one in answers:
        if one.status_code not in (httpx.codes.OK, httpx.codes.SEE_OTHER):
            raise Broken(f"warming up, {one.url.path} answered {one.status_code}")


def _signed_in(client: httpx.Client, email: str, password: str) -> None:
    client.get("/sign-in")
    answer = client.post("/sign-in", data={"email": email, "password": password})
    if answer.status_code != httpx.codes.SEE_OTHER:
        raise Broken(f"warming up, {email} could not sign in: {answer.status_code}")
