"""The words of `tickmark requests` on the command line. Parses arguments only; api/commands/requests.py has the commands."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""

Json = Annotated[bool, typer.Option("--json", help="Print the JSON.")]
As = Annotated[str, typer.Option("--as", help="Who it is, by e-mail address.")]
Key = Annotated[str, typer.Argument(metavar="LIST", help="The list's id, from `requests list`.")]
Asking = Annotated[str | None, typer.Option("--as", help="Whose eyes to look with; without it the operator's.")]


def register(app: typer.Typer, run: Run) -> None:
    """Add `requests` to the command line."""
    requests = typer.Typer(no_args_is_help=True, help="What clients owe us: lists, documents that answer, reminders.")
    app.add_typer(requests, name="requests")

    @requests.command("list")
    def listing(
        context: typer.Context,
        client: Annotated[
            str | None, typer.Argument(metavar="[REF]", help="Its items; without it all open lists.")
        ] = None,
        as_: Asking = None,
        json: Json = False,
    ) -> None:
        """List the open lists, the oldest first, or a client's items with what is proposed."""
        run(context, "requests-list", {"client": client, "as": as_}, json)

    @requests.command()
    def make(
        context: typer.Context,
        as_: As,
        engagement: Annotated[
            str | None, typer.Argument(metavar="[ENGAGEMENT]", help="The engagement's ref; without it --client.")
        ] = None,
        client: Annotated[
            str | None, typer.Option("--client", help="The client's ref, for a list that is about no engagement.")
        ] = None,
        name: Annotated[
            str | None, typer.Option(help='How the list is called, as "Tax 2026"; without it the engagement’s own.')
        ] = None,
        template: Annotated[str | None, typer.Option(help="Another list than that of the work.")] = None,
        year: Annotated[
            int | None,
            typer.Option(help="With --client: the year whose papers are asked for; with --template the last one."),
        ] = None,
        item: Annotated[list[str] | None, typer.Option("--item", help="One thing more; may be given again.")] = None,
        due: Annotated[str | None, typer.Option(help="When the client is to answer, as 2026-03-30.")] = None,
        no_reminders: Annotated[
            bool, typer.Option("--no-reminders", help="Chase it only when an item is late.")
        ] = False,
        preview: Annotated[bool, typer.Option("--preview", help="Show what would be asked for; make nothing.")] = False,
        json: Json = False,
    ) -> None:
        """Make a list from its template and last year's documents. Nothing is sent."""
        given: dict[str, Any] = {
            "engagement": engagement,
            "client": client,
            "name": name,
            "template": template,
            "year": year,
        }
        run(
            context,
            "requests-make",
            given | {"item": item, "due": due, "no_reminders": no_reminders, "preview": preview, "as": as_},
            json,
        )

    _on_lists(requests, run)
    _with_documents(requests, run)


def _with_documents(requests: typer.Typer, run: Run) -> None:
    @requests.command()
    def confirm(
        context: typer.Context,
        match: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Without one: list them.")] = None,
        as_: Asking = None,
        client: Annotated[str | None, typer.Option("--client", help="Only this client's.")] = None,
        refuse: Annotated[bool, typer.Option("--refuse", help="They do not answer; never propose them again.")] = False,
        whole: Annotated[bool, typer.Option("--whole", help="Nothing more is expected of the item.")] = False,
        json: Json = False,
    ) -> None:
        """Confirm or refuse documents that may answer an item, or list them."""
        given = {"match": match, "client": client, "refuse": refuse, "whole": whole, "as": as_}
        run(context, "requests-confirm", given, json)

    @requests.command()
    def remind(
        context: typer.Context,
        client: Annotated[str | None, typer.Argument(metavar="[REF]", help="This client, before its day too.")] = None,
        as_: Asking = None,
        json: Json = False,
    ) -> None:
        """Draft the reminders that are due, for a partner's release. Nothing is sent."""
        run(context, "requests-remind", {"client": client, "as": as_}, json)


def _on_lists(requests: typer.Typer, run: Run) -> None:
    @requests.command()
    def change(
        context: typer.Context,
        list_id: Key,
        as_: As,
        name: Annotated[str | None, typer.Option(help="Another name.")] = None,
        due: Annotated[
            str | None, typer.Option(help="Another day to answer by, as 2026-03-30: of every open item.")
        ] = None,
        json: Json = False,
    ) -> None:
        """Give a list another name or day."""
        run(context, "requests-change", {"list": list_id, "name": name, "due": due, "as": as_}, json)

    @requests.command()
    def close(context: typer.Context, list_id: Key, as_: As, json: Json = False) -> None:
        """Close a list: nothing of it is asked for any more, what came stays."""
        run(context, "requests-close", {"list": list_id, "as": as_}, json)

    @requests.command()
    def reopen(context: typer.Context, list_id: Key, as_: As, json: Json = False) -> None:
        """Open a closed list again."""
        run(context, "requests-reopen", {"list": list_id, "as": as_}, json)

    @requests.command()
    def move(
        context: typer.Context,
        item: Annotated[str, typer.Argument(metavar="ITEM", help="The item's id.")],
        list_id: Key,
        as_: As,
        json: Json = False,
    ) -> None:
        """Put an item on another list of the same client."""
        run(context, "requests-move", {"item": item, "list": list_id, "as": as_}, json)
