"""The commands that stand above the service, for the command line: demo, evals, bench. Registered by the entry point `tickmark.commands`.

Only arguments and printing; what a command does is in its own module, imported when it is called.
"""

import json as json_module
from pathlib import Path
from typing import Annotated

import typer

from api.commands.result import Result
from api.execute import failing
from api.output import Meter, say

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Port = Annotated[int | None, typer.Option(help="The port to listen on; 0 takes a free one.")]
Reuse = Annotated[
    bool, typer.Option("--reuse", help="Take the sample homes as they are, though the program changed since.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (demo, evals, bench):
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
    json: Json = False,
) -> None:
    """Run evaluations; print figures with n and standard error."""
    from api.settings import load_settings
    from evals.compare import compared, keep_record
    from evals.ground import PACK, Ground, open_ground
    from evals.runner import TASKS, as_json, find, means, run, table
    from evals.targets import tasks_of

    with failing():
        settings, baseline_before = load_settings(context.obj), bool(against and against.endswith(".json"))
        before = (
            means(json_module.loads(Path(against).read_text(encoding="utf-8"))) if against and baseline_before else None
        )
        chosen = [find(name) for name in tasks_of(tasks or TASKS)]
        homes = settings.home / "evals"
        with open_ground(Ground(homes, clients, tuple(seed or (7,)), pack or PACK, Meter(), reuse, drafts)) as ground:
            if against and not baseline_before:
                say(compared(chosen, ground, against, settings), json)
                return
            outcomes = list(run(chosen, ground))
            if record:
                keep_record(outcomes, ground)
        figures = as_json(outcomes)
        if baseline:
            baseline.write_text(json_module.dumps(figures, indent=1) + "\n", encoding="utf-8")
        say(Result(figures, table(outcomes, before)), json)


def bench(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Which; without one all.")] = None,
    clients: Annotated[int, typer.Option(min=1, max=10_000, help="How many clients the sample firm has.")] = 6,
    reuse: Reuse = False,
    json: Json = False,
) -> None:
    """Measure speed and memory; print figures with n and spread."""
    from api.settings import load_settings
    from evals.bench import NAMES, as_json, run, table

    with failing():
        homes = load_settings(context.obj).home / "evals"
        reports = run(names or list(NAMES), homes, clients, reuse)
        say(Result(as_json(reports), table(reports)), json)
