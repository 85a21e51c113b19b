"""Pages take turns: few at once, in their order; what hangs holds up nobody for long, and what changes something waits for no turn."""

import asyncio

from starlette.types import Message, Receive, Scope, Send

from api.turns import Turns


class House:
    """An application whose pages are done when they are let go. `inside`: the paths of those begun, in their order."""

    def __init__(self) -> None:
        self.inside: list[str] = []
        self.go, self.streamed = asyncio.Event(), asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.inside.append(scope["path"])
        if scope["path"] != "/stream":
            await self.go.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        if scope["path"] == "/stream":
            await self.streamed.wait()
        await send({"type": "http.response.body", "body": b""})


async def ask(turns: Turns, path: str, method: str = "GET") -> None:
    async def nothing() -> Message:
        raise AssertionError("nobody reads a body")

    async def said(_: Message) -> None:
        return None

    await turns({"type": "http", "method": method, "path": path}, nothing, said)


async def settle() -> None:
    """Until nobody has anything to do but to wait."""
    for _ in range(20):
        await asyncio.sleep(0)


def test_two_pages_are_made_at_once_and_the_others_follow_in_their_order() -> None:
    async def asked() -> House:
        house = House()
        turns = Turns(house, at_once=2, patience=60)
        pages = [asyncio.create_task(ask(turns, f"/page/{number}")) for number in range(5)]
        await settle()
        assert house.inside == ["/page/0", "/page/1"]
        changed = asyncio.create_task(ask(turns, "/tasks", "POST"))
        style = asyncio.create_task(ask(turns, "/static/style.css"))
        await settle()
        assert house.inside[2:] == ["/tasks", "/static/style.css"]
        house.go.set()
        await asyncio.gather(*pages, changed, style)
        return house

    assert asyncio.run(asked()).inside[4:] == ["/page/2", "/page/3", "/page/4"]


def test_an_answer_that_has_begun_and_a_page_that_hangs_hold_up_nobody() -> None:
    async def asked() -> list[str]:
        house = House()
        turns = Turns(house, at_once=1, patience=0.01)
        stream = asyncio.create_task(ask(turns, "/stream"))
        await settle()
        hangs = asyncio.create_task(ask(turns, "/hangs"))
        await settle()
        assert house.inside == ["/stream", "/hangs"]
        patient = asyncio.create_task(ask(turns, "/page"))
        while len(house.inside) < 3:
            await asyncio.sleep(0.001)
        house.go.set()
        house.streamed.set()
        await asyncio.gather(stream, hangs, patient)
        return house.inside

    assert asyncio.run(asked()) == ["/stream", "/hangs", "/page"]


def test_a_page_that_fails_or_is_given_up_leaves_its_turn() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/broken":
            raise ValueError("broken")
        await asyncio.Event().wait()

    async def asked() -> int:
        turns, failed = Turns(broken, at_once=1, patience=60), 0
        for _ in range(3):
            try:
                await ask(turns, "/broken")
            except ValueError:
                failed += 1
        gone = asyncio.create_task(ask(turns, "/never"))
        await settle()
        waits = asyncio.create_task(ask(turns, "/broken"))
        await settle()
        gone.cancel()
        results = await asyncio.gather(gone, waits, return_exceptions=True)
        return failed + sum(isinstance(one, ValueError) for one in results)

    assert asyncio.run(asked()) == 4
