"""Forms of the tax season: K-1, W-2, 1099, W-9, organizer, return, election, power of attorney.

Labels are those printed on the official forms, with what preparers' software makes of them. Never checks one form against another.
"""

import re

from ingestion.elements import ReadFact
from ingestion.facts.labels import Field, labelled, read_fields
from ingestion.facts.text import (
    Found,
    Reading,
    Span,
    fact,
    first_value,
    in_prose,
    label_pattern,
    matches,
    trimmed,
    value_at,
)
from ingestion.facts.values import DATE, DATE_PATTERN, ENTRY, MONEY, NAME, PERCENT, TAX_ID, YEAR, squeezed

_S = "['’`]?s?['’`]?"  # the possessive, as typed, as typeset, as OCR loses it
_ADDRESS = r"(?:,? (?:(?:street )?address|city)(?:(?!\s{2})[^|\n:]){0,90})?"

YEAR_FIELD = Field(
    "tax_year",
    YEAR,
    (r"(?:for )?(?:calendar|tax|taxable) year(?: (?:beginning|ending|ended|end))?", r"year"),
    (
        r"(?:calendar|tax|taxable) year(?: (?:end(?:ed|ing) )?\w+ \d+,)? <year>",
        r"<year> (?:Form|Schedule|W-2|1099|tax (?:return|organizer|year)|(?:U\.S\. )?(?:individual|income|corporation|return)|organizer)",
        r"(?:Form|Schedule) [\w-]+(?: \(Form [\w-]+\))?[\s(]+<year>",
        r"(?:organizer|return)(?: \w+){0,3} <year>",
    ),
)

K1_FIELDS = (
    Field(
        "issuer",
        NAME,
        (
            rf"(?:partnership|corporation|s corporation|estate|trust|entity){_S}(?: or (?:trust|estate){_S})? name{_ADDRESS}",
            r"(?:issuer|issued by|entity|pass-through entity)(?: name)?",
            r"name of (?:partnership|corporation|s corporation|estate or trust|entity)",
        ),
    ),
    Field(
        "issuer_ein",
        TAX_ID,
        (
            rf"(?:partnership|corporation|estate|trust|entity|issuer){_S}(?: or (?:trust|"
            rf"estate){_S})? (?:employer identification number|ein|e\.i\.n\.)(?: \(ein\))?",
            r"employer identification number",
            r"ein",
        ),
    ),
    Field(
        "recipient",
        NAME,
        (
            rf"(?:partner|shareholder|beneficiary|member){_S} name{_ADDRESS}",
            rf"name{_ADDRESS} (?:for|of) (?:the )?(?:partner|shareholder|beneficiary)[^|\n:]{{0,60}}",
            r"(?:issued to|recipient|partner|shareholder|beneficiary|member)(?: name)?",
        ),
    ),
    Field(
        "ordinary_income",
        MONEY,
        (
            r"ordinary business income(?: \(loss\))?",
            r"ordinary income(?: \(loss\))?(?: from trade or business)?",
            r"other portfolio and nonbusiness income",
        ),
    ),
    Field(
        "distributions",
        MONEY,
        (
            r"(?:cash |property |total )?distributions?(?: \(?(?:cash|property|code a|box 1[69][a-d]?)[^|\n:]{0,30}\)?)?",
            r"withdrawals and distributions",
        ),
    ),
)
_PERCENT_LABELS = (
    r"current year allocation percentage",
    r"(?:shareholder|partner|beneficiary|member)['’]?s? percentage of (?:stock )?ownership(?: for (?:the )?tax year)?",
    r"(?:ownership|profit(?: sharing)?|stock ownership|profit and loss|share of profit)(?:,? ?loss,? "
    r"and capital)?(?: (?:percentage|percent|interest|share))?(?: \(?(?:ending|end of year)\)?)?",
    r"(?:partner|member|shareholder|beneficiary)['’]?s? share(?: of distributable net income)?",
    r"capital",
)
_K1_FORM = re.compile(r"Form\s+(?P<v>1065|1120-?S|1041)|(?:\bK-?1\b\W{0,4}(?P<w>1065|1120-?S|1041))", re.IGNORECASE)

