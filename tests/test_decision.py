"""D0, the guide's first decision: only the person says that the old mailbox is lost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sample_runs import ended
from sample_terminal import Terminal
from test_support_path import said

if TYPE_CHECKING:
    from collections.abc import Callable

    from sample_runs import Command

    from automation.stand_in import StandIn


def accounts(store: StandIn) -> tuple[str, str | None]:
    """(address, second address) of the store's one account."""
    [account] = store.truth()["accounts"].values()
    return account["email"], account.get("second_email")


@pytest.mark.parametrize(
    ("operator", "kind", "followed"),
    [
        ("answers", "asked", ["saved", "asked"]),
        pytest.param("asks", "operator_asks", ["saved", "needs_person"], marks=pytest.mark.full),
    ],
)
def test_a_lost_mailbox_leads_by_the_other_two_paths_and_never_to_a_success(
    operator: str, kind: str, followed: list[str], command: Command, make_store: Callable[..., StandIn]
) -> None:
    store = make_store(switches={"operator": operator})
    environment = store.environment()
    for name in ("IMAP_URL", "IMAP_PASSWORD"):
        del environment[f"READDRESS_OLD_{name}"]

    result = command.json("change", "--lost-mailbox", "--yes", **environment)

    assert ended(result) == ("needs_person", 3, kind), result["reason"]
    assert [each["outcome"] for each in result["followed"]] == followed
    assert [each["flow"] for each in result["followed"]] == ["backup_email", "support_chat"]
    assert all(Path(each["report"]).is_file() for each in result["followed"])
    assert accounts(store) == (store.user, store.new)
    report = Path(result["report"]).read_text("utf-8")
    assert "Add a second address to the account" in report
    assert store.truth()["codes_requested"] == []


def test_with_nobody_there_a_mailbox_that_can_not_be_read_stops_the_run_with_the_advice(
    command: Command, make_store: Callable[..., StandIn]
) -> None:
    store = make_store()
    result = command.json("change", "--yes", **{**store.environment(), "READDRESS_OLD_IMAP_PASSWORD": "wrong"})
    assert ended(result) == ("mailbox", 6, "login_refused")
    assert "--lost-mailbox" in result["advice"]
    assert "READDRESS_OLD_IMAP_URL=ask" in result["advice"]
    assert result["followed"] == []
    new = command.json("change", "--yes", **{**store.environment(), "READDRESS_NEW_IMAP_PASSWORD": "wrong"})
    assert ended(new) == ("mailbox", 6, "login_refused")
    assert "--lost-mailbox" not in new["advice"]
    assert said(store) == []


@pytest.mark.full
def test_an_account_that_got_the_address_meanwhile_is_a_success(
    command: Command, make_store: Callable[..., StandIn]
) -> None:
    store = make_store(generation="legacy")
    assert command.json("change", "--yes", **store.environment())["outcome"] == "changed"
    result = command.json("change", "--lost-mailbox", "--yes", **store.environment())
    assert ended(result) == ("already", 0, None), result["reason"]
    assert said(store) == []


@pytest.mark.full
def test_codes_may_be_typed_by_hand_where_the_tool_can_not_read_the_mailbox(
    command: Command, make_store: Callable[..., StandIn]
) -> None:
    store = make_store(generation="legacy")
    wrong = {**store.environment(), "READDRESS_OLD_IMAP_PASSWORD": "wrong"}
    with Terminal(command, "change", "--yes", "--settle", "5", **wrong) as terminal:
        terminal.until("Can you open the old mailbox yourself, and type its codes here? [y/N]")
        terminal.type("y")
        terminal.until("Type the code from the newest letter")
        terminal.type(terminal.fresh_code(store, store.user))
        assert terminal.end() == 0, terminal.text
    assert accounts(store) == (store.new, None)


@pytest.mark.full
def test_ctrl_c_at_the_question_ends_the_command(command: Command, make_store: Callable[..., StandIn]) -> None:
    wrong = {**make_store().environment(), "READDRESS_OLD_IMAP_PASSWORD": "wrong"}
    with Terminal(command, "change", "--yes", **wrong) as terminal:
        terminal.until("Can you open the old mailbox yourself")
        terminal.press_ctrl_c()
        assert terminal.end() == 130, terminal.text
    assert "Cancelled" in terminal.text
