#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run a command whose standard error is a terminal, and print what the terminal got.

    on_terminal.py COMMAND...

Standard output goes to /dev/null.  Each write that came is a line of its own: seconds
since the start, a blank, and the text as Python writes it.  Exits as the command does.
"""
import os
import pty
import subprocess
import sys
import time

master, slave = pty.openpty()
start = time.monotonic()
process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                           stderr=slave)
os.close(slave)
while True:
    try:
        data = os.read(master, 65536)
    except OSError:  # EIO: nobody has the other end any more
        break
    if not data:
        break
    print(f"{time.monotonic() - start:.3f} {data.decode()!r}", flush=True)
sys.exit(process.wait())
