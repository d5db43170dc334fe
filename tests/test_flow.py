"""A flow is an ordered list of decorated functions, checked when it is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sample_runs import STORES

from automation.flow import Flow
from automation.path_table import as_markdown, rows
from automation.store import load_store, store_names
from flows.backup_email import flow as backup
from flows.change_email import flow
from flows.support_chat import flow as support

if TYPE_CHECKING:
    from automation.run import Run


def step(run: Run) -> None:
    """Do something."""


def test_a_flow_without_a_committing_step_is_refused() -> None:
    made = Flow("x", title="X", start="a")
    made.step("A1", arrives="b")(step)
    with pytest.raises(ValueError, match="exactly one step must commit, not none"):
        made.checked()


def test_a_flow_with_two_committing_steps_is_refused() -> None:
    made = Flow("x", title="X", start="a")
    made.step("A1", commits=True)(step)
    made.step("A2", commits=True)(step)
    with pytest.raises(ValueError, match=r"exactly one step must commit, not \['A1', 'A2'\]"):
        made.checked()


def test_a_step_without_an_intent_is_refused() -> None:
    made = Flow("x", title="X", start="a")
    made.step("A1", commits=True)(lambda _: None)
    with pytest.raises(ValueError, match="A1 has no docstring"):
        made.checked()


def test_an_id_that_stands_twice_or_goes_back_nowhere_is_refused() -> None:
    made = Flow("x", title="X", start="a")
    made.step("A1", commits=True)(step)
    made.step("A1", again="A9")(step)
    with pytest.raises(ValueError, match=r"step A1 stands twice; A1 names unknown A9"):
        made.checked()


def test_the_change_has_the_guides_steps_and_commits_at_its_last_submit() -> None:
    assert [row.id for row in rows(flow)] == [
        "A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8a", "A8b", "A8c", "A8d", "A9",
    ]  # fmt: skip
    assert [row.id for row in rows(flow) if row.commits] == ["A8d"]


def test_the_other_paths_have_the_guides_rows_in_order_and_commit_where_it_says() -> None:
    for other, guide, commits in (
        (backup, ["B1", "B2", "B3", "B4", "B5"], "B5a"),
        (support, ["C1", "C2", "C3"], "C3c"),
    ):
        assert list(dict.fromkeys(row.id[:2] for row in rows(other))) == guide
        assert [row.id for row in rows(other) if row.commits] == [commits]


def test_a_rehearsal_walks_only_steps_that_navigate() -> None:
    assert [row.id for row in rows(flow) if row.safe] == ["A1", "A2", "A3", "A4", "A5"]
    assert [row.id for row in rows(backup) if row.safe] == ["B1a", "B1b", "B1c", "B2", "B3"]
    assert [row.id for row in rows(support) if row.safe] == ["C1a", "C1b", "C1c", "C1d"]


@pytest.mark.parametrize("name", store_names(STORES))
def test_every_landmark_that_the_flows_name_is_in_the_stores_file(name: str) -> None:
    store = load_store(STORES, name)
    named = {flow.start, "error", "account_email", "edit_profile", "code_field", "submit"}
    named |= {"save", "chat_log", "chat_send", "chat_mine", "chat_closed"}
    named |= {each.arrives for path in (flow, backup, support) for each in path.steps if each.arrives}
    named |= {each.shows for each in flow.interruptions}
    assert named <= set(store.landmarks)


def test_the_table_of_steps_names_each_steps_proof() -> None:
    lines = as_markdown(flow).splitlines()
    assert lines[2] == "| A1 | Open the account menu | `profile_settings` shows |"
    assert sum("(commits)" in line for line in lines) == 1
