"""How citations, tax ids, account tails, telephone numbers, forms and notices are written, and their canonical form."""

import re

from workspace.deadlines.rules import normal_notice
from workspace.tie_out.numbers import BEGIN, END
from workspace.tie_out.reading import Reader, Reading

_ADDRESS = re.compile(r"https?://[^\s)>\]]+|(?<![\w.])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SUB = r"(?:\(\w+\))*"
_SECTION = rf"\d[\w]*(?:[.-]\d\w*)*{_SUB}"
_CITATION = re.compile(
    rf"(?:\b(?:I\.?R\.?C\.?|Code|Internal Revenue Code)\s+)?(?:§{{1,2}}\s?|\b(?:[Ss]ections?|[Ss]ec\.)\s){_SECTION}"
    rf"|\b(?:Treas\.\s)?Reg(?:ulation|\.)?s?(?:\s§)?\s{_SECTION}"
    r"|\b(?:Rev\.\s?(?:Proc|Rul)\.|Notice|Announcement|IR|T\.D\.|Pub(?:lication|\.)|Pub\.\sL\.|IRM|FRCP|FRAP|Rule)"
    rf"[\s-](?:No\.\s)?{_SECTION}"
    rf"|\b\d+\s(?:U\.?S\.?C\.?|CFR|C\.F\.R\.)(?:\s(?:§\s?)?(?:Part\s)?{_SECTION})?"
)
_TAX_ID = re.compile(
    r"(?<![\w-])(?:\d{2}-\d{7}|\d{3}-\d{2}-\d{4}|[*X#•]{3}[- ]?[*X#•]{2}[- ]?\d{4}|[*X#•]{2}-?[*X#•]{3}\d{4})(?![\w-])"
)
_TAIL = re.compile(
    r"(?:(?i:\bending(?:\s+in)?|\blast\s+four(?:\s+digits)?(?:\s+are|\s+of|:)?)\s+|(?<![\w*])[*X•x.]{2,}-?)"
    rf"(?P<figure>\d{{4}}){END}"
)
_PHONE = re.compile(r"(?<![\w.])(?:\+?1[\s.-])?\(?\d{3}\)?[\s.-]\d{3}[.-]\d{4}(?![\w-])")
_FORM_NAME = (
    r"(?:1120-?S|1120(?:-[A-Z]{1,3})?|1099(?:-?[A-Z]{1,4})?|1098(?:-[A-Z])?|1095-[A-C]|1094-[BC]|1040(?:-?(?:ES|SR|NR|X|V|PR|SS))?"
    r"|1041(?:-ES)?|1065(?:-[A-Z])?|990-(?:EZ|PF|N|T)|941-X|94[0145]|5500(?:-EZ|-SF)?|990|70[69]|W-?2G|W-?[2-9]"
    r"|SS-[48]|I-9|K-1)"
)
_FORM = re.compile(
    r"\bFinCEN\s+(?:Form\s+)?114\b"
    r"|\b[Ss]chedules?\s+[A-Z](?:-\d)?\b"
    rf"|\b[Ff]orms?\s+(?:{_FORM_NAME}s?|\d{{2,5}}(?:-[A-Z]{{1,4}})?[A-Z]?)(?![\w-])"
)
_COUNTED = r"(?:days?|weeks?|months?|years?|hours?|minutes?|dollars?|items?|units?|shares?|employees?|percent)"
_BARE_FORM = re.compile(rf"{BEGIN}{_FORM_NAME}s?(?![\w-]|[.,]\w|\s?%|\s(?:business\s)?{_COUNTED}\b)")
_NOTICE = re.compile(
    r"\b(?:Notice\s+)?(?:CP|LT)[\s-]?\d{2,4}[A-Z]?\b"
    r"|\b(?:[Ll]etter|LTR|Ltr\.?)\s+\d{2,4}(?:-?[A-Z]{1,2})?\b"
    r"|(?<![\w.,$-])(?:(?!1120|1099|1040|1065|990)\d{3,4}[A-Z]{1,2}|226-J)\b"
)


def citation_value(text: str) -> str:
    """A citation for comparing: "IRC Section 6213(a)", "Sec. 6213(a)" and "§ 6213(a)" are all "§6213(a)"."""
    plain = " ".join(text.split())
    plain = re.sub(r"^(?:Internal Revenue Code|I\.?R\.?C\.?|Code)\s(?=§|[Ss]ec)", "", plain)
    return re.sub(r"^(?:§{1,2}|[Ss]ections?|[Ss]ec\.)\s?", "§", plain)


def tax_id_value(text: str) -> str:
    """An EIN as 12-3456789, an SSN as 123-45-6789, hidden digits as X; four digits alone as "X1234"."""
    kept = re.sub(r"[^\dX]", "", re.sub(r"[*#•x]", "X", text))
    if len(kept) != 9:
        return "X" + kept[-4:]
    is_employer = bool(re.match(r"[\dX*#•]{2}-", text)) or bool(re.fullmatch(r"[*X#•]{2}-?[*X#•]{3}\d{4}", text))
    return f"{kept[:2]}-{kept[2:]}" if is_employer else f"{kept[:3]}-{kept[3:5]}-{kept[5:]}"


def form_value(text: str) -> str:
    """A form for comparing: "Form 1120S" is "1120-S", "Schedule K-1" is "K-1", "W-2s" is "W-2"."""
    plain = re.sub(r"^FORMS?\s+", "", re.sub(r"(?<=[\dA-Z])s$", "", " ".join(text.split())).upper())
    plain = re.sub(r"^SCHEDULES\b", "SCHEDULE", plain).replace("SCHEDULE K-1", "K-1")
    plain = re.sub(r"^(1120|1099|1040)([A-Z]+)$", r"\1-\2", re.sub(r"^W(?=\d)", "W-", plain))
    return "FINCEN 114" if plain in {"FINCEN FORM 114", "114"} else plain


def phone_value(text: str) -> str:
    """The ten digits of a telephone number."""
    return re.sub(r"\D", "", text)[-10:]


READERS: tuple[Reader, ...] = (
    (_ADDRESS, lambda match: Reading("name", match.group().casefold())),
    (_CITATION, lambda match: Reading("citation", citation_value(match.group()))),
    (_TAX_ID, lambda match: Reading("tax_id", tax_id_value(match.group()))),
    (_TAIL, lambda match: Reading("tax_id", tax_id_value(match["figure"]))),
    (_PHONE, lambda match: Reading("name", phone_value(match.group()))),
    (_NOTICE, lambda match: Reading("notice", normal_notice(match.group()))),
    (_FORM, lambda match: Reading("form", form_value(match.group()))),
)
# A form without the word before it is a weaker reading: it comes after dates and money.
BARE_READERS: tuple[Reader, ...] = ((_BARE_FORM, lambda match: Reading("form", form_value(match.group()))),)
