"""What shows of a letter's HTML, and what does not."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.characters import REVERSED, cleaned, folded
from automation.colour import alike, colour, is_transparent
from automation.style import TooComplex
from automation.visible import plain_lines, visible_lines


def shown(html: str) -> list[str]:
    return [line.text for line in visible_lines(html)]


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("<p>Hello</p><div>123456</div>", ["Hello", "123456"]),
        ("one<br>two<br/><br>three", ["one", "two", "three"]),
        ("<p>Your   code\n is <b>123</b><span>456</span>.</p>", ["Your code is 123456."]),
        ("<table><tr><td>Order</td><td>123</td></tr><tr><td>x</td></tr></table>", ["Order\t123", "x"]),
        ("<div><span style='display:block'>a</span><span>b</span></div>", ["a", "b"]),
        ("<div style='display:inline'>1</div><div style='display: inline'>2</div>", ["12"]),
        ("<i style='display:inline-block'>1</i><i style='display:inline-block'>2</i>", ["1\t2"]),
        ("<pre>a\nb</pre>", ["a", "b"]),
        ("<p style='white-space:pre-line'>a\nb</p>", ["a", "b"]),
        ("<ul><li>a<li>b</ul>", ["a", "b"]),
        ("12345<sup>6</sup>", ["12345 6"]),
        ("<!-- 123456 --><p>x<!-- 1 -->y</p>", ["xy"]),
        ("&#49;&#x32;&nbsp;&zwnj;3", ["12 3"]),
        ("", []),
    ],
)
def test_inline_text_joins_blocks_break_and_cells_stand_apart(html: str, lines: list[str]) -> None:
    assert shown(html) == lines


HIDDEN = [
    "<div style='display:none'>{}</div>",
    "<div style='display:/* at all */none'>{}</div>",
    "<div style='displa\\79 :none'>{}</div>",
    "<div style='display:" + " " * 300 + "none'>{}</div>",
    "<div style='DISPLAY : NONE !important;'>{}</div>",
    "<div style='visibility:hidden'>{}</div>",
    "<div style='opacity:0'>{}</div>",
    "<div style='opacity:0.01'>{}</div>",
    "<div style='font-size:0'>{}</div>",
    "<div style='font-size:1px'>{}</div>",
    "<div style='font-size:3px'>{}</div>",
    "<div style='font-size:1px'><b style='font-size:1em'>{}</b></div>",
    "<div style='font:0/0 a'>{}</div>",
    "<div style='max-height:0;overflow:hidden'>{}</div>",
    "<div style='height:0;overflow:hidden'>{}</div>",
    "<div style='mso-hide:all'>{}</div>",
    "<div style='color:transparent'>{}</div>",
    "<div style='color:rgba(0,0,0,0)'>{}</div>",
    "<div style='color:#00000000'>{}</div>",
    "<div style='color:#ffffff'>{}</div>",
    "<div style='color:#fefefe'>{}</div>",
    "<div style='color:snow'>{}</div>",
    "<div style='color:hsl(0, 0%, 100%)'>{}</div>",
    "<div style='color:rgb(250 250 250)'>{}</div>",
    "<font color='#FFFFFF'>{}</font>",
    "<table bgcolor='#336699'><tr><td style='color:#336699'>{}</td></tr></table>",
    "<div style='background:#123;color:#112233'>{}</div>",
    "<div style='text-indent:-9999px'>{}</div>",
    "<div style='position:absolute;left:-9999px'>{}</div>",
    "<div style='position:absolute;clip:rect(0,0,0,0)'>{}</div>",
    "<div style='clip-path:inset(50%)'>{}</div>",
    "<div style='transform:scale(0)'>{}</div>",
    "<div hidden>{}</div>",
    "<div hidden=''>{}</div>",
    "<style>.p{{display:none}}</style><div class='p'>{}</div>",
    "<style>.p{{d\\69 splay:none}}</style><div class='p'>{}</div>",
    "<style>.a, div.p {{ color:#fff }}</style><div class='p'>{}</div>",
    "<style>/* x */ @media screen {{ .p {{ font-size:0 }} }}</style><div class='p'>{}</div>",
    "<style>#q > span {{visibility:hidden}}</style><div id='q'><span>{}</span></div>",
    "<div style='display:none'><p style='display:block'>{}</p></div>",
    "<script>{}</script>",
    "<head><title>{}</title></head>",
    "<template>{}</template>",
    "<textarea>{}</textarea>",
    "<select><option>{}</select>",
    "<input value='{}'>",
    "<img alt='{}'>",
    "<!-- {} -->",
    "<del>{}</del>",
    "<span style='text-decoration:line-through'>{}</span>",
    "<a href='https://shop.example/{}'>x</a>",
]


@pytest.mark.parametrize("html", HIDDEN)
def test_hidden_text_does_not_show(html: str) -> None:
    assert not any("123456" in line for line in shown(f"<p>before</p>{html.format('123456')}<p>after</p>"))
    assert shown(f"<p>before</p>{html.format('123456')}<p>after</p>")[-1] == "after"


@pytest.mark.parametrize(
    "html",
    [
        "<td style='font-size:0'><div style='font-size:14px'>{}</div></td>",
        "<div style='visibility:hidden'><b style='visibility:visible'>{}</b></div>",
        "<table bgcolor='#336699'><tr><td style='color:#ffffff'>{}</td></tr></table>",
        "<div style='background:url(x.png);color:#fff'>{}</div>",
        "<div style='background-image:linear-gradient(red,blue);color:#fff'>{}</div>",
        "<style>.b{{background:#000}}</style><div class='b' style='color:white'>{}</div>",
        "<style>@media (max-width:600px){{.p{{display:none}}}}</style><div class='p'>{}</div>",
        "<style>@media print{{.p{{display:none}}}}</style><div class='p'>{}</div>",
        "<style>.p{{display:none}}</style><div class='q'>{}</div>",
        "<div style='font-size:20px;font-weight:700;color:#FF4747;'>{}</div>",
        "<div style='font:bold 24px/30px Arial'>{}</div>",
        "<div style='color:var(--brand)'>{}</div>",
        "<div style='color:inherit'>{}</div>",
        "<center><font color=red>{}</font></center>",
    ],
)
def test_text_that_shows_is_read_whatever_stands_around_it(html: str) -> None:
    assert shown(html.format("123456")) == ["123456"]


@pytest.mark.parametrize("html", ["<blockquote>{}</blockquote>", "<div class='x gmail_quote'><p>{}</p></div>"])
def test_a_quotation_is_marked(html: str) -> None:
    assert [line.quoted for line in visible_lines("<p>new</p>" + html.format("old"))] == [False, True]


def test_plain_text_keeps_its_lines_and_marks_quotations() -> None:
    lines = plain_lines("Hello\r\n\r\n> old\n  123456  \n")

    assert [(line.text, line.quoted) for line in lines] == [("Hello", False), ("old", True), ("123456", False)]


def test_lines_of_plain_text_that_were_broken_at_a_margin_are_read_as_one() -> None:
    text = (
        "You asked us to change the email address of your account with our shop.\n"
        "Please enter this verification code on the page to confirm that it was\nreally you:\n\n"
        "123456\n654321\n\nhttps://shop.example/" + "x" * 90 + "\nBye\nBye"
    )

    asked, *rest = [line.text for line in plain_lines(text)]
    assert asked == " ".join(text.split("\n")[:3])
    assert rest == ["123456", "654321", "https://shop.example/" + "x" * 90, "Bye", "Bye"]
    assert [line.text for line in plain_lines("> " + "a " * 34 + "\nb")] == [("a " * 34).strip(), "b"]


@pytest.mark.parametrize(
    "html",
    [
        "<bdo dir='rtl'>123456</bdo>",
        "<span style='unicode-bidi:bidi-override;direction:rtl'>123456</span>",
        "<p>\u202e123456</p>",
        "<p>\u202d123456</p>",
        "<p style='transform:scaleX(-1)'>123456</p>",
        "<div style='display:flex;flex-direction:row-reverse'><b>1</b><b>2</b></div>",
    ],
)
def test_text_whose_order_is_turned_around_is_marked(html: str) -> None:
    assert REVERSED in shown(html)[0]


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("12\u200b34\u00ad56\ufeff", "123456"),
        ("\u0661\u0662\u0663\u0664\u0665\u0666", "123456"),
        ("\u06f1\u06f2\u06f3", "123"),
        ("\uff11\uff12\uff13", "123"),
        ("\u0967\u0968\u0969", "123"),
        ("1\ufe0f\u20e32\ufe0f\u20e3", "12"),
        ("\u2068123456\u2069", "123456"),
        ("123\u00a0456", "123 456"),
        ("123\u2013456", "123-456"),
        ("12345\u00b9", "12345 "),
        ("\u2460\u2461", "  "),
        ("12\x0034", "12\ufffd34"),
        ("a\u2028b", "a\nb"),
    ],
)
def test_digits_spaces_and_dashes_are_written_in_one_way(text: str, clean: str) -> None:
    assert cleaned(text) == clean


@given(st.text())
def test_cleaning_leaves_only_ascii_digits_and_folding_keeps_the_length(text: str) -> None:
    clean = cleaned(text)

    assert all(c.isascii() for c in clean if c.isdigit())
    assert len(folded(clean)) == len(clean)


@given(st.text(alphabet="<>/=\"' abdivspantrtdstylehidden:;{}.#0123456789&\n", max_size=300))
def test_no_html_upsets_the_reading(html: str) -> None:
    with suppress(TooComplex):
        visible_lines(html)


def test_what_a_browser_would_hide_in_a_style_attribute_of_any_shape_is_at_least_never_a_crash() -> None:
    for value in (
        "",
        ";",
        ":",
        "a:b:c;;",
        "color:rgb(",
        "font:",
        "opacity:x",
        "color:#12",
        "color:rgb(1,2)",
        "left:1e9px",
    ):
        assert shown(f'<p style="{value}">x</p>') == ["x"]


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 50_000,
        "<b>" * 50_000 + "1",
        "<table><tr><td>" * 15_000,
        "<p>" * 80_000 + "1",
        "<style>" + "".join(f".a{n} .b{n}{{display:none}}" for n in range(8_000)) + "</style>" + "<i>x</i>" * 3_000,
        "<style>" + "@media screen{" * 15_000 + "</style>x",
        "<style>" + "i,i:nth-child(2n+1):not(.x) ~ i:is(b,i){color:red}" * 190 + "</style>" + "<i>x</i>" * 20_000,
        "<style>" + "* * * * * * * * i{color:red}" * 400 + "</style>" + "<i>x</i>" * 20_000,
        "<p>" + "1-" * 120_000,
        "<p style='" + "color:red;" * 25_000 + "'>x</p>",
        "<a " + "x=1 " * 60_000 + ">x</a>",
    ],
    ids=[
        "divs",
        "formatting",
        "tables",
        "paragraphs",
        "rules",
        "media",
        "selectors",
        "descendants",
        "digits",
        "declarations",
        "attributes",
    ],
)
def test_hostile_html_takes_less_than_two_seconds(html: str) -> None:
    began = time.thread_time()
    with suppress(TooComplex):
        visible_lines(html)
    assert time.thread_time() - began < 2


@pytest.mark.parametrize(
    ("css", "rgb"),
    [
        ("#fff", (255, 255, 255)),
        ("#FF4747", (255, 71, 71)),
        ("ff4747", (255, 71, 71)),
        ("rgb(1, 2,3)", (1, 2, 3)),
        ("rgb(100% 0% 40%)", (255, 0, 102)),
        ("hsl(120, 100%, 25%)", (0, 128, 0)),
        ("RebeccaPurple", (102, 51, 153)),
        ("var(--x)", None),
        ("", None),
    ],
)
def test_colours_are_read_as_css_writes_them(css: str, rgb: tuple[int, int, int] | None) -> None:
    assert colour(css) == rgb


def test_a_colour_is_told_from_its_background_and_from_nothing_at_all() -> None:
    assert alike((255, 255, 255), (250, 250, 250))
    assert not alike((255, 71, 71), (255, 255, 255))
    assert not alike(None, (255, 255, 255))
    assert is_transparent("#ffff0000")
    assert is_transparent("rgba(1,2,3,5%)")
    assert not is_transparent("rgb(0,0,0)")
