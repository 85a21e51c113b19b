# ruff: noqa: E501 - read as a table
"""Questions of a few words ("fee 1040?", "1120-S done?", "who has the 1065"): what is left of one beside the form, the year and the small
words, held whole against a table.

Asked only where topics.py recognises nothing. A word more than the table has, and nothing is recognised: it may be about anything.
"""

import re

# By topic, as it is called in topics.py.
_CURT: tuple[tuple[str, str], ...] = (
    ("receivable", r"(?:open |unpaid |ar |total )*(?:balance|ar)|(?:amount|total|how much|what) (?:open |still )?(?:owed|outstanding|unpaid|overdue|past due)|unpaid(?: total| amount| invoices?)?|overdue(?: amount)?|past due(?: amount)?"
                   r"|(?:since when|when since|how long|how far back|how old)(?: \w+)? (?:unpaid|overdue|past due|open|not paid|balance)(?: go(?:es)?| balance go(?:es)?)?|(?:unpaid|overdue|open) since when"
                   r"|(?:what|since when) have(?:n.t| not)? they (?:not )?paid(?: us)?|(?:what|how much) do they (?:have to|need to|must) pay(?: us)?|(?:do|have) they (?:paid|pay)(?: us)?|oldest (?:open|unpaid)(?: \w+)?"),
    ("hours", r"(?:total |all |how many )?hours(?: charged| logged| spent| used| booked| put| over| under| so)?|(?:how much )?time(?: spent| charged| logged| booked)?|budgets?|(?:how long|how much) (?:did|have) we (?:work|worked|spen[dt])(?: hours| time)?"
              r"|we over(?: under)?|over(?: or)? under|hours (?:over|under) (?:under )?we|how many hours (?:over|under|over/under) we|how many hours (?:did|have) we(?: \w+)?|actual (?:vs|versus) budget|budget (?:vs|versus) actual(?: hours)?|burn"),
    ("fees", r"(?:how much |what )?(?:fees?|price|quote|charge)|(?:what|how much) (?:do|did|will) (?:we (?:get|quote|quoted|charge|ask)|they pay)(?: them| us)?"),
    ("letters", r"(?:got |have |we have )*(?:signed )?(?:engagement )?letters?(?: signed| back| in| returned| out)*|signed(?: engagement)?(?: letter)?"),
    ("team", r"who(?: currently)?(?: has| have| does| do| doing| working| assigned| got| preps?| reviews?)?(?: we got)?|whose|(?:who )?assigned(?: who)?|who do i (?:ask|see|talk)(?: about)?(?: here)?|responsible|who responsible|in charge|who (?:runs|leads|handles)"),
    ("contacts", r"who (?:do|should|can|could) (?:we|i) (?:deal|work|talk|speak|write|email|call|phone|contact|reach|ask)(?: with| out)?(?: client| over)*|contacts?(?: person| info| details)?|(?:email|phone|number|phone number) (?:contact|client)"),
    ("stage", r"(?:we |how |it )*(?:done|finished|complete|completed|filed|started|ready|out door)|how far(?: along)?(?: we)?|where(?: we| stand| things| are)*|(?:have|did|has) (?:we|it|been)(?: we| been| it)* (?:done|finish|finished|complete|completed|file|filed|start|started)|progress|stage|status|how going|how it going"),
    ("requests", r"(?:what |how many |anything )?(?:documents? |items? |papers? |things? |stuff )?(?:missing|outstanding|lacking|pending|needed|need)(?: documents?| items?| papers?| stuff| things?| from client| from them)*"
                 r"|what (?:didn.t|did|haven.t|have|hasn.t|has) (?:they|client) (?:not )?(?:send|sent|give|given|provide|provided|upload|uploaded|come|turn|turned|bring|brought)(?: us| in| over| not)*(?: not)?|(?:how many |number |count )?(?:open |missing |outstanding )+(?:requests?|items?|documents?|pbc)+|requests?|pbc(?: items?| list)?|what we need(?: from them| from client)?"),
    ("last-message", r"(?:latest|last|most recent) (?:message|msg|e-?mail|mail|contact|word|note from them|time they (?:wrote|emailed|called|contacted us))(?: from them| from client| client| from| them)*|(?:did|have|has|when did|when have) (?:they|client) (?:last )?(?:write|written|wrote|emailed|email|reply|replied|answer|answered)(?: us| back| lately| recently| when)*"
                     r"|any(?:thing| word| news)? (?:word |news )?(?:from )?(?:them|client)(?: lately)?"),
    ("profile", r"(?:what|which) year did (?:they|we) (?:join|come|start|take|get|sign)(?: with| us| as| client| on| them| up)*|when did (?:they|we) (?:join|come|start|take|get|sign|onboard)(?: with| us| as| client| on| them| up)*|(?:client )?since(?: when)?(?: client)?|how long client"),
    ("billed", r"(?:total |all |what )?(?:billed|billings?|invoiced|invoices)(?: total| them)?(?: since (?:jan\w*|new year))?|how much (?:did|have|has|been|we|they|get|got|been billed)+(?: \w+){0,2} (?:billed|invoiced)|what (?:did|have) we (?:bill|billed|invoice|invoiced)(?: them)?"),
    ("unbilled", r"(?:what |how much )?(?:time|hours)?(?: we)? ?(?:haven.t|have not|hasn.t been|not|never|not been|didn.t)(?: we)?(?: been)? (?:billed|invoiced|bill|invoice)(?: \w+)?|what haven.t we (?:billed|invoiced)|what can we (?:still )?bill|(?:to|left to) (?:be )?bill(?:ed)?|how much (?:\w+ )?wip(?: \w+)?"),
    ("realization", r"(?:what |how much )?(?:percent |% )?(?:did we |have we |we )?realized?(?: percent| %| rate)?|how did we do"),
    ("deadlines", r"(?:when )?due(?: date)?(?: when)?|deadlines?|filing date|(?:when |until when )?(?:extended|extension)(?: until| when| due)*|how (?:long|much time) do we have|when (?:does|do|must|should|has|have|it)*(?: it| has| have)? ?(?:go|be|get) (?:out|filed|sent)|when (?:does|do|must) (?:have|need|has)(?: go out| be filed| file)?"),
    ("owners", r"(?:who )?(?:members?|partners|shareholders?|owners?)"),
    ("notices", r"(?:any |open |irs |state |tax )*(?:notices?|irs letters?|irs mail|tax letters?)"),
)  # fmt: skip
_WHOLE = tuple((topic, re.compile(pattern, re.IGNORECASE)) for topic, pattern in _CURT)
_WORK = re.compile(
    r"\b(?:form )?(?:1120-?S|1040|1065|1120|1041|990)s?\b(?:,? (?:for )?(?:the )?year ended [a-z]+ \d{1,2}, \d{4})?|\b(?:19|20)\d\d\b|"
    r"\b(?:this|last|next) (?:tax )?year\b|\byear to date\b",
    re.IGNORECASE,
)
_SMALL = re.compile(
    r"\b(?:on|for|the|of|in|at|to|is|are|was|were|be|a|an|our|their|this|that|these|it|there|yet|now|still|right|so far|already|return|"
    r"job|client's|one|all|of them|up|just|go|here|by|them)\b",
    re.IGNORECASE,
)
_MOST = 9  # words


def curt(question: str) -> tuple[str, ...]:
    """The topics of a question of few words; none where it has a word too many."""
    left = _SMALL.sub(" ", _WORK.sub(" ", question))
    left = " ".join(re.sub(r"[^\w'’%/-]+", " ", left).split())
    whole = " ".join(re.sub(r"[^\w'’%/-]+", " ", _WORK.sub(" ", question)).split())
    if len(whole.split()) > _MOST:
        return ()
    return tuple(topic for topic, pattern in _WHOLE if any(one and pattern.fullmatch(one) for one in (left, whole)))
