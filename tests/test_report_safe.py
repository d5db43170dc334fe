"""The page is safe to show to anybody, whatever the journal holds."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_journal import PNG, REASON, Marks, ended, foreign_events, pictures_of, plain, sample, with_text

from automation.report import as_html, as_text, result_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page
    from sample_journal import Events

CANARY = '<x-canary onload="x()">\'" --></style></title>{{ 7 * 6 }}'


@pytest.fixture
def events() -> Events:
    return sample()


@pytest.fixture
def pictures(events: Events) -> dict[str, bytes]:
    return pictures_of(events)


def texts_of(value: Any) -> Iterator[str]:
    """Every text inside a JSON value."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from texts_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_of(inner)
    elif isinstance(value, str):
        yield value


def test_the_page_runs_no_script_and_loads_nothing(events: Events, pictures: dict[str, bytes]) -> None:
    page = as_html(events, pictures)
    marks = Marks(page)
    assert not marks.elements & {"script", "link", "iframe", "object", "embed", "base", "form"}
    assert (
        "content",
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'",
    ) in marks.attributes
    assert all(value.startswith("data:image/png;base64,") for name, value in marks.attributes if name == "src")
    assert all(value.startswith("#") for name, value in marks.attributes if name == "href")
    assert not [name for name, _ in marks.attributes if name.startswith("on")]
    assert "url(" not in page
    assert "@import" not in page


def test_every_picture_is_in_the_page_with_a_text_instead(events: Events, pictures: dict[str, bytes]) -> None:
    page = as_html(events, {**pictures, "99-last.png": PNG})
    assert page.count("<img ") == len(pictures) + 1
    assert 'alt="The page after A7: Read the letter in the OLD mailbox, type its code, submit"' in page
    assert "What showed at the end" in page


def test_a_picture_that_could_hold_more_than_a_picture_is_left_out(events: Events) -> None:
    pictures = {"02-A2.png": b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "03-A3.png": b""}
    assert "<img" not in as_html(events, pictures)


def test_markup_in_any_event_stays_text(events: Events, pictures: dict[str, bytes]) -> None:
    before, after = Marks(as_html(events, pictures)), Marks(as_html(with_text(events, CANARY), pictures))
    assert after.elements == before.elements
    assert {name for name, _ in after.attributes} == {name for name, _ in before.attributes}
    assert "{{ 7 * 6 }}" in plain(as_html(with_text(events, CANARY), {}))


@given(text=st.text() | st.text("<>&\"'/!-={}%# x", max_size=40))
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_out_of_the_page(text: str) -> None:
    events = sample()
    failed = with_text(ended(events, "refused", REASON), text)
    known = Marks(as_html(ended(events, "refused", REASON), {}))
    page = as_html(failed, {})
    marks = Marks(page)
    assert marks.elements == known.elements
    assert {name for name, _ in marks.attributes} == {name for name, _ in known.attributes}
    page.encode()


@given(foreign_events, st.dictionaries(st.text(max_size=5), st.binary(max_size=20), max_size=3))
@settings(max_examples=100, deadline=None)
def test_any_journal_makes_a_page(foreign: Events, pictures: dict[str, bytes]) -> None:
    page = as_html(foreign, pictures)
    assert not Marks(page).elements & {"script", "object", "iframe"}
    page.encode()


@given(st.emails(), st.text(max_size=5))
@settings(max_examples=60, deadline=None)
def test_no_address_of_a_user_is_in_page_result_or_screen(address: str, text: str) -> None:
    if re.search(r"\*\*|…|^\*@", address):
        return  # looks like a mask already, or like the end of one: *@a.de is shown as ***@a.de
    events = with_text(ended(sample(), "refused", REASON), f"{text} {address}")
    assert address not in html.unescape(as_html(events, {}))
    result = events[-1]["result"]
    again = result_of(events, outcome="refused", exit_code=4, reason=result["reason"])
    assert address not in "\n".join(texts_of(again))
    assert address not in as_text({**again, "reason": result["reason"]}, width=400)


def test_a_sender_is_shown_in_full_only_when_its_letter_was_taken(events: Events) -> None:
    stranger = {"event": "letter", "mailbox": "old", "sender": "friend.of.anna@example.net", "taken": False}
    page = as_html([*events, stranger], {})
    assert "account@notice.aliexpress.com" in page
    assert "friend.of.anna@example.net" not in page
    assert "f***a@example.net" in page


def test_a_browser_asks_for_nothing_and_needs_no_room_beside_a_phone(
    page: Page, tmp_path: Path, events: Events, pictures: dict[str, bytes]
) -> None:
    report = tmp_path / "report.html"
    report.write_text(as_html(with_text(events, "w" * 300), pictures), encoding="utf-8")
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(report.as_uri())
    picture = page.locator("details.shot summary").nth(2)
    small = picture.bounding_box()
    picture.click()
    large = picture.bounding_box()
    assert [url for url in asked if not url.startswith("data:")] == [report.as_uri()]
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert small is not None
    assert large is not None
    assert large["width"] == 360 > small["width"]
