"""The words of `tickmark webhook`. Parses arguments only; api/commands/webhooks.py has the commands."""

from collections.abc import Callable
from typing import Annotated

import typer

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""

Json = Annotated[bool, typer.Option("--json", help="Print the JSON.")]
As = Annotated[str, typer.Option("--as", help="Whose eyes it has, by e-mail address.")]
Named = Annotated[str, typer.Argument(metavar="WEBHOOK", help="Its id, as `tickmark webhook list` prints it.")]


def register(app: typer.Typer, run: Run) -> None:
    """Add `webhook` to the command line."""
    group = typer.Typer(no_args_is_help=True, help="Webhooks: addresses that are told what happens.")
    app.add_typer(group, name="webhook")

    @group.command("list")
    def listing(context: typer.Context, as_: As, json: Json = False) -> None:
        """List the firm's webhooks, those that failed first."""
        run(context, "webhook-list", {"as": as_}, json)

    @group.command()
    def create(
        context: typer.Context,
        url: Annotated[str, typer.Argument(help="Where events go, https.")],
        as_: As,
        event: Annotated[list[str], typer.Option(help="What it is told, as invoice.issued, invoice.* or *; several.")],
        note: Annotated[str, typer.Option(help="What it is for.")] = "",
        json: Json = False,
    ) -> None:
        """Subscribe an address to events from now on. Its secret is shown once."""
        run(context, "webhook-create", {"url": url, "events": event, "note": note, "as": as_}, json)

    @group.command()
    def test(context: typer.Context, webhook: Named, as_: As, json: Json = False) -> None:
        """Put a test event before everything that waits; `tickmark serve` delivers it."""
        run(context, "webhook-test", {"webhook": webhook, "as": as_}, json)

    @group.command()
    def log(
        context: typer.Context,
        webhook: Named,
        as_: As,
        limit: Annotated[int, typer.Option(min=1, max=500, help="So many events, the newest.")] = 50,
        json: Json = False,
    ) -> None:
        """Say what was sent to one, with every try, the newest first."""
        run(context, "webhook-log", {"webhook": webhook, "limit": limit, "as": as_}, json)

    @group.command()
    def remove(context: typer.Context, webhook: Named, as_: As, json: Json = False) -> None:
        """Take one away, with its log."""
        run(context, "webhook-remove", {"webhook": webhook, "as": as_}, json)
