"""The nouns of mailstrata, and the Protocols of what it needs from outside. Imports nothing of the project.

``names`` Domain, Address · ``reply`` what a server said · ``observation`` Seen, Absent, Unknown · ``question`` what can be
asked of the world · ``facts`` what is answered · ``attempt`` a mail that was tried · ``finding`` what a check says ·
``diagnosis`` the whole answer · ``setup`` what the operator told us · ``ports`` Asker, Clock, Secrets, Ledger · ``errors``.
"""
