"""The words of `tickmark person`, `role`, `team`, `wall` and `glass`. Parses arguments only; api/commands/people.py has the commands."""

from collections.abc import Callable
from typing import Annotated

import typer

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""

Json = Annotated[bool, typer.Option("--json", help="Print the JSON.")]
As = Annotated[str, typer.Option("--as", help="Who it is, by e-mail address.")]
Asking = Annotated[str | None, typer.Option("--as", help="Who it is; without it the operator.")]
Email = Annotated[str, typer.Argument(metavar="EMAIL")]
Ref = Annotated[str, typer.Argument(metavar="REF", help="The client's ref.")]
Why = Annotated[str, typer.Option("--reason", help="Why, in a sentence; it is kept.")]


def register(app: typer.Typer, person: typer.Typer, run: Run) -> None:
    """Add the rest of `person`, and `role`, `team`, `wall`, `glass` to the command line."""
    role, team, wall, glass = (
        typer.Typer(no_args_is_help=True, help=text)
        for text in (
            "Roles and what each may do.",
            "Who sees a client.",
            "Ethical walls: who never sees a client.",
            "Clients opened from outside their team, for some hours.",
        )
    )
    for name, group in (("role", role), ("team", team), ("wall", wall), ("glass", glass)):
        app.add_typer(group, name=name)
    _people(person, role, run)
    _team(team, run)
    _walls(wall, run)
    _glass(glass, run)


def _people(person: typer.Typer, role: typer.Typer, run: Run) -> None:
    @person.command("list")
    def listing(context: typer.Context, as_: Asking = None, json: Json = False) -> None:
        """List everybody of the firm."""
        run(context, "person-list", {"as": as_}, json)

    @person.command()
    def add(
        context: typer.Context,
        email: Email,
        name: Annotated[str, typer.Argument(metavar="NAME")],
        role: Annotated[str, typer.Option(help="A role, or one of the firm's own.")] = "staff",
        hours: Annotated[str | None, typer.Option(help="Hours a week.")] = None,
        as_: Asking = None,
        json: Json = False,
    ) -> None:
        """Add somebody."""
        run(context, "person-add", {"email": email, "name": name, "role": role, "hours": hours, "as": as_}, json)

    @person.command("role")
    def set_role(
        context: typer.Context,
        email: Email,
        role: Annotated[str, typer.Argument(metavar="ROLE")],
        as_: Asking = None,
        json: Json = False,
    ) -> None:
        """Give somebody another role."""
        run(context, "person-role", {"email": email, "role": role, "as": as_}, json)

    @person.command()
    def deactivate(context: typer.Context, email: Email, as_: Asking = None, json: Json = False) -> None:
        """Let somebody go: sessions and tokens end; prints what must be handed over."""
        run(context, "person-deactivate", {"email": email, "as": as_}, json)

    @person.command()
    def reactivate(context: typer.Context, email: Email, as_: Asking = None, json: Json = False) -> None:
        """Take somebody back."""
        run(context, "person-reactivate", {"email": email, "as": as_}, json)

    @role.command("list")
    def all_roles(context: typer.Context, as_: Asking = None, json: Json = False) -> None:
        """List the roles with their rights."""
        run(context, "role-list", {"as": as_}, json)


def _team(team: typer.Typer, run: Run) -> None:
    @team.command()
    def show(context: typer.Context, ref: Ref, as_: Asking = None, json: Json = False) -> None:
        """Show who sees a client, and why."""
        run(context, "team-show", {"client": ref, "as": as_}, json)

    @team.command()
    def add(context: typer.Context, ref: Ref, email: Email, as_: As, json: Json = False) -> None:
        """Put somebody into the team."""
        run(context, "team-add", {"client": ref, "email": email, "as": as_}, json)

    @team.command()
    def remove(context: typer.Context, ref: Ref, email: Email, as_: As, json: Json = False) -> None:
        """Take somebody out of the team."""
        run(context, "team-remove", {"client": ref, "email": email, "as": as_}, json)


def _walls(wall: typer.Typer, run: Run) -> None:
    @wall.command("list")
    def listing(context: typer.Context, as_: As, json: Json = False) -> None:
        """List the walls that stand, and those that were lifted."""
        run(context, "wall-list", {"as": as_}, json)

    @wall.command("set")
    def put_up(
        context: typer.Context,
        email: Email,
        reason: Why,
        as_: As,
        clients: Annotated[list[str] | None, typer.Argument(metavar="[REF]...")] = None,
        group: Annotated[str | None, typer.Option(help="Every client of this group.")] = None,
        matter: Annotated[str | None, typer.Option(help="The client of this matter.")] = None,
        json: Json = False,
    ) -> None:
        """Put up walls around somebody; prints what must be handed over."""
        given = {"email": email, "clients": clients, "group": group, "matter": matter, "reason": reason, "as": as_}
        run(context, "wall-set", given, json)

    @wall.command()
    def lift(
        context: typer.Context,
        wall: Annotated[str, typer.Argument(metavar="WALL", help="Its id, from the list.")],
        reason: Why,
        as_: As,
        json: Json = False,
    ) -> None:
        """End a wall; it is kept, with who ended it and why."""
        run(context, "wall-lift", {"wall": wall, "reason": reason, "as": as_}, json)


def _glass(glass: typer.Typer, run: Run) -> None:
    @glass.command("list")
    def listing(context: typer.Context, as_: As, json: Json = False) -> None:
        """List what was opened."""
        run(context, "glass-list", {"as": as_}, json)

    @glass.command("break")
    def break_glass(context: typer.Context, ref: Ref, reason: Why, as_: As, json: Json = False) -> None:
        """Open a client for some hours; its partner is told."""
        run(context, "glass-break", {"client": ref, "reason": reason, "as": as_}, json)

    @glass.command()
    def close(
        context: typer.Context,
        glass: Annotated[str, typer.Argument(metavar="ID")],
        as_: As,
        json: Json = False,
    ) -> None:
        """End it now."""
        run(context, "glass-close", {"glass": glass, "as": as_}, json)
