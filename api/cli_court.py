"""The words of `tickmark matters` about dates in court and fees. Parses arguments only; api/commands/court.py has the commands."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""

Json = Annotated[bool, typer.Option("--json", help="Print the JSON.")]
As = Annotated[str, typer.Option("--as", help="Who does it, by e-mail address.")]
Asking = Annotated[str | None, typer.Option("--as", help="Whose eyes to look with; without it the operator's.")]
Matter = Annotated[str, typer.Argument(metavar="MATTER", help="The matter's ref.")]
State = Annotated[str | None, typer.Option(help="Where the court sits, as PA.")]
EVENTS = (
    "complaint-filed|complaint-served|waiver-requested|united-states-served|discovery-served|judgment-entered|"
    "judgment-entered-united-states"
)


def register(matters: typer.Typer, run: Run) -> None:
    """Add them to `matters`."""
    _add_events(matters, run)
    _add_dates(matters, run)
    _add_fees(matters, run)


def _add_events(matters: typer.Typer, run: Run) -> None:
    @matters.command()
    def event(
        context: typer.Context,
        matter: Matter,
        kind: Annotated[str, typer.Argument(metavar="KIND", help=EVENTS)],
        on: Annotated[str, typer.Argument(metavar="DAY", help="The day it happened, as 2026-03-09.")],
        as_: As,
        by_mail: Annotated[bool, typer.Option("--by-mail", help="It was served by mail.")] = False,
        state: State = None,
        note: Annotated[str | None, typer.Option(help="A word about it.")] = None,
        preview: Annotated[bool, typer.Option("--preview", help="Show the dates and how each is counted.")] = False,
        json: Json = False,
    ) -> None:
        """Enter what happened, and the dates that the federal rules count from it; a second person confirms each."""
        given: dict[str, Any] = {"matter": matter, "kind": kind, "on": on, "by_mail": by_mail, "state": state}
        run(context, "matters-event", given | {"note": note, "preview": preview, "as": as_}, json)

    @matters.command()
    def correct(
        context: typer.Context,
        event: Annotated[str, typer.Argument(metavar="EVENT", help="The event's id, from `matters dates`.")],
        on: Annotated[str, typer.Argument(metavar="DAY", help="The right day.")],
        as_: As,
        reason: Annotated[str | None, typer.Option(help="Why it was wrong; it is kept.")] = None,
        by_mail: Annotated[
            bool | None, typer.Option("--by-mail/--not-by-mail", help="How it was served; as it is without.")
        ] = None,
        state: State = None,
        preview: Annotated[bool, typer.Option("--preview", help="Say what would move; change nothing.")] = False,
        json: Json = False,
    ) -> None:
        """Correct an event: its dates are counted again, those that move are to be confirmed anew."""
        given: dict[str, Any] = {"event": event, "on": on, "reason": reason, "by_mail": by_mail, "state": state}
        run(context, "matters-correct", given | {"preview": preview, "as": as_}, json)


def _add_dates(matters: typer.Typer, run: Run) -> None:
    @matters.command()
    def dates(context: typer.Context, matter: Matter, as_: Asking = None, json: Json = False) -> None:
        """List a matter's dates with how each is counted, and the events that they run from."""
        run(context, "matters-dates", {"matter": matter, "as": as_}, json)

    @matters.command("date")
    def enter_date(
        context: typer.Context,
        matter: Matter,
        title: Annotated[str, typer.Argument(metavar="TITLE")],
        due: Annotated[str, typer.Argument(metavar="DAY")],
        authority: Annotated[str, typer.Option(help="Where it comes from: the order, the statute.")],
        as_: As,
        json: Json = False,
    ) -> None:
        """Enter a date that no rule here counts: an order's own, a state's, a statute of limitations."""
        given = {"matter": matter, "title": title, "due": due, "authority": authority, "as": as_}
        run(context, "matters-date", given, json)

    @matters.command()
    def confirm(
        context: typer.Context,
        date: Annotated[str, typer.Argument(metavar="ID", help="The date's id, from `matters dates`.")],
        as_: As,
        due: Annotated[str | None, typer.Option(help="The day you looked at: refused where it moved since.")] = None,
        json: Json = False,
    ) -> None:
        """Confirm a date that somebody else entered."""
        run(context, "matters-confirm", {"date": date, "due": due, "as": as_}, json)


def _add_fees(matters: typer.Typer, run: Run) -> None:
    @matters.command()
    def fee(context: typer.Context, matter: Matter, as_: Asking = None, json: Json = False) -> None:
        """Show a matter's fee agreement, and what the rules ask for that it lacks."""
        run(context, "matters-fee", {"matter": matter, "as": as_}, json)

    @matters.command()
    def agree(
        context: typer.Context,
        matter: Matter,
        kind: Annotated[str, typer.Argument(metavar="hourly|flat|contingent|hybrid")],
        as_: As,
        rate: Annotated[str | None, typer.Option(help="Dollars an hour.")] = None,
        flat: Annotated[str | None, typer.Option(help="Dollars.")] = None,
        percent: Annotated[str | None, typer.Option(help="Of the recovery, as 33.33.")] = None,
        costs: Annotated[str | None, typer.Option(help="first: they come off before the percent; or last.")] = None,
        terms: Annotated[str | None, typer.Option(help="What else is agreed, in words.")] = None,
        sent_on: Annotated[str | None, typer.Option(help="The day it was sent.")] = None,
        signed_on: Annotated[str | None, typer.Option(help="The day it was signed.")] = None,
        document: Annotated[
            str | None, typer.Option(help="The id of the signed document in the client's file.")
        ] = None,
        json: Json = False,
    ) -> None:
        """Enter what is agreed about a matter's fee; it replaces what was entered before."""
        given: dict[str, Any] = {"matter": matter, "kind": kind, "rate": rate, "flat": flat, "percent": percent}
        given |= {"costs": costs, "terms": terms, "sent_on": sent_on, "signed_on": signed_on, "document": document}
        run(context, "matters-agree", given | {"as": as_}, json)

    @matters.command()
    def settle(
        context: typer.Context,
        matter: Matter,
        recovery: Annotated[str, typer.Argument(metavar="DOLLARS", help="What was recovered.")],
        as_: As,
        costs: Annotated[str, typer.Option(help="What it cost, dollars.")] = "0",
        json: Json = False,
    ) -> None:
        """Work out what a recovery comes to under the agreement; nothing is written."""
        run(context, "matters-settle", {"matter": matter, "recovery": recovery, "costs": costs, "as": as_}, json)
