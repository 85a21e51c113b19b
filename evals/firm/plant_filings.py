"""Filing and paying: what is planted and what only looks like it, for payroll, e-filing, estimates, elections, 1099s and sales tax.

`PLANTED` and `DECOYS` say by client of the roster who gets what. README.md states what makes each signal fire.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from evals.firm import days, plant_taxes
from evals.firm.documents import books, corporate, filings
from evals.firm.documents.filings import Ack
from evals.firm.ledger import Books
from evals.firm.records import Engagement, Request, Task
from evals.firm.roster import BLUEPRINTS
from evals.firm.sample import Profile, Sample

# What the firm entered of its states, as firm.toml has it.
STATES = """
[settings.states.PA]
sales_tax_frequency = "monthly"
sales_tax_day = 20
sales_tax_rolls = true
sales_tax_form = "PA-3"
nexus_dollars = 100000
authority = "72 P.S. §7217"

[settings.states.NJ]
sales_tax_frequency = "quarterly"
sales_tax_day = 20
sales_tax_rolls = true
sales_tax_form = "ST-50"
nexus_dollars = 100000
authority = "N.J.S.A. 54:32B-17"

[settings.states.OH]
nexus_dollars = 100000
authority = "R.C. 5741.01(I)(2)(g)"
"""
_CENT = Decimal("0.01")
Situation = Callable[[Sample, Profile], None]


def apply(sample: Sample) -> None:
    """Plants what the tables at the end say, client by client; then the quiet papers that keep the others quiet."""
    for number, profile in enumerate(sample.profiles.values()):
        name = BLUEPRINTS[number % len(BLUEPRINTS)].name
        for situation in (*PLANTED.get(name, ()), *DECOYS.get(name, ())):
            situation(sample, profile)
    for profile in sample.profiles.values():
        if profile.has("salestax") and not sample.is_settled(profile.ref, "sales-tax-log"):
            plant_taxes.sales_tax_log(sample, profile, filed=True)


def nec_accepted(sample: Sample, profile: Profile) -> None:
    """The report that shows last year's Forms 1099-NEC as accepted: what keeps a client with a list of vendors quiet."""
    plant_taxes.nec_accepted(sample, profile)


# ---------------------------------------------------------------- e-filing


def rejected(sample: Sample, profile: Profile) -> None:
    """This year's return came back some days ago."""
    work = sample.engagements[sample.returns[profile.ref]]
    person = profile.is_household
    on = sample.ago(4 if person else 3)
    code = "R0000-500-01" if person else "F1120S-014"
    path = filings.efile_report(
        sample,
        profile,
        f"E-file status {sample.as_of:%Y-%m}",
        [Ack(work.template, sample.tax_year, "Rejected", on, code)],
    )
    nominal = due = on + timedelta(days=5 if person else 10)
    own_nominal, own = days.return_due(work.template, work.period_end)
    if own > due:
        nominal, due = own_nominal, own
    sample.plant(
        profile.ref,
        "efile-rejected",
        f"{work.template} {sample.tax_year}",
        f"rejected on {on}, nothing accepted since",
        due=due,
        nominal=nominal,
        dollars=work.fee,
        document=path,
        quote="Rejected",
    )


def rejected_then_accepted(sample: Sample, profile: Profile) -> None:
    work = sample.engagements[sample.returns[profile.ref]]
    on = work.filed_on or sample.ago(5)
    rows = [
        Ack(work.template, sample.tax_year, "Rejected", on, "IND-031-04"),
        Ack(work.template, sample.tax_year, "Accepted", on + timedelta(days=1)),
    ]
    filings.efile_report(sample, profile, f"E-file status {sample.as_of:%Y-%m}", rows)
    sample.decoy(profile.ref, "efile-rejected", "rejected, corrected and accepted the next day")


def _sent(sample: Sample, profile: Profile, on: date) -> tuple[str, Engagement]:
    sample.settle(profile.ref, "acks")
    work = sample.engagements[sample.returns[profile.ref]]
    last = Ack(work.template, sample.tax_year - 1, "Accepted", days.add_business(on.replace(year=on.year - 1), 1))
    rows = [last, Ack(work.template, sample.tax_year, "Transmitted", on)]
    return filings.efile_report(sample, profile, f"E-file status {sample.as_of:%Y-%m}", rows), work


def unacknowledged(sample: Sample, profile: Profile) -> None:
    on = sample.ago(5)
    path, work = _sent(sample, profile, on)
    why = f"transmitted on {on}, neither accepted nor rejected"
    due = on + timedelta(days=2)
    sample.plant(profile.ref, "efile-unacknowledged", work.ref, why, due=due, dollars=work.fee, document=path)


def sent_lately(sample: Sample, profile: Profile) -> None:
    _sent(sample, profile, sample.ago(2))
    sample.decoy(profile.ref, "efile-unacknowledged", "transmitted two days ago")


