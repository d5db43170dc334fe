"""Who really wrote a letter: the mail server's word, else the letter's signature, else nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_letters import SERVER, raw_letter
from sample_signed import CODE, records, signed

from automation.authentication import results_in, server_of
from automation.message import Unusable, read_letter
from automation.trust import Proved, Trust, Unproved, judged

OURS = Trust(frozenset({SERVER}))


def told(*results: str, trust: Trust = OURS, sender: str = "Shop <account@shop.example>") -> Proved | Unproved:
    """What a letter with these Authentication-Results, the topmost first, is worth."""
    fields = [f"Authentication-Results: {each}" for each in results]
    return judged(read_letter(raw_letter(CODE, None, *fields, sender=sender)), trust)


@pytest.mark.parametrize(
    ("results", "proof"),
    [
        (f"{SERVER}; dmarc=pass header.from=shop.example", "dmarc=pass for shop.example"),
        (f"{SERVER.upper()} 1; spf=none; DMARC=Pass (p=REJECT sp=NONE) header.from=SHOP.example", "dmarc=pass"),
        (f"{SERVER};\r\n\tdkim=pass header.i=@shop.example header.s=s1 header.b=Ab/+=;\r\n\tspf=fail", "dkim=pass"),
        (f"{SERVER}; dkim=pass header.d=shop.example; dmarc=none", "dkim=pass for shop.example"),
        (f"{SERVER}; dkim=fail header.d=x.example; dkim=pass header.d=shop.example", "dkim=pass for shop.example"),
        (f'{SERVER}; dkim=pass reason="2048-bit; key (good)" header.d=shop.example', "dkim=pass for shop.example"),
        (f"{SERVER}; dkim=pass (a (nested; spf=x) comment) header.d=shop.example", "dkim=pass for shop.example"),
    ],
)
def test_the_own_mail_servers_word_is_enough(results: str, proof: str) -> None:
    verdict = told(results)

    assert isinstance(verdict, Proved)
    assert verdict.by.startswith(f"{SERVER} says {proof}")


def test_a_signature_of_the_domain_above_speaks_for_the_sender() -> None:
    sender = "Shop <account@mail.shop.example>"

    assert isinstance(told(f"{SERVER}; dkim=pass header.d=shop.example", sender=sender), Proved)


@pytest.mark.parametrize(
    "results",
    [
        f"{SERVER}; none",
        f"{SERVER}; spf=pass smtp.mailfrom=account@shop.example",
        f"{SERVER}; dkim=pass header.d=evil.example",
        f"{SERVER}; dkim=pass header.d=evil.example header.i=@shop.example",
        f"{SERVER}; dkim=pass header.d=sub.shop.example",
        f"{SERVER}; dkim=pass header.d=example",
        f"{SERVER}; dkim=pass header.d=otshop.example",
        f"{SERVER}; dkim=pass",
        f"{SERVER}; dkim=fail header.d=shop.example",
        f"{SERVER}; dmarc=pass header.from=evil.example",
        f"{SERVER}; dmarc=pass",
        f"{SERVER}; dmarc=none header.from=shop.example",
        f"{SERVER}; x-dmarc=pass header.from=shop.example",
        f"{SERVER}; spf=none (dmarc=pass header.from=shop.example)",
        f"{SERVER}; spf=none (; dmarc=pass header.from=shop.example;)",
        f'{SERVER}; spf=none reason="; dmarc=pass header.from=shop.example"',
        f"{SERVER}; spf=none (open; dmarc=pass header.from=shop.example",
        f'{SERVER}; spf=none reason="open; dmarc=pass header.from=shop.example',
        f"{SERVER}.evil.example; dmarc=pass header.from=shop.example",
        f"evil.example; {SERVER}; dmarc=pass header.from=shop.example",
        "dmarc=pass header.from=shop.example",
        "; dmarc=pass header.from=shop.example",
        "",
        f"{SERVER}; " + "x=y; " * 3_000 + "dmarc=pass header.from=shop.example",
    ],
)
def test_anything_else_on_top_proves_nothing(results: str) -> None:
    verdict = told(results)

    assert isinstance(verdict, Unproved)
    assert not verdict.refuted


def test_only_the_topmost_results_count_for_those_below_may_be_forged() -> None:
    forged = f"{SERVER}; dmarc=pass header.from=shop.example"

    assert isinstance(told("other.example; spf=pass", forged), Unproved)
    assert isinstance(told(f"{SERVER}; dmarc=none", forged), Unproved)


@pytest.mark.parametrize("verdict", ["fail", "reject", "quarantine"])
def test_what_the_mail_server_calls_forged_is_refused_even_where_senders_are_taken_at_their_word(verdict: str) -> None:
    judgement = told(f"{SERVER}; dkim=pass header.d=shop.example; dmarc={verdict} header.from=shop.example")

    assert isinstance(judgement, Unproved)
    assert judgement.refuted


def test_results_without_a_name_count_only_where_the_own_server_writes_none() -> None:
    results = "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=x.example; dkim=pass (signature was verified)\r\n"
    results += " header.d=shop.example;dmarc=pass action=none header.from=shop.example;compauth=pass reason=100"

    assert isinstance(told(results, trust=Trust(nameless=True)), Proved)
    assert isinstance(told(results), Unproved)
    assert isinstance(told(f"mx.evil.example; {results}", trust=Trust(nameless=True)), Unproved)


@given(st.text(alphabet='abc=;()"\\ .\n\tdmarcps@', max_size=200))
def test_whatever_stands_there_is_read_or_not_and_breaks_nothing(field: str) -> None:
    read = results_in(field)

    assert read is None or all(each.method == each.method.lower() for each in read.found)


# -- the signature ------------------------------------------------------------------------------


def checked(raw: bytes, table: dict[str, bytes] | None = None) -> Proved | Unproved:
    """What a letter's signature is worth, with these records in DNS."""
    return judged(read_letter(raw), Trust(records=(records() if table is None else table).get))


