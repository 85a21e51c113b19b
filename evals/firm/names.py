"""Pools of invented names, places and trading partners. Lists and pickers only; nothing here knows a client."""

from random import Random


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST = _words("""
Aaron Adele Ahmed Alice Amara Andre Anita Antonio Audrey Beatrice Benjamin Bianca Brendan Camille Carlos Cecilia Chidi Claire
    Clifford Corinne Damien Dana Deborah Denise Derek Diego Dolores Edith Eileen Emeka Emily Esther Evelyn Farah Felix Frances
    Gareth Geraldine Gina Gordon Grace Gregory Hannah Harold Hector Helen Ian Ingrid Irene Ivan Jacqueline James Janelle Jerome
    Joan Joel Josephine Julian Karen Keith Kenji Kristin Lamar Laura Leah Leonard Lillian Linda Louis Lucia Malcolm Marcus Maria
    Marian Martin Maya Mei Michelle Miguel Mohan Monica Nadia Natalie Neil Nina Noah Nora Olivia Omar Oscar Patrice Paula Peter
    Philip Priscilla Rachel Rafael Ravi Rebecca Renee Roland Rosa Russell Ruth Samuel Sandra Seth Shanice Sheila Silvia Simon Sofia
    Stephen Susan Tamara Teresa Theodore Thomas Tyrone Valerie Vernon Victor Vivian Walter Wendy Xavier Yolanda Yusuf""")
LAST = _words("""
Abbott Acheson Alvarado Ambrose Amin Arroyo Atwater Baptiste Barlow Baum Beckwith Bianchi Birch Boateng Bowman Brandt Brewster
    Bui Burkholder Calloway Castellano Chaudhry Cheng Clemens Colvin Conrad Corrigan Cortez Crandall Dalton Das Delgado Desai DiSalvo
    Donahue Dorsey Drummond Duarte Eberly Edelman Egan Eze Fairchild Farrow Feldman Ferraro Finch Fitzgerald Flores Forsythe Fry Gallo
    Garber Gill Goodwin Graves Groff Gutierrez Haddad Halpern Hammond Hartzler Hayward Heller Hess Hidalgo Hoover Horvath Hull Ibarra
    Iyer Jarrett Jennings Joshi Kang Kaplan Keane Keller Kendig Khan Kirby Klein Kowalski Kramer Lang Lapp Larkin LeBlanc Leong Lesko
    Lindgren Lockhart Lombardi Lopez Lutz Mackey Malone Mancini Marsh Martinez Mathis McBride McGrath Mehta Mercado Merritt Meyer Miller
    Molina Moreau Moyer Mullen Nakamura Nash Navarro Newcomb Nguyen Nolan Noor Novak Obi Ortega Osborne Otieno Paek Palumbo Park Patel
    Pelletier Perkins Petrov Pham Pierce Pope Quinn Rahman Ramos Rao Reeves Ressler Rios Roche Romano Rossi Roth Russo Salas Santoro
    Sato Sawyer Schaeffer Sharma Shelton Shenk Sloan Snavely Solis Soto Spence Stauffer Stein Stoltz Sutter Swann Tanaka Tate Thorne
    Tierney Torres Tran Treadwell Underhill Valdez Vance Varga Vega Villanueva Wade Walsh Warfel Weaver Webb Weiss Whitaker Wong Yoder
    York Zamora Zeller Zook""")
