"""Path C: the old mailbox is lost, so ask support (guide C1-C3)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from automation.flow import MESSAGE, Flow
from automation.plea import Wording
from flows.interruptions import INTERRUPTIONS

if TYPE_CHECKING:
    from automation.run import Run

flow = Flow(
    "support_chat",
    title="Ask support to change the account's e-mail address",
    start="account_menu",
    interruptions=INTERRUPTIONS,
    deed=MESSAGE,
    mailboxes=(),
)


def wordings() -> dict[str, Wording]:
    """What is written to support, by language."""
    tables = tomllib.loads(Path(__file__).with_name("messages.toml").read_text(encoding="utf-8"))
    return {language: Wording(**table) for language, table in tables.items()}


@flow.step("C1a", arrives="profile_settings", safe=True)
def open_account_menu(run: Run) -> None:
    """Open the account menu."""
    run.click("account_menu")


@flow.step("C1b", arrives="edit_settings", safe=True)
def open_profile_settings(run: Run) -> None:
    """Open the profile settings."""
    run.click("profile_settings")


@flow.step("C1c", arrives="change_email", safe=True)
def open_edit_settings(run: Run) -> None:
    """Open “Edit settings”."""
    run.click("edit_settings")


@flow.step("C1d", arrives="support_way", safe=True)
def open_change_email(run: Run) -> str | None:
    """Open “Change e-mail address”."""
    if run.account_has_new_address():
        return "already"
    run.click("change_email")
    return None


@flow.step("C2", arrives="chat_field")
def choose_the_way_by_chat(run: Run) -> None:
    """Choose the second way, by the support chat."""
    run.click("support_way")


@flow.step("C3a")
def prepare_the_message(run: Run) -> str | None:
    """Prepare the message, show it, and wait for a yes."""
    if run.account_has_new_address():
        return "already"
    if run.support.has_the_message(wordings()):
        return run.support.talk()
    run.support.prepare()
    return None


@flow.step("C3b")
def get_past_the_assistant(run: Run) -> None:
    """Ask the assistant for a live agent, and wait for one."""
    run.support.reach_operator()


@flow.step("C3c", commits=True)
def send_the_message(run: Run) -> None:
    """Send the message: the point of no return."""
    run.support.send()


@flow.step("C3d")
def pass_on_questions_and_answers(run: Run) -> str:
    """Pass questions and answers on until something is promised."""
    return run.support.talk()


flow.checked()
