"""`notice-explanation`: the letter that tells the client what a notice says and what happens next.

Inputs: the notice as read, its record, the authorizations on file. Sections: opening, what the notice says, what we are doing, what we
need from you, closing. Figures: notice and its date, tax year, amount, the last day, the day to answer us. To: the main contact.
A partner checks that nothing promises a result. Drafted by the night with any notice that waits for an answer.
"""

from datetime import date

from workspace.deliverables import sources
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.kinds import agency_letter
from workspace.deliverables.kinds.agency_letter import occasion as occasion
from workspace.deliverables.support import Support
from workspace.snapshot import Snapshot

CHECKS = (
    "Right client, right year, right notice",
    "The amount and the last day are those of the notice",
    "Nothing promises a result",
    "Nothing advises beyond our engagement",
    "Tone",
)


def gather(snapshot: Snapshot, today: date, occasion: str) -> Gathered:
    """Raises Invalid when the notice is gone or has been answered."""
    case = agency_letter.case_of(snapshot, occasion)
    support = Support(snapshot)
    contact = sources.addressee(snapshot)
    ahead = case.deadline.due if case.deadline and case.deadline.due >= today else None
    variables = {
        **support.letter_to(contact),
        **agency_letter.variables(support, case, today),
        "reply_by": support.reply_by(today, ahead),
    }
    return Gathered(
        title=f"{case.notice.name} explained: {snapshot.client.name}",
        cls=case.cls,
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=sources.recipient(contact),
        checks=(*agency_letter.checks(snapshot, case), *CHECKS),
        unseen=(*support.unseen_of_contact(contact), *agency_letter.unseen(case)),
    )
