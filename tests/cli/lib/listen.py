#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Be the journal or the syslog daemon while a command runs.

    listen.py SOCKET RECORDS COMMAND...

Datagrams that come to SOCKET go into RECORDS, one a line: those of the journal's native
protocol as a JSON object of their fields, others as they are.  Exits as the command does.
"""
import json
import os
import socket
import subprocess
import sys
import threading


def fields(data):
    """NAME=value, or NAME, its length in 64 bits, and the value"""
    found = {}
    while data:
        line, _, data = data.partition(b"\n")
        name, equals, value = line.partition(b"=")
        if not equals:
            size = int.from_bytes(data[:8], "little")
            value, data = data[8:8 + size], data[8 + size + 1:]
        found[name.decode()] = value.decode()
    return json.dumps(found)


def take(server, out):
    while True:
        data = server.recv(1 << 20)
        if data == b"end":
            return
        print(data.decode() if data.startswith(b"<") else fields(data), file=out, flush=True)


path, records = sys.argv[1:3]
os.makedirs(os.path.dirname(path), exist_ok=True)
server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
server.bind(path)
os.chmod(path, 0o666)
with open(records, "w", encoding="utf-8") as f:
    taker = threading.Thread(target=take, args=(server, f))
    taker.start()
    code = subprocess.run(sys.argv[3:], check=False).returncode
    socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"end", path)
    taker.join()
sys.exit(code)
