"""A letter of the usual size and make, and letters made to cost time and memory."""

from __future__ import annotations

from sample_letters import raw_letter

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
