"""Which tabs are the run's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sample_runs import STORES

from automation.store import load_store
from automation.tabs import Tabs

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

PAGE = "data:text/html,<p>Settings</p>"


def test_the_empty_tab_that_a_launched_browser_comes_with_is_the_first(context: BrowserContext) -> None:
    empty = context.new_page()
    tabs = Tabs(context, load_store(STORES, "aliexpress"), lambda: None, launched=True)
    assert tabs.open(PAGE) is empty
    second = tabs.open(PAGE)
    assert tabs.pages == [second, empty]
    assert context.pages == [empty, second]


def test_a_tab_that_was_there_before_is_nobodys_business(context: BrowserContext) -> None:
    somebodys = context.new_page()
    tabs = Tabs(context, load_store(STORES, "aliexpress"), lambda: None)
    own = tabs.open(PAGE)
    assert own is not somebodys
    assert tabs.pages == [own]
