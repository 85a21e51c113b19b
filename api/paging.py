"""Lists in pieces: `?limit=` takes the first of a list, the Link header says where the next are. Without it a list is whole, as ever.

The cursor is opaque: sealed with the home's key, so that nobody makes one up, and good for the same address, question and person only. It
remembers the last row that was told, so that what is added or taken away meanwhile neither repeats a row nor leaves one out, as long as
that row is there; if it is gone, the place where it stood counts.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Query, Request, Response

from api.security import Who, services_of
from store.errors import Invalid

Row = TypeVar("Row")
MOST = 500
_OWN = ("limit", "cursor")


@dataclass(frozen=True)
class Paging:
    """What piece of a list is asked for; `limit` None is all of it."""

    request: Request
    response: Response
    person_id: str
    limit: int | None
    cursor: str | None

    def cut(self, rows: Sequence[Row], key: Callable[[Row], str]) -> list[Row]:
        """The piece, and the Link header that leads to the next. `key` names a row and is there once. Raises Invalid for a cursor that was
        not made here, for this list."""
        if self.limit is None and self.cursor is None:
            return list(rows)
        limit = self.limit or MOST
        start = self._start([key(row) for row in rows]) if self.cursor is not None else 0
        piece = list(rows[start : start + limit])
        if piece and start + limit < len(rows):
            after = self._seal({"after": key(piece[-1]), "place": start + limit})
            query = [(name, value) for name, value in self.request.query_params.multi_items() if name not in _OWN]
            more = urlencode([*query, ("limit", str(limit)), ("cursor", after)])
            self.response.headers["Link"] = f'<{self.request.url.path}?{more}>; rel="next"'
        return piece

    def _start(self, keys: Sequence[str]) -> int:
        told = self._opened()
        after, place = str(told["after"]), int(str(told["place"]))
        return keys.index(after) + 1 if after in keys else min(place, len(keys))

    def _list(self) -> list[str]:
        asked = sorted(f"{name}={value}" for name, value in self.request.query_params.multi_items() if name not in _OWN)
        return [self.person_id, self.request.url.path, *asked]

    def _seal(self, told: dict[str, object]) -> str:
        return services_of(self.request).seal.close(json.dumps({**told, "list": self._list()}))

    def _opened(self) -> dict[str, object]:
        text = services_of(self.request).seal.open(self.cursor or "")
        told: dict[str, object] = json.loads(text) if text is not None else {}
        if told.get("list") != self._list():
            raise Invalid("this cursor was not made for this list; begin again without one")
        return told


def _paging(
    request: Request,
    response: Response,
    who: Who,
    limit: Annotated[
        int | None, Query(ge=1, le=MOST, description="At most so many; without it the whole list.")
    ] = None,
    cursor: Annotated[str | None, Query(max_length=2000, description="Where to go on: from the Link header.")] = None,
) -> Paging:
    return Paging(request, response, who.person_id, limit, cursor)


Paged = Annotated[Paging, Depends(_paging)]
