"""The firm's packet of evidence: facts from its own records for a written information security plan (16 CFR 314), for IRC §7216 and for ABA
Formal Opinion 512. Each table says where it is from. It is no certification and no legal advice, and says so."""
