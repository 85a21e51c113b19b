"""`tickmark retention`, `hold`, `erase`, `evidence`: how long records are kept, what goes for good, and the firm's packet of facts."""

from pathlib import Path
from typing import Annotated, Any, Protocol

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
As = Annotated[str, typer.Option("--as", help="Who does it, by e-mail address.")]
Ref = Annotated[str, typer.Argument(metavar="REF", help="The client's ref.")]
Typed = Annotated[str, typer.Option("--type", help="The client's ref once more: this cannot be undone.")]


class Run(Protocol):
    """Runs a command by name and prints its result (api/cli.py)."""

    def __call__(self, context: typer.Context, name: str, arguments: dict[str, Any], as_json: bool = False) -> None: ...


def register(app: typer.Typer, run: Run) -> None:
    """Add them to the command line."""
    retention = typer.Typer(no_args_is_help=True, help="How long records are kept, and what is over its term.")
    app.add_typer(retention, name="retention")
    _add_retention(retention, run)

    @app.command()
    def hold(
        context: typer.Context,
        as_: As,
        client: Annotated[
            str | None, typer.Argument(metavar="[REF]", help="A client; without a reason: its holds.")
        ] = None,
        reason: Annotated[str | None, typer.Option(help="Why it stands, or why it ends.")] = None,
        end: Annotated[str | None, typer.Option(help="The hold that ends, by its id.")] = None,
        json: Json = False,
    ) -> None:
        """Put a legal hold on a client, end one, or list them."""
        run(context, "hold", {"client": client, "reason": reason, "end": end, "as": as_}, json)

    @app.command()
    def erase(
        context: typer.Context,
        client: Ref,
        as_: As,
        plan: Annotated[
            str | None, typer.Option(help="The mark of the plan that was shown; without it, show the plan.")
        ] = None,
        typed: Typed = "",
        json: Json = False,
    ) -> None:
        """Show what the erasure of a client would do, or do it. Exit status 1 when something stands in the way."""
        run(context, "erase", {"client": client, "mark": plan, "typed": typed, "as": as_}, json)

    @app.command()
    def evidence(
        context: typer.Context,
        folder: Annotated[
            Path, typer.Argument(metavar="FOLDER", help="An empty folder, or one that is not there yet.")
        ],
        as_: As,
        json: Json = False,
    ) -> None:
        """Write the firm's packet of facts for its security plan, §7216 and ABA 512. No certification, no legal advice."""
        run(context, "evidence", {"folder": str(folder.absolute()), "as": as_}, json)


def _add_retention(retention: typer.Typer, run: Run) -> None:
    @retention.command("schedule")
    def schedule(context: typer.Context, as_: As, json: Json = False) -> None:
        """Show how long each kind of record is kept, and on whose authority."""
        run(context, "retention", {"as": as_}, json)

    @retention.command("set")
    def set_kind(
        context: typer.Context,
        kind: Annotated[str, typer.Argument(metavar="KIND")],
        months: Annotated[int, typer.Argument(metavar="MONTHS", min=1)],
        as_: As,
        authority: Annotated[str, typer.Option(help="What the firm goes by.")],
        json: Json = False,
    ) -> None:
        """Set the firm's own term for a kind of record."""
        run(context, "retention-set", {"kind": kind, "months": months, "authority": authority, "as": as_}, json)

    @retention.command("due")
    def due(
        context: typer.Context,
        as_: As,
        client: Annotated[str | None, typer.Option("--client", help="Of this client alone, by ref.")] = None,
        json: Json = False,
    ) -> None:
        """List what may be destroyed, by client and kind."""
        run(context, "retention-due", {"client": client, "as": as_}, json)

    @retention.command("destroy")
    def destroy(
        context: typer.Context,
        client: Ref,
        kind: Annotated[str, typer.Argument(metavar="KIND")],
        as_: As,
        mark: Annotated[str, typer.Option(help="What `due` showed: exactly these records.")],
        typed: Typed = "",
        json: Json = False,
    ) -> None:
        """Destroy what is over its term, for good."""
        given = {"client": client, "kind": kind, "mark": mark, "typed": typed, "as": as_}
        run(context, "retention-destroy", given, json)
