"""How a run can end: the name, the exit code, what it means, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """One way to end."""

    name: str
    """The word in JSON, such as `no_code`."""
    exit_codes: tuple[int, ...]
    """The usual exit code first; `cancelled` has one for each signal."""
    meaning: str
    """The row in the table of the README; Markdown."""
    headline: str
    """The first line on the screen; `{new}` is the masked new address."""
    tone: str
    """`good`, `wait` (a person has something to do or to find out) or `bad`: the colour."""

    @property
    def exit_code(self) -> int:
        return self.exit_codes[0]

    @property
    def exits(self) -> str:
        """As the table shows it: `130 / 143`."""
        return " / ".join(map(str, self.exit_codes))


OUTCOMES = (
    Outcome(
        "changed",
        (0,),
        "the address was changed, and the settings page, opened afresh, proved it (A9)",
        "Changed: the account now has {new}",
        "good",
    ),
    Outcome(
        "saved",
        (0,),
        "`backup`: the profile, opened afresh, shows the second address (B5)",
        "Saved: {new} is now the account's second address",
        "good",
    ),
    Outcome(
        "asked",
        (0,),
        "`support`: the message was sent, and the operator has promised something (C3); what, is shown",
        "Asked: support was asked to change the address to {new}",
        "good",
    ),
    Outcome(
        "already",
        (0,),
        "the account already has that address; nothing was requested",
        "Nothing to do: the account already has {new}",
        "good",
    ),
    Outcome(
        "planned",
        (0,),
        "`--dry-run` reached the last safe step",
        "Rehearsed: the path is there up to the last safe step; nothing was requested",
        "good",
    ),
    Outcome(
        "settings",
        (2,),
        "usage, missing or contradictory settings, wrong account signed in, folder not writable: "
        "which, and how to mend",
        "Stopped: a setting has to be mended first; this run changed nothing",
        "wait",
    ),
    Outcome(
        "needs_person",
        (3,),
        "captcha, a password wanted and none configured, an unknown question, and nobody answered",
        "Stopped: here a person is needed; the address was not changed",
        "wait",
    ),
    Outcome(
        "refused",
        (4,),
        "the store said no (wrong password, wrong code, address in use, too many attempts, rate limit); "
        "its own words are shown",
        "Refused: the store said no; this run changed nothing",
        "bad",
    ),
    Outcome(
        "no_code",
        (5,),
        "no acceptable code in time; what did arrive and why it was not taken",
        "No code: no acceptable letter came in time; this run changed nothing",
        "wait",
    ),
    Outcome(
        "mailbox",
        (6,),
        "a mailbox can't be reached or refuses the login; with the provider's remedy",
        "Stopped: a mailbox can't be read; this run changed nothing",
        "bad",
    ),
    Outcome(
        "off_path",
        (7,),
        "a page no landmark matches, or a site that is not this store; a masked picture and a list of "
        "what shows are kept",
        "Off the path: a page that nothing known fits; this run changed nothing",
        "bad",
    ),
    Outcome(
        "site",
        (8,),
        "store unreachable, TLS error, browser missing or dead, before the commit",
        "Stopped: the store or the browser can't be reached; this run changed nothing",
        "bad",
    ),
    Outcome(
        "busy",
        (9,),
        "another run for this account holds the lock: pid, since when",
        "Busy: another run works on this account; this run changed nothing",
        "wait",
    ),
    Outcome(
        "error",
        (70,),
        "a bug in the tool: where its scrubbed log lies",
        "Error: a bug in the tool stopped the run",
        "bad",
    ),
    Outcome(
        "unknown",
        (75,),
        "committed, not proved: `reason.kind` is `unreadable`, `still_old` or `pending`; run again to find out",
        "Not known: the change was submitted, and nothing proves yet that it worked",
        "wait",
    ),
    Outcome(
        "cancelled",
        (130, 143),
        'Ctrl-C or "no" / SIGTERM, before the commit',
        "Cancelled: nothing was submitted; this run changed nothing",
        "wait",
    ),
)

UNFINISHED = Outcome("unfinished", (), "", "Unfinished: the run ended without a word", "wait")
"""A journal without an outcome: the run goes on still, or was killed. Never printed by a run itself."""

TALK = "Run `readdress support` again"
AGAIN = "it takes the conversation up where it is, and sends nothing twice."
LOST = (
    "To type its codes yourself, set READDRESS_OLD_IMAP_URL=ask. If nobody can open the old mailbox any more, "
    "`readdress change --lost-mailbox` goes the guide's other way."
)
ADVICE: dict[tuple[str, str | None], str] = {
    ("changed", None): "Keep the old mailbox for 30 days: a notice with a link that reverts the change may "
    "have gone there. Sign in once with the new address.",
    ("saved", None): "Ask support to make it the account's address: `readdress support` writes to them.",
    ("asked", None): "Wait as long as they said, then run `readdress support` again: it ends with `already` once the "
    "account has the new address, and asks you before it writes once more. They may write to the second address.",
    (
        "already",
        None,
    ): "Nothing is left to do. If you have not signed in with the new address yet, do it once.",
    ("already", "backup_email"): "Ask support to make it the account's address: `readdress support` writes to them.",
    ("planned", None): "Run the same command without --dry-run.",
    ("settings", None): "Mend what is listed, then run the same command again. `readdress check` tries the "
    "settings without a click.",
    ("settings", "wrong_account"): "Nothing was requested for the account that is signed in. Set "
    "READDRESS_OLD_EMAIL to the address that it shows, or sign out and in as the account you mean: "
    "`readdress login --plain-chrome` stays open until you close it. Then run again.",
    (
        "settings",
        "folder",
    ): "Free some space, mend the folder's rights or choose another with --runs-dir, then run again.",
    ("needs_person", None): "Run the same command again at a terminal with --headed and do in the window "
    "what the store asks; the run goes on from there.",
    (
        "needs_person",
        "code_in_picture",
    ): "Open the letter yourself; set that mailbox's IMAP URL to ask and run "
    "again at a terminal, which will ask you for the code.",
    ("needs_person", "password"): "Set READDRESS_STORE_PASSWORD, or run again with --headed and sign in in the window.",
    ("needs_person", "unanswered"): "Run the same command again at a terminal and answer there.",
    ("needs_person", "asked"): "Wait as long as support said, then run `readdress change --lost-mailbox` again: it "
    "ends with `already` once the account has the new address, and asks you before it writes once more.",
    ("needs_person", "no_terminal"): "Run the same command at a terminal, where you can read and answer.",
    ("needs_person", "no_operator"): "Run `readdress support` again at another hour.",
    ("needs_person", "operator_asks"): f"{TALK} at a terminal and answer there: {AGAIN}",
    ("needs_person", "operator_refused"): "Read in the report what they said. Another operator may help: run "
    "`readdress support` again another day.",
    ("needs_person", "chat_gone"): f"{TALK}: {AGAIN}",
    ("needs_person", "no_answer"): f"{TALK} later: {AGAIN}",
    ("needs_person", "nothing_promised"): f"{TALK} at a terminal: {AGAIN}",
    ("needs_person", "talk_broken_off"): f"{TALK} at a terminal: {AGAIN}",
    (
        "needs_person",
        "captcha",
    ): "Wait some minutes, then run again with --headed and solve it in the window.",
    ("needs_person", "signed_out"): "Run `readdress login` again and stay until the window closes by itself. Where the "
    "store refuses to let you in there: `readdress login --plain-chrome`.",
    (
        "needs_person",
        "could_not_tell",
    ): "Run `readdress check`: it looks once more. If it can't tell either, look at the "
    "account's page yourself in `readdress login --plain-chrome`.",
    ("settings", "no_display"): "Run it at a desktop, or over `ssh -X`.",
    ("refused", None): "Nothing is tried again by itself. Mend what the store names, then run again.",
    (
        "refused",
        "wrong_password",
    ): "Set READDRESS_STORE_PASSWORD right before you run again: more wrong tries may lock the account.",
    ("refused", "wrong_code"): "Wait a minute, then run again: it asks for fresh codes.",
    ("refused", "code_expired"): "Run again: it asks for fresh codes.",
    ("refused", "address_in_use"): "Choose another address, or take this one off the account that has it (a "
    "freed address may stay refused for up to a day).",
    (
        "refused",
        "too_many_attempts",
    ): "Leave it alone as long as the store says, a day where it says nothing, then run again.",
    ("refused", "rate_limit"): "Leave the store alone for ten minutes at least, then run again.",
    ("no_code", None): "Look into the mailbox yourself; run again with a longer --code-timeout, or set its "
    "IMAP_URL to `ask` and type the code.",
    ("no_code", "no_letter"): "Look whether the mailbox is full or filters the letter away; some come 20 "
    "minutes late. Then run again with a longer --code-timeout.",
    ("no_code", "none_acceptable"): "Letters came, and none was safe to use: the reason stands beside each. "
    "If you trust one, set that mailbox's IMAP_URL to `ask`, run again and type the code yourself.",
    ("no_code", "too_many_requests"): "Wait half an hour, then run again: it may then ask for two more.",
    ("mailbox", None): "Mend the mailbox, try it with `readdress check`, then run again.",
    (
        "mailbox",
        "unreachable",
    ): "Check host and port in the IMAP_URL and the network; `readdress check` tries it.",
    ("mailbox", "tls"): "Check the host name in the IMAP_URL. For a server of your own give its certificate "
    "with --imap-ca.",
    ("mailbox", "login_refused"): "Check user and password. Many providers want an app password and IMAP "
    "switched on in their settings. `readdress check` tries it.",
    ("mailbox", "not_signed_in"): "Sign in with `readdress init`, or set that mailbox's IMAP_URL to ask.",
    ("settings", "plain_text"): "Use imaps://. A test host without TLS goes into READDRESS_PLAIN_HOSTS.",
    (
        "off_path",
        None,
    ): "Look at the last picture in the report. If the store asks something of you, run again "
    "with --headed and answer there; if the page is new, a landmark has to be added.",
    (
        "off_path",
        "not_this_store",
    ): "Set READDRESS_STORE_URL right, then see what `readdress check` recognises.",
    ("off_path", "foreign_origin"): "If that host really belongs to the store, name it in "
    "READDRESS_STORE_ORIGINS; if not, somebody may be after your password.",
    (
        "off_path",
        "sent_elsewhere",
    ): "Compare the address that the page names with READDRESS_OLD_EMAIL and the new one, then run again.",
    (
        "off_path",
        "address_unreadable",
    ): "Look in an ordinary browser whether the account's page shows its address, then run again.",
    ("site", None): "See whether the store opens in an ordinary browser, then run again; `readdress check` tells more.",
    ("site", "timeout"): "Run again; a larger --timeout gives a slow store more time.",
    (
        "site",
        "browser",
    ): "Set READDRESS_BROWSER_PATH to a Chromium, Chrome or Edge that starts, or run `readdress browser install`.",
    ("site", "no_browser"): "Run `readdress browser install`, or set READDRESS_BROWSER_PATH.",
    ("site", "no_debugging_port"): "Start your browser with --remote-debugging-port=9222 "
    "--user-data-dir=FOLDER, sign in there, and run again with --browser-url http://127.0.0.1:9222.",
    ("site", "profile_in_use"): "Close the browser that is open on the kept profile, then run again.",
    ("busy", None): "Wait until the other run has ended (`readdress runs` lists it), then run again.",
    ("error", None): "Run again: it first finds out how things stand. If it comes back, please report it.",
    ("unknown", None): "Run the same command again: it reads the account first, and submits again only if "
    "the old address is still there for sure.",
    ("unknown", "pending"): "The store wants a confirmation before it changes the address: look into both "
    "mailboxes, confirm, then run again to find out.",
    ("cancelled", None): "Run the same command again whenever you like.",
    (
        "unfinished",
        None,
    ): "If no run is going on any more, run the same command again: it first finds out how "
    "things stand, and goes on from there.",
}
"""What to do next by outcome and kind of reason; None serves every other kind."""


def outcome_named(name: object) -> Outcome:
    """The outcome of that name; one of a newer version tells no more than its name."""
    known = {outcome.name: outcome for outcome in (*OUTCOMES, UNFINISHED)}
    return known.get(str(name)) or Outcome(str(name), (), "", f"Ended: {name}", "wait")


def advice_for(outcome: str, reason_kind: object = None) -> str:
    """What to do next, in a sentence or two; empty for an outcome that is not known."""
    return ADVICE.get((outcome, str(reason_kind))) or ADVICE.get((outcome, None), "")
