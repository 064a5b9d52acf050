#!/usr/bin/env python3
"""A desktop client of the simplest kind: uid_client.py PORT USER PASSWORD DIR

Of each folder it remembers UIDVALIDITY and the highest UID that it saw, and downloads what lies above
into a new file below DIR/mail. When UIDVALIDITY is another, it downloads the folder again.
"""

import imaplib
import json
import os
import sys

from proof import answered, folder_names, number, parse_fetch, quoted


def fetch_above(session, name, known, directory, count):
    answered(session.select(quoted(name), readonly=True))
    validity = number(session, "UIDVALIDITY")
    last = known["last"] if known and known["uidvalidity"] == validity else 0
    highest = last
    data = answered(session.uid("FETCH", f"{last + 1}:*", "(UID FLAGS INTERNALDATE BODY.PEEK[])"))
    for uid, message in parse_fetch(data):
        if uid <= last:  # "n:*" names the last message even when n lies above it
            continue
        count += 1
        with open(os.path.join(directory, "mail", f"{count:06}"), "wb") as file:
            file.write(message["body"])
        highest = max(highest, uid)
    return {"uidvalidity": validity, "last": highest}, count


def main():
    port, user, password, directory = sys.argv[1:]
    path = os.path.join(directory, "state.json")
    state = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            state = json.load(file)
    session = imaplib.IMAP4("127.0.0.1", int(port), timeout=60)
    session.login(user, password)
    count = len(os.listdir(os.path.join(directory, "mail")))
    for name in folder_names(session):
        state[name], count = fetch_above(session, name, state.get(name), directory, count)
    session.logout()
    with open(path, "w", encoding="utf-8") as file:
        json.dump(state, file)


if __name__ == "__main__":
    main()
