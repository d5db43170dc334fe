"""A letter of the usual size and make, and letters made to cost time and memory."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from sample_letters import ANNA, SHOP, raw_letter, verdict

from automation.message import Unusable

if TYPE_CHECKING:
    from collections.abc import Callable

_RULE = "@media only screen and (max-width:600px){{.c{n}{{width:100%!important;padding:{n}px 12px!important}}}}"
_CLASS = ".t{n}{{font-family:Open Sans,Helvetica,Arial,sans-serif;font-size:{n}px;line-height:24px;color:#191919}}"
_LINK = "https://s.click.shop.example/e/{n}?aff=_a1b2c3d4e5f{n}&" + "&".join(
    f"trace{n}=0123456789abcdef" for n in range(9)
)
_CELL = (
    "<td class='c{n} t14' align='left' valign='top' style='padding:{n}px 24px 8px 24px;font-family:Open Sans,Helvetica,"
    "Arial,sans-serif;font-size:14px;line-height:22px;color:#191919;word-break:break-word'>{inner}</td>\n"
)
_SPACER = "<td style='font-size:0;line-height:0'><img src='https://ae01.shop.example/s.gif' height='{n}' alt=''></td>\n"
_ROW = f"<tr>\n{_SPACER}{{cell}}</tr>\n"
_TABLE = (
    "<table role='presentation' width='600' border='0' cellspacing='0' cellpadding='0' style='width:600px;"
    "border-collapse:collapse;background-color:#ffffff'>\n<tbody>\n{rows}</tbody>\n</table>\n"
)


def typical_letter() -> bytes:
    """About 60 KB of HTML around one code: nested tables, a style sheet, links that track, a plain part."""
    styles = "".join(_RULE.format(n=n) + _CLASS.format(n=n) for n in range(20))
    asked = "<p style='margin:0 0 12px'>Please enter this verification code to confirm that this mailbox is yours:</p>"
    code = "<div style='font-size:20px;font-weight:700;color:#FF4747;'>123456</div><p>Valid for 10 minutes.</p>"
    offers = [
        _row(n, f"<a href='{_LINK.format(n=n)}' style='color:#FF4747'>Article {n} from € {n}.99</a>") for n in range(75)
    ]
    top = _TABLE.format(rows=_row(1, f"<a href='{_LINK.format(n=0)}'>My orders</a>") + _row(2, asked + code))
    body = top + "".join(_TABLE.format(rows="".join(offers[n : n + 5])) for n in range(0, 75, 5))
    html = f"<!doctype html><html><head><style>{styles}</style></head><body style='margin:0;background:#f5f5f5'>"
    plain = "Please enter this verification code to confirm that this mailbox is yours:\n\n123456\n"
    return raw_letter(f"{html}{body}<p>© 2010-2026 Shop</p></body></html>", plain)


def _row(n: int, inner: str) -> str:
    return _ROW.format(n=n, cell=_CELL.format(n=n, inner=inner))


def _nested(depth: int) -> str:
    return "".join(f'Content-Type: multipart/mixed; boundary="{n}"\r\n\r\n--{n}\r\n' for n in range(depth))


def _sent(more: str) -> bytes:
    return f"From: Shop <{SHOP}>\r\nTo: {ANNA}\r\n{more}".encode()


def _html(source: str) -> bytes:
    return raw_letter(source + CODE)


CODE = "<p>Your verification code</p><div>123456</div>"
_MULTIPART = 'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
_RULES = "".join(f".a{n} .b{n}{{display:none}}" for n in range(4_000))
_PLAIN = "Content-Type: text/plain\r\n\r\nYour code\r\n"

HOSTILE: dict[str, Callable[[], bytes]] = {
    "10 MB": lambda: _sent("\r\n" + "x" * 10_000_000),
    "1 MB of one word": lambda: _sent("\r\n" + "x" * 1_040_000),
    "1 MB of line ends": lambda: _sent(_MULTIPART + "\n" * 1_000_000),
    "1 MB of lone CRs": lambda: _sent("\r\n" + "\r" * 1_000_000),
    "100,000 parts": lambda: _sent(_MULTIPART + "--b\r\n\r\nx\r\n" * 100_000),
    "100,000 empty parts": lambda: _sent(_MULTIPART + "--b\r\n" * 100_000),
    "10,000 parts ended by CR": lambda: _sent(_MULTIPART + "--b\r\rx\r" * 10_000),
    "1,200 nestings": lambda: _sent(_nested(1_200)),
    "20 nestings": lambda: _sent(_nested(20)),
    "1,200 letters in letters": lambda: _sent("Content-Type: message/rfc822\r\n\r\n" * 1_200),
    "a digest": lambda: _sent(_MULTIPART.replace("mixed", "digest") + "--b\r\n\r\n" * 10_000),
    "20,000 header fields": lambda: _sent("a:\r\n" * 20_000),
    "a field folded 20,000 times": lambda: _sent("Subject: x\r\n" + " x\r\n" * 20_000),
    "5,000 recipients": lambda: _sent("Cc: " + "a@b.example," * 5_000 + "\r\n\r\n"),
    "nested comments": lambda: _sent("Cc: " + "(" * 60_000 + "\r\n\r\n"),
    "a long parameter": lambda: _sent(_MULTIPART + 'Content-Type: text/plain; a="' + ";" * 900_000 + "\r\n\r\nx"),
    "4,000 encoded words": lambda: _sent("Subject: " + "=?utf-8?q?a?= " * 4_000 + f"\r\n{_PLAIN}"),
    "700 KB of base64": lambda: _sent("Content-Transfer-Encoding: base64\r\n\r\n" + ("QUFB" * 19 + "\r\n") * 9_000),
    "soft line breaks": lambda: _sent("Content-Transfer-Encoding: quoted-printable\r\n\r\n" + "=\r\n" * 29_000),
    "100,000 paragraphs": lambda: _sent("Content-Type: text/html\r\n\r\n" + "<p>x</p>" * 100_000),
    "50,000 open divs": lambda: _html("<div>" * 50_000),
    "30,000 open bs": lambda: _html("<b>" * 30_000),
    "15,000 open tables": lambda: _html("<table><tr><td>" * 15_000),
    "80,000 open ps": lambda: _html("<p>" * 80_000),
    "unclosed elements of 2,000 names": lambda: _html("".join(f"<x{n}>" for n in range(2_000)) * 8),
    "4,000 style rules": lambda: _html(f"<style>{_RULES}</style>" + "<i>x</i>" * 3_000),
    "nested media": lambda: _html("<style>" + "@media screen{" * 15_000 + "</style>x"),
    "slow selectors": lambda: _html("<style>" + "* * * * * i{color:red}" * 400 + "</style>" + "<i>x</i>" * 20_000),
    "slow pseudo-classes": lambda: _html(
        "<style>" + "i:nth-child(2n+1):not(.x) ~ i:is(b,i){color:red}" * 300 + "</style>" + "<i>x</i>" * 20_000
    ),
    "comments in styles": lambda: _html("<style>" + "/*" * 100_000 + "</style>"),
    "25,000 declarations": lambda: _html("<p style='" + "color:red;" * 20_000 + "'>x</p>"),
    "60,000 attributes": lambda: _html("<a " + "x=1 " * 60_000 + ">x</a>"),
    "240 KB of entities": lambda: _html("&#49;" * 48_000),
    "240 KB of ligatures": lambda: _html("\ufdfa" * 80_000),
    "240 KB of combining marks": lambda: _html("1" + "\u0336" * 110_000),
    "64 KB of digits and dashes": lambda: _sent(_PLAIN + "1-2" * 22_000),
    "digits and dashes in lines": lambda: _sent(_PLAIN + ("1-2 " * 400 + "\r\n") * 150),
    "250 KB of numbers": lambda: _sent(_PLAIN + "123456 654321 " * 18_000),
    "numbers in lines": lambda: _sent(_PLAIN + "code 123456\r\n" * 19_000),
    "250 KB of “code”": lambda: _sent(_PLAIN + "code " * 50_000),
    "250 KB of “change”": lambda: _sent(_PLAIN + "change " * 36_000),
    "250 KB of addresses": lambda: _sent(_PLAIN + "a@b.example " * 21_000),
    "250 KB of at signs": lambda: _sent(_PLAIN + "@" * 250_000),
    "250 KB of prices": lambda: _sent(_PLAIN + "€1.234.567 " * 19_000),
    "250 KB of Chinese": lambda: _sent(_PLAIN + "验证码订单号" * 14_000),
    "250 KB of Thai": lambda: _sent(_PLAIN + "รหัสยืนยัน" * 8_000),
    "broken lines": lambda: _sent(_PLAIN + ("x" * 69 + " y\r\n") * 3_500),
    "2,000 boxes": lambda: _html("<div>1</div>" * 20_000),
    "one row of 20,000 cells": lambda: _html("<table><tr>" + "<td>1</td>" * 20_000),
    "spaces in a subject": lambda: _sent("Subject: x" + " " * 60_000 + f"y\r\n{_PLAIN}"),
    "numbers in a date": lambda: _sent("Date: " + "1 " * 30_000 + f"\r\n{_PLAIN}"),
    "words in a sender": lambda: raw_letter(CODE, sender="x " * 20_000 + f"<{SHOP}>"),
    "one long line of spaces": lambda: _sent(_PLAIN + "x" + " " * 250_000 + "x"),
    "spaces between cells": lambda: _html("<td> </td><b> </b>" * 12_000),
    "quotation marks between words": lambda: _sent(_PLAIN + ("change" + "'-" * 700 + " x\r\n") * 150),
    "words joined by dashes": lambda: _sent(_PLAIN + ("change" + "-a" * 700 + " x\r\n") * 150),
    "lines like those above an older letter": lambda: _sent(_PLAIN + ("1:00<a@a>" * 200 + "x:\r\n") * 130),
    "250 KB of digits in a style": lambda: _html("<p style='font:" + "1" * 245_000 + "x'>x</p>"),
    "a length of 250 KB": lambda: _html("<p style='left:" + "1" * 245_000 + "x'>x</p>"),
    "rules deep in media": lambda: _html("<style>" + "@media all{" * 9_000 + "i{color:red}" * 9_000 + "</style>"),
    "ancestors of ancestors": lambda: _html(
        "<style>" + "q * * * * * * * i{color:red}" * 200 + "</style>" + "<div>" * 200 + "<i>x</i>" * 2_000
    ),
    "siblings of siblings": lambda: _html(
        "<style>" + "q ~ i ~ i ~ i ~ i ~ i{color:red}" * 200 + "</style>" + "<i>x</i>" * 5_000
    ),
    "marks out of order": lambda: _html("a" + "\u0301\u0323" * 55_000),
    "words of one letter": lambda: _sent(_PLAIN + "a " * 120_000),
    "letters and digits": lambda: raw_letter(None, "code " + "a1b2c3 " * 35_000),
    "unclosed brackets in a style": lambda: _html("<style>" + "i:is(" * 50_000 + "{color:red}</style>"),
    "older letters": lambda: _sent(_PLAIN + "On Monday Shop wrote:\r\n> x\r\n" * 9_000),
}
"""Letters that were made to cost time or memory, by what they are made of."""


def costs() -> tuple[dict[str, float], float]:
    """(CPU seconds that each takes, MB that they need at most), in a process of its own."""
    done = subprocess.run([sys.executable, __file__], capture_output=True, text=True, check=True, timeout=600)
    told = json.loads(done.stdout)
    return told["seconds"], told["mb"]


def _seconds(raw: bytes) -> float:
    began = time.process_time()
    with suppress(Unusable):
        verdict(raw)
    return time.process_time() - began


def _most_mb() -> float:
    """The most that this process has had in memory."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1024 if sys.platform == "linux" else most / 1024 / 1024


def main() -> None:
    letters = {name: make() for name, make in HOSTILE.items()}
    verdict(typical_letter())
    before = _most_mb()
    seconds = {name: _seconds(raw) for name, raw in letters.items()}
    print(json.dumps({"seconds": seconds, "mb": _most_mb() - before}))


if __name__ == "__main__":
    main()
