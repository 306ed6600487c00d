from __future__ import annotations

from mailstrata.reports import fixes
from mailstrata.reports.fixes import FixRun, FixShown, StepShown, StepState
from mailstrata.reports.page import text_of

ROTATE = FixShown(
    id="rotate-credentials",
    title="Make a new key and store its password",
    steps=(
        StepShown(text="create an access key", state=StepState.DONE, detail="AKIAEXAMPLENEW000001"),
        StepShown(text="log in with it", state=StepState.DONE, detail="235 Authentication successful."),
    ),
    before="login: 535 Authentication Credentials Invalid",
    after="login: 235 Authentication successful.",
    verified="the endpoint took the new password at 18:45:10 UTC",
    undo="delete the new key",
)
REMOVE = FixShown(
    id="remove-suppression",
    title="Take peter@dock.example off the list",
    steps=(
        StepShown(text="remove the entry", state=StepState.FAILED, detail="AccessDeniedException"),
        StepShown(text="look again", state=StepState.SKIPPED),
    ),
)
RETYPE = FixShown(
    id="retype-in-gmail", title="Type it into Gmail", steps=(StepShown(text="…", state=StepState.WAITING),)
)


def test_a_run_shows_each_step_what_was_before_and_what_is_now() -> None:
    """With a mark that says how far it came."""
    assert text_of(fixes.page(FixRun(fixes=(ROTATE, REMOVE, RETYPE), applied=True), width=80)) == (
        "✓ rotate-credentials  Make a new key and store its password\n"
        "    ✓ create an access key\n"
        "      AKIAEXAMPLENEW000001\n"
        "    ✓ log in with it\n"
        "      235 Authentication successful.\n"
        "    before  login: 535 Authentication Credentials Invalid\n"
        "    after   login: 235 Authentication successful.\n"
        "    proof   the endpoint took the new password at 18:45:10 UTC\n"
        "    undo    delete the new key\n"
        "\n"
        "✗ remove-suppression  Take peter@dock.example off the list\n"
        "    ✗ remove the entry\n"
        "      AccessDeniedException\n"
        "    - look again\n"
        "\n"
        "→ retype-in-gmail  Type it into Gmail\n"
        "    → …\n"
        "\n"
        "3 fixes: 1 done, 1 failed, 1 for a person to do.\n"
    )


def test_a_plan_says_that_nothing_was_changed() -> None:
    """And what would."""
    plan = FixRun(fixes=(FixShown(id="remove-suppression", title="t", steps=(StepShown(text="remove the entry"),)),))
    assert text_of(fixes.page(plan)).endswith("1 fix: 1 planned. Nothing was changed: add --apply to carry it out.\n")


def test_nothing_to_fix_is_said() -> None:
    """An empty run is no empty page."""
    assert text_of(fixes.page(FixRun(fixes=()))) == "Nothing to fix.\n"


def test_every_state_has_a_mark_and_a_word() -> None:
    """Each step state can be rendered and counted."""
    for state in StepState:
        text = text_of(
            fixes.page(
                FixRun(fixes=(FixShown(id="a", title="t", steps=(StepShown(text="s", state=state),)),), applied=True)
            )
        )
        assert text.endswith(".\n")
        assert "1 fix: 1 " in text
