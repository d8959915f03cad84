#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A key distribution service on loopback, and a proxy to it.

    kds_server.py DIRECTORY CERTIFICATE KEY [CLIENTS-CA]

Answers GET over TLS with the files below DIRECTORY/www, whose names are paths with their
queries; writes its port to DIRECTORY/port once it listens, that of the proxy to
DIRECTORY/proxy, and each request, with when it came, to DIRECTORY/log.  DIRECTORY/mode has a
line for each request that is to go otherwise, in their order:

    right
    slow SECONDS        the answer comes late
    STATUS [RETRY-AFTER]
    redirect URL
    truncated           half of what Content-Length promises
    html                a page, with status 200
    empty
    large BYTES         that many; "large -BYTES": without saying so before
    close               the connection ends without an answer
"""
import http.server
import os
import socket
import ssl
import sys
import threading
import time

PAGE = b"<!DOCTYPE html>\n<html><body>Log in to this network</body></html>\n"
where = sys.argv[1]
lock = threading.Lock()


def log(text):
    with lock, open(os.path.join(where, "log"), "a", encoding="utf-8") as f:
        f.write(f"{time.time():.3f} {text}\n")


def next_mode():
    path = os.path.join(where, "mode")
    with lock:
        try:
            with open(path, encoding="utf-8") as f:
                lines = f.read().splitlines()
        except FileNotFoundError:
            return ["right"]
        with open(path, "w", encoding="utf-8") as f:
            f.write("".join(line + "\n" for line in lines[1:]))
    return lines[0].split() if lines and lines[0] else ["right"]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, body, headers=(), promised=None):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if promised != -1:
            self.send_header("Content-Length", str(promised or len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def right(self):
        path = os.path.join(where, "www", self.path.lstrip("/"))
        try:
            with open(path, "rb") as f:
                body = f.read()
        except OSError:
            self.answer(404, b"<html>Not found</html>")
            return
        self.answer(200, body)

    def do_GET(self):
        mode = next_mode()
        log(f"GET {self.path} {' '.join(mode)}")
        if mode[0] == "slow":
            time.sleep(float(mode[1]))
            self.right()
        elif mode[0] == "redirect":
            self.answer(302, PAGE, [("Location", mode[1])])
        elif mode[0] == "truncated":
            self.answer(200, PAGE, promised=2 * len(PAGE))
        elif mode[0] == "html":
            self.answer(200, PAGE, [("Content-Type", "text/html")])
        elif mode[0] == "empty":
            self.answer(200, b"")
        elif mode[0] == "large":
            self.answer(200, b"x" * abs(int(mode[1])), promised=-1 if mode[1][0] == "-" else None)
        elif mode[0] == "close":
            self.close_connection = True
        elif mode[0].isdigit():
            self.answer(int(mode[0]), PAGE, [("Retry-After", after) for after in mode[1:]])
        else:
            self.right()


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def through(client):
    head = b""
    while b"\r\n\r\n" not in head:
        data = client.recv(4096)
        if not data:
            return
        head += data
    target = head.split()[1].decode()
    log(f"CONNECT {target}")
    host, _, port = target.rpartition(":")
    try:
        server = socket.create_connection((host, int(port)))
    except OSError:
        client.close()
        return
    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    threading.Thread(target=pump, args=(client, server), daemon=True).start()
    pump(server, client)


def proxy(listener):
    while True:
        client, _ = listener.accept()
        threading.Thread(target=through, args=(client,), daemon=True).start()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass        # a client that does not trust us goes away


def tell(name, port):
    with open(os.path.join(where, name + ".new"), "w", encoding="utf-8") as f:
        f.write(f"{port}\n")
    os.rename(os.path.join(where, name + ".new"), os.path.join(where, name))


def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    if len(sys.argv) > 4:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(sys.argv[4])
    server = Server(("127.0.0.1", 0), Handler)
    # the handshake is the thread's: one that comes to nothing holds nobody up
    server.socket = context.wrap_socket(server.socket, server_side=True,
                                        do_handshake_on_connect=False)
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=proxy, args=(listener,), daemon=True).start()
    tell("proxy", listener.getsockname()[1])
    tell("port", server.server_address[1])
    server.serve_forever()


main()
