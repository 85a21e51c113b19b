"""`tickmark scan`: the overnight scan, now."""

import time
from dataclasses import asdict, replace
from datetime import date, datetime

from agents.overnight import NightResult, run_night
from api.commands.days import day_of
from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, writing
from api.night import figures, workers
from api.wiring import Services
from workspace.nights import cancel_night
from workspace.scope import access_client

_EVERY = 1.0  # seconds between two counts of what came of the night so far


def run(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`as_of`: the day taken for today, else the practice's; `client`: only that one, else all."""
    as_of, ref = day_of(arguments) or services.clock.today(), arguments.get("client")
    if ref is not None:
        with reading(services, "scan") as scope:
            access_client(scope, ref)
    now = services.clock.now()
    result = run_night(
        services,
        as_of=as_of,
        now=now,
        refs=None if ref is None else [ref],
        progress=_telling(services, as_of, None if ref is None else now, progress),
        workers=workers(services),
    )
    return Result(asdict(result), _text(result), failed=result.clients > 0 and result.read == 0)


def _telling(services: Services, as_of: date, since: datetime | None, progress: Progress) -> Progress:
    """Progress with what came of the night so far, the numbers of the page Night; counted once a second. `since` None: since the night
    began."""
    said, counted = "", 0.0

    def tell(doing: str, done: int, total: int) -> None:
        nonlocal said, counted
        if doing == "clients" and (done == total or time.monotonic() - counted > _EVERY):
            with reading(services, "scan") as scope:
                so_far = figures(replace(scope, today=as_of), as_of, since)
            said, counted = f" · {so_far.in_words()}" if so_far else "", time.monotonic()
        progress(f"{doing}{said}" if doing == "clients" else doing, done, total)

    return tell


def cancel(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """End the night of the day `as_of` where it stands, whichever process drives it."""
    as_of = day_of(arguments) or services.clock.today()
    with writing(services, "scan") as scope:
        cancelled = cancel_night(scope, as_of)
    said = "is cancelled; the clients that are done stay scanned" if cancelled else "does not run"
    return Result({"as_of": as_of, "cancelled": cancelled}, f"The night of {as_of} {said}.", failed=not cancelled)


def _text(result: NightResult) -> str:
    briefs = (
        f"{result.briefs} briefs written" if result.briefs else "no brief written (a scan of all clients writes them)"
    )
    lines = [
        f"{result.as_of}: {result.clients} clients in {result.seconds:.1f} s",
        f"  {result.read} scanned, {result.unchanged} of them unchanged; {result.failed} could not be scanned",
        f"  {result.raised} signals, {result.drafted} drafts, {briefs}",
    ]
    if result.tokens:
        lines.append(f"  {result.tokens:,} tokens of models, ${result.cost:,.2f}")
    return "\n".join(lines)
