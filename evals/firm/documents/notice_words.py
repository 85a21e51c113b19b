# ruff: noqa: E501 - the agencies' sentences
"""What tax agencies write: titles, reasons and steps by notice number. Words and addresses only, no layout."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Wording:
    """The fixed words of a notice. `amount_label` stands before the amount, `deadline_label` before the printed date."""

    title: str
    why: str
    steps: tuple[str, ...]
    amount_label: str = "Amount due"
    deadline_label: str = "Please respond by"
    is_letter: bool = False


IRS = "Internal Revenue Service"
_PAY_STEPS = (
    "Pay the amount due by the date shown at the top of this notice to avoid additional penalty and interest charges.",
    "If you can't pay the full amount, pay as much as you can now and make payment arrangements at www.irs.gov/payments.",
    "If you disagree with the amount due, call us at 800-829-0922 to review your account.",
)
WORDS: dict[str, Wording] = {
    "CP2000": Wording(
        "Proposed changes to your {year} Form {form}",
        "The income and payment information we have on file from sources such as employers or financial institutions doesn't match the "
        "information you reported on your tax return. If our information is correct, you will owe the amount shown below. This is not a bill.",
        (
            "Review this notice, and compare our changes to the information on your {year} tax return.",
            "If you agree with the changes, complete, sign and date the Response form and mail it to us with your payment.",
            "If you don't agree, complete the Response form and send it with a signed statement and any documentation that supports your claim.",
        ),
    ),
    "Letter 2030": Wording(
        "Underreporter inquiry for business taxpayers",
        "We are proposing adjustments to your {year} Form {form}. Income reported to us by payers on information returns does not agree with the amounts on your return.",
        (
            "Compare the proposed changes with your books and records.",
            "Send us your explanation and copies of supporting documents within 30 days of the date of this letter.",
        ),
        "Proposed amount due",
        is_letter=True,
    ),
    "CP14": Wording(
        "You have unpaid taxes for {year}",
        "Our records show you have unpaid taxes for the tax year ended December 31, {year} (Form {form}).",
        _PAY_STEPS,
        deadline_label="Amount due by",
    ),
    "CP501": Wording(
        "You have unpaid taxes for {year}",
        "This is a reminder. Our records show that you still have unpaid taxes for {year} (Form {form}).",
        _PAY_STEPS,
        deadline_label="Amount due by",
    ),
    "CP503": Wording(
        "Second reminder: You have unpaid taxes for {year}",
        "As we notified you before, our records show you have unpaid taxes for the tax year ended December 31, {year} (Form {form}). "
        "If you don't pay the amount due, we may file a Notice of Federal Tax Lien.",
        _PAY_STEPS,
        deadline_label="Amount due by",
    ),
    "CP504": Wording(
        "Notice of intent to seize (levy) your property or rights to property",
        "As we notified you before, our records show you have unpaid taxes for {year} (Form {form}). This is your notice, as required under "
        "Internal Revenue Code section 6331(d), that we intend to levy your state tax refund if we do not receive your payment.",
        _PAY_STEPS,
        "Amount due immediately",
        "Amount due by",
    ),
    "CP11": Wording(
        "Changes to your {year} Form {form}: amount due",
        "We found a miscalculation on your {year} Form {form}, which affects the following area of your return: the computation of the credit "
        "for other dependents. We changed your return to correct it. As a result, you owe the amount below.",
        (
            "If you agree with the changes we made, pay the amount due.",
            "If you don't agree, contact us within 60 days from the date of this notice and we will reverse the change we made. "
            "If you do not contact us within 60 days, the change will not be reversed and you must pay before you can appeal.",
        ),
        deadline_label="Pay by",
    ),
    "CP12": Wording(
        "Changes to your {year} Form {form}: refund",
        "We found miscalculations on your {year} Form {form}, which affect the following area of your return: the recovery of a tax credit. "
        "We changed your return to correct them. As a result, your refund is different from the amount you expected.",
        (
            "If you agree with the changes we made, no response is required. Your refund will arrive in 4 to 6 weeks.",
            "If you don't agree, contact us within 60 days from the date of this notice and we will reverse the change we made.",
        ),
        "Refund due",
    ),
    "LT11": Wording(
        "Notice of intent to levy and your right to a hearing",
        "Your property or rights to property may be seized because you have not paid your overdue taxes for {year} (Form {form}). "
        "This is your notice under section 6330 of the Internal Revenue Code of your right to a Collection Due Process hearing.",
        (
            "Pay the amount due, or call us to make arrangements.",
            "If you want a Collection Due Process hearing, you must file Form 12153, Request for a Collection Due Process or Equivalent "
            "Hearing, within 30 days from the date of this notice.",
        ),
        "Amount due immediately",
        "Request a hearing by",
    ),
    "Letter 1058": Wording(
        "Final notice: Notice of intent to levy and notice of your right to a hearing",
        "Your federal tax for {year} (Form {form}) is still not paid. We previously asked you to pay this, but we still haven't received your "
        "payment. We may levy your property, including wages and bank accounts, unless you act within 30 days of the date of this letter.",
        (
            "Send us full payment payable to the United States Treasury.",
            "Or request a Collection Due Process hearing: complete the enclosed Form 12153 and mail it to us within 30 days from the date of this letter.",
        ),
        "Total amount due",
        is_letter=True,
    ),
    "CP3219A": Wording(
        "Notice of deficiency: Proposed increase in tax and notice of your right to challenge",
        "We have determined that there is a deficiency (increase) in your {year} income tax, based on information from third parties. "
        "You have the right to challenge our determination in the United States Tax Court before you pay.",
        (
            "If you agree, sign and return the enclosed Form 5564, Notice of Deficiency - Waiver.",
            "If you disagree, you may file a petition with the United States Tax Court, 400 Second Street, NW, Washington, DC 20217, within "
            "90 days from the date of this notice (150 days if it is addressed to you outside the United States). The Court cannot consider a late petition.",
        ),
        deadline_label="Last day to file a petition with the U.S. Tax Court",
    ),
    "Letter 531": Wording(
        "Notice of deficiency",
        "We have determined that you owe additional tax for {year}. This letter is your notice of deficiency, as required by law. The enclosed "
        "statement shows how we figured the deficiency.",
        (
            "If you want to contest this determination in court before making any payment, you have 90 days from the date of this letter "
            "(150 days if the letter is addressed to you outside of the United States) to file a petition with the United States Tax Court.",
            "If you agree with our determination, sign and return the enclosed waiver form.",
        ),
        "Deficiency",
        is_letter=True,
    ),
    "Letter 3219": Wording(
        "Statutory notice of deficiency",
        "We have determined that there is a deficiency in your income tax for {year}, as shown on the enclosed explanation of the changes.",
        (
            "You have 90 days from the date of this letter to file a petition with the United States Tax Court for a redetermination, or "
            "150 days if this letter is addressed to you outside of the United States.",
            "The petition must be filed with the Court itself. Writing to us does not extend the time.",
        ),
        "Deficiency",
        is_letter=True,
    ),
}
STATE_AGENCIES = {
    "PA": ("Pennsylvania Department of Revenue", "PO Box 280948, Harrisburg, PA 17128-0948", "REV-364"),
    "MD": ("Comptroller of Maryland", "Revenue Administration Center, Annapolis, MD 21411-0001", "MD-206B"),
    "DE": ("Delaware Division of Revenue", "820 N. French Street, Wilmington, DE 19801", "DE-1150"),
    "NJ": ("New Jersey Division of Taxation", "PO Box 245, Trenton, NJ 08602-0245", "DLN-218"),
    "VA": ("Virginia Department of Taxation", "PO Box 1777, Richmond, VA 23218-1777", "VA-4402"),
}
IRS_OFFICES = ("Austin, TX 73301-0025", "Ogden, UT 84201-0021", "Kansas City, MO 64999-0025", "Andover, MA 05501-0022")
