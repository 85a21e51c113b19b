"""`tickmark draft`: drafts a deliverable now and files it for review."""

from agents import draft as drafting
from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, scope_of
from api.wiring import Services
from workspace.deliverables.proof import proven
from workspace.deliverables.reading import show


def run(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`: its ref; `slug`: what to draft; `engagement`: its ref, where several call for one; `as`: who asks, else the operator.

    Raises Invalid, naming all there are, for an unknown slug, and where there is nothing to draft."""
    email = arguments.get("as")
    found = drafting.draft(
        services,
        lambda session: scope_of(services, session, "draft", email),
        arguments["client"],
        arguments["slug"],
        engagement_ref=arguments.get("engagement"),
    )
    with reading(services, "draft", email) as scope:
        shown = proven(scope, show(scope, found))
    figures = f"{len(shown['tickmarks'])} figures, {shown['untied']} untied"
    state = shown["state"].replace("_", " ")
    text = f"{shown['title']}\n{shown['id']}  version {shown['version']}, {state}; {figures}"
    return Result(shown, f"{text}\n`tickmark deliverables show {shown['id']}` prints it.")
