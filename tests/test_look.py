"""Looking at a page: what a person would see of its landmarks, and nothing that is hidden."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from automation import look as look_module
from automation.look import look
from automation.store import Landmark

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from automation.look import Sighting

BUTTON = Landmark("get_code", "control", ("#code", "button.code"), ("Get code",), ("Obtener código",))
FIELD = Landmark("field", "field", ("#f",), ("6 digits",))
TEXT = Landmark("sent", "text", ("#sent",), ("was sent",))


WAY = Landmark("way", "entry", (), ("customer service",))
BELOW = Landmark("second", "field", ("#alt",), below_address=True, candidates=("Second email",))


def seen(page: Page, html: str, landmark: Landmark) -> Sighting | None:
    page.set_content(html)
    return next(iter(look([page], [landmark])), None)


@pytest.mark.parametrize(
    ("html", "ranks", "how"),
    [
        ("<button id=code class=code>Get code</button>", (1, 2, 3), "structure"),
        ("<button class=code>X</button>", (2,), "structure"),
        ("<a href='#'>get  CODE</a>", (3,), "words"),
        ("<input type=submit value='Get code'>", (3,), "words"),
        ("<button aria-label='Get code'></button><style>button{width:9px;height:9px}</style>", (3,), "words"),
        ("<button>Obtener código »</button>", (4,), "candidates"),
        ("<button>Get code (57)</button>", (3,), "words"),
    ],
)
def test_every_rank_that_matches_is_told_the_best_first(
    page: Page, html: str, ranks: tuple[int, ...], how: str
) -> None:
    sighting = seen(page, html, BUTTON)
    assert sighting is not None
    assert (sighting.ranks, sighting.how) == (ranks, how)
    assert sighting.element(0).count() == 1


@pytest.mark.parametrize(
    "html",
    [
        "<button id=code hidden>Get code</button>",
        "<button id=code style='visibility:hidden'>Get code</button>",
        "<div style='opacity:0'><button id=code>Get code</button></div>",
        "<div style='display:none'><button id=code>Get code</button></div>",
        "<p>Get code</p>",
        "<button>Get code for everything</button>",
        "<p id=sent></p>",
    ],
)
def test_what_a_person_would_not_see_or_press_is_not_seen(page: Page, html: str) -> None:
    page.set_content(html)
    assert look([page], [BUTTON, TEXT]) == []


def test_a_page_that_changes_how_things_are_written_as_json_is_read_all_the_same(page: Page) -> None:
    plainly = seen(page, "<p id=sent>It was sent</p>", TEXT)
    changed = "<script>Array.prototype.toJSON = String.prototype.toJSON = () => 'nothing'</script>"
    sighting = seen(page, f"{changed}<p id=sent>It was sent</p>", TEXT)
    assert sighting is not None
    assert plainly is not None
    assert (sighting.items, sighting.ranks) == (plainly.items, plainly.ranks)


def test_half_a_character_in_a_page_can_be_written_down(page: Page) -> None:
    page.set_content("<p id=sent></p>")
    page.evaluate("() => { document.getElementById('sent').textContent = 'It was \\ud83d sent'; }")
    [sighting] = look([page], [TEXT])
    assert sighting.items[0].said.encode() == "It was \ufffd sent".encode()


def test_a_field_is_found_by_its_label_and_tells_its_shape(page: Page) -> None:
    sighting = seen(page, "<label>6 digits <input maxlength=6 inputmode=numeric></label>", FIELD)
    assert sighting is not None
    assert sighting.rank == 2
    assert sighting.items[0].shape["maxlength"] == 6
    sighting.element(0).fill("1")


def test_a_disabled_button_is_seen_as_disabled(page: Page) -> None:
    for html in (
        "<button id=code disabled>x</button>",
        "<a id=code class='btn is-disabled'>x</a>",
        "<a id=code aria-disabled=true>x</a>",
    ):
        sighting = seen(page, html, BUTTON)
        assert sighting is not None
        assert not sighting.items[0].enabled


def test_the_address_nearest_to_a_landmark_is_told(page: Page) -> None:
    html = "<p>Hi b***b@other.org</p><div><p>sent to a***i@example.org</p><button id=code>Get</button></div>"
    sighting = seen(page, html, BUTTON)
    assert sighting is not None
    assert sighting.items[0].near == ("a***i@example.org",)


def test_each_entry_of_a_list_says_only_its_own_words(page: Page) -> None:
    html = (
        "<ol><li>Phone +39 <button class=code>Go</button></li>"
        "<li>E-mail a***i@x.org <button class=code>Go</button></li></ol>"
    )
    sighting = seen(page, html, BUTTON)
    assert sighting is not None
    assert [item.text for item in sighting.items] == ["Phone +39 Go", "E-mail a***i@x.org Go"]
    assert sighting.element(1).evaluate("e => e.parentElement.innerText").startswith("E-mail")


def test_the_element_that_is_clicked_is_the_one_that_was_seen(page: Page) -> None:
    html = "<a class=code style='opacity:0'>by SMS</a><a class=code>by e-mail</a>"
    sighting = seen(page, html.replace("<a ", "<a href='#' "), Landmark("ways", "control", (".code",)))
    assert sighting is not None
    assert [item.said for item in sighting.items] == ["by e-mail"]
    assert sighting.element(0).inner_text() == "by e-mail"


def test_an_element_that_no_longer_says_its_words_is_not_touched(page: Page) -> None:
    sighting = seen(page, "<button>Get code</button>", BUTTON)
    assert sighting is not None
    page.locator("button").evaluate("e => { e.innerText = 'Delete account' }")
    assert sighting.element(0).count() == 0


def test_the_newest_tab_is_looked_at_first_and_frames_too(page: Page) -> None:
    page.set_content("<iframe srcdoc='<button id=code>one</button>'></iframe>")
    page.frame_locator("iframe").locator("#code").wait_for()
    newer = page.context.new_page()
    newer.set_content("<button id=code>two</button>")
    sightings = look([newer, page], [BUTTON])
    assert [item.said for sighting in sightings for item in sighting.items] == ["two", "one"]


def test_a_page_whose_script_spins_holds_nobody_back(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look_module, "LOOK_S", 0.3)
    page.set_content("<button id=code>x</button><script>setTimeout(() => { const end = Date.now() + 4000;"
                     "while (Date.now() < end); }, 50)</script>")  # fmt: skip
    page.wait_for_timeout(100)
    began = time.monotonic()
    assert look([page], [BUTTON]) == []
    assert time.monotonic() - began < 3


WAYS = """<ol><li>By email <button>Verify now</button></li><li>By customer service <button>Verify now</button></li></ol>
<ul><li><a href="#">Customer service</a></li></ul>"""


def test_a_control_that_says_nothing_is_known_by_its_entry_of_a_list(page: Page) -> None:
    sighting = seen(page, WAYS, WAY)
    assert sighting is not None
    assert [item.text for item in sighting.items] == ["By customer service Verify now"]
    sighting.element(0).evaluate("button => button.id = 'it'")
    assert page.locator("li:nth-child(2) #it").count() == 1
    assert seen(page, "<ul><li><a href='#'>Customer service</a></li></ul>", WAY) is None


TABLE = """<table><tr><td>Name</td><td><input></td></tr><tr><td>E-mail</td><td>anna@example.org</td></tr>
<tr><td>{}</td><td><input name=second></td></tr><tr><td>Phone</td><td><input></td></tr></table>"""
DIVS = """<div><p>Name <input></p><p>E-mail <b>a***a@example.org</b></p><p></p><p>{} <input name=second></p>
<p>Phone <input></p></div>"""


@pytest.mark.parametrize("html", [TABLE, DIVS])
def test_the_field_below_an_address_is_known_by_its_place(html: str, page: Page) -> None:
    sighting = seen(page, html.format("?"), BELOW)
    assert sighting is not None
    assert (sighting.ranks, sighting.how, len(sighting.items)) == ((2,), "structure", 1)
    assert sighting.element(0).get_attribute("name") == "second"
    [shown] = sighting.items[0].above
    assert shown in {"anna@example.org", "a***a@example.org"}


def test_a_field_that_stands_elsewhere_has_no_address_above_it(page: Page) -> None:
    assert seen(page, "<p>anna@example.org</p><p>More</p><p><input></p>", BELOW) is None
    moved = seen(page, "<p>a@example.org</p><p>More</p><p><label>Second email <input></label></p>", BELOW)
    assert moved is not None
    assert moved.items[0].above == ()
