"""How a run can end, and what to do next."""

from __future__ import annotations

from automation import errors
from automation.advice import advice_for
from automation.outcomes import OUTCOMES, outcome_named


def test_the_table_of_outcomes_agrees_with_the_reasons_to_stop() -> None:
    table = {outcome.name: outcome.exit_codes for outcome in OUTCOMES}
    for stop in errors.Stop.__subclasses__():
        assert table[stop.outcome][0] == stop.exit_code
    assert table["error"] == (errors.Stop.exit_code,)
    assert table["cancelled"] == (130, errors.Cancelled("", by_signal=15).exit_code)
    ends_well = {name for name, codes in table.items() if codes == (0,)}
    assert set(table) == ends_well | {"error"} | {stop.outcome for stop in errors.Stop.__subclasses__()}
    assert ends_well == {"changed", "saved", "asked", "already", "planned"}


def test_every_outcome_has_its_own_advice() -> None:
    advice = [advice_for(outcome.name) for outcome in OUTCOMES]
    assert all(advice)
    assert len(set(advice)) == len(OUTCOMES)


def test_after_a_change_the_advice_is_to_keep_the_old_mailbox_and_to_sign_in_once() -> None:
    assert "30 days" in advice_for("changed")
    assert "reverts" in advice_for("changed")
    assert "Sign in once" in advice_for("changed")


def test_a_kind_of_reason_without_advice_of_its_own_gets_its_outcome_s() -> None:
    assert advice_for("refused", "never_heard_of") == advice_for("refused")
    assert advice_for("refused", "rate_limit") != advice_for("refused")


def test_an_outcome_of_a_newer_version_is_not_called_a_bug() -> None:
    assert outcome_named("handed_over").headline == "Ended: handed_over"
