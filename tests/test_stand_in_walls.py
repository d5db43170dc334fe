"""What stands in the place of a stage of the stand-in: a limit, a refusal, nothing at all, another origin."""

from __future__ import annotations

import pytest
from sample_stand_ins import ERROR, NEW, OLD, SHOP_PASSWORD, ask, name_new, prove_old, reach_the_submit, store
from sample_visits import EVERYBODY, answered, fetched, stages

both = pytest.mark.parametrize("generation", ["legacy", "center"])
CONTAINER = {"legacy": '<div class="ui-tipbox-error" role="alert">', "center": '<p class="error-text" role="alert">'}


@both
def test_a_rate_limited_stage_says_so_with_a_status_that_is_right(generation: str) -> None:
    with store(generation=generation, switches=EVERYBODY) as shop:
        for stage in stages(shop):
            assert ERROR["too_many_requests"] not in fetched(shop, stage)
            shop.switch(rate_limited_at=stage)

            page = fetched(shop, stage)

            assert ERROR["too_many_requests"] in page, stage
            assert "<button" not in page
            assert "role=" not in page


@both
@pytest.mark.parametrize(
    ("switch", "error"), [("too_many_at", "too_many_tries"), ("account_locked_at", "account_locked")]
)
def test_a_refused_stage_shows_why_in_the_sites_own_container_and_no_control(
    generation: str, switch: str, error: str
) -> None:
    with store(generation=generation, switches=EVERYBODY) as shop:
        for stage in stages(shop):
            shop.switch(**{switch: stage})

            if stage != "sign_in":
                main = fetched(shop, stage).partition("<main>")[2] or fetched(shop, stage)
                assert CONTAINER[generation] + ERROR[error] in main, stage
                assert "<button" not in main


@both
@pytest.mark.parametrize(
    ("switch", "error"), [("too_many_at", "too_many_tries"), ("account_locked_at", "account_locked")]
)
def test_a_sign_in_is_refused_when_the_password_is_typed(generation: str, switch: str, error: str) -> None:
    with store(generation=generation, switches={switch: "sign_in"}) as shop:
        assert ERROR[error] not in fetched(shop, "sign_in")

        assert ERROR[error] in shop.sign_in(OLD, SHOP_PASSWORD)
        assert [each["right"] for each in shop.truth()["sign_ins"]] == [True]
        shop.switch(**{switch: ""})
        assert ERROR[error] not in shop.sign_in(OLD, SHOP_PASSWORD)


@both
def test_address_invalid_refuses_every_new_address(generation: str) -> None:
    with store(generation=generation, switches={**EVERYBODY, "address_invalid": True}) as shop:
        prove_old(shop)

        assert ERROR["address_invalid"] in name_new(shop)
        shop.switch(address_invalid=False)
        name_new(shop)
        assert ask(shop, "new") == ""


@both
def test_an_error_of_too_many_requests_says_for_how_long(generation: str) -> None:
    with store(generation=generation, switches={"submit_answer": "error_429", "retry_after_s": 6.5}) as shop:
        code = reach_the_submit(shop)

        assert answered(lambda: shop.submit("new", code)) == (429, "7")
        assert shop.truth()["accounts"][OLD]["email"] == OLD
        assert [each["to"] for each in shop.truth()["codes_requested"]] == [OLD, NEW]
