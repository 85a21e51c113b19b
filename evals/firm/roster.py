# ruff: noqa: E501 - a table: one client, one line
"""The clients of the sample firm as a table: who they are, what is wrong with them, what only looks wrong.

A firm of more than 75 clients goes through the table again with other names. `planted` and `decoys` are keys of `situations`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Blueprint:
    """One kind of client. `stage` is of this year's return: an engagement stage, or `extended` (in progress, extension filed).

    `owners`: (name, title, percent), adding up to 100 where shares are recorded. `place` indexes names.PLACES.
    """

    name: str
    entity: str
    industry: str
    place: int
    stage: str
    owners: tuple[tuple[str, str, str], ...] = ()
    planted: str = ""
    decoys: str = ""
    services: str = ""
    group: str = ""
    fye: str = "12-31"


def _household(
    name: str,
    place: int,
    stage: str,
    planted: str = "",
    decoys: str = "",
    group: str = "",
    services: str = "",
    industry: str = "wages",
) -> Blueprint:
    return Blueprint(name, "1040", industry, place, stage, (), planted, decoys, services, group)


B, H = Blueprint, _household
BLUEPRINTS: tuple[Blueprint, ...] = (
    B("Lindqvist Cabinetry, Inc.", "1120-S", "manufacturing", 0, "in-review",
      (("Erik Lindqvist", "President", "60"), ("Anna Lindqvist", "Secretary", "40")),
      "covenant_dscr lease_ending", "", "close prior", "Lindqvist"),
    H("Erik & Anna Lindqvist", 0, "in-progress", "", "", "Lindqvist", "prior", "owner"),
    B("Quarry Road Holdings, LLC", "1065", "real estate", 2, "in-review",
      (("Philip Garber", "Managing member", "50"), ("Denise Garber", "Member", "25"), ("Roland Hess", "Member", "25")),
      "k1_awaited", "covenant_clear", "prior", "Garber"),
    B("Marrow Creek Landscaping, Inc.", "1120-S", "construction", 1, "waiting-on-client", (("Diego Salas", "President", "100"),),
      "needs_extension request_overdue silent", "", "payroll prior", "Salas"),
    H("Teresa Villanueva", 5, "waiting-on-client", "deficiency_printed cp2000_printed", "", "", "prior"),
    B("Riverbend Community Food Pantry", "990", "nonprofit", 17, "not-started", (("Ruth Eberly", "Executive director", ""),),
      "", "budget_under", "audit prior"),
    B("Estate of Walter J. Brandvold", "1041", "estate", 6, "in-progress", (("Karen Brandvold", "Executor", ""),), "overdue", "", "", "", "10-31"),
    B("Conestoga Valley Cold Storage, Inc.", "1120", "transport", 4, "in-progress", (("Leonard Zook", "Chief executive", "100"),),
      "covenant_current cp504 letter_expiring", "", "close prior"),
    B("Tidewater Dental Group, P.C.", "1120-S", "health", 3, "extended", (("Farah Amin", "President", "50"), ("Neil Corrigan", "Vice president", "50")),
      "ar_90 wip_old", "extension_filed", "bookkeeping prior"),
    H("Diego Salas & Lucia Ortega", 1, "in-progress", "", "k1_not_yet request_late2", "Salas", "prior", "owner"),
    B("Calloway & Voss Architects, LLP", "1065", "professional", 9, "waiting-on-client",
      (("Corinne Calloway", "Partner", "55"), ("Hector Voss", "Partner", "45")), "at_risk message_partner request_overdue", "", "prior", "Calloway"),
    H("Corinne Calloway", 9, "in-progress", "", "letter_same_day", "Calloway", "prior", "owner"),
    B("Dunmore Tool & Die Corporation", "1120", "manufacturing", 12, "in-progress", (("Gordon Dunmore", "President", "70"), ("Paula Dunmore", "Treasurer", "30")),
      "tb_unequal over_budget_early officer_new", "", "review prior", "Dunmore"),
    H("Gordon & Paula Dunmore", 12, "in-progress", "", "notice_receipt", "Dunmore", "prior"),
    B("Ostrander Heating & Air, Inc.", "1120-S", "construction", 11, "filed", (("Keith Ostrander", "President", "100"),),
      "not_billed covenant_leverage", "ar_59", "payroll prior", "Ostrander"),
    H("Keith & Shanice Ostrander", 11, "ready-to-file", "", "k1_not_yet", "Ostrander", "", "owner"),
    B("Little Acorns Cooperative Preschool", "990", "nonprofit", 7, "in-progress", (("Nadia Haddad", "Board president", ""),),
      "overdue", "", "bookkeeping", "", "06-30"),
    B("Copperline Brewing Company", "1120-S", "food", 14, "filed", (("Julian Underhill", "President", "65"), ("Maya Rao", "Secretary", "35")),
      "", "covenant_clear billed insurance_renewed officer_same", "salestax close prior", "Underhill"),
    H("Julian Underhill", 14, "not-started", "promise_theirs", "", "Underhill"),
    B("Stonebridge Commons Partners, LP", "1065", "real estate", 10, "extended",
      (("Greider Commercial Properties, LLC", "General partner", "10"), ("Vivian Halpern", "Limited partner", "45"), ("Joel Kaplan", "Limited partner", "45")),
      "", "k1_renamed extension_filed", "prior"),
    H("Vivian Halpern", 10, "waiting-on-client", "deficiency_rolled levy_1058", "", "", "prior", "investor"),
    B("Bellweather Print & Sign Co.", "1120-S", "manufacturing", 8, "in-review", (("Simon Bellweather", "President", "100"),),
      "", "tb_plain month_copies", "salestax prior"),
    B("Vantage Optical Laboratories, Inc.", "1120", "health", 15, "in-progress", (("Ingrid Sato", "Chief executive", "100"),),
      "letter2030_default letter_fee", "", "prior"),
    H("Marcus & Helen Fairchild", 17, "in-review", "", "notice_filed", "", "prior", "investor"),
    B("Fenwick Veterinary Associates, P.C.", "1120-S", "health", 13, "ready-to-file", (("Audrey Fenwick", "President", "100"),),
      "", "message_recent lease_far", "payroll prior", "Fenwick"),
    H("Audrey & Thomas Fenwick", 13, "not-started", "", "promise_quoted", "Fenwick", "", "owner"),
    B("Harbor Lane Properties, LLC", "1065", "real estate", 3, "extended", (("Silvia Navarro", "Managing member", "50"), ("Omar Navarro", "Member", "50")),
      "lease_notice month_missing", "", "bookkeeping prior", "Navarro"),
    H("Omar & Silvia Navarro", 3, "waiting-on-client", "cp14_printed request_overdue silent", "", "Navarro", "prior", "owner"),
    B("Kessler Precision Machine, Inc.", "1120-S", "manufacturing", 2, "in-review", (("Greta Kessler", "President", "51"), ("Ivan Kessler", "Vice president", "49")),
      "", "covenant_clear wip_billed", "close prior", "Kessler"),
    H("Greta Kessler", 2, "not-started", "promise_ours", "", "Kessler", "", "owner"),
    B("The Ines Carrasco Irrevocable Trust", "1041", "trust", 9, "not-started", (("Rafael Carrasco", "Trustee", ""),), "", "k1_not_yet", "prior", "Carrasco"),
    H("Rafael Carrasco", 9, "not-started", "", "message_thanks", "Carrasco", "prior", "investor"),
    B("Northgate Auto Body, Inc.", "1120-S", "construction", 6, "extended", (("Tyrone Mathis", "President", "100"),),
      "levy_lt11 ar_60 insurance_ending message_partner", "extension_filed", "payroll prior"),
    B("Sandoval Brothers Farms, LLC", "1065", "food", 4, "filed", (("Miguel Sandoval", "Member", "50"), ("Rafael Sandoval", "Member", "50")),
      "", "not_billed_recent", "bookkeeping prior", "Sandoval"),
    H("Miguel & Rosa Sandoval", 4, "in-progress", "", "budget_ok notice_same_address", "Sandoval", "prior", "owner"),
    B("Radnor Signal Systems, Inc.", "1120", "manufacturing", 9, "not-started", (("Vernon Chaudhry", "Chief executive", "80"), ("Stephen Chaudhry", "Director", "20")),
      "letter_expiring message_staff state_notice", "", "close prior"),
    H("Priscilla Underwood-Gray", 5, "in-review", "math_cp11 notice_old_address", "", "", "prior"),
    B("Paws of Penn Valley Animal Rescue", "990", "nonprofit", 8, "not-started", (("Janelle Dorsey", "Executive director", ""),), "", "insurance_renewed truck_noted", "prior"),
    B("Pryce & Daughters Plumbing, Inc.", "1120-S", "construction", 1, "in-review", (("Gareth Pryce", "President", "40"), ("Bianca Pryce", "Vice president", "30"), ("Hannah Pryce", "Secretary", "30")),
      "w9_id tb_no_roll state_notice", "", "payroll prior", "Pryce"),
    H("Gareth & Eileen Pryce", 1, "in-progress", "", "ar_paid", "Pryce", "prior", "owner"),
    B("Blue Heron Bistro, LLC", "1065", "food", 0, "in-review", (("Camille Moreau", "Managing member", "66.67"), ("Andre Baptiste", "Member", "33.33")),
      "", "k1_rounding lease_far", "salestax payroll prior", "Moreau"),
    H("Camille Moreau", 0, "not-started", "", "", "Moreau", "", "owner"),
    B("Saltmarsh Seafood Co.", "1120-S", "food", 18, "in-progress", (("Peter Swann", "President", "100"),), "needs_extension letter_unsigned month_missing sold_truck", "", "salestax"),
    H("Clifford & Edith Treadwell", 17, "filed", "", "billed promise_kept", "", "prior", "retired"),
    B("Juniper Physical Therapy, P.C.", "1120-S", "health", 11, "filed", (("Leah Goodwin", "President", "100"),), "", "letter_renewed", "payroll prior", "Goodwin"),
    H("Leah & Samuel Goodwin", 11, "in-progress", "", "silent_nothing_waiting", "Goodwin", "", "owner"),
    B("Hirsch Paper & Packaging Corp.", "1120", "manufacturing", 8, "in-progress", (("Abel Hirsch", "President", "100"),), "cp503_unopened over_budget_full", "", "prior compilation"),
    B("Estate of Lucille M. Tran", "1041", "estate", 10, "in-progress", (("Kevin Tran", "Executor", ""),), "", "overdue_extended", "", "", "09-30"),
    B("Hollis Roofing & Exteriors, Inc.", "1120-S", "construction", 16, "extended", (("Russell Hollis", "President", "100"),), "", "wip_59", "payroll prior"),
    H("Adele Bowman", 6, "filed", "not_billed cp2000_unopened", "", "", "prior"),
    B("Maple Grove Self Storage, LLC", "1065", "real estate", 19, "in-review", (("Laura Stauffer", "Member", "50"), ("Joan Stauffer", "Member", "50")), "", "month_two_accounts", "prior"),
    B("Delacroix & Stein, LLC", "law", "professional", 9, "extended", (("Simone Delacroix", "Managing member", "50"), ("Aaron Stein", "Member", "50")), "", "message_replied", "bookkeeping advisory"),
    H("Aaron & Miriam Stein", 9, "waiting-on-client", "", "", "", "prior", "owner"),
    B("Two Rivers Staffing, Inc.", "1120-S", "professional", 8, "in-review", (("Patrice Colvin", "President", "100"),), "", "notice_fresh", "payroll prior", "Colvin"),
    H("Patrice Colvin", 8, "not-started", "", "", "Colvin", "", "owner"),
    B("Greenleaf Hydroponics, Inc.", "1120", "food", 2, "waiting-on-client", (("Kenji Tanaka", "Chief executive", "60"), ("Sofia Duarte", "Chief operating officer", "40")), "needs_extension letter_late", "", "", "", "11-30"),
    H("Harold & Marian Beckwith", 17, "in-review", "moved_state", "", "", "prior", "retired"),
    B("Oakmont Ridge Homeowners Association", "other", "nonprofit", 5, "in-progress", (("Sandra Lapp", "Board treasurer", ""),), "", "silent_short", "compilation"),
    H("Yusuf & Maryam Rahman", 3, "not-started", "notice_wrong_id", "", "", "prior"),
    B("Abernathy Engineering, P.C.", "1120-S", "professional", 7, "ready-to-file", (("Claire Abernathy", "President", "75"), ("Ravi Iyer", "Vice president", "25")), "", "fee_same w9_vendor", "advisory prior"),
    H("Claire Abernathy", 7, "waiting-on-client", "", "request_late2", "", "prior", "owner"),
    B("Eastlake Orthodontics, LLP", "1065", "health", 16, "filed", (("Monica Lesko", "Partner", "50"), ("Dana Whitaker", "Partner", "50")), "", "wip_59", "bookkeeping prior"),
    H("Emily Castellano", 5, "in-progress", "deficiency_abroad", "", "", "prior", "investor"),
    B("Adeyemi Logistics, Inc.", "1120-S", "transport", 12, "in-progress", (("Chidi Adeyemi", "President", "100"),), "at_risk wip_old", "", "payroll prior"),
    H("Roland & Geraldine Hess", 2, "not-started", "", "k1_not_yet", "", "", "investor"),
    B("Susquehanna Chamber Players", "990", "nonprofit", 0, "not-started", (("Beatrice Lang", "Executive director", ""),), "", "at_risk_clear", "prior"),
    B("Penn Alley Ventures, LLC", "1065", "real estate", 0, "waiting-on-client", (("Brendan Tierney", "Managing member", "40"), ("Alice Paek", "Member", "35"), ("Tamara Nolan", "Member", "25")), "k1_awaited needs_extension k1_share", "", "prior"),
    H("Brendan & Nora Tierney", 0, "not-started", "cp14_default math_cp12", "", "", "", "owner"),
    B("Pemberton Freight Brokers, Inc.", "1120", "transport", 15, "not-started", (("Louis Pemberton", "President", "100"),), "", "letter_far", "prior"),
    H("Josephine Acheson", 17, "in-review", "", "moving_next_year", "", "prior", "retired"),
    B("Thornbury Family Trust", "1041", "trust", 9, "in-progress", (("Gregory Thornbury", "Trustee", ""),), "", "covenant_none", "prior"),
    B("Brightside Cleaning Services", "other", "professional", 6, "in-progress", (("Dolores Mercado", "Proprietor", "100"),), "", "message_recent", "bookkeeping salestax"),
    B("Hope Street Recovery House", "990", "nonprofit", 12, "not-started", (("Xavier Jennings", "Executive director", ""),), "", "", "onboarding"),
    B("Chestnut Hill Condominium Association", "other", "nonprofit", 17, "filed", (("Deborah Nash", "Board president", ""),), "", "billed", "compilation"),
    H("Ian & Priya Forsythe", 1, "not-started", "", "extension_not_due", "", ""),
)  # fmt: skip
