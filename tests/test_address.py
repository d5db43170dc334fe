from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.address import addresses_in, checked_address, fits, mask, same_mailbox_name, which

WORD = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=12)
ADDRESS = st.builds("{}@{}.{}".format, WORD, WORD, st.sampled_from(["org", "com", "example", "co.uk"]))


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("ali@example.org", "a***i@example.org"),
        ("a@example.org", "a***@example.org"),
        ("ab@example.org", "a***b@example.org"),
        ("Anna.Li+x@Example.org", "A***x@Example.org"),
        ("no address", "***"),
    ],
)
def test_a_mask_keeps_the_first_and_the_last_letter(address: str, masked: str) -> None:
    assert mask(address) == masked


@given(ADDRESS)
def test_every_address_fits_its_own_mask_and_itself(address: str) -> None:
    assert fits(mask(address), address)
    assert fits(address.upper(), address)


@given(ADDRESS, ADDRESS)
def test_two_addresses_shown_in_full_are_never_taken_for_one_another(one: str, other: str) -> None:
    expected = "both" if same_mailbox_name(one, other) else "old"
    assert which(one, one, other) == expected


@pytest.mark.parametrize(
    "shown",
    [
        "v***a@example.com",
        "V•••A@EXAMPLE.COM",
        "v…a@example.com",
        "va...@exam...",
        "vxxxxa@example.com",
        "v***a@e***.com",
        "v***a",
        "valentina",
        "v***.com",
        "***@***",
        "***",
        "",
        "\uff36\uff0a\uff0a\uff0aa@example.com",
    ],
)
def test_a_mask_fits_the_address_behind_it(shown: str) -> None:
    assert fits(shown, "valentina@example.com")


@pytest.mark.parametrize(
    "shown",
    ["v***b@example.com", "v***a@example.org", "138****1234", "xv***a@example.com", "valentin@example.com"],
)
def test_a_mask_with_other_letters_does_not_fit(shown: str) -> None:
    assert not fits(shown, "valentina@example.com")


def test_a_domain_fits_in_unicode_and_in_punycode() -> None:
    assert fits("x***a@bücher.example", "xa@xn--bcher-kva.example")
    assert fits("x***a@xn--bcher-kva.example", "xa@bücher.example")


@pytest.mark.parametrize(
    ("shown", "answer"),
    [
        ("a***i@example.org", "both"),
        ("al***i@example.org", "old"),
        ("ab***@example.org", "new"),
        ("n***w@example.org", "neither"),
        ("ali@example.org", "old"),
        ("***@***", "both"),
    ],
)
def test_a_mask_says_which_address_only_where_it_fits_one(shown: str, answer: str) -> None:
    assert which(shown, "ali@example.org", "abi@example.org") == answer


def test_a_full_address_made_of_x_is_not_read_as_a_mask() -> None:
    assert which("xxx@example.org", "xxx@example.org", "abc@example.org") == "old"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A code was sent to a***i@example.org.", ("a***i@example.org",)),
        ("发送到a***i@example.org的邮箱", ("a***i@example.org",)),
        ("<me@x.example>, 'o@p.example' (a@b.example)", ("me@x.example", "o@p.example", "a@b.example")),
        ("al…@exam… and ***@***", ("al…@exam…", "***@***")),
        ("again a@b.example, a@b.example", ("a@b.example",)),
        ("write to @shop or 2 @ 3 or x@", ()),
    ],
)
def test_addresses_are_found_in_running_text(text: str, found: tuple[str, ...]) -> None:
    assert addresses_in(text) == found


@given(st.text(max_size=200))
def test_no_text_upsets_the_search_for_addresses(text: str) -> None:
    for found in addresses_in(text):
        assert "@" in found
        fits(found, "ali@example.org")


def test_a_mask_of_ten_thousand_stars_is_matched_at_once() -> None:
    assert not fits("a" + "*a" * 10_000 + "@example.org", "a" * 5_000 + "@example.org")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" Ali@Example.ORG ", "Ali@example.org"),
        ("a@x.test", "a@x.test"),
        ("a@localhost", "a@localhost"),
        ("a@mail.local", "a@mail.local"),
        ("ü@bücher.example", "ü@bücher.example"),
    ],
)
def test_an_address_is_normalised_and_test_domains_are_welcome(text: str, address: str) -> None:
    assert checked_address(text) == address


@pytest.mark.parametrize("text", ["", "ali", "ali@", "@x.org", "a b@x.org", "a@x..org", "a***i@x.org", "a\r\nb@x.org"])
def test_what_is_no_address_is_named_with_what_is_wrong(text: str) -> None:
    with pytest.raises(ValueError, match=r"^“.* is (not an e-mail|a masked) address: ") as wrong:
        checked_address(text)
    assert text.strip()[:1] in str(wrong.value)
