"""The stand-in store's switches, one by one, and the endpoints that turn them."""

from __future__ import annotations

import re

import pytest
from sample_stand_ins import (
    ERROR,
    NEW,
    OLD,
    PAGE,
    PASSWORD,
    PROVE_NEW,
    PROVE_OLD,
    SHOP_PASSWORD,
    WAYS,
    ask,
    change,
    name_new,
    prove_old,
    store,
    wrong,
)

ANSWERS = ["normal", "lost_before", "lost_after", "error_500", "error_502", "error_429"]


def test_password_again_asks_once_before_the_code() -> None:
    with store(switches={"password_again": True}) as shop:
        shop.sign_in()
        shop.get(WAYS)

        assert 'class="fm-logined"' in shop.get(PROVE_OLD)
        assert ask(shop, "old") == ERROR["start_over"]
        assert ERROR["wrong_password"] in shop.post(PASSWORD, fm_login_password="wrong")
        assert 'id="J_GetCode_Email"' in shop.post(PASSWORD, fm_login_password=SHOP_PASSWORD)
        assert 'id="J_GetCode_Email"' in shop.get(PROVE_OLD)
        assert [each["right"] for each in shop.truth()["sign_ins"]] == [True, False, True]


def test_letter_delay_sends_the_code_that_much_later() -> None:
    with store(switches={"letter_delay_s": 0.5}) as shop:
        shop.sign_in()
        ask(shop, "old")
        letter = shop.sent("code", OLD, 2)[-1]

        assert letter["at"] - shop.truth()["codes_requested"][0]["at"] >= 0.5


def test_no_letter_keeps_the_code_back() -> None:
    with store(switches={"no_letter": True, "resend_timer_s": 0}) as shop:
        shop.sign_in()
        assert not ask(shop, "old")
        shop.switch(no_letter=False)
        ask(shop, "old")
        shop.code(OLD)

        assert len(shop.truth()["codes_requested"]) == 2
        assert len(shop.sent("code", OLD)) == 2  # yesterday's and the second one


def test_address_in_use_refuses_every_new_address() -> None:
    with store(switches={"address_in_use": True}) as shop:
        shop.sign_in()
        prove_old(shop)

        assert ERROR["address_in_use"] in name_new(shop)


@pytest.mark.parametrize(("which", "refused"), [("any", OLD), ("old", OLD), ("new", NEW)])
def test_wrong_code_replies_refuse_right_codes_and_count_down(which: str, refused: str) -> None:
    with store(switches={"wrong_code_replies": 1, "wrong_code_for": which}) as shop:
        shop.sign_in()
        for purpose, page, to in (("old", PROVE_OLD, OLD), ("new", PROVE_NEW, NEW)):
            ask(shop, purpose)
            code = shop.code(to)
            assert (ERROR["wrong_code"] in shop.post(page, checkcode=code)) == (to == refused)
            if to == refused:
                shop.post(page, checkcode=code)
            name_new(shop)

        truth = shop.truth()
        assert [each["right"] for each in truth["codes_typed"]] == [True] * 3
        assert truth["accounts"][OLD]["email"] == NEW
        assert [each["applied"] for each in truth["submits"]] == [False] * (refused == NEW) + [True]
        assert shop.control("switches")["wrong_code_replies"] == 0


def test_coarse_masks_show_the_same_for_both_addresses() -> None:
    with store(switches={"coarse_masks": True}) as shop:
        shop.sign_in()
        shown = [shop.get("/user/account.htm"), shop.get(WAYS), shop.get(PROVE_OLD)]
        prove_old(shop)
        shown.append(name_new(shop))

        assert all("***@***" in page for page in shown)
        assert not any("example" in page for page in shown)


def test_success_without_change_shows_success_and_changes_nothing() -> None:
    with store(switches={"success_without_change": True}) as shop:
        shop.sign_in()

        assert 'class="ui-tipbox-success"' in change(shop)
        truth = shop.truth()
        assert [each["applied"] for each in truth["submits"]] == [False]
        assert truth["accounts"][OLD] == {"email": OLD, "previous": [], "profile_email_full": OLD}


@pytest.mark.parametrize("phone_first", [False, True])
def test_phone_first_swaps_the_first_two_ways(phone_first: bool) -> None:
    with store(switches={"phone_first": phone_first}) as shop:
        shop.sign_in()
        ways = re.findall(r"<strong>(.*?)</strong>", shop.get(WAYS))

        first_two = [PAGE["way_email"], PAGE["way_phone"]]
        assert ways == [*(first_two[::-1] if phone_first else first_two), PAGE["way_service"]]


@pytest.mark.parametrize("frame", [True, False])
def test_frame_puts_the_verification_into_an_iframe_or_in_its_place(frame: bool) -> None:
    with store(switches={"frame": frame}) as shop:
        shop.sign_in()
        page = shop.get("/user/company/change_email_security_prompt.htm")

        assert ('<iframe id="iframe1" name="iframe1"' in page) == frame
        assert (PAGE["choose_way"] in page) != frame


