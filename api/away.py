"""What a request is told while the database server is away, or when it goes away in the middle: that it is, and when to come again.

Lies around whatever asks the records, the doors included. The pool makes new connections by itself: nothing is started anew for it.
"""

from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.said import sentence
from store.waits import away

AGAIN = 5  # seconds
Answer = Callable[[Request, int, str], Response]


class Away:
    """ASGI middleware. `answer` makes a refusal as the asker reads it."""

    def __init__(self, app: ASGIApp, answer: Answer) -> None:
        self._app, self._answer = app, answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = False

        async def sent(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            await self._app(scope, receive, sent)
        except SQLAlchemyError as error:
            busy = away(error)
            if busy is None or began or scope["type"] != "http":
                raise
            response = self._answer(Request(scope), busy.status, sentence(busy))
            response.headers["Retry-After"] = str(AGAIN)
            await response(scope, receive, send)
