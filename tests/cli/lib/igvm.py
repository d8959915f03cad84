#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""IGVM files for tests, and the launch digests of the SNP guests in them, from igvm_defs and
AMD 56860 (SNP_LAUNCH_UPDATE) alone.

    igvm.py make FILE [OPTION=VALUE]... WORD...
    igvm.py digest [loader=qemu] [mask=N] WORD...
    igvm.py fix FILE: the checksum and the size of a file that was changed become right

Words are headers, in their order: KIND[:FIELD]...
    platform:MASK:TYPE policy:MASK:POLICY page:MASK:GPA[:FILL[:FLAGS[:DATA_TYPE]]]
    area:INDEX:SIZE insert:MASK:GPA:INDEX vp:MASK:GPA:INDEX memory:MASK:GPA:SIZE
    vps:INDEX:OFFSET id:MASK:BLOCK:AUTH:AUTHOR error:MASK:GPA:SIZE raw:TYPE:HEX
FILL is a byte, or a file with the data, or "zero" for no data; BLOCK and AUTH are files of
`sevadm id`.  Options of make: version=2, arch=N, pagesize=N, gap=N (bytes before the headers).
"""
import hashlib
import os
import struct
import sys
import zlib

PAGE, LARGE = 0x1000, 0x200000


def number(text):
    return int(text, 0)


def number_or_text(text):
    try:
        return number(text)
    except ValueError:
        return text


def read(path):
    with open(path, "rb") as file:
        return file.read()


def fill(word, size):
    if word == "zero":
        return None
    if os.path.exists(word):
        return read(word).ljust(size, b"\0")
    return bytes([number(word)]) * size


def id_header(mask, block, auth, author):
    block, auth = read(block), read(auth)
    out = struct.pack("<IB3x", mask, author) + block[:80] + block[80:88] + auth[:8]
    for sig, key in ((0x40, 0x240), (0x680, 0x880)):
        out += auth[sig:sig + 144] + auth[key:key + 4] + bytes(4) + auth[key + 4:key + 148]
    return out


class Header:
    """Of a word: type and content; with @at, where its data are in the file"""

    def __init__(self, word):
        self.kind, *f = word.split(":")
        self.data = None
        n = [number_or_text(x) for x in f]
        self.fields = n
        if self.kind == "platform":
            self.make = lambda at: (1, struct.pack("<IBBHQ", n[0], 0, n[1], 1, 0))
        elif self.kind == "policy":
            self.make = lambda at: (0x101, struct.pack("<QII", n[1], n[0], 0))
        elif self.kind == "page":
            flags = n[3] if len(n) > 3 else 0
            self.size = LARGE if flags & 1 else PAGE
            self.flags, self.type = flags, n[4] if len(n) > 4 else 0
            self.data = fill(f[2] if len(f) > 2 else "zero", self.size)
            self.make = lambda at: (0x302, struct.pack("<QIIIHH", n[1], n[0], at, flags, self.type, 0))
        elif self.kind == "area":
            self.make = lambda at: (0x301, struct.pack("<QII", n[1], n[0], 0))
        elif self.kind == "insert":
            self.make = lambda at: (0x303, struct.pack("<QII", n[1], n[0], n[2]))
        elif self.kind == "vp":
            self.data = fill(f[3] if len(f) > 3 else "0x5a", PAGE)
            self.make = lambda at: (0x304, struct.pack("<QIIHH", n[1], n[0], at, n[2], 0))
        elif self.kind == "memory":
            self.make = lambda at: (0x305, struct.pack("<QIIII", n[1], n[0], n[2], 0, 0))
        elif self.kind == "vps":
            self.make = lambda at: (0x307, struct.pack("<II", n[0], n[1]))
        elif self.kind == "error":
            self.make = lambda at: (0x30d, struct.pack("<QII", n[1], n[0], n[2]))
        elif self.kind == "id":
            self.make = lambda at: (0x30b, id_header(n[0], f[1], f[2], n[3]))
        elif self.kind == "raw":
            self.make = lambda at: (n[0], bytes.fromhex(f[1]))
        else:
            sys.exit("no such header: " + word)


def make(path, options, words):
    headers = [Header(w) for w in words]
    version, gap = number(options.get("version", "1")), number(options.get("gap", "0"))
    start = (32 if version == 2 else 24) + gap
    end = start + sum(8 + (len(h.make(0)[1]) + 7 & ~7) for h in headers)
    variable, data = b"", b""
    for h in headers:
        kind, content = h.make(end + len(data) if h.data is not None else 0)
        variable += struct.pack("<II", kind, len(content)) + content + bytes(-len(content) % 8)
        data += h.data or b""
    out = struct.pack("<4sIIIII", b"IGVM", version, start, len(variable), end + len(data), 0)
    if version == 2:
        out += struct.pack("<II", number(options.get("arch", "0")), number(options.get("pagesize", "4096")))
    with open(path, "wb") as file:
        file.write(out + bytes(gap) + variable + data)
    fix(path)


def fix(path):
    data = bytearray(read(path))
    version, start, size = struct.unpack_from("<III", data, 4)
    struct.pack_into("<II", data, 16, len(data), 0)
    head = bytes(data[:32 if version == 2 else 24])
    struct.pack_into("<I", data, 20, zlib.crc32(head + data[start:start + size]))
    with open(path, "wb") as file:
        file.write(data)


def digest(options, words):
    mask, qemu = number(options.get("mask", "1")), options.get("loader") == "qemu"
    value, areas, last = bytes(48), {}, []

    def page(kind, gpa, contents=None):
        nonlocal value
        inner = hashlib.sha384(contents).digest() if contents is not None else bytes(48)
        value = hashlib.sha384(value + inner + struct.pack("<HBBIQ", 0x70, kind, 0, 0, gpa)).digest()

    for h in map(Header, words):
        n = h.fields
        if h.kind == "area":
            areas[n[0]] = n[1]
        if h.kind not in ("page", "insert", "vp") or not n[0] & mask:
            continue
        if h.kind == "insert":
            for off in range(0, areas[n[2]], PAGE):
                page(4, n[1] + off)
        elif h.kind == "vp":
            if qemu:
                last.append(h.data)
            else:
                page(2, n[1], h.data)
        elif not h.flags & 4:
            for off in range(0, h.size, PAGE):
                gpa = n[1] + off
                if h.type:
                    page(5 if h.type == 1 else 6, gpa)
                elif h.flags & 2:
                    page(4, gpa)
                elif h.data is None:
                    page(3, gpa) if qemu else page(1, gpa, bytes(PAGE))
                else:
                    page(1, gpa, h.data[off:off + PAGE])
    for data in last:
        page(2, 0xfffffffff000, data)
    return value.hex()


def main():
    known = ("version", "arch", "pagesize", "gap", "loader", "mask")
    options = dict(w.split("=", 1) for w in sys.argv[2:] if w.split("=")[0] in known)
    words = [w for w in sys.argv[2:] if w.split("=")[0] not in known]
    if sys.argv[1] == "make":
        make(words[0], options, words[1:])
    elif sys.argv[1] == "fix":
        fix(words[0])
    else:
        print(digest(options, words))


main()
