"""Law matters of a few clients: parties, trust money, court dates, and what is planted in them. README.md states the rules.

The firm of the sample keeps a small practice of tax and estate litigation beside its accounts.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from evals.firm import days
from evals.firm.records import Engagement, Entered, Note, Party, Time, Trust
from evals.firm.roster import BLUEPRINTS
from evals.firm.sample import Profile, Sample
from store.ids import stable_id

Situation = Callable[[Sample, Profile], None]
_RETAINER = Decimal("5000.00")


def apply(sample: Sample) -> None:
    """Opens the matters that the table at the end names, client by client."""
    for number, profile in enumerate(sample.profiles.values()):
        name = BLUEPRINTS[number % len(BLUEPRINTS)].name
        for situation in MATTERS.get(name, ()):
            situation(sample, profile)


def _matter(
    sample: Sample, profile: Profile, title: str, *, signed: date | None = None, spoken: int = 6, worked: int = 12
) -> Engagement:
    """An open matter of the client's partner, begun in January, with its agreement, three entries of time and a note of a call."""
    partner = sample.person(profile.client.partner)
    year = sample.as_of.year
    engagement = sample.open(
        Engagement(
            ref=f"{profile.ref}-MATTER-{year % 100}",
            client_ref=profile.ref,
            template="matter",
            title=title,
            period_start=date(year, 1, 1),
            period_end=date(year, 12, 31),
            due=None,
            stage="in-progress",
            progress=20,
            fee_type="hourly",
            fee=Decimal(12000),
            budget_hours=Decimal(40),
            owner=partner.email,
            letter_sent_on=sample.ago(54),
            letter_signed_on=signed or sample.ago(50),
            started_on=sample.ago(50),
        )
    )
    sample.settle(profile.ref, f"letter:{engagement.ref}")  # its agreement is on paper
    for back in (48, 30, worked):
        on = days.roll(sample.ago(back))
        note = "Review of pleadings and exhibits"
        sample.time.setdefault(engagement.ref, []).append(
            Time(
                on,
                partner.email,
                profile.ref,
                engagement.ref,
                Decimal("2.5"),
                "Litigation",
                True,
                partner.standard_rate,
                note,
            )
        )
    words = f"Spoke with the client about {title}. Nothing new on their side."
    sample.notes.append(Note(profile.ref, sample.ago(spoken), partner.email, words))
    return engagement


def _parties(sample: Sample, profile: Profile, engagement: Engagement, opponent: str, aliases: str = "") -> None:
    sample.parties.append(Party(engagement.ref, profile.owners[0].name, "client"))
    sample.parties.append(Party(engagement.ref, opponent, "opponent", aliases))


def _trust(sample: Sample, profile: Profile, engagement: Engagement, minimum: Decimal, through: date) -> str:
    """A retainer in trust, and the id of its ledger."""
    row = (profile.ref, engagement.ref)
    sample.trust.append(Trust(*row, None, None, minimum=minimum, reconciled_on=through))
    sample.trust.append(Trust(*row, sample.ago(49), _RETAINER, "Retainer received"))
    sample.trust.append(Trust(*row, sample.ago(40), Decimal("-405.00"), "Filing fee"))
    return stable_id("trust", *row)


def _worth(sample: Sample, engagement: Engagement) -> Decimal:
    return sum((one.hours * one.rate for one in sample.time[engagement.ref]), Decimal(0))


def _january(sample: Sample) -> date:
    return date(sample.as_of.year, 1, 31)


def limitations(sample: Sample, profile: Profile) -> None:
    """A claim of two years that runs out in 75 days; trust money at its minimum to the cent, an agreement signed before work."""
    engagement = _matter(sample, profile, "Claim against the former trustee", signed=days.roll(sample.ago(48)))
    _parties(sample, profile, engagement, "Harlan Fiduciary Services, LLC", "Harlan Trust Company")
    left = _RETAINER - Decimal("405.00") - _worth(sample, engagement)
    _trust(sample, profile, engagement, left, _january(sample))
    due, title = sample.ago(-75), "Statute of limitations, breach of fiduciary duty"
    by, second = (person.email for person in sample.role("partner")[:2])
    sample.entered.append(Entered(profile.ref, engagement.ref, title, due, "42 Pa. C.S. §5524(7)", by, second))
    subject = stable_id("date", profile.ref, engagement.ref, title, 0)
    why = "entered by a lawyer, 75 days off"
    sample.plant(profile.ref, "limitations", subject, why, due=due, dollars=engagement.fee)
    sample.decoy(profile.ref, "trust-low", "balance less unbilled time is the minimum to the cent")
    sample.decoy(profile.ref, "fee-agreement-unsigned", "signed on the day of the first entry")
    sample.decoy(profile.ref, "conflict-hit", "the other side is on no other matter and no client of the firm")


def conflict(sample: Sample, profile: Profile) -> None:
    """A dispute with somebody whom the firm prepares returns for; a court date still far off."""
    engagement = _matter(sample, profile, "Boundary dispute")
    other = next((one for one in sample.profiles.values() if one.name == CONFLICTED), None)
    _parties(sample, profile, engagement, "Hollis Roofing and Exteriors")
    start = days.roll(sample.ago(7))
    by = profile.client.partner
    row = Entered(profile.ref, engagement.ref, "Serve the complaint", None, "", by, "", "frcp-service", start)
    sample.entered.append(row)
    sample.decoy(profile.ref, "court-deadline", "service of the complaint is due more than 60 days from now")
    if other is not None:
        party = stable_id("party", engagement.ref, "Hollis Roofing and Exteriors")
        sample.plant(profile.ref, "conflict-hit", party, f"the other side is the client {other.ref}")


