"""Two workers against one, where waiting for the model is what takes the time: each worker has so many clients in hand and no more, the
endpoint has room for all of them, and there are so many clients that the last few do not decide. The server only leads."""

from typing import Any

from evals.fleet.nights import PORT, Crew, Rig, night

IN_HAND = 8  # clients, each with a question or two out at a time
_ROOM = 512  # questions at once: more than all workers together ask


def two(rig: Rig) -> dict[str, Any]:
    """The same night by one worker and by two. `times`: how much sooner it was over by two, from the first client on the queue."""
    told = {"TICKMARK_WORKER_CLIENTS": str(IN_HAND), "TICKMARK_LLM_CONCURRENCY": str(_ROOM)}
    web = Crew("web", "web", "serve", told | {"TICKMARK_SERVE_WORKS": "false"}, PORT)
    workers = [Crew(name, name, told=told) for name in ("worker-1", "worker-2")]
    one, both = (night(rig, f"by_{n}", [web, *workers[:n]]) for n in (1, 2))
    return {
        "times": round(one.seconds / both.seconds, 2),
        "times_scanning": round(one.scanning / both.scanning, 2),
        "in_hand": IN_HAND,
        "one": one.as_json(),
        "two": both.as_json(),
    }
