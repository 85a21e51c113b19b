"""The words of `tickmark work`, `tickmark task` and `tickmark roll-forward`. Parses arguments only; api/commands/workflow.py has the
commands."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""

Json = Annotated[bool, typer.Option("--json", help="Print the JSON.")]
As = Annotated[str, typer.Option("--as", help="Who it is, by e-mail address.")]
Asking = Annotated[str | None, typer.Option("--as", help="Whose eyes to look with; without it the operator's.")]
Acting = Annotated[str | None, typer.Option("--as", help="Who it is, by e-mail address; without it the operator.")]
Ref = Annotated[str, typer.Argument(metavar="REF", help="The client's ref.")]
Client = Annotated[str | None, typer.Option("--client", help="Only this client.")]
Owner = Annotated[str | None, typer.Option(help="Whose it is, by address; the asker's without it.")]
Due = Annotated[str | None, typer.Option(help="A day, as 2026-03-09.")]
Engagement = Annotated[str | None, typer.Option(help="The engagement's ref.")]
STAGES = "not-started, waiting-on-client, in-progress, in-review, ready-to-file, filed, done, open or finished"


def register(app: typer.Typer, run: Run) -> None:
    """Add `work`, `task` and `roll-forward` to the command line."""
    work = typer.Typer()
    task = typer.Typer(no_args_is_help=True, help="Tasks: list them, add one, mark one as done.")
    app.add_typer(work, name="work")
    app.add_typer(task, name="task")
    _add_work(work, run)
    _add_plans(work, run)
    _add_tasks(task, run)
    _add_roll(app, run)


def _add_work(work: typer.Typer, run: Run) -> None:
    @work.callback(invoke_without_command=True)
    def listing(
        context: typer.Context,
        client: Client = None,
        person: Annotated[str | None, typer.Option(help="Only those of this owner, by address.")] = None,
        stage: Annotated[str | None, typer.Option(help=f"One of {STAGES}.")] = None,
        template: Annotated[str | None, typer.Option(help="Only of this template.")] = None,
        due: Annotated[str | None, typer.Option(help="late, week, month or none.")] = None,
        as_: Asking = None,
        json: Json = False,
    ) -> None:
        """List open engagements, and those finished in the last 60 days; or start one, move one, see series and templates."""
        if context.invoked_subcommand is not None:
            return
        given = {"client": client, "person": person, "stage": stage, "template": template, "due": due, "as": as_}
        run(context, "work", given, json)

    @work.command()
    def start(
        context: typer.Context,
        ref: Ref,
        template: Annotated[str, typer.Argument(metavar="TEMPLATE")],
        period: Annotated[str, typer.Argument(metavar="[PERIOD]", help="2025, 2026-Q3 or 2026-10.")] = "",
        as_: Acting = None,
        owner: Owner = None,
        title: Annotated[str | None, typer.Option(help="Instead of the template's.")] = None,
        due: Due = None,
        budget: Annotated[str | None, typer.Option(help="Hours.")] = None,
        fee: Annotated[str | None, typer.Option(help="A fixed fee, dollars.")] = None,
        json: Json = False,
    ) -> None:
        """Start an engagement from a template, with its steps as tasks."""
        given: dict[str, Any] = {"client": ref, "template": template, "period": period, "owner": owner, "as": as_}
        run(context, "work-start", given | {"title": title, "due": due, "budget": budget, "fee": fee}, json)

    @work.command()
    def move(
        context: typer.Context,
        ref: Annotated[str, typer.Argument(metavar="ENGAGEMENT", help="Its ref.")],
        stage: Annotated[str, typer.Argument(metavar="STAGE")],
        as_: Acting = None,
        json: Json = False,
    ) -> None:
        """Move an engagement to a stage."""
        run(context, "work-move", {"ref": ref, "stage": stage, "as": as_}, json)


def _add_plans(work: typer.Typer, run: Run) -> None:
    @work.command()
    def series(
        context: typer.Context,
        client: Client = None,
        make: Annotated[bool, typer.Option("--make", help="First make what they have come to.")] = False,
        as_: Acting = None,
        json: Json = False,
    ) -> None:
        """List the series with what they make next."""
        run(context, "work-series", {"client": client, "make": make, "as": as_}, json)

    @work.command()
    def templates(
        context: typer.Context,
        slug: Annotated[str | None, typer.Argument(metavar="[TEMPLATE]", help="Without it all of them.")] = None,
        as_: Asking = None,
        json: Json = False,
    ) -> None:
        """List the templates, or one with its steps."""
        run(context, "work-templates", {"slug": slug, "as": as_}, json)


def _add_tasks(task: typer.Typer, run: Run) -> None:
    @task.command("list")
    def listing(
        context: typer.Context,
        client: Client = None,
        engagement: Engagement = None,
        everybody: Annotated[bool, typer.Option("--all", help="Everybody's, not only one's own.")] = False,
        as_: Asking = None,
        json: Json = False,
    ) -> None:
        """List open tasks by due date."""
        given = {"client": client, "engagement": engagement, "all": everybody, "as": as_}
        run(context, "task-list", given, json)

    @task.command()
    def add(
        context: typer.Context,
        ref: Ref,
        title: Annotated[str, typer.Argument(metavar="TITLE", help="What is to be done.")],
        as_: As,
        due: Due = None,
        owner: Owner = None,
        engagement: Engagement = None,
        estimate: Annotated[str | None, typer.Option(help="Hours.")] = None,
        every: Annotated[str | None, typer.Option(help="It comes again: week, month, quarter or year.")] = None,
        json: Json = False,
    ) -> None:
        """Add a task."""
        given = {"client": ref, "title": title, "due": due, "owner": owner, "engagement": engagement, "as": as_}
        run(context, "task-add", given | {"estimate": estimate, "every": every}, json)

    @task.command()
    def done(
        context: typer.Context,
        task: Annotated[str, typer.Argument(metavar="ID")],
        as_: As,
        tick: Annotated[bool, typer.Option("--tick", help="Tick what is left of its checklist.")] = False,
        json: Json = False,
    ) -> None:
        """Mark a task as done; refused while what comes first is open."""
        run(context, "task-done", {"id": task, "tick": tick, "as": as_}, json)


def _add_roll(app: typer.Typer, run: Run) -> None:
    @app.command("roll-forward")
    def roll_forward(
        context: typer.Context,
        refs: Annotated[list[str] | None, typer.Argument(metavar="[ENGAGEMENT]…", help="Without any, all.")] = None,
        year: Annotated[int | None, typer.Option(help="Whose finished work; last year's without it.")] = None,
        template: Annotated[str | None, typer.Option(help="Only of this template.")] = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be made, change nothing.")] = False,
        as_: Acting = None,
        json: Json = False,
    ) -> None:
        """Make next year's of finished yearly work; twice makes nothing twice."""
        given = {"refs": refs or None, "year": year, "template": template, "dry_run": dry_run, "as": as_}
        run(context, "roll-forward", given, json)
