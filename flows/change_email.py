"""Path A: the old mailbox can be read, so change the address (guide A1-A9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.flow import Flow
from flows.interruptions import INTERRUPTIONS

if TYPE_CHECKING:
    from automation.run import Run

flow = Flow(
    "change_email",
    title="Change the account's e-mail address",
    start="account_menu",
    interruptions=INTERRUPTIONS,
)


@flow.step("A1", arrives="profile_settings", safe=True)
def open_account_menu(run: Run) -> None:
    """Open the account menu."""
    run.click("account_menu")


@flow.step("A2", arrives="edit_settings", safe=True)
def open_profile_settings(run: Run) -> None:
    """Open the profile settings."""
    run.click("profile_settings")


@flow.step("A3", arrives="change_email", safe=True)
def open_edit_settings(run: Run) -> None:
    """Open “Edit settings”."""
    run.click("edit_settings")


@flow.step("A4", arrives="ways", safe=True)
def open_change_email(run: Run) -> str | None:
    """Open “Change e-mail address”."""
    if run.account_has_new_address():
        return "already"
    run.click("change_email")
    return None


@flow.step("A5", arrives="get_code", mailbox="old", safe=True)
def choose_the_way_by_email(run: Run) -> None:
    """Choose the way by e-mail, “Verify now”."""
    run.choose("ways", address=run.old)


@flow.step("A6", arrives="code_sent", mailbox="old", after="A6")
def get_a_code_for_the_old_address(run: Run) -> str | None:
    """Press “Get code for free”."""
    if run.account_has_new_address():
        return "already"
    with run.expect_code("old", purpose="change"):
        run.click("get_code")
    return None


@flow.step("A7", arrives="new_address", after="A5", again="A6")
def verify_the_old_address(run: Run) -> None:
    """Read the letter in the OLD mailbox, type its code, submit."""
    run.type_code("code_field", run.code("old"))
    run.submit()


@flow.step("A8a", arrives="get_code", mailbox="new", after="A5")
def type_the_new_address(run: Run) -> str | None:
    """Type the new address, submit."""
    if run.account_has_new_address():
        return "already"
    run.type_address("new_address", run.new)
    run.submit()
    return None


@flow.step("A8b", arrives="code_sent", mailbox="new", after="A8b")
def get_a_code_for_the_new_address(run: Run) -> None:
    """Get a code for the new address."""
    run.confirm_change()
    with run.expect_code("new", purpose="change"):
        run.click("get_code")


@flow.step("A8c")
def read_the_new_mailbox(run: Run) -> None:
    """Read the letter in the NEW mailbox."""
    run.code("new")


@flow.step("A8d", arrives="saved", after="A8d", again="A8b", commits=True)
def save_the_new_address(run: Run) -> None:
    """Type its code, submit: the point of no return."""
    run.type_code("code_field", run.code("new"))
    run.submit()


@flow.step("A9")
def prove_it(run: Run) -> str:
    """Open the settings afresh and read the address there."""
    return run.prove_new_address()


flow.checked()
