"""The words by which each kind of document is known: (words, weight, where). Data only.

`title` is the first lines, `head` the first 1,500 characters, `body` the first pages, `name` the file's name. Words are regular
expressions in which a space is any white space. What speaks against a kind weighs negative.
"""

from collections.abc import Mapping, Sequence

Mark = tuple[str, float, str]

# What a letter of the firm, or about a form, says and the form itself does not.
_WRITTEN_ABOUT: Sequence[Mark] = (
    (r"^\W*Dear \S", -2, "body"),
    (
        r"on behalf of (?:our|the|my|your) |our client|(?:your|our) (?:firm|engagement team)|we have (?:received|reviewed)",
        -3,
        "body",
    ),
    (r"\b(?:CPAs?|Certified Public Accountants?)\b", -2, "title"),
    (r"^\W*(?:re|subject)\s?:", -2, "head"),
)

MARKS: Mapping[str, Sequence[Mark]] = {
    "notice": (
        *_WRITTEN_ABOUT[1:],
        (r"^\W*Notice(?: number| no\.?)?[:\s|]+(?:CP|LT) ?\d", 3, "body"),
        (r"^\W*(?:CP|LT) ?\d{2,4}[A-Z]?\W*$|^\W*Letter(?: number)?[:\s|]+(?:LTR )?\d{2,4}", 2, "body"),
        (r"Notice date", 2, "body"),
        (r"Letter ID|Notice (?:number|no\.?|ID)|Account ID", 1.5, "head"),
        (
            r"Social security number|Taxpayer ID|Employer ID|Taxpayer identification|\bFEIN\b|Account (?:number|ID)",
            1,
            "head",
        ),
        (
            r"If you (?:don['’]t|do not) (?:agree|respond|pay|hear)|what you need to do|you may (?:appeal|petition|request)|"
            r"we (?:changed|received|propose|have determined|intend|reviewed|"
            r"adjusted)|final notice|notice of (?:deficiency|intent|proposed|assessment)",
            1.5,
            "body",
        ),
        (r"Amount (?:you owe|due)|balance due|proposed (?:amount|changes)", 1, "body"),
        (
            r"notice of (?:deficiency|intent to levy|federal tax lien|assessment|balance due|proposed|tax due|adjustment)",
            2,
            "head",
        ),
        (
            r"we (?:are writing|write|represent)|power of attorney|enclosed (?:please find|is our)|respectfully|our (?:office|firm)",
            -3,
            "body",
        ),
        (r"election (?:has been |was )?(?:accepted|approved)|\bCP ?26[1-4]\b", -5, "body"),
        (r"\bnotice\b|\bCP ?\d{2,4}|\bLT ?\d\d\b", 1, "name"),
        (r"certified mail receipt|receipt for certified mail|engagement letter|^\W*memo", -5, "head"),
    ),
    "engagement-letter": (
        (r"engagement letter|letter of engagement|^\W*engagement agreement", 4, "head"),
        (r"engagement", 1, "name"),
        (
            r"(?:confirm|outline|set forth|document|describe)[^.]{0,60}(?:terms|understanding|services|engagement)",
            2.5,
            "body",
        ),
        (
            r"services (?:we|that we|our firm) (?:will|are to) (?:provide|perform)|"
            r"scope of (?:services|(?:our )?work|engagement)|\bour engagement",
            2,
            "body",
        ),
        (r"\bour fees?|fees? for (?:these|this|the)|fixed fee|professional fees?", 1.5, "body"),
        (
            r"accepted (?:and agreed|by)|agreed (?:and accepted|to)|sign(?:ed)? (?:and return|below)|acknowledged",
            1.5,
            "body",
        ),
        (r"^\W*Dear \S", 0.5, "body"),
        (r"we will (?:prepare|perform|provide|compile|review|audit)", 1, "body"),
        (r"^\W*memo(?:randum)?\b", -4, "title"),
        (
            r"reminder|has not been signed|not yet (?:been )?(?:signed|returned)|signed copy of (?:the|your|our) engagement",
            -5,
            "body",
        ),
        (r"Internal Revenue Service", -3, "title"),
    ),
    "loan-agreement": (
        (
            r"(?:loan|credit|term loan|business loan|revolving credit|promissory "
            r"note)[\w ,&]{0,30} agreement|^\W*promissory note|loan terms",
            4,
            "title",
        ),
        (r"\blender\b", 1, "head"),
        (r"\bborrower\b", 1.5, "head"),
        (r"covenants?", 1.5, "body"),
        (r"debt service coverage|current ratio|leverage|net worth", 1.5, "body"),
        (r"events? of default|maturity date|principal (?:amount|sum)", 1, "body"),
        (r"\bloan\b", 0.5, "name"),
        (r"statement (?:date|period)|payment due date|previous balance|mortgage statement|loan statement", -4, "head"),
        *_WRITTEN_ABOUT,
    ),
    "loan-statement": (
        (r"(?:loan|mortgage|credit line|note|line of credit)(?: account)? statement|statement of loan", 5, "title"),
        (r"(?:outstanding|principal|loan|unpaid)(?: principal)? balance", 1.5, "body"),
        (r"statement date|statement period|as of", 1, "head"),
        (r"loan (?:number|no\.?|account)", 2, "head"),
        (r"interest (?:paid|rate)|principal paid|next payment|escrow|payment due", 1, "body"),
        (r"covenant|events? of default|hereinafter", -4, "body"),
        *_WRITTEN_ABOUT,
    ),
    "lease": (
        (
            r"(?:lease|rental) (?:agreement|contract|summary|abstract)|"
            r"^\W*(?:(?:commercial|office|retail|equipment|industrial|ground|net) )*lease\b",
            4,
            "title",
        ),
        (r"\b(?:landlord|lessor)\b", 1.5, "head"),
        (r"\b(?:tenant|lessee)\b", 1.5, "head"),
        (r"premises", 1, "body"),
        (r"(?:base |monthly )rent|rent\b", 1, "body"),
        (r"lease term|commencement|renew", 0.5, "body"),
        (r"\blease\b", 0.5, "name"),
        *_WRITTEN_ABOUT,
    ),
    "k-1": (
        (r"schedule k-?1", 4, "head"),
        (r"(?:partner|shareholder|beneficiary)['’]?s share of", 3, "body"),
        (r"ordinary business income", 2, "body"),
        (
            r"(?:partnership|corporation|estate|trust)['’]?s (?:or trust['’]?s )?(?:name|employer identification)",
            2,
            "body",
        ),
        (r"k-?1\b", 1, "name"),
        (r"request|checklist|please (?:send|provide|upload)|organizer|waiting for", -3, "head"),
        *_WRITTEN_ABOUT,
    ),
    "w-2": (
        (r"\bW-?2\b", 2, "head"),
        (r"wage and tax statement", 4, "body"),
        (r"wages,? tips,? (?:and )?other comp", 3, "body"),
        (r"federal income tax withheld", 1, "body"),
        (r"social security wages|medicare wages", 1, "body"),
        (r"\bw-?2\b", 1, "name"),
        *_WRITTEN_ABOUT,
    ),
    "1099": (
        (r"\b1099 ?[-–] ?(?:NEC|INT|DIV|MISC|OID|(?:K|R|G|B|S|C|Q|SA)\b)", 3, "head"),
        (r"(?:payer|filer)['’]?s (?:name|TIN|federal|identification)|^\W*(?:payer|filer)\b", 2, "body"),
        (r"(?:recipient|payee)['’]?s (?:name|TIN|identification)|^\W*(?:recipient|payee)\b", 2, "body"),
        (
            r"nonemployee compensation|interest income|ordinary dividends|gross (?:amount of payment|distribution|proceeds)|payment card",
            1.5,
            "body",
        ),
        (r"copy b|for recipient|corrected", 1, "body"),
        (r"\b1099\b", 1, "name"),
        (r"request|checklist|vendor (?:totals|list)|threshold", -4, "head"),
        *_WRITTEN_ABOUT,
    ),
    "w-9": (
        (r"\bW-?9\b", 3, "head"),
        (r"request for taxpayer identification number", 4, "body"),
        (r"name \(as shown on your income tax return\)|under penalties of perjury", 1.5, "body"),
        (r"(?:federal )?tax classification|individual/sole proprietor", 2, "body"),
        (r"\bw-?9\b", 1, "name"),
        (r"W-?9 on file|vendor totals|total paid|paid in \d{4}", -5, "head"),
        *_WRITTEN_ABOUT,
    ),
    "invoice": (
        (r"^\W*(?:tax |sales |commercial |pro ?forma )?(?:invoice|bill)\b|\binvoice$", 3, "title"),
        (r"invoice (?:number|no\.?|#|date|id)|inv ?#|factuur(?:nummer|datum)|facture n", 2.5, "head"),
        (r"bill(?:ed)? to|sold to|ship to|remit(?: payment)? to|customer (?:no|id)", 1.5, "body"),
        (r"amount due|balance due|total due|grand total|invoice total|total amount", 1.5, "body"),
        (r"\b(?:qty|quantity|unit price|subtotal|sub-total|sales tax|vat)\b", 1, "body"),
        (r"(?:receipt|purchase order|order) (?:number|no\.?|#|id)", 1, "head"),
        (r"\b(?:facture|factuur|rechnung|factuurnummer|receipt)\b", 3, "head"),
        (r"\b(?:invoice|bill|inv)\b", 1, "name"),
        (r"statement of account|invoice list|aging|transaction type", -4, "head"),
        *_WRITTEN_ABOUT[:3],
    ),
    "bank-statement": (
        (r"(?:bank|account|checking|savings|money market)[\w ]{0,20} statement|statement of account", 3, "head"),
        (r"statement (?:period|date|beginning|ending)", 1.5, "head"),
        (r"(?:beginning|opening|previous|starting) (?:ledger )?balance", 2.5, "body"),
        (r"(?:ending|closing|new) (?:ledger )?balance", 2.5, "body"),
        (r"deposits|withdrawals|checks paid|debits|credits", 1, "body"),
        (r"member fdic|checking|savings", 1, "body"),
        (r"statement", 0.5, "name"),
        (r"loan (?:number|account)|principal balance|trial balance|general ledger|reconciliation", -4, "head"),
        *_WRITTEN_ABOUT,
    ),
    "payroll-register": (
        (r"payroll (?:register|summary|journal|report|detail)", 5, "head"),
        (r"pay date|check date|pay period", 1.5, "head"),
        (r"gross (?:pay|wages|earnings)|total gross", 1.5, "body"),
        (r"net (?:pay|wages)|total net", 1.5, "body"),
        (r"fed(?:eral)? (?:income tax|withh|w/h|tax)|\bFIT\b", 1, "body"),
        (r"payroll", 1, "name"),
        (r"deposited|deposit date", -2, "head"),
        *_WRITTEN_ABOUT,
    ),
    "trial-balance": (
        (r"(?:adjusted |working )?trial balance", 5, "head"),
        (r"\bdebits?\b", 1.5, "head"),
        (r"\bcredits?\b", 1, "head"),
        (r"trial balance|\bTB\b", 1, "name"),
        (r"general ledger|journal", -3, "title"),
        *_WRITTEN_ABOUT,
    ),
    "profit-and-loss": (
        (
            r"profit (?:and|&) loss|income statement|statement of (?:operations|income|activities)|\bP ?& ?L\b",
            5,
            "head",
        ),
        (r"net (?:income|profit|loss|earnings)", 1.5, "body"),
        (r"gross (?:profit|margin)", 1, "body"),
        (r"total (?:income|revenue|expenses|for (?:income|expenses))", 1, "body"),
        (r"profit|\bP ?(?:&|n|and) ?L\b|income statement", 1, "name"),
        (r"\btrial balance\b", -3, "title"),
        *_WRITTEN_ABOUT,
    ),
    "balance-sheet": (
        (r"balance sheet|statement of (?:financial position|assets)", 5, "title"),
        (r"total assets", 2, "body"),
        (r"total (?:liabilities|equity)", 1, "body"),
        (r"balance sheet|\bBS\b", 1, "name"),
        *_WRITTEN_ABOUT,
    ),
    "general-ledger": (
        (r"general ledger|account transactions|transactions? (?:detail )?by account", 5, "head"),
        (r"\bsplit\b|distribution account|running balance|transaction type", 1.5, "head"),
        (r"(?:beginning|opening) balance|total for", 1, "body"),
        (r"general ledger|\bGL\b", 1, "name"),
        (r"trial balance|bank statement|aging", -3, "title"),
        *_WRITTEN_ABOUT,
    ),
    "ar-aging": (
        (
            r"(?:A/?R|accounts receivable|receivables?|aged receivables?|customer) ?(?:aging|ageing)|aging summary|aged receivables",
            5,
            "head",
        ),
        (r"\b31 ?[-–] ?60\b", 2, "body"),
        (r"\b61 ?[-–] ?90\b", 1, "body"),
        (r"aging|aged", 1, "name"),
        (r"accounts payable|\bA/?P aging|payables", -6, "head"),
        *_WRITTEN_ABOUT,
    ),
    "minutes": (
        (r"^\W*(?:minutes|(?:unanimous )?(?:written )?consent)\b|minutes of", 4, "title"),
        (r"board of directors|shareholders|stockholders|members|trustees", 1, "head"),
        (r"resolved|motion|seconded|adjourned|quorum|call(?:ed)? to order", 2, "body"),
        (r"directors present|present (?:were|at)|attendance|in attendance", 1, "body"),
        (r"minutes", 1, "name"),
        *_WRITTEN_ABOUT,
    ),
    "organizer": (
        (r"(?:tax|client|business|individual|\d{4}|1040|1065|1120-?S?) organizer|organizer", 5, "title"),
        (r"questionnaire|did you|please (?:complete|answer|enter)", 1, "body"),
        (r"organizer", 1, "name"),
        *_WRITTEN_ABOUT,
    ),
    "tax-return": (
        (
            r"u\.?s\.? (?:individual income tax return|return of partnership "
            r"income|(?:s )?corporation(?: income)? (?:income )?tax return|"
            r"income tax return for)|return of organization exempt|individual income tax return|income tax return for an s corporation",
            5,
            "head",
        ),
        (r"^\W*Form (?:1040|1065|1120(?:-?S)?|1041|990)\b", 2.5, "title"),
        (r"\b20\d\d Form (?:1040|1065|1120|1041|990)", 2.5, "head"),
        (r"(?:return )?as filed|summary of (?:your|the) (?:tax )?return|tax return summary", 3, "head"),
        (r"(?:client|preparer|file|filing)['’]?s? copy|tax return", 1, "head"),
        (r"adjusted gross income|taxable income|total tax|ordinary business income|total income", 1, "body"),
        (r"preparer|paid preparer|sign here|under penalties of perjury", 1, "body"),
        (r"\breturn\b", 1, "name"),
        (r"schedule k-?1|\bnotice\b|organizer|acknowledg|election|8821|2848|W-?9|estimated tax|e-?file", -5, "title"),
        *_WRITTEN_ABOUT[:2],
    ),
    "authorization": (
        (r"(?<!\d)(?:8821|2848)(?!\d)", 3, "head"),
        (r"tax ?information ?authorization|power of attorney and declaration of representative", 4, "head"),
        (r"taxpayer|representative|designee", 1, "body"),
        (r"8821|2848|power of attorney|\bPOA\b", 1, "name"),
        *_WRITTEN_ABOUT,
    ),
    "certificate": (
        (r"certificate of (?:liability |property |workers['’]? compensation )?insurance|\bACORD\b", 5, "title"),
        (
            r"(?:business|professional|contractor['’]?s?|liquor|occupational|food|health|"
            r"operating|building|seller['’]?s?|city|state|trade) (?:\w+ )?(?:licen[cs]e|permit)\b"
            r"|^\W*(?:licen[cs]e|permit|certificate of (?:occupancy|registration|authority))",
            4,
            "title",
        ),
        (r"expir(?:es|ation|y)|valid (?:through|until|thru)|policy exp", 1.5, "body"),
        (r"insured|licensee|permit(?:tee| holder)|issued to", 1, "body"),
        (r"(?:policy|licen[cs]e|permit|certificate) (?:number|no\.?|#)", 1, "body"),
        (r"certificate|insurance|licen[cs]e|permit|\bCOI\b", 1, "name"),
        *_WRITTEN_ABOUT,
    ),
    "acknowledgements": (
        (
            r"(?:e-?file|acknowledge?ments?|electronic filing|\bACK\b)[\w "
            r"-]{0,20}(?:report|acknowledge?ments?|status|log|history|results?)?",
            3,
            "title",
        ),
        (r"accepted|rejected|transmitted", 1.5, "body"),
        (r"submission id|\bDCN\b|\bEFIN\b|submission", 2, "body"),
        (r"acknowledg|e[- ]?file|\back\b", 1, "name"),
        (r"(?:reject|error|rule) ?codes?|business rule", 1, "body"),
        *_WRITTEN_ABOUT,
    ),
    "deposits": (
        (
            r"(?:payroll )?(?:tax )?deposits?(?: (?:history|report|log|schedule|summary|"
            r"confirmations?|register|made))|EFTPS|payroll tax (?:deposits|payments)|"
            r"(?:401\(?k\)?|retirement|deferral)[\w ]{0,20}(?:deposits|contributions|remittances?)",
            4,
            "title",
        ),
        (r"deposited(?: on)?|deposit date|settlement date|date deposited", 2.5, "body"),
        (r"pay date|check date|tax period|period|liability", 1, "head"),
        (r"\b94[0145]\b|401\(?k\)?|EFTPS", 1, "head"),
        (r"deposit|eftps", 1, "name"),
        (r"(?:beginning|opening) balance|statement period", -4, "body"),
        *_WRITTEN_ABOUT,
    ),
    "estimate-schedule": (
        (
            r"estimated? (?:tax )?(?:payments?|tax|schedule|vouchers?|installments?)|1040-?ES|1120-?W|schedule of estimates",
            4,
            "title",
        ),
        (r"(?:installment|voucher|quarter|payment) ?(?:#|no\.?|number|\d)?", 1, "body"),
        (r"due(?: date| on)?", 1, "body"),
        (r"(?:date )?paid(?: on)?|amount", 0.5, "body"),
        (r"estimate|1040 ?ES|voucher", 1, "name"),
        *_WRITTEN_ABOUT,
    ),
    "vendor-totals": (
        (
            r"vendor (?:totals?|payments?|summary|spend|1099|list)|1099 (?:vendor|contractor|transaction|summary|detail|worksheet)|"
            r"(?:expenses|purchases|payments|paid) (?:by|to) (?:vendor|contractor)s?|contractor payments",
            4,
            "title",
        ),
        (r"\bW-?9\b", 1.5, "head"),
        (r"(?:total |amount )?paid", 1, "head"),
        (r"\b(?:vendor|contractor|payee)s?\b", 1, "head"),
        (r"vendor|contractor", 1, "name"),
        (r"request for taxpayer", -5, "body"),
        *_WRITTEN_ABOUT,
    ),
    "stock-agreement": (
        (
            r"(?:restricted )?(?:stock|share|equity|unit|option)[\w "
            r"]{0,25}(?:purchase |grant |award |issuance )?(?:agreement|award|grant)",
            4,
            "title",
        ),
        (r"83\(b\)", 3, "body"),
        (r"vest(?:ing|ed)?|shares|grant", 1, "body"),
        (r"stock|grant|83b", 1, "name"),
        *_WRITTEN_ABOUT,
    ),
    "election": (
        (
            r"election by a small business corporation|entity classification election|\b(?:form )?2553\b|\b8832\b",
            4,
            "head",
        ),
        (
            r"CP ?26[1-4]|election (?:has been |was |is )?(?:accepted|approved)|"
            r"accepted your election|s corporation election|treated as an s corporation",
            4,
            "body",
        ),
        (r"effective|election", 1, "body"),
        (r"election|2553|CP ?261", 1, "name"),
        *_WRITTEN_ABOUT,
    ),
    "mail-receipt": (
        (
            r"certified mail(?: receipt)?|mail(?:ing)? receipt|domestic return receipt|"
            r"ps form 38\d\d|proof of (?:mailing|delivery)|certificate of mailing",
            4,
            "title",
        ),
        (r"u\.?s\.? postal service|united states postal service|USPS|FedEx|\bUPS\b", 2, "head"),
        (r"(?:article|tracking) (?:number|no\.?|#)|postmark|sent to|addressee", 2, "body"),
        (r"\d{4} \d{4} \d{4} \d{4} \d{4}(?: \d\d)?|\b1Z[0-9A-Z]{16}", 1.5, "body"),
        (r"receipt|certified", 1, "name"),
        *_WRITTEN_ABOUT,
    ),
}