W2_FIELDS = (
    Field("employer", NAME, (rf"employer{_S} name{_ADDRESS}", r"employer(?: name)?")),
    Field(
        "employer_ein",
        TAX_ID,
        (
            r"employer (?:identification|id|i\.d\.) ?(?:number|no\.?)?(?: \(ein\))?",
            r"employer['’]?s? (?:federal )?(?:ein|id(?: number)?)",
            r"ein",
        ),
    ),
    Field(
        "employee",
        NAME,
        (
            rf"employee{_S} (?:full )?name{_ADDRESS}",
            rf"employee{_S} first name(?: and initial)?(?:[\s|]+last name)?(?:[\s|]+suff\.?)?",
            r"employee",
        ),
    ),
    Field(
        "wages",
        MONEY,
        (r"wages,? tips,? (?:and )?other comp(?:ensation|\.)?", r"(?:box 1 )?(?:federal )?(?:taxable )?wages"),
    ),
    Field(
        "federal_withheld",
        MONEY,
        (r"fed(?:eral|\.)? income tax withheld", r"federal (?:tax )?(?:withheld|withholding)"),
    ),
)

_PAYER = r"(?:payer|filer|lender|issuer)"
FORM_1099_FIELDS = (
    Field("payer", NAME, (rf"{_PAYER}{_S} name{_ADDRESS}", rf"{_PAYER}(?: name)?")),
    Field(
        "payer_tin",
        TAX_ID,
        (
            rf"{_PAYER}{_S} (?:tin|federal (?:tax )?(?:id(?:entification)?|"
            rf"i\.d\.)(?: (?:number|no\.?))?|(?:taxpayer )?identification number|ein)",
        ),
    ),
    Field("recipient", NAME, (rf"(?:recipient|payee){_S} name{_ADDRESS}", r"(?:recipient|payee)(?: name)?")),
)
_AMOUNTS = {
    "1099-NEC": (r"non-?employee compensation",),
    "1099-INT": (r"interest income",),
    "1099-DIV": (r"total ordinary dividends", r"ordinary dividends"),
    "1099-MISC": (r"rents", r"royalties", r"other income"),
    "1099-K": (
        r"gross amount of (?:payment card/?(?: ?third party network)?|payment)(?: ?transactions)?(?:[^|\n$]{0,40}transactions)?",
        r"gross (?:amount|payments)",
    ),
    "1099-R": (r"gross distribution",),
    "1099-G": (r"unemployment compensation", r"state or local income tax refunds[^|\n$]{0,30}"),
    "1099-B": (r"(?:gross )?proceeds",),
    "1099-S": (r"gross proceeds",),
    "1099-C": (r"amount of debt discharged",),
}
# Letters of the title may follow without a blank where the parser loses it.
_FORM_1099 = re.compile(r"1099\s?[-–]\s?(?P<v>NEC|INT|DIV|MISC|OID|SA|[KRGBSCQ](?![A-Za-z]))")


W9_FIELDS = (
    Field(
        "name",
        NAME,
        (
            r"name of entity/?individual[^|\n:]{0,120}",
            r"(?:legal )?name(?: \(as shown on your income tax return\))?(?:\. ?name is required[^|\n]{0,60})?",
            r"business name[^|\n:]{0,60}",
        ),
    ),
    Field(
        "taxpayer_id",
        TAX_ID,
        (
            r"(?:employer identification|social security) number",
            r"taxpayer identification number(?: \(tin\))?",
            r"tin",
            r"ein",
            r"ssn",
        ),
    ),
    Field("signed_on", DATE, (r"date(?: signed)?", r"signed(?: on)?"), (r"signature[^|\n]{0,80} <date>",)),
)
_CLASSES = (
    r"individual(?:/sole\s+proprietor(?:ship)?)?(?:\s+or\s+single-member\s+LLC)?|sole\s+proprietor(?:ship)?|[CS]\s+corporation|"
    r"partnership|trust/estate|limited\s+liability\s+company|LLC"
)
_CHECKED = r"(?:\[\s*[xX✓]\s*\]|\(\s*[xX]\s*\)|[☒☑✓✔■]|(?<!\w)[xX](?!\w))"

