"""The words of `tickmark search` and `tickmark index` on the command line. Parses arguments only; the commands are in api/commands."""

from collections.abc import Callable
from typing import Annotated

import typer

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""

Json = Annotated[bool, typer.Option("--json", help="Print the JSON.")]
First = Annotated[str, typer.Argument(metavar="REF", help="The client's ref; with --all the query.")]
Query = Annotated[str | None, typer.Argument(metavar="QUERY", help="What to look for.")]
Kind = Annotated[list[str] | None, typer.Option(help="Only documents of this kind: payroll-register; again for more.")]
Period = Annotated[str | None, typer.Option(help="Only documents of this period: 2025, 2025-Q3, 2025-09, FY2025.")]
Work = Annotated[str | None, typer.Option(help="Only documents of this engagement, by its ref.")]
Many = Annotated[int, typer.Option("-k", min=1, max=100, help="How many passages.")]
As = Annotated[str | None, typer.Option("--as", help="Whose eyes to look with; without it the operator's.")]
Everywhere = Annotated[bool, typer.Option("--all", help="Clients, records and passages of all clients.")]
Again = Annotated[
    bool, typer.Option("--embed", help="Embed clients again whose vectors are not of the model that is set.")
]


def register(app: typer.Typer, run: Run) -> None:
    """Add `search` and `index` to the command line."""
    _add_search(app, run)
    group = typer.Typer(no_args_is_help=True, help="The vector index.")
    app.add_typer(group, name="index")
    _add_index(group, run)


def _add_search(app: typer.Typer, run: Run) -> None:
    @app.command()
    def search(
        context: typer.Context,
        first: First,
        query: Query = None,
        everywhere: Everywhere = False,
        kind: Kind = None,
        period: Period = None,
        engagement: Work = None,
        k: Many = 10,
        as_: As = None,
        json: Json = False,
    ) -> None:
        """Find the client's passages, best first: `search REF QUERY`; or search all clients: `search --all QUERY`."""
        narrowed = bool(kind or period or engagement)
        if everywhere and (query is not None or narrowed):
            raise typer.BadParameter("--all takes the query alone, in quotation marks: it is about no one client")
        if everywhere:
            run(context, "search-all", {"query": first, "k": k, "as": as_}, json)
            return
        if query is None:
            raise typer.BadParameter("what to look for is missing: search REF QUERY, or search --all QUERY")
        only = {"kinds": kind or None, "period": period, "engagement": engagement}
        run(context, "search", {"client": first, "query": query, "k": k, "as": as_, **only}, json)


def _add_index(group: typer.Typer, run: Run) -> None:
    @group.command()
    def verify(context: typer.Context, json: Json = False) -> None:
        """Hold Chroma against the records."""
        run(context, "index-verify", {}, json)

    @group.command()
    def rebuild(context: typer.Context, embed: Again = False, json: Json = False) -> None:
        """Make Chroma anew from the vectors in the records."""
        run(context, "index-rebuild", {"embed": embed}, json)

    @group.command()
    def reread(context: typer.Context, json: Json = False) -> None:
        """Read kinds and facts again where earlier rules read them."""
        run(context, "index-reread", {}, json)