@pytest.mark.parametrize("digits", [4, 6])
def test_the_codes_have_the_length_that_the_pages_ask_for(digits: int) -> None:
    with store(switches={"new_code_length": digits, "old_code_length": 10 - digits}) as shop:
        shop.sign_in()
        assert PAGE["digits"].format(n=10 - digits) in shop.get(PROVE_OLD)
        prove_old(shop)
        assert PAGE["digits"].format(n=digits) in name_new(shop)
        ask(shop, "new")

        assert [len(shop.code(OLD)), len(shop.code(NEW))] == [10 - digits, digits]


def test_codes_with_letters_are_sent_and_their_field_says_so() -> None:
    with store(switches={"code_letters": True, "old_code_length": 8}) as shop:
        shop.sign_in()
        assert 'maxlength="8" pattern="[0-9A-Z]+"' in shop.get(PROVE_OLD)
        ask(shop, "old")

        assert re.fullmatch(r"[A-Z]\d[A-Z\d]{6}", shop.code(OLD))


def test_a_code_older_than_its_validity_is_expired() -> None:
    with store(switches={"code_valid_s": 0}) as shop:
        shop.sign_in()
        ask(shop, "old")

        assert ERROR["code_expired"] in shop.post(PROVE_OLD, checkcode=shop.code(OLD))


def test_after_so_many_wrong_codes_even_the_right_one_is_refused() -> None:
    with store(switches={"code_attempts": 2}) as shop:
        shop.sign_in()
        ask(shop, "old")
        code = shop.code(OLD)

        assert ERROR["wrong_code"] in shop.post(PROVE_OLD, checkcode=wrong(code))
        assert ERROR["too_many_attempts"] in shop.post(PROVE_OLD, checkcode=wrong(code))
        assert ERROR["too_many_attempts"] in shop.post(PROVE_OLD, checkcode=code)
        assert [each["right"] for each in shop.truth()["codes_typed"]] == [False, False, True]


def test_the_server_refuses_another_code_while_the_timer_runs() -> None:
    with store() as shop:
        shop.sign_in()
        assert ask(shop, "old") == ""
        assert 'data-wait="60"' in shop.get(PROVE_OLD)
        assert ask(shop, "old") == ERROR["wait"]

        shop.switch(resend_timer_s=0)
        assert ask(shop, "old") == ""


def test_after_another_code_was_sent_the_first_one_is_wrong() -> None:
    with store(switches={"resend_timer_s": 0, "old_code_length": 8}) as shop:
        shop.sign_in()
        ask(shop, "old")
        first = shop.code(OLD)
        ask(shop, "old")
        second = shop.code(OLD, 2)

        assert ERROR["wrong_code"] in shop.post(PROVE_OLD, checkcode=first)
        assert PAGE["enter_new"] in shop.post(PROVE_OLD, checkcode=second)


def test_without_the_decoy_only_the_code_is_sent() -> None:
    with store(switches={"decoy_before_code": False}) as shop:
        shop.sign_in()
        ask(shop, "old")
        shop.code(OLD)

        assert [each["kind"] for each in shop.truth()["letters"]][4:] == ["code"]


def test_where_no_sign_in_is_required_everybody_is_the_first_account() -> None:
    with store(switches={"require_sign_in": False}) as shop:
        assert "a***i@example.org" in shop.get("/user/account.htm")


def test_a_switch_that_is_unknown_or_of_the_wrong_type_is_refused_with_a_message() -> None:
    with store() as shop:
        before = shop.control("switches")

        assert shop.switch(no_such=True)[0] == 400
        assert "unknown switch: no_such" in shop.switch(no_such=True)[1]
        assert shop.switch(frame="yes") == (400, "frame must be bool, not str")
        assert shop.switch(code_attempts=True) == (400, "code_attempts must be int, not bool")
        assert shop.switch(wrong_code_for="both")[0] == 400
        assert shop.switch(submit_answer="") == (400, f"submit_answer must be one of {', '.join(ANSWERS)}")
        assert shop.switch(spin_at="home")[1].startswith("spin_at must be one of '', account, ways")
        assert shop.switch(captcha_at="nowhere")[1].startswith("captcha_at must be one of '', home, sign_in")
        assert shop.switch(session_gone_at="home")[0] == 400
        assert shop.control("switches", "PATCH", [1])[0] == 400
        assert shop.control("switches") == before
        assert shop.switch(letter_delay_s=2)["letter_delay_s"] == 2


def test_the_control_wants_its_token() -> None:
    with store(token="abc") as shop:
        assert shop.at["token"] == "abc"
        assert shop.control("truth", token="wrong")[0] == 401
        assert shop.control("switches", "PATCH", {"frame": False}, token="wrong")[0] == 401
        assert shop.control("forget-sessions", "POST", token="wrong")[0] == 401


def test_forgotten_sessions_are_signed_out() -> None:
    with store() as shop:
        shop.sign_in()
        shop.control("forget-sessions", "POST")

        assert 'id="alibaba-login-box"' in shop.get("/user/account.htm")
