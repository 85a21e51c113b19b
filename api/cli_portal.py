"""The words of `tickmark portal` on the command line. Parses arguments only; api/commands/portal.py has the commands."""

from collections.abc import Callable
from typing import Annotated

import typer

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""

Json = Annotated[bool, typer.Option("--json", help="Print the JSON.")]
As = Annotated[str, typer.Option("--as", help="Who does it, by e-mail address.")]
Asking = Annotated[str | None, typer.Option("--as", help="Whose eyes to look with; without it the operator's.")]
Ref = Annotated[str, typer.Argument(metavar="REF", help="The client's ref.")]
Contact = Annotated[
    str, typer.Argument(metavar="CONTACT", help="The contact's e-mail address, or id from `portal show`.")
]


def register(app: typer.Typer, run: Run) -> None:
    """Add `portal` to the command line."""
    portal = typer.Typer(no_args_is_help=True, help="Which contacts of clients may come into the portal.")
    app.add_typer(portal, name="portal")

    @portal.command()
    def show(context: typer.Context, ref: Ref, as_: Asking = None, json: Json = False) -> None:
        """Show a client's contacts and who may come in, the lists a link can lead to, and what waits in quarantine."""
        run(context, "portal-show", {"client": ref, "as": as_}, json)

    @portal.command()
    def invite(
        context: typer.Context,
        ref: Ref,
        contact: Contact,
        as_: As,
        also: Annotated[
            list[str] | None, typer.Option("--also", help="Another client of hers, by ref; may be given again.")
        ] = None,
        leads: Annotated[
            str | None, typer.Option("--list", help="The list of requests that the link leads to.")
        ] = None,
        mail: Annotated[bool, typer.Option("--mail", help="Mail the link to her instead of showing it.")] = False,
        json: Json = False,
    ) -> None:
        """Let a contact in and make a link, shown once; links of hers before it end."""
        given = {"client": ref, "contact": contact, "also": also, "list": leads, "mail": mail, "as": as_}
        run(context, "portal-invite", given, json)

    @portal.command()
    def revoke(context: typer.Context, ref: Ref, contact: Contact, as_: As, json: Json = False) -> None:
        """Take a contact's way into this client back, at once."""
        run(context, "portal-revoke", {"client": ref, "contact": contact, "as": as_}, json)
