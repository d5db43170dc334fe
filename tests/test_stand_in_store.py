"""The stand-in store without a browser: the older pages, the letters, the process."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from urllib.error import HTTPError

import pytest
from sample_stand_ins import (
    ERROR,
    NAME_NEW,
    NEW,
    OLD,
    PAGE,
    PROVE_NEW,
    PROVE_OLD,
    SHOP_PASSWORD,
    TEXTS,
    WAYS,
    addresses,
    ask,
    change,
    html_of,
    letters,
    name_new,
    prove_old,
    started,
    store,
)


def test_the_whole_path_changes_the_account_and_the_truth_tells_it() -> None:
    with store() as shop:
        shop.sign_in()

        page = change(shop)

        truth = shop.truth()
        assert 'class="ui-tipbox-success"' in page
        assert truth["accounts"] == {OLD: {"email": NEW, "previous": [OLD], "profile_email_full": NEW}}
        assert [(each["to"], each["purpose"]) for each in truth["codes_requested"]] == [(OLD, "old"), (NEW, "new")]
        assert [(each["to"], each["right"]) for each in truth["codes_typed"]] == [(OLD, True), (NEW, True)]
        assert [(each["old"], each["new"], each["applied"]) for each in truth["submits"]] == [(OLD, NEW, True)]
        assert [(each["account"], each["right"]) for each in truth["sign_ins"]] == [(OLD, True)]
        assert "b***i@example.net" in shop.get("/user/account.htm")
        assert NEW in shop.get("/user/profile.htm")


def test_after_the_change_the_sign_in_name_is_the_new_address() -> None:
    with store() as shop:
        shop.sign_in()
        change(shop)
        shop.control("forget-sessions", "POST")

        assert ERROR["wrong_password"] in shop.sign_in(OLD)
        assert ERROR["wrong_password"] not in shop.sign_in(NEW)


def test_after_the_change_both_mailboxes_get_a_notice_that_names_the_new_address() -> None:
    with store() as shop:
        shop.sign_in()
        change(shop)
        shop.sent("notice", OLD)
        shop.sent("notice", NEW)

        for address in (OLD, NEW):
            notice = letters(shop.imap, address)[-1]
            assert notice["Subject"] == TEXTS["en"]["letter"]["notice_subject"]
            assert notice["From"] == "AliExpress <account@notice.aliexpress.com>"
            assert NEW in html_of(notice)


def test_a_second_submit_of_the_same_code_is_counted_and_changes_nothing() -> None:
    with store() as shop:
        shop.sign_in()
        change(shop)

        assert ERROR["code_expired"] in shop.post(PROVE_NEW, checkcode=shop.code(NEW))
        assert [each["applied"] for each in shop.truth()["submits"]] == [True, False]


def test_the_brands_other_letters_lie_in_the_mailboxes_from_the_start() -> None:
    with store(decoys_to=[NEW]) as shop:
        for address in (OLD, NEW):
            found = letters(shop.imap, address)
            kinds = [letter["From"].addresses[0].addr_spec for letter in found]
            assert kinds == [
                "transaction@notice.aliexpress.com",
                "promotion@aliexpress.com",
                "account@notice.aliexpress.com",
                "transaction@notice.aliexpress.com",
            ]
            assert re.search(r"\b\d{16}\b", found[0]["Subject"])
            dated = [parsedate_to_datetime(letter["Date"]) for letter in found]
            assert 23 < (dated[0] - dated[2]).total_seconds() / 3600 < 25
            assert len({letter["Message-ID"] for letter in found}) == 4


def test_an_order_letter_arrives_just_before_the_code() -> None:
    with store() as shop:
        shop.sign_in()
        ask(shop, "old")
        shop.code(OLD)

        assert [each["kind"] for each in shop.truth()["letters"]][4:] == ["order", "code"]


def test_the_code_stands_alone_in_its_element_and_in_the_plain_text() -> None:
    with store() as shop:
        shop.sign_in()
        ask(shop, "old")
        code = shop.code(OLD)

        letter = letters(shop.imap, OLD)[-1]
        plain = letter.get_body(("plain",))
        assert plain is not None
        assert code in plain.get_content().splitlines()
        assert f'<div style="font-size:20px;font-weight:700;color:#FF4747;">{code}</div>' in html_of(letter)
        assert "valid for 10 minutes" in html_of(letter)
        assert letter["To"] == OLD


@pytest.mark.parametrize(
    ("address", "error"),
    [("taken@example.org", "address_in_use"), (OLD, "address_in_use"), ("no address", "address_invalid")],
)
def test_an_address_that_cannot_be_had_is_refused(address: str, error: str) -> None:
    with store(registered=["Taken@example.org"]) as shop:
        shop.sign_in()
        prove_old(shop)

        assert ERROR[error] in name_new(shop, address)


def test_two_different_addresses_are_refused() -> None:
    with store() as shop:
        shop.sign_in()
        prove_old(shop)

        page = shop.post(NAME_NEW, newEmail=NEW, newEmailAgain=OLD)
        assert ERROR["addresses_differ"] in page


def test_nothing_is_reached_without_the_code_before_it() -> None:
    with store() as shop:
        shop.sign_in()
        shop.get(WAYS)

        assert PAGE["choose_way"] in name_new(shop)
        assert PAGE["choose_way"] in shop.post(PROVE_NEW, checkcode="123456")
        assert ask(shop, "new") == ERROR["start_over"]
        assert shop.truth()["submits"] == []


def test_signed_out_the_account_leads_to_the_sign_in_and_back() -> None:
    with store() as shop:
        assert 'id="alibaba-login-box"' in shop.get("/user/account.htm")
        assert "window.top.location" in shop.get(WAYS)
        assert '"/user/account.htm"' in shop.post(
            "/login/mini.htm?return=%2Fuser%2Faccount.htm", fm_login_id=OLD, fm_login_password=SHOP_PASSWORD
        )
        assert '"/p/account/index.html"' in shop.post(
            "/login/mini.htm?return=//evil.example", fm_login_id=OLD, fm_login_password=SHOP_PASSWORD
        )


def test_two_accounts_change_at_the_same_time_without_touching_each_other() -> None:
    second = {"email": NEW, "password": "other", "name": "Ben"}
    with store(accounts=[{"email": OLD, "password": SHOP_PASSWORD, "name": "Anna"}, second]) as shop:
        shop.sign_in()
        shop.get(WAYS)
        ask(shop, "old")
        code = shop.code(OLD)
        shop.sign_in(NEW, "other")
        shop.get(WAYS)

        assert ERROR["code_expired"] in shop.post(PROVE_OLD, checkcode=code)
        shop.sign_in()
        assert PAGE["enter_new"] in shop.post(PROVE_OLD, checkcode=code)


@pytest.mark.parametrize("generation", ["legacy", "center"])
def test_it_ends_when_its_stdin_does(generation: str) -> None:
    with started("store", {"generation": generation}) as process:
        addresses(process)
        assert process.stdin is not None
        process.stdin.close()

        assert process.wait(2) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


@pytest.mark.parametrize(
    ("configuration", "message"),
    [
        ({"language": "xx"}, "no texts in 'xx'"),
        ({"generation": "next"}, "generation must be one of legacy, center"),
        ({"switches": {"frames": True}}, "unknown switch: frames"),
        ({"acounts": []}, "unknown setting: acounts"),
        ({"smtp": "127.0.0.1:1", "decoys_to": [OLD]}, "the store can't start"),
    ],
)
def test_a_wrong_configuration_is_refused_with_a_message(configuration: dict[str, object], message: str) -> None:
    with started("store", configuration) as process:
        assert process.wait(10) == 1
        assert process.stderr is not None
        assert message in process.stderr.read()


def test_an_address_that_does_not_exist_has_a_page_of_the_shop() -> None:
    with store() as shop:
        with pytest.raises(HTTPError) as missing:
            shop.get("/nowhere")
        with missing.value as answer:
            assert answer.code == 404
            assert PAGE["not_found"] in answer.read().decode()
