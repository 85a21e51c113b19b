"""The words of `tickmark deadlines` on the command line. Parses arguments only; the commands are in api/commands/deadlines.py."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from api.output import complain

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""

Json = Annotated[bool, typer.Option("--json", help="Print the JSON.")]
As = Annotated[
    str | None, typer.Option("--as", help="Whose eyes, or who says so, by e-mail address; else the operator.")
]
State = Annotated[str, typer.Option("--state", help="The state's two letters.")]


def register(app: typer.Typer, run: Run) -> None:
    """Add `deadlines` to the command line."""
    group = typer.Typer(help="The firm's dates, by day, each with how it was computed; the rules behind them.")
    states = typer.Typer(no_args_is_help=True, help="The rules of states' own returns, which the firm enters.")
    app.add_typer(group, name="deadlines")
    group.add_typer(states, name="state")
    _add_listing(group, run)
    _add_postponements(group, run)
    _add_states(states, run)


def _add_listing(group: typer.Typer, run: Run) -> None:
    @group.callback(invoke_without_command=True)
    def listing(
        context: typer.Context,
        client: Annotated[str | None, typer.Option("--client", help="Only this client.")] = None,
        first: Annotated[
            str | None, typer.Option("--from", help="First day; without it today, and what is overdue.")
        ] = None,
        last: Annotated[str | None, typer.Option("--to", help="Last day; without it 45 days on.")] = None,
        kind: Annotated[str | None, typer.Option("--kind", help="Only this kind: return, notice, payroll …")] = None,
        cls: Annotated[str | None, typer.Option("--class", help="Only this class: A, B, C or D.")] = None,
        done: Annotated[bool, typer.Option("--done", help="With what is finished.")] = False,
        how: Annotated[bool, typer.Option("--how", help="With every step of how each date was computed.")] = False,
        as_: As = None,
        json: Json = False,
    ) -> None:
        if context.invoked_subcommand is not None:
            return
        arguments: dict[str, Any] = {"client": client, "from": first, "to": last, "kind": kind, "class": cls}
        run(context, "deadlines", {**arguments, "done": done, "how": how, "as": as_}, json)

    @group.command()
    def rules(context: typer.Context, json: Json = False) -> None:
        """Print every rule with its authority, years and what it does with closed days."""
        run(context, "deadlines-rules", {}, json)


def _add_postponements(group: typer.Typer, run: Run) -> None:
    @group.command("postponements")
    def postponements(context: typer.Context, json: Json = False) -> None:
        """List the disaster postponements on record (IRC §7508A)."""
        run(context, "deadlines-postponements", {}, json)

    @group.command()
    def postpone(
        context: typer.Context,
        notice: Annotated[
            str, typer.Argument(metavar="NOTICE", help="The IRS's notice or news release, like IR-2026-10.")
        ],
        state: State,
        first: Annotated[str, typer.Option("--from", help="First due day that moves.")],
        last: Annotated[str, typer.Option("--to", help="Last due day that moves.")],
        until: Annotated[str, typer.Option("--until", help="The day they move to.")],
        county: Annotated[
            str | None, typer.Option(help="Only this county; clients' counties are a custom column.")
        ] = None,
        as_: As = None,
        json: Json = False,
    ) -> None:
        """Record a disaster postponement."""
        arguments: dict[str, Any] = {"notice": notice, "state": state, "county": county, "as": as_}
        run(context, "deadlines-postpone", {**arguments, "from": first, "to": last, "until": until}, json)

    @group.command()
    def withdraw(
        context: typer.Context,
        identity: Annotated[str, typer.Argument(metavar="ID")],
        as_: As = None,
        json: Json = False,
    ) -> None:
        """Take a postponement away that was recorded by mistake."""
        run(context, "deadlines-withdraw", {"id": identity, "as": as_}, json)


def _add_states(states: typer.Typer, run: Run) -> None:
    @states.command()
    def load(context: typer.Context, file: Path, as_: As = None, json: Json = False) -> None:
        """Enter the rows of a CSV: state, form, title, entity_types, months, day, extension_months, extension_day, rolls, authority,
        from_year, through_year, status."""
        try:
            text = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            complain(f"{file} cannot be read ({error}); save it as CSV in UTF-8")
            raise typer.Exit(1) from None
        run(context, "deadlines-state-load", {"text": text, "as": as_}, json)

    @states.command("list")
    def listing(context: typer.Context, json: Json = False) -> None:
        """List the rules of states that are entered."""
        run(context, "deadlines-state-list", {}, json)

    @states.command()
    def remove(
        context: typer.Context,
        state: Annotated[str, typer.Argument(metavar="STATE")],
        form: Annotated[str, typer.Argument(metavar="FORM")],
        as_: As = None,
        json: Json = False,
    ) -> None:
        """Take the rules of a state's form away."""
        run(context, "deadlines-state-remove", {"state": state, "form": form, "as": as_}, json)