STREETS = (
    *(
        "Orchard Hill Road",
        "North Duke Street",
        "East King Street",
        "Mill Race Lane",
        "Locust Street",
        "Old Harrisburg Pike",
    ),
    *(
        "Chestnut Street",
        "Willow Run Drive",
        "Fruitville Pike",
        "Pine Street",
        "Race Street",
        "Bridgeport Avenue",
        "Market Street",
    ),
    *(
        "Prospect Avenue",
        "Cedar Lane",
        "South Queen Street",
        "Walnut Street",
        "Landis Valley Road",
        "Ridge Road",
        "Church Street",
    ),
    *(
        "Meadow Creek Drive",
        "College Avenue",
        "Columbia Avenue",
        "Spring Garden Street",
        "West Main Street",
        "Furnace Hill Road",
    ),
)
# City, state, ZIP code.
PLACES = (
    ("Lancaster", "PA", "17602"),
    ("Lititz", "PA", "17543"),
    ("York", "PA", "17403"),
    ("Baltimore", "MD", "21211"),
    ("Ephrata", "PA", "17522"),
    ("Wilmington", "DE", "19806"),
    ("Lancaster", "PA", "17603"),
    ("Frederick", "MD", "21701"),
    ("Harrisburg", "PA", "17110"),
    ("West Chester", "PA", "19380"),
    ("Haddonfield", "NJ", "08033"),
    ("Elizabethtown", "PA", "17022"),
    ("Reading", "PA", "19601"),
    ("Westminster", "MD", "21157"),
    ("Mount Joy", "PA", "17552"),
    ("Newark", "DE", "19711"),
    ("Winchester", "VA", "22601"),
    ("Lancaster", "PA", "17601"),
    ("Vineland", "NJ", "08360"),
    ("Gettysburg", "PA", "17325"),
)
# A taxpayer who lives abroad: street, city, no state, postal code.
ABROAD = ("Rua das Flores 112, 3 Esq.", "Lisboa, Portugal", "", "1200-195")
STATES = {
    "PA": "Pennsylvania",
    "MD": "Maryland",
    "DE": "Delaware",
    "NJ": "New Jersey",
    "VA": "Virginia",
    "NY": "New York",
}
AREA_CODES = {"PA": "717", "MD": "410", "DE": "302", "NJ": "856", "VA": "540", "NY": "607"}

BANKS = (
    "Susquehanna Heritage Bank",
    "First Conestoga Bank & Trust",
    "Penn Orchard Savings Bank",
    "Tidewater Commercial Bank",
    "Brandywine River National Bank",
    "Union Furnace Credit Union",
)
INSURERS = ("Old Forge Mutual Insurance Company", "Cumberland Valley Casualty Co.", "Beacon Hollow Insurance Group")
LANDLORDS = (
    "Fulton Row Realty, LP",
    "Greider Commercial Properties, LLC",
    "Harvest View Associates",
    "Wharf Street Holdings, LLC",
)
EMPLOYERS = (
    "Lancaster Valley Health System",
    "Manheim Glassworks, Inc.",
    "Eastern Piedmont School District",
    "Corvane Biologics, Inc.",
    "Union Furnace Credit Union",
    "Redfern Distribution Services, LLC",
    "Chesapeake Bay Actuarial Group",
    "County of Lancaster",
)
BROKERS = ("Larkspur Brokerage Services LLC", "Merriweather Wealth Partners", "Penn Orchard Investment Services")
PARTNERSHIPS = (
    "Conoy Creek Apartments LP",
    "Swatara Energy Partners, LP",
    "Rockland Street Investors, LLC",
    "Blue Marsh Medical Building Associates",
    "Octorara Timber Fund II, LP",
    "Pequea Self Storage Investors, LLC",
)

