"""What happens, told to whoever listens: counts for a collector, spans for a trace, and the id of the request or job it happens in.

Every layer may tell; with nobody listening it costs nothing. No name, ref or word of a client is ever told. Who listens, and what becomes
of it, the edges decide (api/metrics.py, api/traces.py).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

REQUEST: ContextVar[str] = ContextVar("request", default="")
"""The id of the request or job that this runs in, "" outside of any. It goes along into the log and to the endpoints of models."""


class Listener(Protocol):
    """Counts what is told. Must be quick, and safe between threads."""

    def note(self, what: str, value: float, labels: Mapping[str, str]) -> None: ...


class Tracer(Protocol):
    """Begins and ends spans; what it gives is handed back to it."""

    def begin(self, name: str, parent: Any, attributes: Mapping[str, Any]) -> Any: ...

    def end(self, span: Any, attributes: Mapping[str, Any]) -> None: ...

    def headers(self, span: Any) -> Mapping[str, str]: ...


_listeners: list[Listener] = []
_tracers: list[Tracer] = []
_span: ContextVar[Any] = ContextVar("span", default=None)


def listen(one: Listener) -> None:
    """From now on this one is told, in the whole process."""
    if one not in _listeners:
        _listeners.append(one)


def trace(one: Tracer | None) -> None:
    """From now on spans are this one's; None: nobody's."""
    _tracers[:] = [one] if one is not None else []


def note(what: str, value: float = 1.0, **labels: str) -> None:
    """Something happened, so much or so often. `what` and the names of the labels are those of api/metrics.py."""
    for one in _listeners:
        one.note(what, value, labels)


@contextmanager
def span(name: str, parent: Any = None, **attributes: Any) -> Iterator[dict[str, Any]]:
    """Around a piece of work; what is put into the dictionary is known of it in the end. `parent`: another than the one around it."""
    more = dict[str, Any]()
    if not _tracers:
        yield more
        return
    tracer = _tracers[0]
    made = tracer.begin(name, parent if parent is not None else _span.get(), attributes)
    token = _span.set(made)
    try:
        yield more
    finally:
        try:
            _span.reset(token)
        except ValueError:  # a stream that was begun in one thread and ends in another
            _span.set(None)
        tracer.end(made, more)


def headers() -> dict[str, str]:
    """What goes along to another service, so that its log and its traces join ours."""
    found = {"X-Request-Id": REQUEST.get()} if REQUEST.get() else {}
    return {**found, **_tracers[0].headers(_span.get())} if _tracers else found
