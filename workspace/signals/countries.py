"""The names of foreign countries as the last line of an address has them. Data only.

Left out: names that are also American places (Georgia, Jersey) and the possessions of the United States.
"""

_NAMES = """
afghanistan, albania, algeria, andorra, angola, argentina, armenia, aruba, australia, austria, azerbaijan, bahamas,
bahrain, bangladesh, barbados, belarus, belgium, belize, benin, bermuda, bhutan, bolivia, bosnia and herzegovina,
botswana, brazil, brunei, bulgaria, burkina faso, burundi, cambodia, cameroon, canada, cape verde, cayman islands,
central african republic, chad, chile, china, colombia, comoros, congo, costa rica, cote divoire, croatia, cuba,
curacao, cyprus, czech republic, czechia, denmark, djibouti, dominica, dominican republic, ecuador, egypt, el
salvador, england, equatorial guinea, eritrea, estonia, eswatini, ethiopia, fiji, finland, france, french polynesia,
gabon, gambia, germany, ghana, gibraltar, great britain, greece, greenland, grenada, guatemala, guernsey, guinea,
guyana, haiti, honduras, hong kong, hungary, iceland, india, indonesia, iran, iraq, ireland, isle of man, israel,
italy, ivory coast, jamaica, japan, jordan, kazakhstan, kenya, kiribati, korea, south korea, republic of korea,
kosovo, kuwait, kyrgyzstan, laos, latvia, lebanon, lesotho, liberia, libya, liechtenstein, lithuania, luxembourg,
macau, madagascar, malawi, malaysia, maldives, mali, malta, marshall islands, mauritania, mauritius, mexico,
micronesia, moldova, monaco, mongolia, montenegro, morocco, mozambique, myanmar, namibia, nauru, nepal, netherlands,
the netherlands, new caledonia, new zealand, nicaragua, niger, nigeria, north macedonia, northern ireland, norway,
oman, pakistan, palau, panama, papua new guinea, paraguay, peru, philippines, poland, portugal, qatar, romania,
russia, russian federation, rwanda, saint kitts and nevis, saint lucia, samoa, san marino, saudi arabia, scotland,
senegal, serbia, seychelles, sierra leone, singapore, slovakia, slovenia, solomon islands, somalia, south africa,
south sudan, spain, sri lanka, sudan, suriname, sweden, switzerland, syria, taiwan, tajikistan, tanzania, thailand,
timor leste, togo, tonga, trinidad and tobago, tunisia, turkey, turkiye, turkmenistan, tuvalu, uganda, ukraine, united
arab emirates, united kingdom, uk, uruguay, uzbekistan, vanuatu, venezuela, vietnam, wales, yemen, zambia, zimbabwe
"""

COUNTRIES: frozenset[str] = frozenset(" ".join(name.split()) for name in _NAMES.replace("\n", " ").split(","))