@pytest.mark.parametrize("canonical", [(b"relaxed", b"relaxed"), (b"simple", b"simple")])
def test_a_good_signature_of_the_senders_domain_is_enough(canonical: tuple[bytes, bytes]) -> None:
    assert checked(signed(canonical=canonical)) == Proved("signed by shop.example")


def test_a_good_signature_of_the_domain_above_is_enough() -> None:
    raw = signed(raw_letter(CODE, sender="Shop <account@mail.shop.example>"))

    assert checked(raw) == Proved("signed by shop.example")


def test_one_good_signature_among_bad_ones_is_enough() -> None:
    table = {**records(), **records("s1._domainkey.evil.example")}

    assert isinstance(checked(signed(signed(), domain="evil.example"), table), Proved)
    assert isinstance(checked(signed(signed(), domain="shop.example", length=True)), Proved)


def why_not(raw: bytes, table: dict[str, bytes] | None = None) -> str:
    verdict = checked(raw, table)
    assert isinstance(verdict, Unproved)
    return verdict.why


def test_a_letter_that_was_changed_on_its_way_is_not_signed_any_more() -> None:
    raw = signed()

    assert "broken" in why_not(raw.replace(b"123456", b"654321"))
    assert "broken" in why_not(raw.replace(b"Subject: Your", b"Subject: The"))
    assert "broken" in why_not(raw.replace(b"Shop <", b"Shops <"))
    assert "broken" in why_not(raw + b"<p>and more</p>\r\n")


def test_another_domains_signature_says_nothing_about_the_sender() -> None:
    table = records("s1._domainkey.evil.example")

    assert "another domain's" in why_not(signed(domain="evil.example"), table)
    assert "another domain's" in why_not(signed(domain="sub.shop.example"), records("s1._domainkey.sub.shop.example"))