def _signature(sample: Sample, profile: Profile, sent: date) -> Engagement:
    work = sample.engagements[sample.returns[profile.ref]]
    item = Request(work.ref, "Signed Form 8879, e-file authorization", sent, days.add_business(sample.as_of, 5), None)
    sample.requests.setdefault(work.ref, []).append(item)
    return work


def esign_out(sample: Sample, profile: Profile) -> None:
    work = _signature(sample, profile, sample.ago(5))
    due = days.add_business(days.return_due(work.template, work.period_end)[1], -2)
    sample.plant(profile.ref, "esign-out", work.ref, "sent five days ago, unsigned", due=due, dollars=work.fee)


def esign_fresh(sample: Sample, profile: Profile) -> None:
    _signature(sample, profile, sample.ago(2))
    sample.decoy(profile.ref, "esign-out", "sent two days ago")


def _task(sample: Sample, profile: Profile, work: Engagement, title: str) -> None:
    due = days.add_business(sample.as_of, 4)
    sample.tasks.append(Task(work.ref, title, profile.owner_email, due, "open", Decimal("0.5"), None))


def extension_unpaid(sample: Sample, profile: Profile) -> None:
    """An extension is planned, and nobody has computed what is to be paid with it. Comes beside extension-needed."""
    work = sample.engagements[sample.returns[profile.ref]]
    _task(sample, profile, work, "File Form 7004")
    nominal, due = days.return_due(work.template, work.period_end)
    why = "Form 7004 is planned, no payment is computed"
    sample.plant(profile.ref, "extension-payment", work.ref, why, due=due, nominal=nominal)


def extension_far(sample: Sample, profile: Profile) -> None:
    _task(sample, profile, sample.engagements[sample.returns[profile.ref]], "File Form 4868")
    sample.decoy(profile.ref, "extension-payment", "planned, but due in more than ten business days")


# ---------------------------------------------------------------- elections, pay, rights


def _with_officer_share(found: Books, share: Decimal) -> Books:
    """The same books with officer wages at `share` of profit before them; the rest of them is salaries."""
    officers = (found.net_income * share / (1 - share)).quantize(_CENT)
    rest = found.accounts[6100] + found.accounts[6000] - officers
    return replace(found, accounts={**found.accounts, 6000: officers, 6100: rest})


def _officers(sample: Sample, profile: Profile, share: Decimal) -> tuple[str, Books]:
    sample.settle(profile.ref, "trial-balance")
    sample.books[profile.ref] = found = _with_officer_share(sample.books[profile.ref], share)
    return books.trial_balance(sample, profile, found), found


def officer_low(sample: Sample, profile: Profile) -> None:
    path, found = _officers(sample, profile, Decimal("0.31"))
    why = "officer wages are 31 % of profit before them, with distributions"
    paid = found.accounts[3200]
    sample.plant(profile.ref, "officer-compensation", path, why, dollars=paid, document=path)


def officer_enough(sample: Sample, profile: Profile) -> None:
    _officers(sample, profile, Decimal("0.41"))
    sample.decoy(profile.ref, "officer-compensation", "officer wages are 41 % of profit before them")


def s_election_open(sample: Sample, profile: Profile) -> None:
    work = sample.main_work(profile.ref)
    _task(sample, profile, work, "File Form 2553, S election from January 1")
    nominal = date(sample.as_of.year, 3, 15)
    why = "the election is planned, no Form 2553 is on file"
    sample.plant(profile.ref, "election-s-corp", work.ref, why, due=days.roll(nominal), nominal=nominal)


def s_election_filed(sample: Sample, profile: Profile) -> None:
    _task(sample, profile, sample.main_work(profile.ref), "Form 2553: wait for the acceptance")
    filings.form_2553(sample, profile, date(sample.as_of.year, 1, 1), sample.ago(20))
    sample.decoy(profile.ref, "election-s-corp", "the signed Form 2553 is on file")


def grant_83b(sample: Sample, profile: Profile) -> None:
    granted = sample.ago(17)
    path = filings.new_grant(sample, profile, "Renee Falk", granted, filed=False)
    nominal = granted + timedelta(days=30)
    why = f"granted on {granted}, the agreement says that no election was filed"
    sample.plant(
        profile.ref,
        "election-83b",
        path,
        why,
        due=days.roll(nominal),
        nominal=nominal,
        document=path,
        quote="Renee Falk",
    )


def grant_83b_filed(sample: Sample, profile: Profile) -> None:
    filings.new_grant(sample, profile, "Bernard Ochs", sample.ago(12), filed=True)
    sample.decoy(profile.ref, "election-83b", "granted lately, the election is filed")


