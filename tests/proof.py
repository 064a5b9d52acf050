#!/usr/bin/env python3
"""The proof: did every message go home exactly once, and is everything old as it was?

Reads Dovecot alone, by IMAP, and shares no code with Lifeboat. It is used twice:

    proof.py snapshot --mailstores M.json --out BEFORE.json
    proof.py verify   --mailstores M.json --before BEFORE.json --accepted A.json --out PROOF.json

M.json: [{"id", "host", "port", "master_user", "master_password_file", "mailboxes": [address, ...]}]

A.json: the messages that somebody was told are accepted, one object each:
  token          text that stands in this message and in no other
  also           more texts that must stand in it to be the one; left out: none
  mailbox        whose it is
  folder         where it must lie
  date_from, date_to   epoch seconds between which its INTERNALDATE must lie
  flags          its system flags and keywords, exactly; left out: not checked
  content_file   file whose bytes the message must end with; left out: not checked

verify demands, of every mailbox:
  - each old folder is there with its old UIDVALIDITY, and its UIDNEXT did not go back;
  - each old message is there under its old UID with the same bytes, INTERNALDATE and flags;
  - each accepted message is there exactly once in the whole mailbox, in its folder, with its date,
    flags and content, under a UID that is not below the folder's old UIDNEXT;
  - there is nothing else.

Exit status: 0 proven, 1 disproven, 2 could not look.
"""

import argparse
import calendar
import hashlib
import imaplib
import json
import re
import sys
import time

imaplib._MAXLINE = 10_000_000
FETCH_BATCH = 200
WORD = re.compile(rb"[A-Za-z0-9-]+")


def sign_in(mailstore, mailbox):
    with open(mailstore["master_password_file"], encoding="utf-8") as file:
        password = file.read().strip()
    session = imaplib.IMAP4(mailstore["host"], mailstore["port"], timeout=60)
    session.login(f'{mailbox}*{mailstore["master_user"]}', password)
    return session


def answered(result):
    status, data = result
    if status != "OK":
        raise RuntimeError(f"Dovecot said {status}: {data!r}")
    return data


def folder_names(session):
    names = []
    for line in answered(session.list()):
        if isinstance(line, tuple):
            names.append(line[1].decode("ascii"))
            continue
        if line is None:
            continue
        match = re.match(rb'\(([^)]*)\) (?:"(?:[^"\\]|\\.)*"|NIL) (.*)$', line)
        if rb"\Noselect" in match.group(1):
            continue
        name = match.group(2).decode("ascii")
        if name.startswith('"'):
            name = re.sub(r"\\(.)", r"\1", name[1:-1])
        names.append(name)
    return sorted(names)


def quoted(name):
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def number(session, code):
    value = session.response(code)[1][-1]
    return int(value) if value is not None else None


def read_folder(session, name, with_body):
    exists = int(answered(session.select(quoted(name), readonly=True))[0])
    folder = {
        "uidvalidity": number(session, "UIDVALIDITY"),
        "uidnext": number(session, "UIDNEXT"),
        "messages": {},
    }
    for first in range(1, exists + 1, FETCH_BATCH):
        last = min(first + FETCH_BATCH - 1, exists)
        data = answered(
            session.fetch(f"{first}:{last}", "(UID FLAGS INTERNALDATE BODY.PEEK[])")
        )
        for uid, message in parse_fetch(data):
            body = message.pop("body")
            message["sha256"] = hashlib.sha256(body).hexdigest()
            message["size_bytes"] = len(body)
            if with_body:
                message["body"] = body
            folder["messages"][str(uid)] = message
    if len(folder["messages"]) != exists:
        raise RuntimeError(f"{name}: {exists} messages, {len(folder['messages'])} read")
    return folder


def parse_fetch(data):
    """Pairs of UID and message. imaplib gives (text before the literal, literal), text after it."""
    at = 0
    while at < len(data):
        if not isinstance(data[at], tuple):
            at += 1
            continue
        text, body = data[at]
        at += 1
        if at < len(data) and isinstance(data[at], bytes):
            text += data[at]
            at += 1
        flags = re.search(rb"FLAGS \(([^)]*)\)", text).group(1).decode("ascii").split()
        date = re.search(rb'INTERNALDATE "([^"]*)"', text).group(1).decode("ascii")
        yield int(re.search(rb"\bUID (\d+)", text).group(1)), {
            "flags": sorted(flag for flag in flags if flag != "\\Recent"),
            "internaldate": epoch(date),
            "body": body,
        }


def epoch(date):
    """Epoch seconds of an INTERNALDATE like ` 2-Nov-2026 09:00:00 +0100`."""
    stamp, zone = date.strip().rsplit(" ", 1)
    seconds = calendar.timegm(time.strptime(stamp, "%d-%b-%Y %H:%M:%S"))
    offset = int(zone[1:3]) * 3600 + int(zone[3:5]) * 60
    return seconds - offset if zone[0] == "+" else seconds + offset


def read_mailboxes(mailstores, with_body):
    for mailstore in mailstores:
        for mailbox in mailstore["mailboxes"]:
            session = sign_in(mailstore, mailbox)
            names = folder_names(session)
            folders = {name: read_folder(session, name, with_body) for name in names}
            session.logout()
            yield mailstore["id"], mailbox, folders


def snapshot(mailstores):
    return {
        mailbox: {"mailstore": mailstore, "folders": folders}
        for mailstore, mailbox, folders in read_mailboxes(mailstores, with_body=False)
    }


class Verdict:
    def __init__(self):
        self.failures = []
        self.counts = {
            name: 0
            for name in (
                "mailboxes", "folders", "old_messages", "accepted_messages", "new_messages",
            )
        }

    def demand(self, holds, check, mailbox, folder, detail):
        if not holds:
            self.failures.append(
                {"check": check, "mailbox": mailbox, "folder": folder, "detail": detail}
            )


