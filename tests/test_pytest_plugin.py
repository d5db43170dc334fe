"""The plugin in somebody else's suite: pytest as a process of its own, and the documentation's examples."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from automation import pytest_plugin

if TYPE_CHECKING:
    from collections.abc import Callable

    from automation.stand_in import StandIn

CHAPTER = (Path(__file__).parents[1] / "docs" / "in-your-test-suite.md").read_text(encoding="utf-8")
EXAMPLE, CONTAINERS = re.findall(r"```python\n(.*?)```", CHAPTER, re.DOTALL)
LIMIT_S = 150
NETWORK = "--host-resolver-rules=MAP shop 127.0.0.1"

Suite = pytest.Pytester
"""A folder with a suite of its own."""

SEND = """
    import smtplib

    def send(store, code):
        host, _, port = store.mail.smtp.rpartition(":")
        letter = f"From: account@notice.aliexpress.com\\nTo: {store.user}\\nSubject: Your code\\n\\nYour code is {code}"
        with smtplib.SMTP(host, int(port)) as server:
            server.sendmail("account@notice.aliexpress.com", store.user, letter)
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, browser_type_launch_args: dict[str, Any]) -> Suite:
    """A suite that finds the browser where this one does, and two containers by name."""
    path, arguments = str(browser_type_launch_args["executable_path"]), browser_type_launch_args["args"]
    launch = {**browser_type_launch_args, "executable_path": path, "args": [*arguments, NETWORK]}
    pytester.makeconftest(f"""
    import pytest, socket

    known = socket.getaddrinfo
    socket.getaddrinfo = lambda host, *more, **named: known({{"mail": "127.0.0.1"}}.get(host, host), *more, **named)

    @pytest.fixture(scope="session")
    def browser_type_launch_args(browser_type_launch_args):
        return {launch!r}
    """)
    return pytester


def run(suite: Suite, *arguments: str) -> pytest.RunResult:
    return suite.runpytest_subprocess(*arguments, timeout=LIMIT_S)


def test_loading_it_imports_neither_the_browsers_driver_nor_the_imap_client() -> None:
    program = (
        "import sys\n"
        "from importlib.metadata import entry_points\n"
        "(plugin,) = [each for each in entry_points(group='pytest11') if each.name == 'readdress']\n"
        "assert plugin.load().__name__ == 'automation.pytest_plugin'\n"
        "print([n for n in ('playwright', 'imap_tools', 'imaplib', 'pytest_playwright', 'jinja2') if n in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_store_and_mailboxes_need_no_playwright(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        SEND
        + """
    import sys

    def test_code(readdress_store, readdress_mailboxes):
        with readdress_mailboxes.expect_code("old") as code:
            send(readdress_store, "471108")
        assert code.value == "471108"
        assert "playwright" not in sys.modules

    def test_run(readdress_run):
        pass
    """
    )

    result = run(pytester, "-p", "no:playwright", "-p", "no:playwright-asyncio")

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*fixture 'page' not found*"])


@pytest.mark.full
def test_each_test_has_everything_to_itself(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        SEND
        + """
    import pathlib, pytest

    @pytest.mark.parametrize("code", ["471108", "230815"])
    def test_code(code, readdress_store, readdress_mailboxes):
        with readdress_mailboxes.expect_code("old") as found:
            send(readdress_store, code)
        assert found.value == code
        pathlib.Path(__file__).with_name(code).write_text(readdress_store.url + readdress_store.mail.imap)
    """
    )

    result = run(pytester, "-n", "2")

    result.assert_outcomes(passed=2)
    assert len({(pytester.path / code).read_text() for code in ("471108", "230815")}) == 2


