"""What to do next, by the way a run has ended."""

from __future__ import annotations

TALK = "Run `readdress support` again"
AGAIN = "it takes the conversation up where it is, and sends nothing twice."
LOST = (
    "To type its codes yourself, set READDRESS_OLD_IMAP_URL=ask. If nobody can open the old mailbox any more, "
    "`readdress change --lost-mailbox` goes the guide's other way."
)
ADVICE: dict[str, dict[str | None, str]] = {
    "changed": {
        None: (
            "Keep the old mailbox for 30 days: a notice with a link that reverts the change may have gone there. Sign "
            "in once with the new address."
        ),
    },
    "saved": {
        None: "Ask support to make it the account's address: `readdress support` writes to them.",
    },
    "asked": {
        None: (
            "Wait as long as they said, then run `readdress support` again: it ends with `already` once the account "
            "has the new address, and asks you before it writes once more. They may write to the second address."
        ),
    },
    "already": {
        None: "Nothing is left to do. If you have not signed in with the new address yet, do it once.",
        "backup_email": "Ask support to make it the account's address: `readdress support` writes to them.",
    },
    "planned": {
        None: "Run the same command without --dry-run.",
    },
    "settings": {
        None: (
            "Mend what is listed, then run the same command again. `readdress check` tries the settings without a "
            "click."
        ),
        "wrong_account": (
            "Nothing was requested for the account that is signed in. Set READDRESS_OLD_EMAIL to the address that it "
            "shows, or sign out and in as the account you mean: `readdress login --plain-chrome` stays open until you "
            "close it. Then run again."
        ),
        "folder": "Free some space, mend the folder's rights or choose another with --runs-dir, then run again.",
        "no_display": "Run it at a desktop, or over `ssh -X`.",
        "plain_text": "Use imaps://. A test host without TLS goes into READDRESS_PLAIN_HOSTS.",
    },
    "needs_person": {
        None: (
            "Run the same command again at a terminal with --headed and do in the window what the store asks; the run "
            "goes on from there."
        ),
        "code_in_picture": (
            "Open the letter yourself; set that mailbox's IMAP URL to ask and run again at a terminal, which will ask "
            "you for the code."
        ),
        "password": "Set READDRESS_STORE_PASSWORD, or run again with --headed and sign in in the window.",
        "unanswered": "Run the same command again at a terminal and answer there.",
        "asked": (
            "Wait as long as support said, then run `readdress change --lost-mailbox` again: it ends with `already` "
            "once the account has the new address, and asks you before it writes once more."
        ),
        "no_terminal": "Run the same command at a terminal, where you can read and answer.",
        "no_operator": "Run `readdress support` again at another hour.",
        "operator_asks": (
            "Run `readdress support` again at a terminal and answer there: it takes the conversation up where it is, "
            "and sends nothing twice."
        ),
        "operator_refused": (
            "Read in the report what they said. Another operator may help: run `readdress support` again another day."
        ),
        "chat_gone": (
            "Run `readdress support` again: it takes the conversation up where it is, and sends nothing twice."
        ),
        "no_answer": (
            "Run `readdress support` again later: it takes the conversation up where it is, and sends nothing twice."
        ),
        "nothing_promised": (
            "Run `readdress support` again at a terminal: it takes the conversation up where it is, and sends nothing "
            "twice."
        ),
        "talk_broken_off": (
            "Run `readdress support` again at a terminal: it takes the conversation up where it is, and sends nothing "
            "twice."
        ),
        "captcha": "Wait some minutes, then run again with --headed and solve it in the window.",
        "signed_out": (
            "Run `readdress login` again and stay until the window closes by itself. Where the store refuses to let "
            "you in there: `readdress login --plain-chrome`."
        ),
        "could_not_tell": (
            "Run `readdress check`: it looks once more. If it can't tell either, look at the account's page yourself "
            "in `readdress login --plain-chrome`."
        ),
    },
    "refused": {
        None: "Nothing is tried again by itself. Mend what the store names, then run again.",
        "wrong_password": (
            "Set READDRESS_STORE_PASSWORD right before you run again: more wrong tries may lock the account."
        ),
        "wrong_code": "Wait a minute, then run again: it asks for fresh codes.",
        "code_expired": "Run again: it asks for fresh codes.",
        "address_in_use": (
            "Choose another address, or take this one off the account that has it (a freed address may stay refused "
            "for up to a day)."
        ),
        "too_many_attempts": ("Leave it alone as long as the store says, a day where it says nothing, then run again."),
        "rate_limit": "Leave the store alone for ten minutes at least, then run again.",
    },
    "no_code": {
        None: (
            "Look into the mailbox yourself; run again with a longer --code-timeout, or set its IMAP_URL to `ask` and "
            "type the code."
        ),
        "no_letter": (
            "Look whether the mailbox is full or filters the letter away; some come 20 minutes late. Then run again "
            "with a longer --code-timeout."
        ),
        "none_acceptable": (
            "Letters came, and none was safe to use: the reason stands beside each. If you trust one, set that "
            "mailbox's IMAP_URL to `ask`, run again and type the code yourself."
        ),
        "too_many_requests": "Wait half an hour, then run again: it may then ask for two more.",
    },
    "mailbox": {
        None: "Mend the mailbox, try it with `readdress check`, then run again.",
        "unreachable": "Check host and port in the IMAP_URL and the network; `readdress check` tries it.",
        "tls": "Check the host name in the IMAP_URL. For a server of your own give its certificate with --imap-ca.",
        "login_refused": (
            "Check user and password. Many providers want an app password and IMAP switched on in their settings. "
            "`readdress check` tries it."
        ),
        "not_signed_in": "Sign in with `readdress init`, or set that mailbox's IMAP_URL to ask.",
    },
    "off_path": {
        None: (
            "Look at the last picture in the report. If the store asks something of you, run again with --headed and "
            "answer there; if the page is new, a landmark has to be added."
        ),
        "not_this_store": "Set READDRESS_STORE_URL right, then see what `readdress check` recognises.",
        "foreign_origin": (
            "If that host really belongs to the store, name it in READDRESS_STORE_ORIGINS; if not, somebody may be "
            "after your password."
        ),
        "sent_elsewhere": (
            "Compare the address that the page names with READDRESS_OLD_EMAIL and the new one, then run again."
        ),
        "address_unreadable": (
            "Look in an ordinary browser whether the account's page shows its address, then run again."
        ),
    },
    "site": {
        None: "See whether the store opens in an ordinary browser, then run again; `readdress check` tells more.",
        "timeout": "Run again; a larger --timeout gives a slow store more time.",
        "browser": (
            "Set READDRESS_BROWSER_PATH to a Chromium, Chrome or Edge that starts, or run `readdress browser install`."
        ),
        "no_browser": "Run `readdress browser install`, or set READDRESS_BROWSER_PATH.",
        "no_debugging_port": (
            "Start your browser with --remote-debugging-port=9222 --user-data-dir=FOLDER, sign in there, and run again"
            " with --browser-url http://127.0.0.1:9222."
        ),
        "profile_in_use": "Close the browser that is open on the kept profile, then run again.",
    },
    "busy": {
        None: "Wait until the other run has ended (`readdress runs` lists it), then run again.",
    },
    "error": {
        None: "Run again: it first finds out how things stand. If it comes back, please report it.",
    },
    "unknown": {
        None: (
            "Run the same command again: it reads the account first, and submits again only if the old address is "
            "still there for sure."
        ),
        "pending": (
            "The store wants a confirmation before it changes the address: look into both mailboxes, confirm, then run"
            " again to find out."
        ),
    },
    "cancelled": {
        None: "Run the same command again whenever you like.",
    },
    "unfinished": {
        None: (
            "If no run is going on any more, run the same command again: it first finds out how things stand, and goes"
            " on from there."
        ),
    },
}
"""What to do next by outcome and kind of reason; None serves every other kind."""


def advice_for(outcome: str, reason_kind: object = None) -> str:
    """What to do next, in a sentence or two; empty for an outcome that is not known."""
    known = ADVICE.get(outcome, {})
    return known.get(str(reason_kind)) or known.get(None, "")
