#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Firmware images for tests, and the launch digests of guests that begin with them, from the
documents alone: AMD 56860 (SNP_LAUNCH_UPDATE), AMD 55766 (LAUNCH_MEASURE), AMD 24593 (VMSA),
OVMF's ResetVector.

    launch.py image FILE [hashes=ADDRESS,SIZE] [reset=EIP] [without=NAME]... [pages=N]
    launch.py snp|sev|sev-es IMAGE [vcpus=N] [sig=N] [features=N] [vmm=NAME] [legacy=1]
        [kernel=FILE [initrd=FILE] [append=TEXT] [nul=0]]
    launch.py image-digest IMAGE
    launch.py vmsa FILE [the same] [index=N]
    launch.py id-key X Y: the digest of a key on P-384, numbers in hexadecimal
"""
import hashlib
import struct
import sys
import uuid

GUIDS = {
    "footer": "96b582de-1fb2-45f7-baea-a366c55a082d",
    "reset": "00f771de-1a7e-4fcb-890e-68c77e2fb44e",
    "hashes": "7255371f-3a3b-4b04-927b-1da6efa8d454",
    "secret": "4c2eb361-7d9b-4cc3-8081-127c90d3d294",
    "metadata": "dc886566-984a-4798-a75e-5585a7bf67cc",
}
SECTIONS = [(0x800000, 0x3000, 1), (0x80d000, 0x1000, 2), (0x80e000, 0x1000, 3),
            (0x80f000, 0x1000, 4), (0x810000, 0x1000, 0x10), (0x811000, 0x2000, 1)]
METADATA_AT = 0x900     # from the end


def le_guid(text):
    return uuid.UUID(text).bytes_le


def number(options, name, default):
    return int(options.get(name, str(default)), 0)


def image(path, options, without):
    size = 4096 * number(options, "pages", 3)
    data = bytearray((i * 7 + i // 4096) & 0xff for i in range(size))
    gpa, length = (int(x, 0) for x in options.get("hashes", "0x810c00,0x400").split(","))
    entries = [("reset", struct.pack("<I", number(options, "reset", 0x180b004))),
               ("secret", struct.pack("<II", 0x810000, 0xc00)),
               ("hashes", struct.pack("<II", gpa, length)),
               ("metadata", struct.pack("<I", METADATA_AT))]
    table = b""
    for name, value in entries:
        if name not in without:
            table = value + struct.pack("<H", len(value) + 18) + le_guid(GUIDS[name]) + table
    table += struct.pack("<H", len(table) + 18) + le_guid(GUIDS["footer"])
    if "table" not in without:
        data[size - 32 - len(table):size - 32] = table
    meta = b"ASEV" + struct.pack("<III", 16 + 12 * len(SECTIONS), 1, len(SECTIONS))
    meta += b"".join(struct.pack("<III", *s) for s in SECTIONS)
    data[size - METADATA_AT:size - METADATA_AT + len(meta)] = meta
    with open(path, "wb") as file:
        file.write(data)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def entry(data, name):
    """What follows from where image() put it: searched by its GUID, not walked to."""
    at = data.rfind(le_guid(GUIDS[name]))
    if at < 0:
        return None
    size = struct.unpack_from("<H", data, at - 2)[0] - 18
    return data[at - 2 - size:at - 2]


def table(options):
    append = options.get("append", "").encode() + bytes(number(options, "nul", 1))
    initrd = read(options["initrd"]) if "initrd" in options else b""
    out = b""
    for guid, value in (("97d02dd8-bd20-4c94-aa78-e7714d36ab2a", append),
                        ("44baf731-3a2f-4bd7-9af1-41e29169781d", initrd),
                        ("4de79437-abd2-427f-b835-d5b172d2045b", read(options["kernel"]))):
        out += le_guid(guid) + struct.pack("<H", 50) + hashlib.sha256(value).digest()
    out = le_guid("9438d606-4f22-4cc9-b479-a793d411fd21") + struct.pack("<H", 168) + out
    return out + bytes(8)


def vmsa(options, index, eip, features):
    page = bytearray(4096)
    vmm = options.get("vmm", "qemu")

    def put(offset, form, value):
        struct.pack_into("<" + form, page, offset, value)

    cs = (0xf000, eip & 0xffff0000, eip & 0xffff) if index else (0xf000, 0xffff0000, 0xfff0)
    if vmm == "krun" and index:
        cs = (0x9100, 0x91000, 0)
    attributes = {"qemu": (0x9b, 0x93, 0x8b), "ec2": (0x9b if index else 0x9a, 0x92, 0x83),
                  "krun": (0x9a, 0x92, 0x83)}[vmm]
    segments = [(0, 0x93, 0), (cs[0], attributes[0], cs[1]), (0, attributes[1], 0), (0, 0x93, 0),
                (0, 0x93, 0), (0, 0x93, 0), (0, 0, 0), (0, 0x82, 0), (0, 0, 0),
                (0, attributes[2], 0)]
    for i, (selector, attrib, base) in enumerate(segments):
        struct.pack_into("<HHIQ", page, 16 * i, selector, attrib, 0xffff, base)
    for offset, value in ((0xd0, 0x1000), (0x148, 0x40), (0x158, 0x10), (0x160, 0x400),
                          (0x168, 0xffff0ff0), (0x170, 2), (0x178, cs[2]),
                          (0x268, 0x7040600070406), (0x3b0, features), (0x3e8, 1)):
        put(offset, "Q", value)
    if vmm == "qemu":
        put(0x310, "Q", number(options, "sig", 0))
    if vmm == "krun" and not index:
        for offset, value in ((0x1d8, 0x8ff0), (0x328, 0x8ff0), (0x330, 0x7000)):
            put(offset, "Q", value)
    if vmm != "ec2" and "legacy" not in options:
        put(0x408, "I", 0x1f80)
        put(0x410, "H", 0x37f)
    return bytes(page)


class Snp:
    def __init__(self):
        self.digest = bytes(48)

    def page(self, kind, gpa, contents=None):
        inner = hashlib.sha384(contents).digest() if contents is not None else bytes(48)
        self.digest = hashlib.sha384(self.digest + inner + struct.pack("<HBBIQ", 0x70, kind, 0, 0,
                                                                       gpa)).digest()

    def image(self, data):
        for off in range(0, len(data), 4096):
            self.page(1, 2 ** 32 - len(data) + off, data[off:off + 4096])


def snp(data, options, eip):
    guest = Snp()
    guest.image(data)
    sections = SECTIONS
    if options.get("vmm") == "ec2":
        sections = [s for s in SECTIONS if s[2] != 3] + [s for s in SECTIONS if s[2] == 3]
    for gpa, size, kind in sections:
        if kind == 0x10 and "kernel" in options:
            at = struct.unpack("<II", entry(data, "hashes"))[0] & 0xfff
            page = bytes(at) + table(options)
            guest.page(1, gpa, page + bytes(4096 - len(page)))
            continue
        for off in range(0, size, 4096):
            guest.page({2: 5, 3: 6}.get(kind, 3), gpa + off)
    for index in range(number(options, "vcpus", 1)):
        guest.page(2, 0xfffffffff000, vmsa(options, index, eip, number(options, "features", 1)))
    return guest.digest


def main():
    words = [w for w in sys.argv[2:] if "=" not in w]
    options = dict(w.split("=", 1) for w in sys.argv[2:] if "=" in w)
    without = [w.split("=", 1)[1] for w in sys.argv[2:] if w.startswith("without=")]
    command = sys.argv[1]
    if command == "image":
        image(words[0], options, without)
        return
    if command == "id-key":
        key = struct.pack("<I", 2)
        for text in words:
            key += int(text, 16).to_bytes(72, "little")
        print(hashlib.sha384(key.ljust(1028, b"\0")).hexdigest())
        return
    if command == "vmsa":
        with open(words[0], "wb") as file:
            file.write(vmsa(options, number(options, "index", 0), number(options, "reset", 0),
                            number(options, "features", 0)))
        return
    data = read(words[0])
    eip = struct.unpack("<I", entry(data, "reset") or bytes(4))[0]
    if command == "image-digest":
        guest = Snp()
        guest.image(data)
        print(guest.digest.hex())
    elif command == "snp":
        print(snp(data, options, eip).hex())
    else:
        content = data + (table(options) if "kernel" in options else b"")
        if command == "sev-es":
            for index in range(number(options, "vcpus", 1)):
                content += vmsa(options, index, eip, number(options, "features", 0))
        print(hashlib.sha256(content).hexdigest())


main()
