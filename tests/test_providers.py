"""The table of providers: an address is enough, and a refused login names its provider's remedy."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sample_servers import Scripted
from sample_settings import changed, only_problem, settings

from automation.errors import MailboxStop
from automation.mailbox import ImapMailbox, MailboxSettings
from automation.providers import Provider, provider_at, provider_of, providers

if TYPE_CHECKING:
    from pathlib import Path

GOOGLES = "abcd efgh ijkl mnop"
NOTHING = {"OLD_IMAP_URL": "", "NEW_IMAP_URL": ""}


def known(address: str) -> Provider:
    found = provider_of(address)
    assert found is not None, address
    return found


@pytest.mark.parametrize("provider", providers(), ids=lambda provider: provider.name)
def test_each_row_is_dated_and_says_how_to_log_in(provider: Provider) -> None:
    assert provider.as_of.year >= 2026
    assert provider.logins
    assert provider.users("anna@example.org")
    assert provider.remedy.endswith(".")
    assert len(re.findall(r"[.!?](?: |$)", provider.remedy)) == 1
    assert provider.how
    for domain in provider.domains:
        assert provider_of("anna@" + domain.replace("*", "com")) is not None


def test_no_domain_stands_in_two_rows() -> None:
    domains = [domain for provider in providers() for domain in provider.domains]
    assert len(domains) == len(set(domains))


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("anna@gmail.com", "imap.gmail.com"),
        ("anna@GoogleMail.com", "imap.gmail.com"),
        ("anna@yahoo.it", "imap.mail.yahoo.com"),
        ("anna@yahoo.co.uk", "imap.mail.yahoo.com"),
        ("anna@hotmail.fr", "outlook.office365.com"),
        ("anna@gmx.ch", "imap.gmx.net"),
        ("anna@gmx.co.uk", "imap.gmx.com"),
        ("anna@zoho.eu", "imap.zoho.eu"),
        ("anna@zoho.in", "imap.zoho.com"),
        ("anna@yandex.com.tr", "imap.yandex.com"),
    ],
)
def test_an_address_tells_where_it_is_read(address: str, host: str) -> None:
    assert known(address).host == host


@pytest.mark.parametrize(
    "address", ["anna@example.org", "anna@yahoo.evil.example", "anna@my.gmail.com", "anna@yahoo.co.jp", ""]
)
def test_other_domains_are_nobodys(address: str) -> None:
    assert provider_of(address) is None


def test_an_address_alone_is_enough_for_the_settings() -> None:
    got = settings(changed(**NOTHING, OLD_EMAIL="anna@alice.it", NEW_EMAIL="bo@gmail.com"))
    old, new = got.old.imap, got.new.imap
    assert old is not None
    assert new is not None
    assert (old.host, old.port, old.tls, old.user) == ("in.alice.it", 143, "starttls", "anna@alice.it")
    assert (new.host, new.port, new.tls, new.user) == ("imap.gmail.com", 993, "implicit", "bo@gmail.com")


def test_a_password_is_not_sent_to_another_provider_than_it_was_set_for() -> None:
    environ = changed(NEW_IMAP_URL="", NEW_EMAIL="bo@gmail.com")
    told = only_problem(environ, to="bo@yahoo.it")
    assert told.startswith("--to: is read elsewhere than READDRESS_NEW_EMAIL, which the password was set for; ")
    for to in ("bo@gmail.com", "kate@googlemail.com"):
        assert settings(environ, to=to).new.address == to
    named_too = settings(environ | {"READDRESS_NEW_IMAP_URL": "imaps://imap.mail.yahoo.com"}, to="bo@yahoo.it").new.imap
    assert named_too is not None
    assert settings(changed(NEW_IMAP_URL="", NEW_EMAIL=""), to="bo@yahoo.it").new.imap is not None


def test_a_provider_that_takes_no_password_asks_for_none() -> None:
    told = only_problem(changed(OLD_EMAIL="anna@outlook.com", OLD_IMAP_URL="", OLD_IMAP_PASSWORD=""))
    assert told == f"READDRESS_OLD_OAUTH_CLIENT: missing; {known('anna@outlook.com').remedy}"


def test_each_mailbox_may_have_an_authority_of_its_own(tmp_path: Path) -> None:
    for name in ("bridge.pem", "all.pem"):
        (tmp_path / name).touch()
    environ = changed(OLD_IMAP_CA=str(tmp_path / "bridge.pem"))
    old, new = settings(environ).old.imap, settings(environ).new.imap
    assert old is not None
    assert new is not None
    assert (old.ca_file, new.ca_file) == (str(tmp_path / "bridge.pem"), None)
    overridden = settings(environ, imap_ca=tmp_path / "all.pem").old.imap
    assert overridden is not None
    assert overridden.ca_file == str(tmp_path / "all.pem")
    assert only_problem(changed(), imap_ca=tmp_path / "none.pem") == "--imap-ca: there is no such file"


def test_what_the_url_says_counts_more() -> None:
    got = settings(changed(OLD_EMAIL="anna@gmail.com", OLD_IMAP_URL="imaps://me@mail.example:1993")).old.imap
    assert got is not None
    assert (got.host, got.port, got.user, got.provider) == ("mail.example", 1993, "me", None)


def test_a_domain_of_ones_own_at_a_known_provider_is_known_by_the_server() -> None:
    got = settings(changed(OLD_IMAP_URL="imaps://imap.gmail.com", OLD_IMAP_PASSWORD=GOOGLES)).old.imap
    assert got is not None
    assert got.provider is known("x@gmail.com")
    assert got.password == "abcdefghijklmnop"


def test_a_domain_that_is_not_known_says_what_to_set() -> None:
    told = only_problem(changed(OLD_IMAP_URL=""))
    assert told.startswith("READDRESS_OLD_IMAP_URL: missing; the mail server of old.example is not known here; set ")
    assert "READDRESS_OLD_IMAP_URL=imaps://user%40domain@host:993" in told
    assert "READDRESS_OLD_IMAP_URL=ask" in told


def test_the_spaces_of_an_app_password_are_taken_out_and_those_of_another_stay() -> None:
    gmail = known("anna@gmail.com")
    assert gmail.password(GOOGLES) == "abcdefghijklmnop"
    assert gmail.password("a pass phrase of my own") == "a pass phrase of my own"
    assert known("anna@libero.it").password(GOOGLES) == GOOGLES


def test_a_mailbox_of_a_provider_is_never_trusted_unproved_though_it_is_read_on_this_machine() -> None:
    near = changed(STORE_URL="http://127.0.0.1:1", OLD_IMAP_URL="imap://127.0.0.1:1143")
    bridge = settings(near)
    assert not bridge.trusts_senders_to(bridge.old)
    for address in ("anna@gmail.com", "anna@pm.me", "anna@qq.com"):
        relayed = settings(near | {"READDRESS_OLD_IMAP_URL": "imap://127.0.0.1:2", "READDRESS_OLD_EMAIL": address})
        assert not relayed.trusts_senders_to(relayed.old)
    own = settings(near | {"READDRESS_OLD_IMAP_URL": "imap://127.0.0.1:2"})
    assert own.trusts_senders_to(own.old)


# -- logging in, on a server that plays the provider's ------------------------------------------------


def at(server: Scripted, address: str) -> MailboxSettings:
    provider = known(address)
    first, *rest = provider.users(address)
    return replace(
        MailboxSettings(address, "127.0.0.1", server.port, first, "wrong", "plain"),
        timeout_s=3,
        other_user=rest[0] if rest else None,
        provider=provider,
    )


REFUSED = b"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)\r\n"


def refusal(server: Scripted, address: str) -> str:
    with pytest.raises(MailboxStop) as stopped:
        ImapMailbox(at(server, address)).baseline()
    assert (stopped.value.outcome, stopped.value.exit_code) == ("mailbox", 6)
    assert stopped.value.reason.kind == "login_refused"
    return stopped.value.reason.text


@pytest.mark.parametrize("address", ["anna@gmail.com", "anna@yahoo.it", "anna@web.de", "anna@qq.com"])
def test_a_refused_login_names_the_providers_remedy(address: str) -> None:
    with Scripted(LOGIN=REFUSED) as server:
        assert refusal(server, address).endswith(f"One try was made. {known(address).remedy}")
        assert server.count("LOGIN") == 1


def test_icloud_is_tried_with_the_local_part_and_then_with_the_address() -> None:
    with Scripted(LOGIN=[REFUSED]) as server:
        box = ImapMailbox(at(server, "anna@me.com"))
        assert box.baseline().letters == 2
        box.close()
    assert [line for line in server.lines if line.startswith("LOGIN")] == [
        'LOGIN "anna" "wrong"',
        'LOGIN "anna@me.com" "wrong"',
    ]


def test_when_neither_name_is_let_in_each_was_tried_once() -> None:
    with Scripted(LOGIN=REFUSED) as server:
        assert "refused the login of anna and of a***a@me.com" in refusal(server, "anna@me.com")
        assert server.count("LOGIN") == 2


def test_a_provider_that_wants_an_id_first_gets_it_unannounced() -> None:
    with Scripted() as server:
        box = ImapMailbox(at(server, "anna@163.com"))
        box.baseline()
        box.close()
    verbs = [line.split()[0] for line in server.lines]
    assert verbs.index("LOGIN") < verbs.index("ID") < verbs.index("EXAMINE")


def test_a_servers_place_tells_whose_it_is() -> None:
    assert provider_at("IMAP.gmail.com", 993) is known("anna@gmail.com")
    assert provider_at("imap.gmail.com", 143) is None
