"""Path B: the old mailbox is lost, so add a second address first (guide B1-B5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.flow import SECOND, Flow
from flows.interruptions import INTERRUPTIONS

if TYPE_CHECKING:
    from automation.run import Run

flow = Flow(
    "backup_email",
    title="Add a second address to the account",
    start="account_menu",
    interruptions=INTERRUPTIONS,
    deed=SECOND,
    mailboxes=(),
)


@flow.step("B1a", arrives="profile_settings", safe=True)
def open_account_menu(run: Run) -> None:
    """Open the account menu."""
    run.click("account_menu")


@flow.step("B1b", arrives="edit_settings", safe=True)
def open_profile_settings(run: Run) -> None:
    """Open the profile settings."""
    run.click("profile_settings")


@flow.step("B1c", arrives="edit_profile", safe=True)
def open_edit_settings(run: Run) -> None:
    """Open “Edit settings”."""
    run.click("edit_settings")


@flow.step("B2", arrives="edit", safe=True)
def open_edit_profile(run: Run) -> None:
    """Open “Edit profile”."""
    run.click("edit_profile")


@flow.step("B3", arrives="second_address", safe=True)
def press_edit(run: Run) -> str | None:
    """Press “Edit”."""
    if run.account_has_new_address():
        return "already"
    run.click("edit")
    return None


@flow.step("B4")
def type_the_second_address(run: Run) -> None:
    """Type the second address in the row just below the e-mail."""
    run.confirm_second_address()
    run.type_below_the_email("second_address", run.new)


@flow.step("B5a", arrives="edit", after="B5a", commits=True)
def save_the_profile(run: Run) -> None:
    """See that the row holds it, save: the point of no return."""
    run.type_below_the_email("second_address", run.new)
    run.click("save")


@flow.step("B5b")
def prove_it(run: Run) -> str:
    """Open the settings afresh and read it on the profile there."""
    return run.prove_new_address()


flow.checked()
