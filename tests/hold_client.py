"""A mail program that meets a notice listener: hold_client.py PORT PROTOCOL TLS SAY PASSWORD CA_FILE.

Speaks with Python's own clients where it has one, and prints what the listener says. Exit status 1 when it was let
in or told that its password is wrong.
"""

import imaplib
import poplib
import smtplib
import socket
import ssl
import sys

port, protocol, tls, say, password, ca_file = sys.argv[1:]
port = int(port)
context = ssl.create_default_context(cafile=ca_file)
HOST = "localhost"


def imap():
    if tls == "implicit":
        client = imaplib.IMAP4_SSL(HOST, port, ssl_context=context, timeout=10)
    else:
        client = imaplib.IMAP4(HOST, port, timeout=10)
    if tls == "starttls":
        assert "LOGINDISABLED" in client.capabilities, client.capabilities
        client.starttls(context)
    client.login("ann@example.com", password)


def pop3():
    if tls == "implicit":
        client = poplib.POP3_SSL(HOST, port, context=context, timeout=10)
    else:
        client = poplib.POP3(HOST, port, timeout=10)
    if tls == "starttls":
        client.stls(context)
    client.user("ann@example.com")
    client.pass_(password)


def submission():
    if tls == "implicit":
        client = smtplib.SMTP_SSL(HOST, port, context=context, timeout=10)
    else:
        client = smtplib.SMTP(HOST, port, timeout=10)
    if tls == "starttls":
        client.starttls(context=context)
    client.login("ann@example.com", password)


def sieve():
    """Python has no client for ManageSieve."""
    stream = socket.create_connection((HOST, port), timeout=10)
    if tls == "implicit":
        stream = context.wrap_socket(stream, server_hostname=HOST)

    def read_reply(stream):
        text = ""
        while not any(line.startswith(("OK", "NO", "BYE")) for line in text.splitlines()):
            octets = stream.recv(4096)
            if not octets:
                break
            text += octets.decode()
        if not text.splitlines()[-1].startswith("OK"):
            raise RuntimeError(text)
        return text

    read_reply(stream)
    if tls == "starttls":
        stream.sendall(b"STARTTLS\r\n")
        read_reply(stream)
        stream = context.wrap_socket(stream, server_hostname=HOST)
        assert "PLAIN" in read_reply(stream)
    stream.sendall(b'AUTHENTICATE "PLAIN" {%d+}\r\n%s\r\n' % (len(password), password.encode()))
    read_reply(stream)


try:
    {"imap": imap, "pop3": pop3, "submission": submission, "sieve": sieve}[protocol]()
except smtplib.SMTPAuthenticationError as error:
    print(error.smtp_code, error.smtp_error.decode())
    sys.exit(0 if error.smtp_code == 421 else 1)
except smtplib.SMTPResponseException as error:
    print(error.smtp_code, error.smtp_error.decode())
except (imaplib.IMAP4.error, poplib.error_proto, smtplib.SMTPException, RuntimeError) as error:
    print(" ".join(str(part) for part in error.args))
else:
    print("it was let in")
    sys.exit(1)
