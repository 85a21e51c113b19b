"""The words of `tickmark letters` and `tickmark setup` on the command line. Parses arguments only."""

from collections.abc import Callable
from typing import Annotated

import typer

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""

Json = Annotated[bool, typer.Option("--json", help="Print the JSON.")]
As = Annotated[str, typer.Option("--as", help="Who it is, by e-mail address.")]
Asking = Annotated[str | None, typer.Option("--as", help="Whose eyes to look with; without it the operator's.")]
Proposal = Annotated[str, typer.Argument(metavar="ID", help="The proposal's id, from `letters list`.")]


def register(app: typer.Typer, run: Run) -> None:
    """Add `letters` and `setup` to the command line."""
    group = typer.Typer(no_args_is_help=True, help="Proposals, letters out for signature, renewals.")
    app.add_typer(group, name="letters")
    _add_letters(group, run)
    _add_prices(group, run)
    _add_proposals(group, run)
    _add_ends(group, run)
    _add_setup(app, run)


def _add_letters(group: typer.Typer, run: Run) -> None:
    @group.command("list")
    def listing(
        context: typer.Context,
        as_: As,
        client: Annotated[str | None, typer.Option("--client", help="Only this client.")] = None,
        json: Json = False,
    ) -> None:
        """List proposals, and letters out for signature with their signers."""
        run(context, "letters-list", {"client": client, "as": as_}, json)

    @group.command()
    def renew(
        context: typer.Context,
        as_: As,
        refs: Annotated[list[str] | None, typer.Argument(metavar="[REF]...", help="Clients; else all active.")] = None,
        percent: Annotated[str, typer.Option(help="By how much prices change.")] = "0",
        step: Annotated[int, typer.Option("--round-to", help="Whole dollars: 1 or 5.")] = 1,
        draft: Annotated[bool, typer.Option("--draft", help="Draft them for review; else only show.")] = False,
        undo: Annotated[str | None, typer.Option(help="Take back the renewals of this id instead.")] = None,
        json: Json = False,
    ) -> None:
        """Show next year's letters with changed prices, or draft them for review."""
        given = {"clients": refs or [], "percent": percent, "step": step, "draft": draft, "undo": undo, "as": as_}
        run(context, "letters-renew", given, json)


def _add_prices(group: typer.Typer, run: Run) -> None:
    @group.command()
    def prices(
        context: typer.Context,
        usual: Annotated[
            bool,
            typer.Option("--usual", help="Begin with the usual services of a firm; their prices are yours to set."),
        ] = False,
        as_: Asking = None,
        json: Json = False,
    ) -> None:
        """Show the price list with the short names of its services."""
        run(context, "letters-prices", {"usual": usual, "as": as_}, json)

    @group.command()
    def price(
        context: typer.Context,
        service: Annotated[str, typer.Argument(metavar="SERVICE", help="Its short name, as return-1040.")],
        as_: As,
        dollars: Annotated[
            str | None, typer.Argument(metavar="[DOLLARS]", help="For the work, an hour, a period.")
        ] = None,
        title: Annotated[str | None, typer.Option(help="How it is called in a letter.")] = None,
        kind: Annotated[str | None, typer.Option(help="The kind of work, as 1040 or bookkeeping.")] = None,
        pricing: Annotated[str | None, typer.Option(help="fixed, hourly or recurring.")] = None,
        months: Annotated[int | None, typer.Option("--every", help="Of a recurring price: months, 1 to 12.")] = None,
        covers: Annotated[str | None, typer.Option(help="What it covers, as the letter says it.")] = None,
        offer: Annotated[
            bool | None, typer.Option("--offer/--no-offer", help="Offer it again, or not any more.")
        ] = None,
        json: Json = False,
    ) -> None:
        """Set one price of the list, or put a service on it; what is not given stays."""
        given = {
            "service": service,
            "price": dollars,
            "title": title,
            "kind": kind,
            "pricing": pricing,
            "months": months,
        }
        run(context, "letters-price", given | {"covers": covers, "offer": offer, "as": as_}, json)