# What a trade sells to and buys from: customers, suppliers.
TRADES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "construction": (
        (
            "Groffdale Builders",
            "Eden Township",
            "Manor Ridge HOA",
            "Ressler Custom Homes",
            "St. Brendan Parish",
            "Warwick Commons LLC",
        ),
        (
            "Conestoga Lumber & Supply",
            "Tri-County Rental",
            "Keener Fasteners",
            "Ritter Fuel Co.",
            "Hub City Electric Supply",
        ),
    ),
    "manufacturing": (
        (
            "Halvorsen Kitchens",
            "Beacon Fixture Group",
            "Ashgrove Hospitality",
            "Tarleton Marine",
            "Dover Gauge Works",
            "Pell & Sons",
        ),
        (
            "Allegheny Bar & Plate",
            "Weller Tooling",
            "Northeast Hardwoods",
            "Castor Abrasives",
            "Penn Orchard Freight Lines",
        ),
    ),
    "professional": (
        (
            "Borough of Strasburg",
            "Whitmore Capital",
            "Manheim Area Schools",
            "Lowell Devices",
            "Grayson Land Company",
            "Arc Harbor LLC",
        ),
        ("Sable Software", "Paragon Office Supply", "Coverdale Research", "Keystone Couriers", "Ivy Street Printing"),
    ),
    "health": (
        (
            "Patient accounts",
            "Harbor State Health Plan",
            "Unity Dental Plan",
            "Medicare Part B",
            "Piedmont Benefit Trust",
            "Workers' comp",
        ),
        (
            "Sutter Medical Supply",
            "Clearview Labs",
            "Orrin Dental Depot",
            "SafeWaste Disposal",
            "Vetline Pharmaceuticals",
        ),
    ),
    "food": (
        (
            "Ashbury Grill",
            "Central Market Stand 41",
            "Route 30 Provisions",
            "The Carding Room",
            "Waverly Caterers",
            "Penn Square Hotel",
        ),
        ("Dutchland Produce", "Rohrer Meats", "Great Cove Seafood", "Amber Malt Co.", "Lancaster Paper & Janitorial"),
    ),
    "real estate": (
        (
            "Suite 100: Tailor & Vine",
            "Suite 110: Lutz Optical",
            "Unit B: Kinder Dance",
            "Unit C: Old Town Yarn",
            "Lot 7 storage",
            "Suite 210",
        ),
        (
            "Greenfield Mowing",
            "Apex Elevator Service",
            "Town & Country Plumbing",
            "Borough water & sewer",
            "Snavely Paving",
        ),
    ),
    "transport": (
        (
            "Redfern Distribution",
            "Hirsch Paper",
            "Coldspring Foods",
            "Marietta Stone",
            "Vale Furniture Outlets",
            "Orrin Dental Depot",
        ),
        (
            "Ritter Fuel Co.",
            "Interstate Tire & Axle",
            "Tolling account",
            "Cumberland Truck Leasing",
            "Fleetwatch Telematics",
        ),
    ),
    "nonprofit": (
        (
            "Grant: County Human Services",
            "Pledges receivable",
            "Grant: Hollinger Foundation",
            "Program fees",
            "Annual gala",
            "Capital pledges",
        ),
        (
            "Dutchland Produce",
            "Paragon Office Supply",
            "Ivy Street Printing",
            "Sable Software",
            "Town & Country Plumbing",
        ),
    ),
}
_STEMS = (
    "Ridgeline",
    "Foxglove",
    "Ironwood",
    "Millstone",
    "Sycamore",
    "Highfield",
    "Redoubt",
    "Larch Hill",
    "Cold Spring",
    "Amberly",
    "Wheatland",
)
_WHAT = {
    "construction": ("Builders", "Excavating", "Masonry", "Electric", "Roofing"),
    "manufacturing": ("Machine Works", "Millwork", "Plastics", "Fabricators", "Tool"),
    "professional": ("Consulting", "Design Group", "Engineering", "Communications", "Surveyors"),
    "health": ("Dental Group", "Eye Care", "Physical Therapy", "Animal Hospital", "Pediatrics"),
    "food": ("Bakery", "Catering", "Provisions", "Market", "Roasters"),
    "real estate": ("Properties", "Realty Partners", "Land Company", "Holdings"),
    "transport": ("Trucking", "Freight", "Courier", "Logistics"),
    "nonprofit": ("Community Fund", "Youth Center", "Land Trust", "Arts Council"),
}
_SUFFIX = {"1120-S": ", Inc.", "1120": " Corporation", "1065": ", LLC", "law": ", LLP"}


def person(rng: Random) -> str:
    return f"{rng.choice(FIRST)} {rng.choice(LAST)}"


def company(rng: Random, industry: str, entity_type: str) -> str:
    """An invented company of the trade, with the suffix its entity type carries."""
    head = rng.choice(
        (
            rng.choice(LAST),
            rng.choice(_STEMS),
            f"{rng.choice(LAST)} & {rng.choice(LAST)}",
            f"{rng.choice(LAST)} Brothers",
        )
    )
    return f"{head} {rng.choice(_WHAT[industry])}{_SUFFIX.get(entity_type, '')}"


def street(rng: Random, business: bool) -> str:
    line = f"{rng.randint(12, 2890)} {rng.choice(STREETS)}"
    return f"{line}, Suite {rng.choice((100, 120, 201, 210, 300, 4))}" if business and rng.random() < 0.3 else line


def phone(rng: Random, state: str) -> str:
    """A number of the block that is kept for fiction (555-0100 to 555-0199)."""
    return f"({AREA_CODES.get(state, '717')}) 555-01{rng.randint(0, 99):02d}"


def mailbox(name: str) -> str:
    """The local part of an address: anna.lindqvist."""
    plain = "".join(c for c in name.lower().replace(" ", ".") if c.isalnum() or c == ".")
    return plain.strip(".")


def domain(company_name: str) -> str:
    """An invented domain under the reserved ending .example: lindqvistcabinetry.example."""
    dropped = {
        "inc",
        "llc",
        "llp",
        "lp",
        "pc",
        "co",
        "corp",
        "corporation",
        "company",
        "and",
        "the",
        "of",
        "partners",
        "association",
    }
    words = ["".join(c for c in word if c.isalnum()) for word in company_name.lower().replace("&", " ").split()]
    return "".join(word for word in words if word and word not in dropped)[:26] + ".example"
