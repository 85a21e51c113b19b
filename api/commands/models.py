"""`tickmark models spent`: what the ledger of model calls says was asked, and what it cost."""

from datetime import UTC, date, datetime, time
from typing import Any, cast, get_args

from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading
from api.wiring import Services
from store.errors import Unknown
from workspace.model_calls import Grouping, ledger


def spent(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`since`: a day, else the first of this month; `by`: day, client, person, prompt or model; `as`: whose clients, else the firm's."""
    by = arguments.get("by") or "day"
    if by not in get_args(Grouping):
        raise Unknown(f"the ledger is not summed by {by}: take {', '.join(get_args(Grouping))}")
    today = services.clock.today()
    try:
        day = date.fromisoformat(arguments["since"]) if arguments.get("since") else today.replace(day=1)
    except ValueError:
        raise Unknown(f"{arguments['since']} is no day: write it as 2026-03-09") from None
    since = datetime.combine(day, time(), services.clock.local(services.clock.now()).tzinfo).astimezone(UTC)
    with reading(services, "models", arguments.get("as")) as scope:
        found = list(ledger(scope, since, cast(Grouping, by)))
    rows: list[dict[str, Any]] = [
        {by: name, "calls": one.calls, "without_answer": failed, "tokens_in": one.tokens_in, "tokens_out": one.tokens_out,
         "dollars": str(one.cost)}
        for name, failed, one in found
    ]  # fmt: skip
    lines = [
        f"{row[by]:<36} {row['calls']:>7,} calls ({row['without_answer']:,} without an answer)  "
        f"{row['tokens_in']:>11,} in {row['tokens_out']:>10,} out  ${one.cost:,.2f}"
        for row, (_, _, one) in zip(rows, found, strict=True)
    ]
    return Result(rows, "\n".join(lines) or f"No model was asked since {day}.")
