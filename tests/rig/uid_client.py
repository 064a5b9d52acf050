"""A desktop client in small: it remembers UIDVALIDITY and the highest UID of INBOX, fetches what is
above, and fetches everything anew when UIDVALIDITY is another. uid_client.py PORT USER PASSWORD DIR"""

import imaplib
import json
import pathlib
import sys

port, user, password, directory = sys.argv[1:]
home = pathlib.Path(directory)
state_file = home / "state.json"
state = {"uidvalidity": None, "highest": 0}
if state_file.exists():
    state = json.loads(state_file.read_text())

imap = imaplib.IMAP4("127.0.0.1", int(port))
imap.login(user, password)
imap.select("INBOX", readonly=True)
uidvalidity = int(imap.response("UIDVALIDITY")[1][0])
if state["uidvalidity"] != uidvalidity:
    state = {"uidvalidity": uidvalidity, "highest": 0}
_, found = imap.uid("SEARCH", f"UID {state['highest'] + 1}:*")
for uid in sorted(int(uid) for uid in found[0].split()):
    # "n:*" names the last message even if its UID is lower.
    if uid <= state["highest"]:
        continue
    _, fetched = imap.uid("FETCH", str(uid), "(BODY.PEEK[])")
    (home / f"{uidvalidity}-{uid}.eml").write_bytes(fetched[0][1])
    state["highest"] = uid
imap.logout()
state_file.write_text(json.dumps(state))
