"""The command line of contract.md: parses arguments, calls a command of api/commands, prints text or JSON.

Progress goes to standard error; exit status 0 is success, 1 a refusal that is explained in one line, 2 wrong usage. A command that needs
the index while `tickmark serve` has the home goes through it (api/forward.py). Commands that stand above the service (sample firm,
evaluations) come by the entry points "tickmark.commands", which are looked up only when asked for.
"""

import sys
from collections.abc import Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli_access import register as register_access
from api.cli_automations import register as register_automations
from api.cli_backup import register as register_backup
from api.cli_books import register as register_books
from api.cli_deadlines import register as register_deadlines
from api.cli_directory import register as register_directory
from api.cli_export import register as register_export
from api.cli_facts import register as register_facts
from api.cli_firms import register as register_firms
from api.cli_imports import register as register_imports
from api.cli_intake import register as register_intake
from api.cli_knowledge import register as register_knowledge
from api.cli_law import register as register_law
from api.cli_letters import register as register_letters
from api.cli_models import register as register_models
from api.cli_money import register as register_money
from api.cli_night import register as register_night
from api.cli_people import register as register_people
from api.cli_planning import register as register_planning
from api.cli_portal import register as register_portal
from api.cli_preferences import register as register_preferences
from api.cli_records import register as register_records
from api.cli_reports import register as register_reports
from api.cli_requests import register as register_requests
from api.cli_retention import register as register_retention
from api.cli_search import register as register_search
from api.cli_sign_in import register as register_sign_in
from api.cli_sources import register as register_sources
from api.cli_timeline import register as register_timeline
from api.cli_webhooks import register as register_webhooks
from api.cli_workers import register as register_workers
from api.cli_workflow import register as register_workflow
from api.commands.result import Result
from api.execute import execute, failing
from api.output import say

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The AI-native workspace of a professional-services firm.",
)
audit_app = typer.Typer(no_args_is_help=True, help="The audit trail.")
person_app = typer.Typer(no_args_is_help=True, help="The people of the firm.")
deliverables_app = typer.Typer(help="The deliverables, or one with its tickmarks.")
app.add_typer(audit_app, name="audit")
app.add_typer(person_app, name="person")
app.add_typer(deliverables_app, name="deliverables")

