"""The words of `tickmark timeline`, `inbox` and `note`. Parses arguments only; api/commands/timeline.py has the commands."""

from collections.abc import Callable
from typing import Annotated

import typer

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""

Json = Annotated[bool, typer.Option("--json", help="Print the JSON.")]
As = Annotated[str, typer.Option("--as", help="Who it is, by e-mail address.")]
Asking = Annotated[str | None, typer.Option("--as", help="Whose eyes to look with; without it the operator's.")]
Ref = Annotated[str, typer.Argument(metavar="REF", help="The client's ref.")]
Engagement = Annotated[str | None, typer.Option(help="The engagement's ref.")]
KINDS = "mail, call, note, document, decision, release, money, task, request"


def register(app: typer.Typer, run: Run) -> None:
    """Add `timeline`, `inbox` and `note` to the command line."""

    @app.command()
    def timeline(
        context: typer.Context,
        ref: Ref,
        engagement: Engagement = None,
        kind: Annotated[
            list[str] | None, typer.Option(help=f"Only this kind, several times for more: {KINDS}.")
        ] = None,
        person: Annotated[str | None, typer.Option(help="Only this person's, by e-mail address.")] = None,
        words: Annotated[str | None, typer.Option(help="Only entries that hold these words.")] = None,
        first: Annotated[str | None, typer.Option("--from", help="The first day, as 2026-01-01.")] = None,
        last: Annotated[str | None, typer.Option("--through", help="The last day.")] = None,
        limit: Annotated[int | None, typer.Option(min=1, max=200, help="How many entries.")] = None,
        cursor: Annotated[str | None, typer.Option(help="Where the page before ended.")] = None,
        as_: Asking = None,
        json: Json = False,
    ) -> None:
        """Show what happened at a client, newest first."""
        narrow = {"engagement": engagement, "kind": kind, "person": person, "words": words}
        place = {"first": first, "last": last, "limit": limit, "cursor": cursor}
        run(context, "timeline", {"client": ref, "as": as_, **narrow, **place}, json)

    @app.command()
    def inbox(
        context: typer.Context,
        as_: As,
        view: Annotated[str, typer.Option(help="unsorted, mine, waiting, done or all.")] = "unsorted",
        cursor: Annotated[str | None, typer.Option(help="Where the page before ended.")] = None,
        json: Json = False,
    ) -> None:
        """Show the mail that waits for you, by thread."""
        run(context, "inbox", {"as": as_, "view": view, "cursor": cursor}, json)

    @app.command()
    def note(
        context: typer.Context,
        ref: Ref,
        text: Annotated[str, typer.Argument(metavar="TEXT", help="What to write; @name mentions a colleague.")],
        as_: As,
        engagement: Engagement = None,
        json: Json = False,
    ) -> None:
        """Write a note on a client's timeline."""
        run(context, "note", {"client": ref, "text": text, "as": as_, "engagement": engagement}, json)
