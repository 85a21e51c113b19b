"""The words of `tickmark models`, `tickmark token` and `tickmark mcp` on the command line. Parses arguments only."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from api.execute import failing

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""

Json = Annotated[bool, typer.Option("--json", help="Print the JSON.")]
As = Annotated[str, typer.Option("--as", help="Whose token, by e-mail address.")]
Asking = Annotated[str | None, typer.Option("--as", help="Whose eyes to look with; without it the operator's.")]


def register(app: typer.Typer, run: Run, home: Callable[[typer.Context], Path | None]) -> None:
    """Add `models`, `token` and `mcp` to the command line."""
    models = typer.Typer(no_args_is_help=True, help="The models: `tickmark doctor` asks each; here is what they cost.")
    tokens = typer.Typer(no_args_is_help=True, help="Personal tokens, for programs that read in a person's name.")
    app.add_typer(models, name="models")
    app.add_typer(tokens, name="token")
    _add_spent(models, run)
    _add_tokens(tokens, run)

    @app.command()
    def mcp(context: typer.Context) -> None:
        """Serve search, ask, brief and records to an assistant by MCP, on standard input and output; the token is in TICKMARK_TOKEN."""
        from api.mcp_server import serve

        with failing():
            serve(home(context))


def _add_spent(group: typer.Typer, run: Run) -> None:
    @group.command()
    def spent(
        context: typer.Context,
        since: Annotated[str | None, typer.Option(help="From this day on; by itself the first of the month.")] = None,
        by: Annotated[str, typer.Option(help="day, client, person, prompt or model.")] = "day",
        as_: Asking = None,
        json: Json = False,
    ) -> None:
        """Tell what models were asked, and what it cost."""
        run(context, "models-spent", {"since": since, "by": by, "as": as_}, json)

    @group.callback()
    def models() -> None:
        """The models."""


def _add_tokens(group: typer.Typer, run: Run) -> None:
    @group.command()
    def create(
        context: typer.Context,
        as_: As,
        name: Annotated[str, typer.Option(help="What it is for: the program that will hold it.")],
        days: Annotated[int, typer.Option(min=1, max=366, help="How long it opens.")] = 90,
        read_only: Annotated[bool, typer.Option("--read-only", help="It changes nothing.")] = False,
        right: Annotated[
            list[str] | None, typer.Option(help="Only this right, and reading clients; several times.")
        ] = None,
        json: Json = False,
    ) -> None:
        """Make a token; it is shown once. It may whatever its person may, unless it is narrowed."""
        asked = {"as": as_, "name": name, "days": days, "read_only": read_only, "rights": right or []}
        run(context, "token-create", asked, json)

    @group.command("list")
    def list_(context: typer.Context, as_: As, json: Json = False) -> None:
        """List a person's tokens."""
        run(context, "token-list", {"as": as_}, json)

    @group.command()
    def revoke(context: typer.Context, name: str, as_: As, json: Json = False) -> None:
        """End a token."""
        run(context, "token-revoke", {"as": as_, "name": name}, json)