@pytest.mark.full
def test_the_store_is_configured_by_a_fixture(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
    import pytest

    @pytest.fixture
    def readdress_store_options():
        return {"generation": "legacy", "old": "kate@shop.test", "switches": {"code_attempts": 1}}

    def test_store(readdress_store):
        assert list(readdress_store.truth()["accounts"]) == ["kate@shop.test"]
        assert readdress_store.switch(letter_delay_s=2.0)["code_attempts"] == 1
    """)

    run(pytester).assert_outcomes(passed=1)


@pytest.mark.full
def test_a_suite_may_read_codes_and_nothing_else(
    pytester: pytest.Pytester, make_store: Callable[..., StandIn], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = make_store(old="anna.rossi@example.org")
    monkeypatch.setenv("URL", shop.mail.url(shop.user))
    monkeypatch.setenv("PASSWORD", shop.mail.passwords[shop.user])
    monkeypatch.setenv("SMTP", shop.mail.smtp)
    pytester.makepyfile(
        SEND
        + """
    import os, pytest
    from types import SimpleNamespace

    @pytest.fixture
    def readdress_environment():
        return {
            "READDRESS_OLD_EMAIL": "anna.rossi@example.org",
            "READDRESS_OLD_IMAP_URL": os.environ["URL"],
            "READDRESS_OLD_IMAP_PASSWORD": os.environ["PASSWORD"],
        }

    @pytest.fixture
    def readdress_options():
        return {"trust_sender": True}

    def test_code(readdress_mailboxes, request):
        mail = SimpleNamespace(smtp=os.environ["SMTP"])
        with readdress_mailboxes.expect_code("old") as code:
            send(SimpleNamespace(mail=mail, user="anna.rossi@example.org"), "471108")
        assert code.value == "471108"
        assert "readdress_store" not in request.fixturenames
    """
    )

    run(pytester).assert_outcomes(passed=1)


def test_missing_settings_are_told_all_at_once(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
    import pytest

    @pytest.fixture
    def readdress_environment():
        return {"READDRESS_OLD_EMAIL": "kate", "READDRESS_OLD_IMAP_URI": "imap://mail"}

    def test_code(readdress_mailboxes):
        pass
    """)

    result = run(pytester)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*READDRESS_OLD_EMAIL: *", "*READDRESS_OLD_IMAP_URL: missing; *"])
    result.stdout.fnmatch_lines(["*READDRESS_OLD_IMAP_URI is not a setting; did you mean READDRESS_OLD_IMAP_URL?"])
    result.stdout.no_fnmatch_line("*READDRESS_NEW_EMAIL*")


def test_a_run_never_raises_and_a_failing_test_tells_it(suite: Suite) -> None:
    suite.makepyfile("""
    import pytest

    def test_runs(page, readdress_run, readdress_store, tmp_path):
        assert readdress_run(to=readdress_store.user)["reason"]["text"].startswith("--to: is the old address again")
        with pytest.raises(TypeError, match="no option dryrun"):
            readdress_run(dryrun=True)
        result = readdress_run(dry_run=True)
        assert result["outcome"] == "planned", result["reason"]
        assert tmp_path in __import__("pathlib").Path(result["report"]).parents
        assert readdress_store.truth()["codes_requested"] == []
        assert page.url == "about:blank"
        assert readdress_store.password not in repr((readdress_run, readdress_store))
        pytest.fail("to see what is told")
    """)

    result = run(suite)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*to see what is told*", "*Captured stderr call*", "*A5 *", "*report*report.html*"])


def test_the_example_of_the_documentation_passes(suite: Suite) -> None:
    suite.makepyfile(test_change_of_address=EXAMPLE)

    run(suite).assert_outcomes(passed=len(re.findall(r"^def test_", EXAMPLE, re.MULTILINE)))


@pytest.mark.full
@pytest.mark.parametrize("allowed", [True, False], ids=["plain hosts", "none"])
def test_a_store_in_another_container_is_tested(
    allowed: bool, suite: Suite, make_store: Callable[..., StandIn], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = make_store(generation="legacy", old="anna@shop.test", new="anna@mail.test")
    monkeypatch.setenv("SHOP_PASSWORD", shop.password)
    monkeypatch.setenv("OLD_MAIL_PASSWORD", shop.mail.passwords[shop.user])
    monkeypatch.setenv("NEW_MAIL_PASSWORD", shop.mail.passwords[shop.new])
    containers = CONTAINERS.replace("http://shop:8080/", shop.url.replace("127.0.0.1", "shop"))
    containers = containers.replace("mail:143", shop.mail.imap.replace("127.0.0.1", "mail"))
    folder = suite.mkpydir("end_to_end")
    folder.joinpath("conftest.py").write_text(containers if allowed else containers.replace('["shop", "mail"]', "[]"))
    suite.makepyfile(
        **{
            "end_to_end/test_shop": """
    def test_run(readdress_run, request):
        result = readdress_run()
        print("ended:", result["outcome"], result["reason"])
        assert "readdress_store" not in request.fixturenames
    """
        }
    )

    result = run(suite, "-rP")

    result.assert_outcomes(passed=1)
    told = "ended: changed None" if allowed else "ended: settings *READDRESS_PLAIN_HOSTS*"
    result.stdout.fnmatch_lines([told])
    assert [submit["applied"] for submit in shop.truth()["submits"]] == [True] * allowed


def test_every_fixture_stands_in_the_documentation() -> None:
    fixtures = [name for name in vars(pytest_plugin) if name.startswith("readdress_")]
    assert len(fixtures) > 5
    assert [name for name in fixtures if f"`{name}" not in CHAPTER] == []
