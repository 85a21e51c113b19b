"""`tickmark report-card`: how good the briefs of some days were. `tickmark learning`: the firm's own weights of rank."""

from api.commands.days import day_of
from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, writing
from api.wiring import Services
from store.errors import Invalid
from workspace import weights
from workspace.report_card import WEEK, ReportCard, report_card
from workspace.review_times import Reviewer
from workspace.weights import TERMS, Weights


def run(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`for`: whose briefs, by e-mail address, else everybody's; `as_of`: the last day; `days`: how many."""
    with reading(services, "report-card") as scope:
        card = report_card(scope, day_of(arguments), arguments.get("days") or WEEK, arguments.get("for"))
    return Result(card.as_json(), _text(card))


def learning(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`switch`: on or off, by the partner `as`; without it the weights in force are told."""
    wanted = arguments.get("switch")
    if wanted is None:
        with reading(services, "report-card") as scope:
            return _told(weights.in_force(scope))
    if wanted not in ("on", "off") or not arguments.get("as"):
        raise Invalid("say --switch on or --switch off, and as which partner with --as")
    with writing(services, "report-card", arguments["as"]) as scope:
        return _told(weights.switch(scope, on=wanted == "on"))


def _told(found: Weights) -> Result:
    data = {name: str(found.by_term[name]) for name in TERMS}
    more = {"decisions": found.decisions, "acted": found.acted, "learned": found.learned, "off": found.switched_off}
    return Result({**data, **more}, found.in_words())


def _text(card: ReportCard) -> str:
    lines = [
        f"{card.first} to {card.last}: {card.briefs} briefs, {card.shown} cards that needed somebody",
        f"  precision {_share(card.precision)}  ({card.acted_on} acted on, {len(card.dismissed)} dismissed)",
        f"  recall    {_share(card.recall)}  ({card.in_time} raised before they were urgent, "
        f"{sum(not one.arrived for one in card.missed)} told too late)",
    ]
    lines += [
        f"  {one.as_of}  {one.client_ref} {one.client}: {one.headline}, {one.due}"
        + ("  (its paper came that night)" if one.arrived else "")
        for one in card.missed
    ]
    lines += map(_reviewer, card.reviewers)
    return "\n".join(lines)


def _reviewer(one: Reviewer) -> str:
    time = f", {_minutes(one.middle)} in the middle" if one.middle is not None else ""
    tested = one.caught + one.missed
    drills = f"; drills: {one.caught} of {tested} caught" if tested else ""
    return f"  {one.name}: {one.reviews} reviews{time}{drills}"


def _minutes(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02} min"


def _share(value: float | None) -> str:
    return "   –" if value is None else f"{100 * value:3.0f} %"