TAXPAYER_FIELDS = (
    Field(
        "taxpayer_name",
        NAME,
        (
            r"(?:taxpayer|client|entity|corporation|partnership|business|organization)(?:['’]s|\(s\))?(?: legal)? name(?:s|\(s\))?",
            r"name\(?s?\)?(?: shown on return)?(?: of (?:corporation|partnership|organization|estate or trust|taxpayer))?",
            r"(?:prepared for|taxpayer|client)",
        ),
    ),
    Field(
        "taxpayer_id",
        TAX_ID,
        (
            r"(?:your )?(?:social security number|ssn)",
            r"employer id(?:entification)?(?: (?:number|no\.?))?",
            r"(?:tax(?:payer)? )?(?:id|identification)(?: ?(?:number|no\.?))?",
            r"ein",
            r"tin",
            r"ssn ?/ ?ein",
        ),
    ),
)
_RETURN_FORM = re.compile(
    r"(?<![\w-])(?P<v>1040(?:-?(?:SR|NR|X))?|1065|1120(?:-?[SHC])?|1041|990(?:-?(?:EZ|PF|T|N))?|706|709)(?![\w,.]\d|\w)",
    re.IGNORECASE,
)
_FILERS = {
    "1040": "Individual",
    "1065": "Partnership",
    "1120": "C corporation",
    "1120-S": "S corporation",
    "1041": "Estate or trust",
    "990": "Exempt organization",
}
_ENTITY_FIELD = Field(
    "entity_type",
    NAME,
    (r"(?:entity|organization|business) type", r"type of (?:entity|organization|business)", r"filing entity"),
)


def read_k1(reading: Reading) -> list[ReadFact]:
    """The facts of a Schedule K-1; `form` is 1065, 1120-S or 1041."""
    facts = [*_with_year(reading), *read_fields(reading, K1_FIELDS)]
    for page, match in matches(reading, _K1_FORM):
        group = "v" if match["v"] else "w"
        span = Span(page.number, match.start(group), match.end(group), match[group])
        facts.append(fact("form", NAME, Found(re.sub(r"1120-?S", "1120-S", span.text.upper()), span, 0.95), reading))
        break
    share = _share(reading)
    return facts if share is None else [*facts, fact("ownership_percent", PERCENT, share, reading)]


def _share(reading: Reading) -> Found | None:
    """The share at the end of the year: the last percent on its label's line ("Profit 25 % 25 %"), else the labelled one."""
    for label in _PERCENT_LABELS:
        for line in reading.lines:
            match = label_pattern(label).search(line.text)
            hits = [] if match is None else list(PERCENT.pattern.finditer(line.text, match.end()))
            if hits:
                return value_at(line.page, line.text, *hits[-1].span(), PERCENT, 0.95, line.start)
    return labelled(reading, _PERCENT_LABELS, PERCENT)


def _with_year(reading: Reading) -> list[ReadFact]:
    found = (
        in_prose(reading, YEAR_FIELD.prose, YEAR) or labelled(reading, YEAR_FIELD.labels, YEAR) or _head_year(reading)
    )
    return [] if found is None else [fact("tax_year", YEAR, found, reading)]


def _head_year(reading: Reading) -> Found | None:
    """A year in the first lines that is not part of a date or of the form's revision."""
    for line in reading.lines[:12]:
        blank = re.sub(
            rf"{DATE_PATTERN}|\(?Rev\.[^)|]*\)?|OMB[^|]{{0,20}}", lambda m: " " * len(m.group()), line.text, flags=re.I
        )
        found = first_value(line.page, blank, YEAR, 0.7, line.start)
        if found is not None:
            return found
    return None


def read_w2(reading: Reading) -> list[ReadFact]:
    """The facts of a Form W-2."""
    return [*_with_year(reading), *read_fields(reading, W2_FIELDS)]


def read_1099(reading: Reading) -> list[ReadFact]:
    """The facts of a 1099; `amount` is the box that the form is about."""
    facts = [*_with_year(reading), *read_fields(reading, FORM_1099_FIELDS)]
    form = ""
    for page, match in matches(reading, _FORM_1099):
        form = f"1099-{match['v'].upper()}"
        facts.append(
            fact("form", NAME, Found(form, trimmed(page.number, page.text, match.start(), match.end()), 0.95), reading)
        )
        break
    amount = labelled(reading, (*_AMOUNTS.get(form, ()), r"(?:total )?amount(?: paid| reported)?"), MONEY)
    return facts if amount is None else [*facts, fact("amount", MONEY, amount, reading)]


def read_w9(reading: Reading) -> list[ReadFact]:
    """The facts of a Form W-9; `classification` is the box that is ticked."""
    facts = read_fields(reading, W9_FIELDS)
    hit = next(matches(reading, re.compile(rf"{_CHECKED}[\s|]{{0,3}}(?P<v>{_CLASSES})", re.IGNORECASE)), None)
    if hit is not None:
        page, match = hit
        span = Span(page.number, *match.span("v"), match["v"])
        return [*facts, fact("classification", NAME, Found(squeezed(match["v"]), span, 0.9), reading)]
    found = labelled(reading, (r"(?:federal )?tax classification", r"classification"), NAME)
    return facts if found is None else [*facts, fact("classification", NAME, found, reading)]


