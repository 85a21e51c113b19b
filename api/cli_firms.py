"""The commands `tickmark firm create` and `firm list`, for the operator of a host that serves several firms."""

from pathlib import Path
from typing import Annotated

import typer

from api.execute import failing
from api.output import say

File = Annotated[Path, typer.Option("--firms", envvar="TICKMARK_FIRMS", help="The control file of the host.")]


def register(app: typer.Typer) -> None:
    """Hang them on the command line. They need no home: the control file says where each firm has its own."""
    firm = typer.Typer(no_args_is_help=True, help="The firms of this host.")
    app.add_typer(firm, name="firm")

    @firm.command()
    def create(
        name: Annotated[str, typer.Argument(metavar="NAME", help="A short name: small letters, digits and -.")],
        host: Annotated[
            list[str], typer.Option("--host", help="The name under which people open it; may be repeated.")
        ],
        partner: Annotated[str, typer.Option(help="The e-mail address of the first partner, who is invited.")],
        partner_name: Annotated[str, typer.Option(help="Her name.")],
        title: Annotated[str, typer.Option(help="What the firm is called.")],
        timezone: Annotated[str, typer.Option(help="Where its night begins at two.")] = "America/New_York",
        firms: File = Path("firms.toml"),
        json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ) -> None:
        """Make a firm: home, database, keys, index and files of its own, and the first partner's invitation."""
        from api.firms.create import Asked
        from api.firms.create import create as make

        with failing():
            say(make(firms, Asked(name, tuple(host), partner, partner_name, title, timezone)), json)

    @firm.command("list")
    def listing(
        firms: File = Path("firms.toml"),
        json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ) -> None:
        """Show the firms of this host."""
        from api.firms.create import listing as known

        with failing():
            say(known(firms), json)