def _amended(sample: Sample, profile: Profile, year: int) -> Engagement:
    """An open claim for refund of a year whose return was filed early."""
    accepted = date(year + 1, 4, 10)
    filings.efile_report(sample, profile, f"E-file report {year}", [Ack("1040", year, "Accepted", accepted)])
    sent = sample.ago(40)
    return sample.open(
        Engagement(
            ref=f"{profile.ref}-1040X-{year % 100}",
            client_ref=profile.ref,
            template="advisory",
            title=f"{year} Form 1040-X, claim for refund",
            period_start=date(year, 1, 1),
            period_end=date(year, 12, 31),
            due=None,
            stage="not-started",
            progress=0,
            fee_type="fixed",
            fee=Decimal(850),
            budget_hours=Decimal(5),
            owner=profile.owner_email,
            letter_sent_on=sent,
            letter_signed_on=sent + timedelta(days=3),
        )
    )


def refund_closing(sample: Sample, profile: Profile) -> None:
    work = _amended(sample, profile, sample.tax_year - 3)
    nominal = date(sample.as_of.year, 4, 15)
    why = "filed early, so three years from its due date"
    sample.plant(
        profile.ref, "refund-claim-closing", work.ref, why, due=days.roll(nominal), nominal=nominal, dollars=work.fee
    )


def refund_far(sample: Sample, profile: Profile) -> None:
    _amended(sample, profile, sample.tax_year - 2)
    sample.decoy(profile.ref, "refund-claim-closing", "the claim closes in more than a year")


def _authorized(sample: Sample, profile: Profile, last: int) -> str:
    sample.settle(profile.ref, "authorization")
    signed = days.roll(date(sample.tax_year, 5, 6))
    return corporate.authorization(sample, profile, signed, years=f"{last - 2}-{last}")


def year_uncovered(sample: Sample, profile: Profile) -> None:
    path = _authorized(sample, profile, sample.tax_year - 1)
    why = f"{sample.tax_year} is in work, the authorization ends with {sample.tax_year - 1}"
    sample.plant(profile.ref, "authorization-missing", profile.ref, why, document=path)


def year_covered(sample: Sample, profile: Profile) -> None:
    _authorized(sample, profile, sample.tax_year)
    sample.decoy(profile.ref, "authorization-missing", "the authorization's last year is the one in work")


PLANTED: Mapping[str, tuple[Situation, ...]] = {
    "Northgate Auto Body, Inc.": (plant_taxes.deposit_late,),
    "Juniper Physical Therapy, P.C.": (plant_taxes.return_941_missing,),
    "Adeyemi Logistics, Inc.": (plant_taxes.deferrals_late, plant_taxes.w9_missing),
    "Abernathy Engineering, P.C.": (rejected,),
    "Keith & Shanice Ostrander": (rejected,),
    "Sandoval Brothers Farms, LLC": (unacknowledged,),
    "Harold & Marian Beckwith": (esign_out,),
    "Greenleaf Hydroponics, Inc.": (extension_unpaid,),
    "Julian Underhill": (plant_taxes.estimate_missed,),
    "Vantage Optical Laboratories, Inc.": (plant_taxes.estimate_stale,),
    "Hollis Roofing & Exteriors, Inc.": (plant_taxes.nec_missing, officer_low),
    "Bellweather Print & Sign Co.": (plant_taxes.sales_tax_missing,),
    "Dunmore Tool & Die Corporation": (plant_taxes.nexus_near,),
    "Brightside Cleaning Services": (s_election_open,),
    "Radnor Signal Systems, Inc.": (grant_83b,),
    "Priscilla Underwood-Gray": (refund_closing,),
    "Stonebridge Commons Partners, LP": (year_uncovered,),
}
DECOYS: Mapping[str, tuple[Situation, ...]] = {
    "Ostrander Heating & Air, Inc.": (plant_taxes.deposit_rolled,),
    "Fenwick Veterinary Associates, P.C.": (plant_taxes.return_941_filed, plant_taxes.deferrals_seventh),
    "Clifford & Edith Treadwell": (rejected_then_accepted,),
    "Copperline Brewing Company": (sent_lately,),
    "Josephine Acheson": (esign_fresh,),
    "Ian & Priya Forsythe": (extension_far,),
    "Yusuf & Maryam Rahman": (plant_taxes.estimate_far,),
    "Hirsch Paper & Packaging Corp.": (plant_taxes.estimate_fits,),
    "Two Rivers Staffing, Inc.": (plant_taxes.nec_filed, officer_enough),
    "Bellweather Print & Sign Co.": (plant_taxes.w9_below,),
    "Kessler Precision Machine, Inc.": (plant_taxes.nexus_below,),
    "Blue Heron Bistro, LLC": (s_election_filed,),
    "Pemberton Freight Brokers, Inc.": (grant_83b_filed,),
    "Marcus & Helen Fairchild": (refund_far,),
    "Harbor Lane Properties, LLC": (year_covered,),
    "Brightside Cleaning Services": (plant_taxes.sales_tax_last_day,),
}