def _add_proposals(group: typer.Typer, run: Run) -> None:
    @group.command()
    def propose(
        context: typer.Context,
        ref: Annotated[str, typer.Argument(metavar="REF", help="The client's ref.")],
        services: Annotated[
            list[str],
            typer.Argument(
                metavar="SERVICE[:PRICE[:QUANTITY[:OPTION]]]...",
                help='As "books", "books:425.50", "advice::7.5" or "advice::2:Basic".',
            ),
        ],
        start: Annotated[str, typer.Option(help="The first day, as 2026-04-01.")],
        end: Annotated[str, typer.Option(help="The last day.")],
        as_: As,
        title: Annotated[str | None, typer.Option(help="What it is called.")] = None,
        note: Annotated[str | None, typer.Option(help="A word inside the firm.")] = None,
        json: Json = False,
    ) -> None:
        """Propose services to a client, at the list's price or another."""
        given = {"client": ref, "services": services, "start": start, "end": end, "title": title, "note": note}
        run(context, "letters-propose", given | {"as": as_}, json)

    @group.command()
    def show(context: typer.Context, proposal: Proposal, as_: Asking = None, json: Json = False) -> None:
        """Show a proposal with its lines and what each option comes to."""
        run(context, "letters-show", {"proposal": proposal, "as": as_}, json)

    @group.command()
    def choose(
        context: typer.Context,
        proposal: Proposal,
        option: Annotated[str, typer.Argument(metavar="OPTION")],
        as_: As,
        json: Json = False,
    ) -> None:
        """Note the option that the client takes."""
        run(context, "letters-choose", {"proposal": proposal, "option": option, "as": as_}, json)


def _add_ends(group: typer.Typer, run: Run) -> None:
    @group.command()
    def draft(context: typer.Context, proposal: Proposal, as_: As, json: Json = False) -> None:
        """Draft a proposal's engagement letter and file it for review."""
        run(context, "letters-draft", {"proposal": proposal, "as": as_}, json)

    @group.command()
    def withdraw(
        context: typer.Context,
        proposal: Proposal,
        reason: Annotated[str, typer.Option(help="Why; it is kept.")],
        as_: As,
        json: Json = False,
    ) -> None:
        """Withdraw a proposal, and its letter while that is in the firm. Exit status 1 where it is too late."""
        run(context, "letters-withdraw", {"proposal": proposal, "reason": reason, "as": as_}, json)

    @group.command()
    def send(
        context: typer.Context,
        letter: Annotated[str, typer.Argument(metavar="LETTER", help="The released letter's id, from `letters show`.")],
        signers: Annotated[
            list[str], typer.Argument(metavar="SIGNER...", help='As "Ngozi Okafor <ngozi@harbor.example>", in order.')
        ],
        as_: As,
        json: Json = False,
    ) -> None:
        """Put a released letter out for signature: a link for each signer, shown once and sent to nobody."""
        run(context, "letters-send", {"letter": letter, "signers": signers, "as": as_}, json)


def _add_setup(app: typer.Typer, run: Run) -> None:
    @app.command()
    def setup(
        context: typer.Context,
        name: Annotated[str | None, typer.Option(help="The firm's name.")] = None,
        timezone: Annotated[str, typer.Option(help="Its time zone, as America/Chicago.")] = "America/New_York",
        fiscal_year_end: Annotated[str, typer.Option(help="Its year's end, as 12-31.")] = "12-31",
        email: Annotated[str | None, typer.Option(help="A person to add, by e-mail address.")] = None,
        person: Annotated[str | None, typer.Option(help="That person's name.")] = None,
        role: Annotated[str, typer.Option(help="partner, manager, senior, staff or admin.")] = "partner",
        json: Json = False,
    ) -> None:
        """Set up a firm step by step; without options say what is there and what is missing."""
        given = {"name": name, "timezone": timezone, "fiscal_year_end": fiscal_year_end, "email": email}
        run(context, "setup", {**given, "person": person, "role": role}, json)
