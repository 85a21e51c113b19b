"""The words of `tickmark client` and `tickmark contact`. Parses arguments only; api/commands/directory.py has the commands."""

from collections.abc import Callable
from typing import Annotated

import typer

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""

Json = Annotated[bool, typer.Option("--json", help="Print the JSON.")]
As = Annotated[str, typer.Option("--as", help="Who it is, by e-mail address.")]
Asking = Annotated[str | None, typer.Option("--as", help="Whose eyes to look with; without it the operator's.")]
Ref = Annotated[str, typer.Argument(metavar="REF", help="The client's ref.")]
Contact = Annotated[str, typer.Argument(metavar="CONTACT", help="An id, an address or the whole name.")]
Set = Annotated[list[str], typer.Argument(metavar="FIELD=VALUE...", help="What to set; an empty value takes it away.")]


def register(app: typer.Typer, run: Run) -> None:
    """Add `client` and `contact` to the command line."""
    client = typer.Typer(no_args_is_help=True, help="Clients: list, show, add, set, move through their life, merge.")
    contact = typer.Typer(no_args_is_help=True, help="The people behind clients: list, show, set, merge.")
    app.add_typer(client, name="client")
    app.add_typer(contact, name="contact")
    _add_clients(client, run)
    _add_changes(client, run)
    _add_contacts(contact, run)
    for of, group in (("client", client), ("contact", contact)):
        _add_merging(group, run, of)


def _add_clients(client: typer.Typer, run: Run) -> None:
    @client.command("list")
    def listing(
        context: typer.Context,
        parts: Annotated[
            list[str] | None,
            typer.Argument(
                metavar="[NAME=VALUE...]", help="status, type, partner, manager, tag, group, state, open, q."
            ),
        ] = None,
        as_: Asking = None,
        json: Json = False,
    ) -> None:
        """List clients that answer to a filter; former ones with status=former or status=all."""
        run(context, "client-list", {"filter": parts, "as": as_}, json)

    @client.command()
    def show(context: typer.Context, ref: Ref, as_: Asking = None, json: Json = False) -> None:
        """Show a client's record; the taxpayer id is covered."""
        run(context, "client-show", {"ref": ref, "as": as_}, json)


def _add_changes(client: typer.Typer, run: Run) -> None:
    @client.command()
    def add(
        context: typer.Context,
        name: Annotated[str, typer.Argument(metavar="NAME")],
        as_: As,
        parts: Annotated[list[str] | None, typer.Argument(metavar="[FIELD=VALUE...]")] = None,
        entity_type: Annotated[
            str, typer.Option("--type", help="1040, 1065, 1120, 1120-S, 1041, 990, law, other.")
        ] = "other",
        json: Json = False,
    ) -> None:
        """Make a client, a prospect unless status= says otherwise."""
        run(context, "client-add", {"name": name, "entity_type": entity_type, "set": parts, "as": as_}, json)

    @client.command("set")
    def change(context: typer.Context, ref: Ref, parts: Set, as_: As, json: Json = False) -> None:
        """Set fields of a client: name=, partner=, fiscal_year_end="Jun 30", tags=a,b, or a custom field by its name."""
        run(context, "client-set", {"ref": ref, "set": parts, "as": as_}, json)

    @client.command()
    def move(
        context: typer.Context,
        ref: Ref,
        to: Annotated[str, typer.Argument(metavar="prospect|onboarding|active|leaving|former")],
        as_: As,
        reason: Annotated[str | None, typer.Option(help="Why; needed for leaving and former.")] = None,
        json: Json = False,
    ) -> None:
        """Move a client to another stage of its life with the firm."""
        run(context, "client-move", {"ref": ref, "to": to, "reason": reason, "as": as_}, json)


def _add_contacts(contact: typer.Typer, run: Run) -> None:
    @contact.command("list")
    def listing(
        context: typer.Context,
        words: Annotated[
            str | None, typer.Argument(metavar="[WORDS]", help="Of name, address, phone or client.")
        ] = None,
        as_: Asking = None,
        json: Json = False,
    ) -> None:
        """List contacts with the clients of each."""
        run(context, "contact-list", {"words": words, "as": as_}, json)

    @contact.command()
    def show(context: typer.Context, contact: Contact, as_: Asking = None, json: Json = False) -> None:
        """Show a contact and what it is to each client."""
        run(context, "contact-show", {"contact": contact, "as": as_}, json)

    @contact.command("set")
    def change(context: typer.Context, contact: Contact, parts: Set, as_: As, json: Json = False) -> None:
        """Set name=, email=, phone= or a custom field of a contact."""
        run(context, "contact-set", {"contact": contact, "set": parts, "as": as_}, json)


def _add_merging(group: typer.Typer, run: Run, of: str) -> None:
    @group.command()
    def duplicates(context: typer.Context, as_: As, json: Json = False) -> None:
        """List those that may be one."""
        run(context, "directory-duplicates", {"of": of, "as": as_}, json)

    @group.command()
    def apart(
        context: typer.Context,
        one: Annotated[str, typer.Argument(metavar="ONE", help="A ref, or a contact's id.")],
        other: Annotated[str, typer.Argument(metavar="OTHER", help="The other.")],
        as_: As,
        json: Json = False,
    ) -> None:
        """Note that two are not one: they are not listed as such again."""
        run(context, "directory-apart", {"of": of, "one": one, "other": other, "as": as_}, json)

    @group.command()
    def merge(
        context: typer.Context,
        kept: Annotated[str, typer.Argument(metavar="KEPT", help="The one that stays: a ref, or a contact's id.")],
        gone: Annotated[str, typer.Argument(metavar="GONE", help="The one that goes into it.")],
        as_: As,
        preview: Annotated[
            bool, typer.Option("--preview", help="Of clients: tell what would go where; change nothing.")
        ] = False,
        json: Json = False,
    ) -> None:
        """Merge two into one. `tickmark undo` takes it back."""
        run(context, "directory-merge", {"of": of, "kept": kept, "gone": gone, "preview": preview, "as": as_}, json)
