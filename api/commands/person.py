"""`tickmark person set-password`, `invite`, `reset-factor`: what the sign-in of the web pages needs."""

from dataclasses import replace

from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import writing
from api.wiring import Services
from store.errors import Invalid
from workspace.people import staff
from workspace.sign_in import managing
from workspace.sign_in import set_password as set_person_password
from workspace.sign_in.links import LIFE


def set_password(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`email`, `password`. Raises NotFound for an unknown address, Invalid for a password that will not do."""
    breached = services.settings.breached_passwords
    with services.database.writing() as session:
        now = services.clock.now()
        set_person_password(session, arguments["email"], arguments["password"], now, breached=breached)
    return Result({"email": arguments["email"]}, f"{arguments['email']} can sign in with the new password.")


def invite(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`email`; `name` and `role` for somebody new; `as`. The link is in the result, and nowhere afterwards. Raises NotFound for an unknown
    address, Conflict for somebody who can sign in already."""
    email, name, role = arguments["email"].strip().lower(), arguments.get("name"), arguments.get("role")
    if (name is None) != (role is None):
        raise Invalid("somebody new needs both, --name and --role")
    with writing(services, "person-invite", arguments.get("as")) as scope:
        if name is not None and role is not None:
            staff.add(scope, email, name, role)
        secret = managing.invite(replace(scope, now=services.clock.real_now()), email)
    settings = services.settings
    address = settings.public_url or f"http://{settings.host}:{settings.port}"
    link = f"{address}/sign-in/link/{secret}"
    text = f"{link}\n\nSend it to {email} and to nobody else; it is not shown again. It opens for {LIFE['invite'].days} days, once."
    return Result({"email": email, "link": link, "days": LIFE["invite"].days}, text)


def reset_factor(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`email`. Raises NotFound for an unknown address."""
    with writing(services, "person-reset-factor") as scope:
        gone = managing.reset_factor(replace(scope, now=services.clock.real_now()), arguments["email"])
    text = f"{arguments['email']} has no second factor any more ({gone} taken away) and is signed out everywhere."
    return Result({"email": arguments["email"], "removed": gone}, text)