Json = Annotated[bool, typer.Option("--json", help="Print the JSON of the contract.")]
Ref = Annotated[str, typer.Argument(metavar="REF", help="The client's ref.")]
Client = Annotated[str | None, typer.Option("--client", help="Only this client.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="The day taken for today, as 2026-03-09.")]
As = Annotated[str, typer.Option("--as", help="Who decides, by e-mail address.")]
Asking = Annotated[str | None, typer.Option("--as", help="Whose eyes to look with; without it the operator's.")]


@app.callback()
def options(
    context: typer.Context,
    home: Annotated[Path | None, typer.Option(help="The home folder (TICKMARK_HOME).")] = None,
) -> None:
    context.obj = home


def _home(context: typer.Context) -> Path | None:
    home: Path | None = context.obj
    return home


def _run(context: typer.Context, name: str, arguments: dict[str, Any], as_json: bool = False) -> None:
    with failing():
        result: Result = execute(_home(context), name, {k: v for k, v in arguments.items() if v is not None})
        say(result, as_json)
    raise typer.Exit(1 if result.failed else 0)


@app.command()
def load(
    context: typer.Context,
    folder: Path,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would happen, change nothing.")] = False,
    json: Json = False,
) -> None:
    """Load a firm folder: records, mail, documents, books; prints the reconciliation."""
    _run(context, "load", {"folder": str(folder.absolute()), "dry_run": dry_run}, json)


@app.command()
def scan(
    context: typer.Context,
    as_of: AsOf = None,
    client: Client = None,
    cancel: Annotated[
        bool, typer.Option("--cancel", help="End the scan that runs; clients that are done stay so.")
    ] = False,
    json: Json = False,
) -> None:
    """Run the overnight scan now."""
    if cancel:
        _run(context, "scan-cancel", {"as_of": as_of}, json)
    else:
        _run(context, "scan", {"as_of": as_of, "client": client}, json)


@app.command()
def signals(
    context: typer.Context, client: Client = None, as_of: AsOf = None, as_: Asking = None, json: Json = False
) -> None:
    """Show what the last scan raised."""
    _run(context, "signals", {"client": client, "as_of": as_of, "as": as_}, json)


@app.command()
def brief(
    context: typer.Context,
    for_: Annotated[str | None, typer.Option("--for", help="Whose brief, by e-mail address.")] = None,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Show a person's morning brief."""
    _run(context, "brief", {"for": for_, "as_of": as_of}, json)


@app.command()
def ask(
    context: typer.Context,
    first: Annotated[str, typer.Argument(metavar="REF", help="The client's ref; with --all the question.")],
    question: Annotated[str | None, typer.Argument(metavar="QUESTION", help="What to ask.")] = None,
    everywhere: Annotated[bool, typer.Option("--all", help="Over all clients: a table from the records.")] = False,
    as_: Asking = None,
    json: Json = False,
) -> None:
    """Ask a question about a client, `ask REF QUESTION`; the answer carries its citations. Or over all: `ask --all QUESTION`."""
    if everywhere and question is not None:
        raise typer.BadParameter("--all takes the question alone, in quotation marks: it is about no one client")
    if everywhere:
        _run(context, "ask-all", {"question": first, "as": as_}, json)
    if question is None:
        raise typer.BadParameter("what to ask is missing: ask REF QUESTION, or ask --all QUESTION")
    _run(context, "ask", {"client": first, "question": question, "as": as_}, json)


@app.command()
def draft(
    context: typer.Context,
    ref: Ref,
    slug: str,
    engagement: Annotated[str | None, typer.Option(help="The engagement's ref.")] = None,
    json: Json = False,
) -> None:
    """Draft a deliverable now."""
    _run(context, "draft", {"client": ref, "slug": slug, "engagement": engagement}, json)


@deliverables_app.callback(invoke_without_command=True)
def deliverables(
    context: typer.Context,
    client: Client = None,
    state: Annotated[str | None, typer.Option(help="Only those in this state.")] = None,
    as_: Asking = None,
    json: Json = False,
) -> None:
    """List the deliverables."""
    if context.invoked_subcommand is None:
        _run(context, "deliverables", {"client": client, "state": state, "as": as_}, json)


@deliverables_app.command()
def show(context: typer.Context, identity: Annotated[str, typer.Argument(metavar="ID")], json: Json = False) -> None:
    """Print one deliverable with its tickmarks; the beginning of its id is enough."""
    _run(context, "deliverables-show", {"id": identity}, json)


@app.command()
def review(
    context: typer.Context,
    identity: Annotated[str, typer.Argument(metavar="ID")],
    decision: Annotated[str, typer.Argument(metavar="approve|changes|reject|comment|resolve")],
    as_: As,
    note: Annotated[str | None, typer.Option(help="What should change, or why not; what is to be noted.")] = None,
    override: Annotated[str | None, typer.Option(help="Why an untied figure may stand.")] = None,
    quote: Annotated[str | None, typer.Option(help="The words of the draft that a comment is about.")] = None,
    number: Annotated[int | None, typer.Option("--comment", min=1, help="The comment that is dealt with.")] = None,
    with_comments: Annotated[bool, typer.Option(help="Ask for changes with the open comments as the note.")] = False,
    json: Json = False,
) -> None:
    """Decide about a deliverable's current version, or comment on a passage of it."""
    if decision not in ("approve", "changes", "reject", "comment", "resolve"):
        raise typer.BadParameter("the decision is approve, changes, reject, comment or resolve")
    if decision == "comment" and not (quote and note):
        raise typer.BadParameter("a comment needs --quote and --note")
    if decision == "resolve" and number is None:
        raise typer.BadParameter("say which comment is dealt with: --comment NUMBER")
    arguments = {"id": identity, "as": as_, "note": note, "quote": quote, "comment": number}
    if decision in ("comment", "resolve"):
        return _run(context, f"comment-{decision}", arguments, json)
    decided = {"decision": decision, "override": override, "with_comments": with_comments}
    _run(context, "review", arguments | decided, json)
    return None


@app.command()
def release(
    context: typer.Context, ids: Annotated[list[str], typer.Argument(metavar="ID…")], as_: As, json: Json = False
) -> None:
    """Release the approved version of each: a partner's word that it may leave the firm. What is refused stops none of the others."""
    if len(ids) == 1:
        _run(context, "release", {"id": ids[0], "as": as_}, json)
    else:
        _run(context, "release-several", {"ids": ids, "as": as_}, json)


@app.command()
def parse(context: typer.Context, file: Path, json: Json = False) -> None:
    """Show elements and facts of one file; nothing is stored."""
    from api.commands import parse as command

    with failing():
        result = command.run(file)
        say(result, json)
    raise typer.Exit(1 if result.failed else 0)


@app.command()
def doctor(context: typer.Context, json: Json = False) -> None:
    """Tell what is configured, reachable, missing."""
    from api.commands import doctor as command

    with failing():
        result = command.run(_home(context))
        say(result, json)
    raise typer.Exit(1 if result.failed else 0)


@app.command()
def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on; 0 takes a free one.")] = None,
    firms: Annotated[
        Path | None,
        typer.Option(envvar="TICKMARK_FIRMS", help="Serve every firm of this control file, each by its host name."),
    ] = None,
) -> None:
    """Serve the web application, the scan worker with it."""
    from api.serve import serve as start

    with failing():
        if firms is not None:
            from api.firms.serve import serve_firms

            serve_firms(firms, host, port)
        else:
            start(_home(context), host, port)


@audit_app.command("verify")
def audit_verify(
    context: typer.Context,
    head: Annotated[
        list[str] | None, typer.Option(help='A head as a brief printed it, "1204 3fa9c2d1…": is it still on the trail?')
    ] = None,
    blobs: Annotated[bool, typer.Option("--blobs", help="Read and hash every stored file too.")] = False,
    json: Json = False,
) -> None:
    """Verify the chain and every row it vouches for; name what is broken."""
    _run(context, "audit-verify", {"heads": head or [], "blobs": blobs}, json)


@audit_app.command("log")
def audit_log(
    context: typer.Context,
    limit: Annotated[int | None, typer.Option(help="Only the newest.")] = None,
    json: Json = False,
) -> None:
    """Print the trail, oldest first."""
    _run(context, "audit-log", {"limit": limit}, json)


register_access(app)
register_deadlines(app, _run)
register_directory(app, _run)
register_export(app, _run)
register_facts(app, _run)
register_firms(app)
register_imports(app, _run)
register_intake(app, _run)
register_knowledge(app, _run)
register_law(app, _run)
register_letters(app, _run)
register_models(app, _run, _home)
register_money(app, _run)
register_night(app, _run)
register_people(app, person_app, _run)
register_planning(app, _run)
register_portal(app, _run)
register_preferences(app, _run)
register_records(app, _run)
register_reports(app, _run)
register_requests(app, _run)
register_retention(app, _run)
register_search(app, _run)
register_sign_in(person_app, _run)
register_sources(app, _run)
register_timeline(app, _run)
register_workers(app, _run, _home)
register_workflow(app, _run)
register_automations(app, _run)
register_webhooks(app, _run)
register_backup(app, _run)
register_books(app, _run)


@person_app.command("set-password")
def person_set_password(
    context: typer.Context,
    email: str,
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
) -> None:
    """Set the password of a person of the firm."""
    _run(context, "person-set-password", {"email": email, "password": password})


def _command(arguments: Sequence[str]) -> str | None:
    """The first word that is neither an option nor its value; None when a person asks for help only."""
    words = iter(arguments)
    for word in words:
        if word == "--home":
            next(words, None)
        elif not word.startswith("-"):
            return word
    return None


def main() -> None:
    """The entry point `tickmark`."""
    own = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    own |= {group.name for group in app.registered_groups if group.name}
    if _command(sys.argv[1:]) not in own:
        for point in entry_points(group="tickmark.commands"):
            point.load()(app)
    app()
