"""`tickmark person set-password`: what the sign-in of the web pages needs."""

from api.commands.result import Arguments, Progress, Result
from api.wiring import Services
from workspace.sign_in import set_password as set_person_password


def set_password(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`email`, `password`. Raises NotFound for an unknown address, Invalid for a password that is too short."""
    with services.database.writing() as session:
        set_person_password(session, arguments["email"], arguments["password"], services.clock.now())
    return Result({"email": arguments["email"]}, f"{arguments['email']} can sign in with the new password.")
