"""Many accounts on one running stand-in: each with its own mailboxes, codes, sessions and truth."""

from __future__ import annotations

from typing import Any

import pytest
from sample_stand_ins import OLD, SHOP_PASSWORD, Store, ask, letters, store

from automation.stand_in import stand_in

BEN, BEN_NEW = "ben@example.org", "ben@example.net"


def test_an_account_is_added_while_the_store_runs_with_the_letters_of_the_others() -> None:
    with store() as shop:
        added = shop.control("accounts", "POST", {"email": BEN, "password": "his own", "decoys_to": [OLD]})

        assert added == {"account": BEN}
        assert shop.truth()["accounts"][BEN] == {"email": BEN, "previous": [], "profile_email_full": BEN}
        assert len(letters(shop.imap, OLD)) == 8
        assert 'id="alibaba-login-box"' in shop.get("/user/account.htm")
        shop.sign_in(BEN, "his own")
        assert "b***n@example.org" in shop.get("/user/account.htm")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"email": OLD, "password": "x"}, "has an account already"),
        ({"email": BEN}, "password"),
        ({"email": BEN, "password": "x", "age": 7}, "age"),
        (["x"], "JSON object"),
    ],
)
def test_an_account_that_cannot_be_is_refused_with_a_message(given: Any, why: str) -> None:
    with store() as shop:
        status, said = shop.control("accounts", "POST", given)

        assert (status, why in said) == (400, True), said
        assert shop.control("accounts", "POST", {"email": BEN, "password": "x"}, token="wrong")[0] == 401
        assert list(shop.truth()["accounts"]) == [OLD]


def test_another_account_of_a_running_stand_in_knows_nothing_of_the_first() -> None:
    with stand_in(generation="legacy") as anna:
        ben = anna.another(BEN, BEN_NEW, password=SHOP_PASSWORD)
        shop = Store(ben.addresses(), ben.mail.imap)
        shop.sign_in(BEN, SHOP_PASSWORD)

        assert ask(shop, "old") == ""
        assert [code["to"] for code in ben.truth()["codes_requested"]] == [BEN]
        shop.sent("code", BEN, 2)
        assert {letter["to"] for letter in ben.truth()["letters"]} == {BEN, BEN_NEW}
        assert len(letters(ben.mail.imap, BEN_NEW, password=ben.mail.passwords[BEN_NEW])) == 4
        assert ben.truth()["accounts"].keys() == {BEN}
        assert anna.truth()["accounts"].keys() == {anna.user}
        assert anna.truth()["codes_requested"] == anna.truth()["sign_ins"] == []
        assert ben.environment()["READDRESS_NEW_IMAP_PASSWORD"] == ben.mail.passwords[BEN_NEW]
        assert ben.mail.passwords.keys() == {BEN, BEN_NEW}
        assert (ben.url, ben.token) == (anna.url, anna.token)
