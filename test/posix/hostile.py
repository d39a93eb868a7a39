# SPDX-License-Identifier: GPL-2.0-only
# A client that keeps no rule of nuse/stack.h: hostile.py SOCKET SEED SECONDS.
# As a plain user, it posts garbage in eight slots at once, and rings.

import array, mmap, os, random, socket, struct, sys, time

path, seed, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
CALLS, AREAS, AREA, SLOTS, CALL = 4096, 65536, 131072, 256, 192
BASE = 0x10000000
HELLO, SLOT = 1, 2
network = [41, 42, 43, 44, 45, 46, 47, 49, 50, 54, 55, 0, 1, 7, 16, 232, 233, 288]

os.setgid(65534)
os.setuid(65534)
pick = random.Random(seed)
control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
control.connect(path)


def ask(op, index=0):
    control.send(struct.pack("<IIIIQ", 1, op, index, 0, BASE))
    answer, ancillary, _, _ = control.recvmsg(64, 256)
    fds = array.array("i")
    for _, _, data in ancillary:
        fds.frombytes(data)
    assert struct.unpack("<Ii", answer) == (1, 0)
    return fds


def argument():
    return pick.choice([
        0, pick.randrange(20), BASE + AREAS + pick.randrange(1 << 20), pick.getrandbits(32), pick.getrandbits(64),
    ])


window, _, doorbell, _ = ask(HELLO)
memory = mmap.mmap(window, AREAS + SLOTS * AREA)
for slot in range(8):
    ask(SLOT, slot)
end = time.monotonic() + seconds
posts = 0
while time.monotonic() < end:
    at = CALLS + CALL * pick.randrange(8)
    number = pick.choice([pick.randrange(460), pick.choice(network), pick.choice(network), pick.getrandbits(40)])
    memory[at + 16:at + 72] = struct.pack("<q6Q", number, *(argument() for _ in range(6)))
    memory[at + 72:at + 76] = struct.pack("<I", pick.choice([0, 0, 5, pick.randrange(2000)]))
    memory[at + 4:at + 16] = struct.pack("<3I", pick.choice([0, 1, 2, 9]), pick.choice([0, 0, 1]), pick.getrandbits(32))
    memory[at:at + 4] = struct.pack("<I", pick.choice([1, 1, 1, 1, 0, 2, 3, 4, 77]))
    memory[0:8] = struct.pack("<Q", pick.getrandbits(8))
    if posts % 50 == 0:
        area = AREAS + pick.randrange(1 << 18)
        memory[area:area + 64] = pick.randbytes(64)
    posts += 1
    try:
        os.write(doorbell, b"x")
    except BlockingIOError:
        pass
print(posts)