def court(sample: Sample, profile: Profile) -> None:
    """An answer that falls on a Sunday and is due on Monday; the trust ledger is reconciled."""
    engagement = _matter(sample, profile, "Suit over the studio lease")
    _parties(sample, profile, engagement, "Granger Loft Associates, LP")
    words = "Met with Corinne about Suit over the studio lease. Decided to answer the complaint and to claim the repairs from the landlord."
    sample.notes.append(Note(profile.ref, sample.ago(5), profile.client.partner, words))
    _trust(sample, profile, engagement, Decimal(500), _january(sample))
    nominal = sample.as_of + timedelta(days=6 - sample.as_of.weekday())
    served, title = nominal - timedelta(days=21), "Answer to the complaint"
    row = Entered(profile.ref, engagement.ref, title, None, "", profile.client.partner, "", "frcp-answer", served)
    sample.entered.append(row)
    due = days.roll(nominal)
    why = f"21 days after service on {served}, rolled off the Sunday"
    subject = stable_id("date", profile.ref, engagement.ref, title, 0)
    sample.plant(profile.ref, "court-deadline", subject, why, due=due, nominal=nominal, dollars=engagement.fee)
    sample.decoy(profile.ref, "trust-unreconciled", "reconciled through January, February's thirty days run")


def trust_low(sample: Sample, profile: Profile) -> None:
    engagement = _matter(sample, profile, "Partnership dissolution")
    _parties(sample, profile, engagement, "Quentin Dray")
    words = "Partnership dissolution: demand $38,000 of Quentin Dray, the balance of her capital account."
    sample.notes.append(Note(profile.ref, sample.ago(6), profile.client.partner, words))
    left = _RETAINER - Decimal("405.00") - _worth(sample, engagement)
    subject = _trust(sample, profile, engagement, left + 640, _january(sample))
    why = "balance less unbilled time is $640 under the agreed minimum"
    sample.plant(profile.ref, "trust-low", subject, why, dollars=Decimal(640))


def unreconciled(sample: Sample, profile: Profile) -> None:
    """January was never reconciled; a claim runs out one day beyond the 180; the last call was thirty days ago."""
    engagement = _matter(sample, profile, "Insurance recovery", spoken=30)
    _parties(sample, profile, engagement, "Meridian Casualty Company")
    before = date(sample.as_of.year - 1, 12, 31)
    subject = _trust(sample, profile, engagement, Decimal(500), before)
    due = _january(sample) + timedelta(days=30)
    in_january = sum(
        (
            r.amount
            for r in sample.trust
            if r.engagement_ref == engagement.ref and r.amount and r.on and r.on <= _january(sample)
        ),
        Decimal(0),
    )
    sample.plant(
        profile.ref, "trust-unreconciled", subject, "January's thirty days are over", due=due, dollars=in_january
    )
    partner = profile.client.partner
    row = Entered(
        profile.ref, engagement.ref, "Statute of limitations, contract", sample.ago(-181), "42 Pa. C.S. §5525", partner
    )
    sample.entered.append(row)
    sample.decoy(profile.ref, "limitations", "181 days off")
    sample.settle(profile.ref, "mail")
    sample.decoy(profile.ref, "no-client-contact", "the last call was thirty days ago")


def unsigned(sample: Sample, profile: Profile) -> None:
    engagement = _matter(sample, profile, "Guardianship of a parent", signed=days.roll(sample.ago(20)))
    _parties(sample, profile, engagement, "Dorothea Colvin-Pratt")
    signed = engagement.letter_signed_on
    early = [one for one in sample.time[engagement.ref] if signed is None or one.date < signed]
    value = sum((one.hours * one.rate for one in early), Decimal(0)).quantize(Decimal("0.01"))
    why = "worked for four weeks before the agreement was signed"
    sample.plant(profile.ref, "fee-agreement-unsigned", engagement.ref, why, due=early[0].date, dollars=value)


def silent(sample: Sample, profile: Profile) -> None:
    sample.settle(profile.ref, "mail")
    sample.settle(profile.ref, "notes")
    engagement = _matter(sample, profile, "Appeal of a zoning decision", spoken=41)
    _parties(sample, profile, engagement, "Township of East Derry")
    due = sample.ago(41) + timedelta(days=30)
    sample.plant(profile.ref, "no-client-contact", profile.ref, "the last call was 41 days ago", due=due)


CONFLICTED = "Hollis Roofing & Exteriors, Inc."
MATTERS: Mapping[str, tuple[Situation, ...]] = {
    "Rafael Carrasco": (limitations,),
    "Gareth & Eileen Pryce": (conflict,),
    "Corinne Calloway": (court,),
    "Claire Abernathy": (trust_low,),
    "Leah & Samuel Goodwin": (unreconciled,),
    "Patrice Colvin": (unsigned,),
    "Camille Moreau": (silent,),
}
