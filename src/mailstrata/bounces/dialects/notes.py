"""Lotus Notes' internet gateway in Japan: the reason in Japanese, the address below it.

    ------- Failure Reasons  --------

    User not listed in public Name & Address Book
    ann@harbor.example

    ------- Returned Message --------

The reason stands before the address that it is about.
"""

from __future__ import annotations

from mailstrata.bounces.form import BARE, Form, reader

DIALECT = "notes"

read = reader(
    Form(
        name=DIALECT,
        opening=("------- failure reasons",),
        start=("failure reasons  --------", "failure reasons --------"),
        line=BARE,
        said_before=True,
    )
)
