#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Type lines at a shell on a terminal, each with a TAB behind it, and print what they became.

    type_in.py SETUP SHELL [ARG...] <LINES

SETUP is a command for the shell.  For each line the words that the shell makes of it are
printed, in brackets.  A shell works its keys off one after the other, so there is nothing to
wait for between them.
"""
import os
import pty
import re
import select
import sys
import time

LIMIT = 60  # seconds, for each line


def read_until(fd, mark, limit):
    """What the terminal gets up to @mark."""
    got = b""
    end = time.monotonic() + limit
    while mark not in got:
        ready, _, _ = select.select([fd], [], [], max(0, end - time.monotonic()))
        if not ready:
            sys.exit(f"no {mark!r}, but {got!r}")
        try:
            got += os.read(fd, 65536)
        except OSError:
            sys.exit(f"the shell is gone: {got!r}")
        if b"\x1b[c" in got or b"\x1b[0c" in got:  # what terminal is this?  fish waits for it
            os.write(fd, b"\x1b[?6c")
            got = got.replace(b"\x1b[c", b"").replace(b"\x1b[0c", b"")
    return got


def main():
    setup, shell = sys.argv[1], sys.argv[2:]
    pid, fd = pty.fork()
    if not pid:
        os.environ["TERM"] = "dumb"
        os.execvp(shell[0], shell)
    # the marks are not in what is typed, which the terminal shows as well
    os.write(fd, setup.encode() + b"\rprintf 're%s\\n' ady\r")
    read_until(fd, b"ready", LIMIT)
    for line in sys.stdin:
        # to the front and to the end again: ^A, ^E
        os.write(fd, line.rstrip("\n").encode() + b"\t\x01printf '{%s}' \x05; printf '%s\\n' '}''}'\r")
        got = read_until(fd, b"}}", LIMIT).decode(errors="replace")
        words = re.search(r"\n((?:\{[^{}]*\})+)\}\}", got)
        print(words.group(1).replace("{", "[").replace("}", "]") if words else repr(got))
    os.write(fd, b"exit\r")


main()
