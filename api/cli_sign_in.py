"""The words of `tickmark person invite` and `reset-factor`. Parses arguments only; api/commands/person.py has the commands."""

from collections.abc import Callable
from typing import Annotated

import typer

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""

Json = Annotated[bool, typer.Option("--json", help="Print the JSON.")]
Email = Annotated[str, typer.Argument(metavar="EMAIL")]


def register(person: typer.Typer, run: Run) -> None:
    """Add them to `person`."""

    @person.command("invite")
    def invite(
        context: typer.Context,
        email: Email,
        name: Annotated[str | None, typer.Option(help="For somebody new: the name.")] = None,
        role: Annotated[str | None, typer.Option(help="For somebody new: the role.")] = None,
        as_: Annotated[str | None, typer.Option("--as", help="Who invites; without it the operator.")] = None,
        json: Json = False,
    ) -> None:
        """Print a link with which somebody of the firm sets a password or makes a passkey; it opens for seven days, once."""
        run(context, "person-invite", {"email": email, "name": name, "role": role, "as": as_}, json)

    @person.command("reset-factor")
    def reset_factor(context: typer.Context, email: Email, json: Json = False) -> None:
        """Take away the second factor, recovery codes and passkeys of somebody who lost them, and sign her out everywhere."""
        run(context, "person-reset-factor", {"email": email}, json)