def test_a_signature_that_covers_only_a_part_is_none() -> None:
    raw = signed(length=True)

    assert "only a part" in why_not(raw)
    assert "only a part" in why_not(raw + b"<p>Your code: 654321</p>\r\n")
    assert "leaves out" in why_not(signed(fields=[b"from", b"date"]))


def test_a_second_subject_or_sender_makes_a_signed_letter_unusable() -> None:
    for more in (b"Subject: Other\r\n", b"From: Shop <account@shop.example>\r\n"):
        with pytest.raises(Unusable):
            read_letter(more + signed())


def test_a_line_that_only_some_programs_end_at_makes_a_signed_letter_unusable() -> None:
    with pytest.raises(Unusable):
        read_letter(b"X: y\r\rYour code: 654321\r\n" + signed())


def test_a_domain_that_only_tries_signing_out_has_not_signed() -> None:
    assert "broken, or its key is gone" in why_not(signed(), records(flags="t=y; "))
    assert "broken, or its key is gone" in why_not(signed(), records(flags="t=s:y; "))


def test_without_its_key_a_signature_proves_nothing() -> None:
    assert "key is gone" in why_not(signed(), {})
    assert "key is gone" in why_not(signed(), {"s1._domainkey.shop.example": b"v=DKIM1; p="})
    assert why_not(raw_letter(CODE)) == "it has no signature"


def test_where_dns_does_not_answer_nothing_is_known() -> None:
    def nobody(name: str) -> bytes | None:
        raise TimeoutError(name)

    verdict = judged(read_letter(signed()), Trust(records=nobody))

    assert verdict == Unproved("its signature's key could not be asked for")


def test_only_the_key_of_a_signature_that_could_speak_for_the_sender_is_asked_for() -> None:
    asked: list[str] = []

    def table(name: str) -> bytes | None:
        asked.append(name)
        return records().get(name)

    judged(read_letter(signed(signed(), domain="evil.example")), Trust(records=table))

    assert asked == ["s1._domainkey.shop.example"]


def test_where_the_own_server_has_judged_no_signature_is_looked_at() -> None:
    raw = f"Authentication-Results: {SERVER}; spf=pass\r\n".encode() + signed()

    verdict = judged(read_letter(raw), Trust(frozenset({SERVER}), records=records().get))

    assert verdict == Unproved(f"{SERVER} doesn't vouch for its sender")


@pytest.mark.parametrize(
    "more",
    [
        b"DKIM-Signature: \r\n",
        b"DKIM-Signature: a=b; a=b; d=shop.example\r\n",
        b"DKIM-Signature: v=1; a=rsa-sha256; d=shop.example; s=s1; h=from:subject; bh=x; b=\r\n",
        b"DKIM-Signature: v=1; a=rsa-sha256; d=shop.example; s=s1; h=from:subject; bh=x; b=" + b" " * 5_000 + b"!\r\n",
        b"DKIM-Signature: " + b"x" * 50_000 + b"\r\n",
        b"DKIM-Signature: v=1; a=rsa-sha1; d=shop.example; s=s1; h=from:subject; bh=eA==; b=eA==\r\n",
        b"X:" + b" " * 20_000 + b"\r\n",
    ],
)
def test_a_signature_made_to_break_the_check_proves_nothing(more: bytes) -> None:
    assert isinstance(checked(more + raw_letter(CODE)), Unproved)


# -- the name to pin ----------------------------------------------------------------------------


def test_the_own_servers_name_is_proposed_where_nearly_all_of_the_newest_letters_bear_it() -> None:
    ours, others = f"{SERVER}; spf=pass", "mx.other.example; spf=pass"

    assert server_of([ours] * 5) == SERVER
    assert server_of([ours] * 8 + [others, None]) == SERVER
    assert server_of([ours] * 5 + [others] * 5) is None
    assert server_of([ours] * 5 + [None] * 5) is None
    assert server_of([ours] * 2) is None
    assert server_of([]) is None
    assert server_of(["dkim=pass header.d=x.example"] * 9) is None