def verify_old(verdict, mailbox, before, after):
    for name, old in before.items():
        verdict.counts["folders"] += 1
        new = after.get(name)
        verdict.demand(new is not None, "folder_kept", mailbox, name, "the folder is gone")
        if new is None:
            continue
        verdict.demand(
            new["uidvalidity"] == old["uidvalidity"], "uidvalidity_kept", mailbox, name,
            f'UIDVALIDITY was {old["uidvalidity"]}, is {new["uidvalidity"]}',
        )
        verdict.demand(
            new["uidnext"] >= old["uidnext"], "uidnext_not_back", mailbox, name,
            f'UIDNEXT was {old["uidnext"]}, is {new["uidnext"]}',
        )
        for uid, message in old["messages"].items():
            verdict.counts["old_messages"] += 1
            found = new["messages"].get(uid)
            verdict.demand(
                found is not None, "old_message_kept", mailbox, name, f"UID {uid} is gone"
            )
            for part in ("sha256", "internaldate", "flags") if found else ():
                verdict.demand(
                    found[part] == message[part], f"old_{part}_kept", mailbox, name,
                    f"UID {uid}: {part} was {message[part]}, is {found[part]}",
                )


def new_messages(before, after):
    for name, folder in after.items():
        old = before.get(name, {"messages": {}, "uidnext": 1})
        for uid, message in folder["messages"].items():
            if uid not in old["messages"]:
                yield name, int(uid), old["uidnext"], message


def with_texts(messages, texts):
    return [one for one in messages if all(text in one[2]["body"] for text in texts)]


def verify_accepted(verdict, mailbox, before, after, accepted):
    fresh = list(new_messages(before, after))
    verdict.counts["new_messages"] += len(fresh)
    claimed = set()
    there = [
        (name, uid, message)
        for name, folder in after.items()
        for uid, message in folder["messages"].items()
    ]
    by_word = {}
    for one in there:
        for word in set(WORD.findall(one[2]["body"])):
            by_word.setdefault(word, []).append(one)
    for item in accepted:
        verdict.counts["accepted_messages"] += 1
        token = item["token"]
        texts = [text.encode("utf-8") for text in [token, *item.get("also", [])]]
        found = with_texts(by_word.get(texts[0], ()), texts)
        if len(found) != 1:
            # As part of a longer word it counts too.
            found = with_texts(there, texts)
        where = ", ".join(f"{name} UID {uid}" for name, uid, _ in found) or "nowhere"
        verdict.demand(
            len(found) == 1, "exactly_once", mailbox, item["folder"],
            f"{token} is there {len(found)} times: {where}",
        )
        for name, uid, message in found:
            claimed.add((name, int(uid)))
            verify_one(verdict, mailbox, item, name, uid, message)
    for name, uid, uidnext, message in fresh:
        verdict.demand(
            uid >= uidnext, "new_uid_above_old", mailbox, name,
            f"new message under UID {uid}, but UIDNEXT was {uidnext}",
        )
        verdict.demand(
            (name, uid) in claimed, "nothing_else", mailbox, name,
            f'UID {uid} ({message["size_bytes"]} bytes) is no accepted message',
        )


def verify_one(verdict, mailbox, item, name, uid, message):
    token, folder = item["token"], item["folder"]
    verdict.demand(
        name == folder, "right_folder", mailbox, folder, f"{token} lies in {name}, UID {uid}"
    )
    verdict.demand(
        item["date_from"] <= message["internaldate"] <= item["date_to"],
        "internaldate", mailbox, name,
        f'{token}: INTERNALDATE {message["internaldate"]} is not within '
        f'{item["date_from"]}..{item["date_to"]}',
    )
    if item.get("flags") is not None:
        verdict.demand(
            message["flags"] == sorted(item["flags"]), "flags", mailbox, name,
            f'{token}: flags are {message["flags"]}, should be {sorted(item["flags"])}',
        )
    if item.get("content_file"):
        with open(item["content_file"], "rb") as file:
            content = file.read()
        verdict.demand(
            message["body"].endswith(content), "content", mailbox, name,
            f"{token}: UID {uid} does not end with the accepted bytes",
        )


def verify(mailstores, before, accepted):
    verdict = Verdict()
    for _, mailbox, after in read_mailboxes(mailstores, with_body=True):
        verdict.counts["mailboxes"] += 1
        old = before.get(mailbox, {"folders": {}})["folders"]
        mine = [item for item in accepted if item["mailbox"] == mailbox]
        verify_old(verdict, mailbox, old, after)
        verify_accepted(verdict, mailbox, old, after, mine)
    looked_at = {mailbox for store in mailstores for mailbox in store["mailboxes"]}
    for mailbox in set(before) | {item["mailbox"] for item in accepted}:
        verdict.demand(
            mailbox in looked_at, "mailbox_looked_at", mailbox, "", "not on any mailstore"
        )
    return {
        "ok": not verdict.failures,
        "counts": verdict.counts,
        "failures": verdict.failures,
    }


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("command", choices=("snapshot", "verify"))
    parser.add_argument("--mailstores", required=True)
    parser.add_argument("--before")
    parser.add_argument("--accepted")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    mailstores = load(args.mailstores)
    if args.command == "snapshot":
        result, ok = snapshot(mailstores), True
    else:
        result = verify(mailstores, load(args.before), load(args.accepted))
        ok = result["ok"]
    with open(args.out, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1, sort_keys=True)
    return 0 if ok else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, RuntimeError, imaplib.IMAP4.error) as error:
        print(f"proof: cannot look: {error}", file=sys.stderr)
        sys.exit(2)
