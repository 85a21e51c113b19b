# ruff: noqa: E501 - read as a table
"""What a question is about, as far as the firm's own records answer it: a closed list, recognised by its words.

A question may have several topics, or none; then documents are searched. Never reads anything of the client.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from agents.asking.curt import curt


class Topic(StrEnum):
    """What the records can be asked for, alphabetical."""

    BILLED = "billed"
    CONTACTS = "contacts"
    DEADLINES = "deadlines"
    DOCUMENTS = "documents"
    FEES = "fees"
    HOURS = "hours"
    INVOICE = "invoice"
    KNOWN = "known"
    LAST_MESSAGE = "last-message"
    LETTERS = "letters"
    NOTICES = "notices"
    OWNERS = "owners"
    PAID = "paid"
    PROFILE = "profile"
    PROMISES = "promises"
    REALIZATION = "realization"
    RECEIVABLE = "receivable"
    REQUESTS = "requests"
    SIGNALS = "signals"
    STAGE = "stage"
    TAX_ID = "tax-id"
    TEAM = "team"
    UNBILLED = "unbilled"


_RETURNS = r"(?:returns?|1040|1065|1120(?:-?S)?|1041|990)"
WORDS: dict[Topic, tuple[str, ...]] = {
    Topic.INVOICE: (
        r"\b(?:our )?(?:invoice|bill) (?:no\.? ?|number |nr\.? ?|# ?)?(?=[\w-]*\d)[\w-]{3,}\b(?<!\b20\d\d)",
    ),
    Topic.PAID: (
        r"\b(?:last|latest|most recent) (?:payments?|pays?|paid)\b|\blast\b.*\bpaid us\b|\bwhen\b.*\b(?:did|have|has)\b.*\b(?:pay|paid) us\b|\blast paid\b",
    ),
    Topic.RECEIVABLE: (
        r"\b(?:still )?(?:have|ha[sd]|need) to pay (?:us|our firm|the firm)\b",
        r"\b(?:outstanding|open|unpaid|overdue|past due) (?:\w+ ){0,3}(?:balance|amount)\b|\bunpaid\b.*\b(?:invoices?|bills?)\b|\boverdue\b.*\b(?:invoices?|bills?)\b|\bwaiting to be paid\b",
        r"\bhow much (?:do|does|did) (?:they|he|she|it|the client|this client)\b.*\bowe\b(?!.*\b(?:bank|IRS|loan|tax\w*|lender)\b)",
        r"\bwhat (?:do|does|did) (?:they|he|she|it|the client|this client)\b.*\bowe\b(?!.*\b(?:bank|IRS|loan|tax\w*|lender)\b)",
        r"\bpaid up\b|\b(?:are|were) we (?:still )?owed\b|\bcurrent (?:on|with) (?:\w+ )?(?:bills?|invoices?|payments?)\b",
        r"\b(?:billed|invoiced)\b.*\b(?:paid|collected)\b|\binvoices?\b.*\b(?:past|over|older than) (?:due|\d+)",
        r"\bow(?:e|es|ed|ing)\b.*\b(?:us|our firm|the firm)\b|\bwe(?:'re| are) owed\b",
        r"\bowes?\b.*\bin (?:fees|invoices)",
        r"\b(?:open|unpaid|outstanding|overdue|past[- ]due|late) (?:invoices?|bills?|balances?)\b",
        r"\binvoices? (?:are |is )?(?:still )?(?:open|unpaid|outstanding|overdue)\b|\b(?:invoices?|bills?)\b.*\b(?:are|is) (?:still )?(?:unpaid|not paid)\b",
        r"\bour (?:receivables?|aging)\b",
        r"\bbehind on (?:payments?|invoices?)",
        r"\bpaid (?:us|our|all|their)\b|\bhave (?:they|we been) paid\b",
        r"\bbalance (?:with|owed to|due to) (?:us|the firm)\b",
        r"\bA/?R\b(?! aging)",
    ),
    Topic.HOURS: (
        r"\bhours?\b.*\b(?:went|put|gone|charged|recorded|used|on) (?:in|into|to|the)\b|\btime\b.*\b(?:booked|logged|spent|recorded|charged|put) (?:on|in|into|to|so far)\b",
        r"\b(?:with)?in budget\b|\bbudget (?:of|on|for) the\b",
        r"\bbudget\b.*\b(?:left|remain\w*|used)\b",
        r"\bhours?\b.*\b(?:budget\w*|spent|logged|worked|used|booked|left|remain\w*|so far|have we)\b",
        r"\b(?:over|under|on|within|against|vs\.?|versus) budget\b|\bbudget\w*\b.*\bhours?\b",
        r"\bhow (?:many hours|much time)\b|\btime (?:have we|spent|logged|booked)\b",
    ),
    Topic.UNBILLED: (
        r"\b(?:not|never|n.t)(?: \w+){0,3} (?:billed|invoiced)\b.*|\bto be billed\b|\btime\b.*\bnot\b.*\bbill",
        r"\b(?:WIP|work in progress|unbilled)\b|\bnot (?:yet )?(?:been )?billed\b|\bstill (?:to|not) (?:be )?bill(?:ed)?\b",
        r"\btime\b.*\bwaiting to be billed\b",
    ),
    Topic.BILLED: (
        r"\btotal (?:of )?(?:our )?invoic(?:es?|ed|ing)\b|\b(?:our|all) (?:\w+ ){0,2}(?:invoices?|bills?) (?:of|from|in|for) (?:19|20)\d\d\b",
        r"\b(?:add up|sum up|sum of|total of)\b.*\b(?:year|month|quarter|(?:19|20)\d\d)(?:['’]s)? (?:bills?|invoices?)\b",
        r"\b(?:billings?|invoicing)\b.*\b(?:this|last|in|for|total)\b|\b(?:did|do|have|had|will) we (?:\w+ )?(?:bill|invoice)(?:d)?\b(?!.*\b(?:hours?|time)\b)",
        r"\b(?:fees?|amounts?|invoices?|much|what) (?:\w+ ){0,4}(?:billed|invoiced)\b(?!.*\b(?:paid|unpaid|collected)\b)",
        r"\b(?:billed|invoiced|billings?)\b.*\b(?:this year|last year|so far|year to date|in (?:19|20)\d\d)\b",
        r"\b(?:did|have) we bill\b|\btotal billings?\b|\bhow much did we (?:charge|invoice)\b",
    ),
    Topic.REALIZATION: (r"\breali[sz]ation\b|\bbilled (?:against|versus|over|compared (?:to|with)) standard\b",),
    Topic.PROMISES: (
        r"\bpromis\w+\b|\b(?:commitments?|committed)\b|\b(?:said|say) (?:that )?(?:we|they|she|he) (?:would|will|'d|'ll)\b",
    ),
    Topic.REQUESTS: (
        r"\b(?:missing|outstanding|lacking|still open)\b.*\b(?:for|on|from)\b|\bitems?\b.*\b(?:outstanding|missing|open|owes?)\b",
        r"\bstill owes? us for\b|\bwhat do we (?:still )?need\b|\bnot sent (?:us )?yet\b",
        r"\b(?:documents?|papers?|items?|things?) (?:are|is|do) (?:we|they|still|you)\b.*\b(?:missing|need\w*|wait\w*|lack\w*)\b",
        r"\bwaiting for\b",
        r"\bsent (?:us )?(?:everything|all)\b|\bdid (?:they|he|she|the client) (?:\w+ )?(?:send|provide|upload|deliver|bring)\b",
        r"\bowes? us\b.*\b(?:documents?|papers?|items?|information)\b",
        r"\b(?:open|outstanding|missing|overdue|pending) (?:requests?|request items?|items?|documents? from)\b",
        r"\brequest(?:s|ed)? (?:items? )?(?:are |is )?(?:still )?(?:open|outstanding|missing|overdue)\b|\bPBC\b",
        r"\b(?:still|do we|are we|we) (?:need\w*|waiting|missing|await\w*)\b.*\b(?:from|for|them|client|her|him)\b",
        r"\bwhat (?:is|are|'s) (?:still )?(?:missing|outstanding)\b",
        r"\b(?:not (?:yet )?|haven't )(?:sent|provided|delivered|received)\b",
    ),
    Topic.DEADLINES: (
        r"\bextend\b|\b(?:must|need(?:s)? to|ha(?:ve|s) to)\b.*\b(?:file|filed)\b",
        r"\bdeadlines?\b|\bdue dates?\b|\bnext dates?\b|\bextension\b|\bextended\b|\bfil(?:e|ed|ing) (?:by|date|due)\b",
        rf"\bby (?:when|(?:what|which) (?:day|date))\b.*\b{_RETURNS}\b|\b{_RETURNS}\b.*\b(?:go|goes|be|get) (?:out|sent)\b",
        rf"\b(?:{_RETURNS}|engagements?|work)\b.*\bdue\b|\bwhen\b.*\b{_RETURNS}\b.*\b(?:due|filed?)\b",
        r"\bwhat(?: is|'s) (?:coming )?due\b",
    ),
    Topic.TEAM: (
        r"^\W*(?:name |tell me )?(?:the |our )?(?:partner|manager|preparer|reviewer|team)\b|\bpreparer\b|\bwho\b.*\bmanag\w+",
        r"\bwho(?:.s| is| does| do we have)? (?:\w+ )?(?:doing|does|preparing|prepares?|reviewing|reviews?|handling|staffed)\b",
        r"\b(?:which|who) of (?:us|our (?:partners|managers|people|staff|colleagues))\b|\b(?:whose|who) (?:desk|plate|hands)\b|\bwhich (?:\w+ )?(?:person|colleague|accountant|staff\w*|partner|manager|senior)\b",
        r"\bwho\b.*\b(?:working on|assigned|in charge|signs?)\b|\bwhose client\b",
        r"\bwho\b.*\b(?:partner|manager|in charge|responsible|handles?|works? on|runs?|prepar\w+)\b",
        r"\bwho\b.*\bowns? the (?:engagement|work|return|close)\b",
        r"\b(?:which|what|name of the) (?:partner|manager|staff)\b|\b(?:engagement|our) (?:partner|manager|team)\b",
    ),
    Topic.OWNERS: (
        r"\bpercent owned\b",
        r"\b(?:stake|ownership (?:share|percentage|interest)|shareholding|equity share)\b|\bowns? (?:of|in)\b|\bhow (?:much|many|big|large)\b.*\b(?:own\w*|belongs? to)\b",
        r"\b(?:percent\w*|share|stake|how much)\b.*\bowns?\b|\bwho are the (?:members|partners|owners|beneficiaries)\b",
        r"\bowners?\b(?!['’]s? (?!share|stake|percent\w*|interest))|\bownership\b|\bwho owns (?!the (?:engagement|work|return|close))|\bshareholders?\b(?!['’])",
        r"\bmembers? of the (?:llc|partnership|company)\b|\bpartners? of the (?:partnership|llc)\b",
    ),
    Topic.CONTACTS: (
        r"\bgo-to (?:person|contact)\b|\bperson on (?:their|the client['’]s) side\b",
        r"\bwho(?:m)? (?:\w+ ){1,3}(?:call|write to|contact|reach|speak (?:to|with)|talk (?:to|with)|e-?mail|phone|ask)\b(?! from)",
        r"\b(?:reach|call|phone|e-?mail) [A-Z][a-z]+ [A-Z]|\bnumber of [A-Z][a-z]+ [A-Z]",
        r"\b(?:primary |main )?contacts?\b(?! us)|\bhow (?:do|can) (?:I|we) reach\b|\bwho (?:do|should) (?:I|we) (?:call|write|talk)\b",
        r"\b(?:e-?mail|phone|telephone) (?:address|number)\b|\b(?:e-?mail|phone|telephone)\b.*\b(?:of|for) (?:the |this )?client\b",
    ),
    Topic.KNOWN: (
        r"\b(?:likes?|prefers?|wants?) to be (?:reached|called|contacted|written to)\b|\bhow (?:does|do) .{1,40}\b(?:like|prefer) to\b",
        r"\bprefer(?:s|red)? (?:\w+ ){0,2}(?:e-?mail|mail|phone|calls?|texts?)\b|\bpreferred (?:channel|way)\b",
        r"\bwho (?:decides|has the (?:final|last) (?:say|word)|makes the decisions?)\b",
        r"\b(?:best|good|bad|worst) time to (?:call|reach|meet|phone)\b|\bwhen (?:should|can) (?:I|we) (?:call|phone)\b",
        r"\bwhat (?:do we|should I|else do we) know about\b|\b(?:their|her|his|client's|any) habits?\b",
    ),
    Topic.STAGE: (
        r"\bwhere are we (?:at|on|with)\b",
        r"\bhow (?:are|is) .{1,40} (?:coming along|going|progressing)\b|\bin (?:what|which) stage\b|\bwhere .{1,12} stand\b|\bpercent (?:done|complete)\b",
        r"\bdid we\b.*\b(?:file|finish|complete|start)\b.*\b(?:return|close|work|\d{3,4})",
        r"\b(?:status|stage|progress)\b|\bwhere (?:do|are) (?:we|things) stand\b|\bhow far (?:along|are we)\b",
        rf"\b(?:has|is|are|was|did we)\b.*\b(?:{_RETURNS}|close)\b.*\b(?:filed?|finish\w*|complet\w+|done|start\w*)\b",
        r"\b(?:open|current) (?:engagements?|work|projects?)\b|\bwhat (?:engagements?|work)\b.*\b(?:have|open|do)\b",
        r"\bwhat are we (?:doing|working on)\b",
        r"\b(?:did|have|has) we (?:start|begin|begun|started)\b|\b(?:start|begin|began|begun)\b.*\bwork\b|\bbeen worked on\b|\bwork (?:on|for) the\b.*\b(?:start|begin|began)\b",
    ),
    Topic.LAST_MESSAGE: (
        r"\blast time (?:they|he|she|we|the client|this client)\b.*\b(?:e-?mailed|wrote|called|heard|contacted|spoke)\b",
        r"\b(?:repl(?:y|ied)|got(?:ten)? back to us|wr(?:ote|itten) back)\b|\blast (?:talk|talked|speak|spoken|call|called)\b",
        r"\b(?:last|latest|most recent) (?:messages?|e-?mails?|mails?|contact|time we heard)\b|\bheard from\b",
        r"\blast (?:hear|heard|wrote|write|spoke|contacted)\b|\banswered (?:us|our)\b",
        r"\bwhen did (?:the client|they|she|he|we)\b.*\b(?:write|e-?mail|hear|respond|reply|contact)\b",
    ),
    Topic.NOTICES: (
        r"\b(?:letters?|mail) from (?:the )?(?:IRS|state|tax \w+|department of revenue)\b",
        r"\b(?:open|unanswered|any|which|what|new|pending) (?:\w+ )?(?:notices?|IRS letters?|tax letters?)\b",
        r"\bnotices?\b.*\b(?:open|unanswered|received|have we|there|on file)\b",
    ),
    Topic.FEES: (
        r"\bwe (?:charg(?:e|ing)|quot(?:e|ed|ing))\b|^\W*(?:\S+ )?fees?\W*$",
        r"\bfees? (?:did|have|do) we (?:agree|quote|set)\w*|(?<!\bto )\bpays? (?:us|our firm|the firm)\b|\bwhat is the price of (?:our|the) \w+",
        r"\b(?:annual|our|engagement|fixed|agreed) fees?\b|\bfees?\b.*\b(?:charge|bill|engagement|return|client pay)\b",
        r"\bhow much do we (?:charge|bill)\b|\bwhat do we (?:charge|bill)\b|\bwhat (?:is|are) the fees?\b",
    ),
    Topic.SIGNALS: (
        r"\bwhat (?:needs?|has) (?:to be )?(?:doing|done)\b|\bwhat should (?:I|we) (?:do|know|worry)\b",
        r"\bsignals?\b|\b(?:needs?|requires?) (?:\w+ )?attention\b|\bred flags?\b|\bat risk\b|\bworr(?:y|ied)\b",
        r"\bwhat (?:is|are|'s) (?:wrong|urgent|the (?:issues?|problems?|risks?))\b|\bwhat (?:was|has been) raised\b",
        r"\bany (?:problems?|issues?|risks?|concerns?)\b",
    ),
    Topic.TAX_ID: (
        r"\blast four (?:digits )?of (?:the |their |her |his )?(?:social|SSN|EIN|tax)",
        r"\b(?:tax(?:payer)? ?(?:id\w*|identification|number)|EIN|SSN|ITIN|TIN)\b",
        r"\b(?:social security(?: number)?|employer identification)\b",
    ),
    Topic.LETTERS: (
        r"\b(?:signed|countersigned) (?:engagement )?letters?\b|\bsign(?:ed)?\b.{1,30}\b(?:engagement )?letters?\b",
        r"\b(?:engagement )?letters?\b.{1,60}\b(?:signed|signature|countersigned|come back|came back|unsigned)\b",
        r"\bsign\b.*\bengagement letter\b|\b(?:send|sent|mail|mailed) (?:out )?the (?:engagement )?letters?\b|\bletters?\b.*\b(?:go out|went out|sent out|sent to)\b",
        r"\b(?:countersign\w*|sign(?:ed)?)\b.*\b(?:terms|engagement)\b",
        r"\bengagement letters?\b.*\b(?:signed|sent|out|back|returned|on file|have)\b",
        r"\b(?:signed|sent)\b.*\bengagement letters?\b|\bletter been signed\b",
    ),
    Topic.PROFILE: (
        r"\b(?:how long|since when)\b.*\b(?:client|customer|with (?:us|the firm))\b|\b(?:been|are|is) with (?:us|the firm|our firm)\b",
        r"\b(?:what|which) (?:town|city|state)\b|\bmailing address\b|\bfiscal year\b(?!.*\d{4})|\byear (?:close|end)s?\b(?!.*\d{4})",
        r"\b(?:become|became|been|are|is) (?:they |he |she |it |this )?a client\b|\ba client of ours\b|\bwhere (?:is|are) (?:the client|this client|they|she|he)\b.*\b(?:located|based)\b",
        r"\bentity type\b|\bwhat (?:kind|type|sort) of (?:entity|client|company|business|taxpayer)\b|\bAI policy\b",
        r"\b(?:fiscal year|year)(?: |-)end\b(?!.*\d{4})|\bclient since\b|\bhow long\b.*\b(?:client|with us)\b|\bindustry\b",
        r"\baddress of (?:the|this) client\b|\bclient's (?:mailing |street |postal )?address\b|\bmay a model\b",
    ),
    Topic.DOCUMENTS: (
        r"\b(?:is|are) (?:the|their|her|his|any) (?:[\w-]+ ){1,3}(?:in|here|on file|in yet)\s*(?:\?|$)|\bwhat(?: is|'s) in the file\b",
        r"\b(?:what|which|list (?:the|all)?|how many) (?:documents?|files)\b",
        r"\bdocuments? (?:do we have|on file|are there|received)\b",
        r"\bdo we have (?:a|an|the|any|their|her|his) (?:copy|lease|loan agreement|k-?1|w-?9|w-?2|1099|engagement letter|"
        r"minutes|trial balance|notice|bank statements?)\b",
    ),
}
_TOPICS = tuple((topic, re.compile("|".join(patterns), re.IGNORECASE)) for topic, patterns in WORDS.items())

# Words that send a question to the documents themselves, whatever else it is about.
_IN_A_DOCUMENT = re.compile(
    r"\b(?:according to|say(?:s|ing)?|stated?|states|mention\w*|written)\b|"
    r"\b(?:lease|loan agreement|minutes|bank statement|trial balance|payroll register|contract)\b|"
    r"\b(?:in|on) the (?:\w+ )?(?:agreement|notice|statement|letter|report|k-?1)\b",
    re.IGNORECASE,
)
# Papers of the file: what is asked of one stands on it, when it is not whether we have it.
_OF_A_PAPER = re.compile(r"\b(?:W-?[29]|K-?1|1099(?:-\w+)?|loan|lease|rent|certificate|covenant)s?\b", re.IGNORECASE)
_FORMS: tuple[tuple[str, str], ...] = (
    (r"1120-?S", "1120-S"),
    (r"1040|1065|1120|1041|990", ""),
    (r"s[- ]?corp(?:oration)?s?(?:['’]s)?(?: (?:tax )?return)?", "1120-S"),
    (r"partnership (?:tax )?return", "1065"),
    (r"(?:individual|personal) (?:income )?(?:tax )?return", "1040"),
    (r"(?:trust|estate|fiduciary) (?:tax )?return", "1041"),
    (r"(?:exempt organi[sz]ation|non-?profit) (?:tax )?return", "990"),
)
TEMPLATE = re.compile(rf"\b(?:form )?({'|'.join(pattern for pattern, _ in _FORMS)})\b", re.IGNORECASE)
RELATIVE_YEAR = re.compile(r"\b(this|last|next) year\b", re.IGNORECASE)
WORK = re.compile(
    r"\b(close|payroll|sales tax|bookkeeping|advisory|audit|review|compilation|onboarding)\b", re.IGNORECASE
)
_YEAR = re.compile(r"\b(20\d\d)\b")


@dataclass(frozen=True)
class Understood:
    """A question taken apart: its topics, whether it asks a document's words or names a paper of the file, and what narrows it
    (templates, kinds of work, years)."""

    question: str
    topics: tuple[Topic, ...]
    of_document: bool
    of_paper: bool
    templates: tuple[str, ...]
    work: tuple[str, ...]
    years: tuple[int, ...]


def understand(question: str) -> Understood:
    """What is asked. Empty topics: only the documents can tell."""
    topics = tuple(topic for topic, pattern in _TOPICS if pattern.search(question))
    few = () if topics else tuple(map(Topic, curt(question)))
    return Understood(
        question=question,
        topics=topics or few,
        of_document=bool(_IN_A_DOCUMENT.search(question)) and not few and Topic.DOCUMENTS not in topics,
        of_paper=bool(_OF_A_PAPER.search(question)),
        templates=tuple(dict.fromkeys(_template(m.group(1)) for m in TEMPLATE.finditer(question))),
        work=tuple(dict.fromkeys(m.group(1).lower().replace(" ", "-") for m in WORK.finditer(question))),
        years=tuple(dict.fromkeys(int(m.group(1)) for m in _YEAR.finditer(question))),
    )


def _template(word: str) -> str:
    return next((slug or word for pattern, slug in _FORMS if re.fullmatch(pattern, word, re.IGNORECASE)), word)
