"""Every fix of the catalogue: who does it, what it costs, how it is proven and undone."""

from __future__ import annotations

from tools.docgen import markdown

from mailstrata.repair.catalogue import CATALOGUE, Remedy


def render() -> str:
    """The page of all fixes."""
    rows = [
        (f"[`{name}`](#{name})", _mode(remedy), remedy.who, f"{remedy.minutes} min", remedy.wait, remedy.title)
        for name, remedy in CATALOGUE.items()
    ]
    automatic = sum(remedy.automatic for remedy in CATALOGUE.values())
    return markdown.page(
        "Fixes",
        f"There are {len(CATALOGUE)} fixes; {automatic} of them `mailstrata fix --apply` carries out. The others a person "
        "does: the report says who, and in which order.",
        markdown.table(("Fix", "Done by", "Who", "Takes", "Takes effect", "What it does"), rows),
        *(_section(name, remedy) for name, remedy in CATALOGUE.items()),
    )


def _mode(remedy: Remedy) -> str:
    return "mailstrata" if remedy.automatic else "hand"


def _section(name: str, remedy: Remedy) -> str:
    steps = "\n".join(f"{number}. {markdown.prose(step)}" for number, step in enumerate(remedy.steps, start=1))
    facts = {
        "Cost": markdown.prose(remedy.cost),
        "Comes after": markdown.code(remedy.after),
        "AWS permissions": markdown.code(remedy.iam),
        "Proof": markdown.prose(remedy.verify),
        "Undo": markdown.prose(remedy.undo),
    }
    told = "\n".join(f"- {label}: {text}" for label, text in facts.items() if text)
    title = remedy.title[0].upper() + remedy.title[1:]
    return f"## {name}\n\n{markdown.prose(title)}.\n\n{steps}\n\n{told}"
