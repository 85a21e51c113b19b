"""The commands that stand above the service, for the command line: demo, evals, bench, promises. Registered by the entry point
`tickmark.commands`.

Only arguments and printing; what a command does is in its own module, imported when it is called.
"""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.commands.result import Result
from api.execute import failing
from api.output import Meter, say, tell

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Port = Annotated[int | None, typer.Option(help="The port to listen on; 0 takes a free one.")]
Reuse = Annotated[
    bool, typer.Option("--reuse", help="Take the sample homes as they are, though the program changed since.")
]

Keep = Annotated[
    bool, typer.Option("--keep", help="Keep the figures in evals/measured, and make the pages of figures anew.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (demo, evals, bench, promises):
        app.command()(command)


def demo(
    context: typer.Context,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Make everything and end.")] = False,
    clients: Annotated[int | None, typer.Option(min=1, max=10_000, help="How many clients; by itself 75.")] = None,
    seed: Annotated[int | None, typer.Option(help="Another seed makes another firm; by itself 7.")] = None,
    port: Port = None,
    json: Json = False,
) -> None:
    """Make the sample firm, load, scan and serve it."""
    from evals import demo as command
    from evals.homes import Wish

    with failing():
        result = command.run(context.obj, Wish(clients, seed), serve=not no_serve, port=port, progress=Meter())
        if no_serve:
            say(result, json)


def evals(
    context: typer.Context,
    tasks: Annotated[
        list[str] | None, typer.Argument(metavar="[TASK]...", help="Which; documents: all on papers; none: all.")
    ] = None,
    clients: Annotated[int, typer.Option(min=1, max=10_000, help="How many clients each sample firm has.")] = 75,
    seed: Annotated[list[int] | None, typer.Option(help="A sample firm for each seed; by itself 7.")] = None,
    pack: Annotated[Path | None, typer.Option(help="The folder of the pack of real files.")] = None,
    baseline: Annotated[Path | None, typer.Option(help="Write the figures there.")] = None,
    against: Annotated[
        str | None,
        typer.Option(help="A baseline (.json), a prompt's file (.md) or a model of the settings to hold it against."),
    ] = None,
    record: Annotated[
        bool, typer.Option("--record", help="Keep the figures as the evaluation of the prompts in use.")
    ] = False,
    drafts: Annotated[int, typer.Option(min=1, help="How many drafts the task writer has a small model word.")] = 12,
    reuse: Reuse = False,
    listed: Annotated[bool, typer.Option("--list", help="Only say what there is, and what is kept of it.")] = False,
    keep: Keep = False,
    rebase: Annotated[bool, typer.Option("--rebase", help="With --keep: these figures are the new baseline.")] = False,
    gate: Annotated[bool, typer.Option("--gate", help="Fail where a figure is below its gate.")] = False,
    json: Json = False,
) -> None:
    """Run evaluations; print figures with n and standard error."""
    from api.settings import load_settings
    from evals import areas
    from evals.evaluate import Wanted, evaluated

    with failing():
        if listed:
            say(Result(list(areas.listed()), areas.table()), json)
            return
        wanted = Wanted(
            tasks or (), clients, seed or (7,), pack, baseline, against, record, drafts, reuse, keep, rebase, gate
        )
        _end(evaluated(load_settings(context.obj), wanted, _today()), json)


def bench(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Which; without one all.")] = None,
    clients: Annotated[
        int | None, typer.Option(min=1, max=10_000, help="How many clients the sample firm has; by itself 6.")
    ] = None,
    reuse: Reuse = False,
    keep: Keep = False,
    json: Json = False,
) -> None:
    """Measure speed and memory; print figures with n and spread. `--keep` alone runs what the pages of figures are made of."""
    from api.settings import load_settings
    from evals.bench import as_json, planned, run, table
    from evals.kept import keep_bench
    from evals.paper import write_pages

    with failing():
        homes, reports = load_settings(context.obj).home / "evals", []
        for one in run(planned(names or (), clients, keep), homes, reuse):
            reports.append(one)
            if keep:  # one after the other: what ends early leaves what it measured
                keep_bench(as_json([one]), _today())
        if keep:
            tell(f"Written: {', '.join(write_pages())}.")
        say(Result(as_json(reports), table(reports)), json)


def promises(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail where a page is not what is kept.")
    ] = False,
    json: Json = False,
) -> None:
    """Make the pages of figures (docs/promises.md and others) anew from what evaluations and benchmarks kept."""
    from evals import paper

    with failing():
        _end(paper.checked() if check else paper.told(), json)


def _end(result: Result, json: bool) -> None:
    """Print; exit status 1 where what was found is bad."""
    say(result, json)
    if result.failed:
        raise typer.Exit(1)


def _today() -> date:
    return datetime.now(UTC).date()
