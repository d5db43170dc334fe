"""`change --browser-url`: a run in the browser that the person has started, and goes on using."""

from __future__ import annotations

import base64
import subprocess
from typing import TYPE_CHECKING

import pytest
from sample_person import frame_with, port_of, watched_browser
from sample_runs import address, ended
from sample_terminal import Terminal

from automation.browser import launch_arguments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Dialog, Page, Playwright
    from sample_runs import Command

    from automation.stand_in import StandIn

CANARY = "canary-tab-of-the-person"
MAGENTA = f"data:text/html,<title>{CANARY}</title><body style='background:%23f0f'><h1>{CANARY}</h1>"


@pytest.fixture
def own(playwright: Playwright, tmp_path: Path, display: str) -> Iterator[BrowserContext]:
    """The tabs of a browser as a person starts it, with a debugging port; the test looks in from outside."""
    program = watched_browser(playwright, tmp_path)
    profile = f"--user-data-dir={tmp_path / 'own'}"
    arguments = [str(program), profile, "--no-first-run", *launch_arguments(), MAGENTA]
    with subprocess.Popen(arguments, env={"DISPLAY": display, "HOME": str(tmp_path)}, stderr=subprocess.DEVNULL) as own:
        try:
            yield playwright.chromium.connect_over_cdp(debugging(tmp_path), no_defaults=True).contexts[0]
        finally:
            own.terminate()


def debugging(home: Path) -> str:
    return f"http://127.0.0.1:{port_of(home)}"


def magenta_in(page: Page, picture: Path) -> int:
    """How many pixels of a picture have the canary tab's colour."""
    source = base64.b64encode(picture.read_bytes()).decode()
    counted = page.evaluate(
        """async (source) => {
          const image = new Image();
          image.src = "data:image/jpeg;base64," + source;
          await image.decode();
          const canvas = new OffscreenCanvas(image.width, image.height);
          const drawn = canvas.getContext("2d");
          drawn.drawImage(image, 0, 0);
          const { data } = drawn.getImageData(0, 0, image.width, image.height);
          let count = 0;
          for (let n = 0; n < data.length; n += 4) count += data[n] > 240 && data[n + 1] < 15 && data[n + 2] > 240;
          return count;
        }""",
        source,
    )
    return int(counted)


def test_the_run_sees_only_its_own_tabs_and_leaves_the_browser_open(
    command: Command, make_store: Callable[..., StandIn], own: BrowserContext, page: Page
) -> None:
    store = make_store(generation="legacy")
    questions: list[Dialog] = []
    own.on("dialog", lambda question: questions.append(question))  # noqa: PLW0108 - Playwright wants one of ours
    asking, beside = own.new_page(), own.new_page()
    asking.goto(MAGENTA)
    beside.goto(store.url)
    url = debugging(command.home)
    ask = f"setTimeout(() => {{ document.title = confirm('{CANARY}') }}, 0)"
    with command.start("change", "--yes", "--settle", "5", "--browser-url", url, **store.environment()) as run:
        frame_with(own, "#fm-login-id")
        own.new_page().goto(MAGENTA)  # the person goes on using it
        asking.evaluate(ask)
        out, err = run.communicate(timeout=120)
    assert run.returncode == 0, out + err
    assert address(store) == store.new
    beside.evaluate("location.href")  # by now the news of what was closed has come
    assert [each.url for each in own.pages] == [MAGENTA, MAGENTA, store.url, MAGENTA]
    questions[0].accept()  # nobody else has answered it
    assert asking.title() == "true"
    files = [file for file in (command.home / "runs").rglob("*") if file.is_file()]
    assert [file.name for file in files if CANARY.encode() in file.read_bytes()] == []
    assert CANARY not in out + err
    pictures = [file for file in files if file.suffix == ".jpeg"]
    assert pictures
    assert [magenta_in(page, picture) for picture in pictures] == [0] * len(pictures)


def test_attaching_is_asked_for_first(command: Command, make_store: Callable[..., StandIn]) -> None:
    store = make_store()
    url = "http://127.0.0.1:9"
    with Terminal(command, "change", "--browser-url", url, **store.environment()) as terminal:
        terminal.until(f"Attach to the browser at {url}?")
        terminal.type("n")
        assert terminal.end() == 130, terminal.text
    result = command.json("change", "--dry-run", "--browser-url", url, **store.environment())
    assert ended(result) == ("settings", 2, "no_terminal")


def test_a_browser_that_does_not_answer_is_told_with_the_way_to_start_it(
    command: Command, make_store: Callable[..., StandIn]
) -> None:
    result = command.json("change", "--yes", "--browser-url", "http://127.0.0.1:9", **make_store().environment())
    assert ended(result) == ("site", 8, "no_debugging_port")
    assert "--remote-debugging-port=9222" in result["reason"]["text"]


@pytest.mark.parametrize("url", ["http://192.0.2.7:9222", "http://127.0.0.1", "ftp://127.0.0.1:9222", "9222"])
def test_only_a_browser_on_this_machine_is_attached_to(url: str, command: Command) -> None:
    result = command.json("change", "--yes", "--browser-url", url)
    assert ended(result) == ("settings", 2, "settings")
    assert "--browser-url" in result["reason"]["text"]
