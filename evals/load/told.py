"""What a run says: how long each kind of page took, in all and while a night ran; errors; and what the server held, with how it grew.

A "page" is what a person opens and reads. Signing in, questions, uploads, decisions and styles are told by themselves.
"""

from collections.abc import Iterator, Sequence

from evals.bench.spread import Spread, spread
from evals.load.plan import Asked
from evals.load.run import Seen
from evals.load.watch import growth

_NOT_PAGES = ("sign in", "ask a question", "upload a file", "decide", "approve", "styles and scripts")
_SETTLED = 3.0  # minutes after which what grows is no warming up any more
_HELD = (
    ("memory", "MB"),
    ("children", "MB"),
    ("threads", "count"),
    ("files", "count"),
    ("databases", "count"),
    ("index", "count"),
)
_HELD_AS = {
    "memory": "memory of the server",
    "children": "memory of its children",
    "threads": "threads",
    "files": "open files",
    "databases": "open files of databases",
    "index": "open files of the index",
}


def told(seen: Seen) -> Iterator[Spread]:
    """The spreads of a run."""
    work = [one for one in seen.heard.asked if one.at >= seen.since]
    pages = [one for one in work if is_page(one.name)]
    night = [one for one in pages if any(n.began <= one.at <= n.ended for n in seen.nights)]
    yield _one("people", "count", seen.plan.people)
    yield _one("requests a second", "requests", len(work) / max(seen.until - seen.since, 1e-9))
    yield _one("errors", "count", len(problems(seen)))
    yield from _times("pages", pages)
    yield from _times("pages while a night ran", night)
    for name in sorted({one.name for one in work}):
        yield from _times(name, [one for one in work if one.name == name])
    yield from _times("sign in", [one for one in seen.heard.asked if one.name == "sign in"])
    yield from _nights(seen)
    yield from _held(seen)


def is_page(name: str) -> bool:
    return not name.startswith(_NOT_PAGES)


def problems(seen: Seen) -> list[str]:
    """Everything that went wrong: requests, nights, and what the server complained of."""
    found = [f"{one.name}: {one.problem}" for one in seen.heard.asked if one.problem]
    return [*found, *(f"night: {one.problem}" for one in seen.nights if one.problem), *seen.complaints]


def late(asked: Sequence[Asked]) -> float:
    """The 99th percentile by nearest rank, milliseconds."""
    times = sorted(one.milliseconds for one in asked)
    return times[max(0, -(-99 * len(times) // 100) - 1)]


def _times(name: str, asked: Sequence[Asked]) -> Iterator[Spread]:
    if asked:
        yield spread(name, "ms", [one.milliseconds for one in asked])
        yield _one(f"{name}: 99 of 100", "ms", late(asked))


def _nights(seen: Seen) -> Iterator[Spread]:
    """Those that came to their end."""
    whole = [one for one in seen.nights if one.told]
    if whole:
        yield spread("nights beside the people", "seconds", [one.ended - one.began for one in whole])
        yield spread("clients of a night that could not be scanned", "count", [float(n.told["failed"]) for n in whole])


def _held(seen: Seen) -> Iterator[Spread]:
    """What the server held once it was warm, and by how much that grew in an hour."""
    since = min(_SETTLED, seen.plan.minutes / 3)
    moments = [one for one in seen.moments if one.minute >= since]
    for name, unit in _HELD if moments else ():
        yield spread(_HELD_AS[name], unit, [float(getattr(one, name)) for one in moments])
        yield _one(f"{_HELD_AS[name]}: growth an hour", unit, growth(moments, name, since))
    for quarter in range(5) if moments else ():
        due = quarter / 4 * seen.moments[-1].minute
        near = min(seen.moments, key=lambda one: abs(one.minute - due))
        yield _one(f"memory of the server after {due:.0f} minutes", "MB", near.memory)
    if len(seen.moments) > 1:
        first, last = seen.moments[0], seen.moments[-1]
        yield _one("cores of the server", "cores", (last.cpu - first.cpu) / (60 * (last.minute - first.minute)))
        yield _one("cores of the people", "cores", seen.heard.cpu / (seen.plan.ramp + 60 * seen.plan.minutes))


def _one(name: str, unit: str, value: float) -> Spread:
    return spread(name, unit, [value])
