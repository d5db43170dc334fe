"""What the stand-in store can answer to a submit, and when: lost, failing, late, expired, signed out."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError

import pytest
from sample_stand_ins import (
    ERROR,
    NEW,
    OLD,
    PAGE,
    PROVE_NEW,
    Store,
    ask,
    change,
    letters,
    name_new,
    prove_old,
    reach_the_submit,
    store,
    wrong,
)
from sample_visits import answered

GENERATIONS = ["legacy", "center"]
both = pytest.mark.parametrize("generation", GENERATIONS)

pytestmark = pytest.mark.full


def submits(shop: Store) -> list[tuple[str, str, bool, bool]]:
    return [(each["old"], each["new"], each["applied"], each["answered"]) for each in shop.truth()["submits"]]


@both
@pytest.mark.parametrize(
    ("answer", "status", "retry_after", "applied"),
    [
        ("lost_before", None, "", False),
        ("lost_after", None, "", True),
        ("error_500", 500, "", False),
        ("error_502", 502, "", False),
        ("error_429", 429, "120", False),
    ],
)
def test_the_submit_is_lost_or_fails_once_and_the_truth_knows_what_became_of_it(
    generation: str, answer: str, status: int | None, retry_after: str, applied: bool
) -> None:
    with store(generation=generation, switches={"submit_answer": answer}) as shop:
        code = reach_the_submit(shop)

        assert answered(lambda: shop.submit("new", code)) == (status, retry_after)

        truth = shop.truth()
        assert submits(shop) == [(OLD, NEW, applied, status is not None)]
        assert truth["accounts"][OLD]["email"] == (NEW if applied else OLD)
        assert (truth["codes_typed"][-1]["purpose"], truth["codes_typed"][-1]["right"]) == ("new", True)
        again = shop.submit("new", code)
        assert (ERROR["code_expired"] if applied else PAGE["saved"]) in again
        assert submits(shop)[1:] == [(OLD, NEW, not applied, True)]
        assert shop.truth()["accounts"][OLD] == {"email": NEW, "previous": [OLD], "profile_email_full": NEW}


@both
def test_the_submit_may_fail_though_it_was_applied(generation: str) -> None:
    with store(generation=generation, switches={"submit_answer": "error_500", "error_applied": True}) as shop:
        code = reach_the_submit(shop)

        assert answered(lambda: shop.submit("new", code))[0] == 500
        assert submits(shop) == [(OLD, NEW, True, True)]


def test_the_page_of_an_error_says_it_in_words() -> None:
    with store(switches={"submit_answer": "error_429"}) as shop:
        code = reach_the_submit(shop)
        with pytest.raises(HTTPError) as refused:
            shop.submit("new", code)
        with refused.value as answer:
            assert ERROR["too_many_requests"] in answer.read().decode()


def test_the_answer_is_lost_for_as_many_submits_as_the_switch_says() -> None:
    switches = {"submit_answer": "lost_before", "submit_answer_times": 2}
    with store(switches=switches) as shop:
        code = reach_the_submit(shop)

        statuses = [answered(lambda: shop.submit("new", code))[0] for _ in range(3)]

        assert statuses == [None, None, 200]
        assert [each["applied"] for each in shop.truth()["submits"]] == [False, False, True]
        assert shop.control("switches")["submit_answer"] == "normal"


def test_a_wrong_code_is_not_applied_whatever_is_lost() -> None:
    with store(switches={"submit_answer": "lost_after"}) as shop:
        code = reach_the_submit(shop)

        assert answered(lambda: shop.submit("new", wrong(code)))[0] is None
        assert submits(shop) == [(OLD, NEW, False, False)]
        assert PAGE["saved"] in shop.submit("new", code)


@both
@pytest.mark.parametrize(("which", "refused"), [("any", "old"), ("new", "new")])
def test_code_expired_replies_void_right_codes_and_count_down(generation: str, which: str, refused: str) -> None:
    switches = {"code_expired_replies": 1, "wrong_code_for": which, "resend_timer_s": 0}
    with store(generation=generation, switches=switches) as shop:
        shop.sign_in()
        shop.begin()
        for purpose, to in (("old", OLD), ("new", NEW)):
            ask(shop, purpose)
            page = shop.submit(purpose, shop.code(to))
            assert (ERROR["code_expired"] in page) == (purpose == refused)
            if purpose == refused:
                assert ERROR["code_expired"] in shop.submit(purpose, shop.code(to))
                ask(shop, purpose)
                shop.submit(purpose, shop.code(to, 2))
            if purpose == "old":
                name_new(shop)

        truth = shop.truth()
        assert truth["accounts"][OLD]["email"] == NEW
        assert [each["purpose"] for each in truth["codes_requested"]].count(refused) == 2
        assert shop.control("switches")["code_expired_replies"] == 0


def test_letter_in_junk_files_the_code_in_junk_and_nothing_else() -> None:
    with store(switches={"letter_in_junk": True}) as shop:
        shop.sign_in()
        shop.begin()
        ask(shop, "old")
        shop.sent("code", OLD, 2)

        assert [letter["X-Spam-Flag"] for letter in letters(shop.imap, OLD, "Junk")] == ["YES"]
        assert len(letters(shop.imap, OLD)) == 5  # four from the start, the order letter beside the code


@both
def test_page_delay_holds_back_pages_and_nothing_else(generation: str) -> None:
    with store(generation=generation, switches={"page_delay_s": 4}) as shop, ThreadPoolExecutor() as pool:
        begun = time.monotonic()
        page = pool.submit(shop.get, "/")

        shop.get("/static/shop.css")
        shop.truth()

        assert not page.done()
        page.result()
        assert time.monotonic() - begun >= 4


ACCOUNT_PAGES = {
    "legacy": ["/user/account.htm", "/user/profile.htm"],
    "center": ["/api/view/personal", "/api/view/profile"],
}


@both
def test_settings_and_profile_show_the_old_address_for_a_while_after_the_change(generation: str) -> None:
    with store(generation=generation, switches={"old_shown_for_s": 600}) as shop:
        shop.sign_in()
        change(shop)
        settings, profile = (shop.get(page) for page in ACCOUNT_PAGES[generation])

        assert "a***i@example.org" in settings
        assert OLD in profile
        assert NEW not in profile
        assert shop.truth()["accounts"][OLD]["email"] == NEW
        shop.switch(old_shown_for_s=0.0)
        assert [NEW in profile for profile in map(shop.get, ACCOUNT_PAGES[generation])] == [False, True]


STAGES = {
    "account": "/user/account.htm",
    "ways": "/iv/mini/identity_verify.htm",
    "prove_old": "/iv/mini/email_verify.htm",
    "name_new": "/iv/mini/new_email.htm",
    "prove_new": PROVE_NEW,
}


@pytest.mark.parametrize("stage", list(STAGES))
def test_the_session_ends_once_at_the_stage_and_the_way_back_leads_home(stage: str) -> None:
    with store(switches={"session_gone_at": stage}) as shop:
        shop.sign_in()

        page = shop.get(STAGES[stage])

        if stage == "account":
            assert 'src="/login/mini.htm?return=/p/account/index.html"' in page
        else:  # a page in an iframe: it sends the whole page away
            assert "window.top.location" in page
            assert '"/login.htm?return=%2Fp%2Faccount%2Findex.html"' in page
        assert 'id="alibaba-login-box"' in shop.get("/user/profile.htm")
        shop.sign_in()
        assert 'class="profile-email"' in shop.get("/user/profile.htm")
        assert 'id="alibaba-login-box"' not in shop.get(STAGES[stage])


def reach(shop: Store, stage: str) -> None:
    """Go as far as a stage of the newer verification."""
    shop.begin()
    shop.verify("way", way="email")
    if stage in ("name_new", "prove_new"):
        prove_old(shop)
        name_new(shop)


@pytest.mark.parametrize("stage", ["ways", "prove_old", "name_new", "prove_new"])
def test_the_newer_verification_ends_once_at_the_stage_too(stage: str) -> None:
    with store(generation="center", switches={"session_gone_at": stage}) as shop:
        shop.sign_in()
        assert answered(lambda: reach(shop, stage))[0] == 401
        assert answered(lambda: shop.get("/api/view/profile"))[0] == 401

        shop.sign_in()
        shop.begin()
        assert OLD in shop.get("/api/view/profile")