def read_return(reading: Reading) -> list[ReadFact]:
    """The facts of a tax return or an organizer."""
    facts = [*_with_year(reading), *read_fields(reading, TAXPAYER_FIELDS)]
    for page, match in matches(reading, _RETURN_FORM):
        span = Span(page.number, match.start("v"), match.end("v"), match["v"])
        value = re.sub(r"^(1120|1040|990)-?([A-Z]+)$", r"\1-\2", match["v"].upper())
        facts.append(fact("form", NAME, Found(value, span, 0.85), reading))
        break
    entity = labelled(reading, _ENTITY_FIELD.labels, NAME)
    entity = entity or _entity_of_form(facts)
    return facts if entity is None else [*facts, fact("entity_type", NAME, entity, reading)]


def _entity_of_form(facts: list[ReadFact]) -> Found | None:
    """Who files the form that the document names."""
    form = next((f for f in facts if f.name == "form"), None)
    value = None if form is None else _FILERS.get(form.value.split("-")[0] if form.value != "1120-S" else form.value)
    if form is None or value is None:
        return None
    return Found(value, Span(form.page, form.start, form.end, form.quote), 0.7)


def read_election(reading: Reading) -> list[ReadFact]:
    """The facts of an election or its acceptance."""
    facts = read_fields(
        reading,
        (
            Field(
                "effective",
                DATE,
                (
                    r"effective(?: date)?(?: of (?:the )?election)?",
                    r"election (?:is )?(?:to be )?effective(?: (?:as of|for tax year beginning))?",
                ),
                (r"(?:effective|beginning)(?: as of| on| for (?:the )?tax year beginning)? <date>",),
            ),
            Field(
                "granted_on",
                DATE,
                (
                    r"(?:notice|letter|acceptance|approval|granted|accepted)(?: on)?(?: date)?",
                    r"date(?: of (?:this )?(?:notice|letter))?",
                ),
            ),
        ),
    )
    # The box of Form 2553 wraps: "Election effective for tax | January 1, 2026" over "year beginning".
    boxed = in_prose(reading, (r"election effective for tax\W+<date>",), DATE)
    if boxed is not None:
        facts = [*(one for one in facts if one.name != "effective"), fact("effective", DATE, boxed, reading)]
    hit = next(
        matches(reading, re.compile(r"\b(?:CP\s?(?P<n>26[1-4])|Form\s+(?P<f>2553|8832|8716))\b", re.IGNORECASE)), None
    )
    if hit is None:
        return facts
    page, match = hit
    value = f"CP{match['n']}" if match["n"] else match["f"]
    span = trimmed(page.number, page.text, *(match.span() if match["n"] else match.span("f")))
    return [*facts, fact("form", NAME, Found(value, span, 0.9), reading)]


def read_authorization(reading: Reading) -> list[ReadFact]:
    """The facts of a Form 8821 or 2848; `years` and `forms` as printed."""
    facts = read_fields(
        reading,
        (
            Field("taxpayer_name", NAME, (r"taxpayer(?:['’]s)? name(?: and address)?", r"taxpayer(?: name)?", r"name")),
            Field("forms", ENTRY, (r"(?:\(b\) )?tax form(?: number)?s?(?: \([^)]*\))?", r"forms?(?: covered)?")),
            Field(
                "years",
                ENTRY,
                (r"(?:\([cd]\) )?year\(?s?\)?(?: or period\(?s?\)?)?(?: \([^)]*\))?(?: covered)?", r"periods?"),
            ),
            Field("signed_on", DATE, (r"(?:date )?signed(?: on)?", r"date"), (r"signature[^|\n]{0,80} <date>",)),
            Field("expires_on", DATE, (r"expir(?:es|ation)(?: date| on)?",), (r"expires?(?: on)? <date>",)),
        ),
    )
    hit = next(matches(reading, re.compile(r"(?<!\d)(?P<v>8821|2848)(?!\d)")), None)
    if hit is None:
        return facts
    page, match = hit
    return [
        *facts,
        fact("form", NAME, Found(match["v"], Span(page.number, match.start(), match.end(), match["v"]), 0.95), reading),
    ]
