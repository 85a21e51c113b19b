"""The words of `tickmark decide`, `tickmark report-card`, `tickmark learning` and `tickmark outbox` on the command line. Parses arguments
only; the commands are in api/commands."""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

import typer

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""


class Decision(StrEnum):
    """What shall become of a message."""

    AGAIN = "again"
    SENT = "sent"
    ASIDE = "aside"


class SignalSaid(StrEnum):
    """What is decided about a signal."""

    DISMISS = "dismiss"
    SNOOZE = "snooze"
    ACKNOWLEDGE = "acknowledge"
    PIN = "pin"
    DELEGATE = "delegate"
    REOPEN = "reopen"


class Awaited(StrEnum):
    """What a snooze can wait for (workspace/awaited.py)."""

    DOCUMENT = "document"
    ANSWER = "answer"
    REQUESTS = "requests"
    PAYMENT = "payment"
    SIGNED = "signed"
    FILED = "filed"


Json = Annotated[bool, typer.Option("--json", help="Print the JSON.")]


def register(app: typer.Typer, run: Run) -> None:
    """Add them."""
    outbox = typer.Typer(
        help="What was released and goes out by mail: listed, sent now, decided where nobody can know."
    )
    app.add_typer(outbox, name="outbox")
    _add_outbox(outbox, run)
    _add_learning(app, run)
    _add_decide(app, run)


def _add_outbox(group: typer.Typer, run: Run) -> None:
    @group.command("list")
    def listing(
        context: typer.Context,
        as_: Annotated[str | None, typer.Option("--as", help="Whose eyes to look with; else the operator's.")] = None,
        json: Json = False,
    ) -> None:
        """List what waits, what went, and what a person has to decide."""
        run(context, "outbox-list", {"as": as_}, json)

    @group.command()
    def send(context: typer.Context, json: Json = False) -> None:
        """Send what waits now, through the firm's mail server."""
        run(context, "outbox-send", {}, json)

    @group.command()
    def decide(
        context: typer.Context,
        id_: Annotated[str, typer.Argument(metavar="ID")],
        decision: Annotated[
            Decision, typer.Argument(metavar="again|sent|aside", help="Try again, it went, or it shall not.")
        ],
        as_: Annotated[str, typer.Option("--as", help="Who decides, by e-mail address.")],
        json: Json = False,
    ) -> None:
        """Say of a message that is unsure or was refused what shall become of it."""
        run(context, "outbox-decide", {"id": id_, "decision": decision.value, "as": as_}, json)


def _add_learning(app: typer.Typer, run: Run) -> None:

    @app.command("report-card")
    def report_card(
        context: typer.Context,
        for_: Annotated[str | None, typer.Option("--for", help="Whose briefs, by e-mail address; else all.")] = None,
        as_of: Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="The last day; else today.")] = None,
        days: Annotated[int, typer.Option("--days", min=1, max=366, help="How many days.")] = 7,
        json: Json = False,
    ) -> None:
        """Show what of the briefs was acted on, and what became urgent without having been raised."""
        run(context, "report-card", {"for": for_, "as_of": as_of, "days": days}, json)

    @app.command()
    def learning(
        context: typer.Context,
        switch: Annotated[str | None, typer.Option("--switch", metavar="on|off", help="Learn, or don't.")] = None,
        as_: Annotated[str | None, typer.Option("--as", help="Which partner decides, by e-mail address.")] = None,
        json: Json = False,
    ) -> None:
        """Show the weights of rank, what they were learned from, and switch learning on or off."""
        run(context, "learning", {"switch": switch, "as": as_}, json)


def _add_decide(app: typer.Typer, run: Run) -> None:

    @app.command()
    def decide(
        context: typer.Context,
        key: Annotated[
            str, typer.Argument(metavar="KEY", help="The signal's key, which `tickmark signals --json` prints.")
        ],
        decision: Annotated[SignalSaid, typer.Argument(help="What is decided.")],
        as_: Annotated[str, typer.Option("--as", help="Who decides, by e-mail address.")],
        reason: Annotated[str, typer.Option("--reason", help="Why; a dismissal needs one.")] = "",
        until: Annotated[str | None, typer.Option("--until", metavar="DATE", help="The day a snooze ends.")] = None,
        event: Annotated[
            Awaited | None, typer.Option("--event", help="What a snooze waits for, at most until the day.")
        ] = None,
        kind: Annotated[str, typer.Option("--kind", help="The kind of document that is waited for, as k-1.")] = "",
        words: Annotated[str, typer.Option("--words", help="Words of that document.")] = "",
        to: Annotated[str | None, typer.Option("--to", help="Whose it becomes, by e-mail address.")] = None,
        json: Json = False,
    ) -> None:
        """Decide about a signal; `reopen` takes back what was decided."""
        told = {"reason": reason, "until": until, "event": event.value if event else None, "kind": kind, "words": words}
        run(context, "decide", {"key": key, "decision": decision.value, "as": as_, "to": to, **told}, json)
