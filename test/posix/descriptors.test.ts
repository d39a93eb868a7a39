// SPDX-License-Identifier: GPL-2.0-only
// Descriptors of the stack are descriptors like others: dup, fork, exec, poll, epoll.

import { expect, it } from "vitest";
import { useBed } from "./bed.js";

const at = useBed();

/** Run a Python program on the stack; it prints what the test expects. */
async function python(text: string): Promise<string> {
  const { status, out, error } = await at.bed.run("/usr/bin/python3", "-c", `import os, socket, select, sys, fcntl, signal, subprocess, time\n${text}`);
  expect(status, error).toBe(0);
  return out.trim();
}

const pair = `
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen()
a = socket.create_connection(l.getsockname()); b = l.accept()[0]
`;

it("a shell's pipes, substitutions and redirections work between programs of both networks", async () => {
  const script = `echo one | cat; ip -o link show lo | wc -l; x=$(cat /proc/net/dev | grep -c lo:); echo "$x"; (echo sub)`;
  const { out } = await at.bed.run("bash", "-c", script);
  expect(out).toBe("one\n1\n1\nsub\n");
});

it("a copy made by dup2 keeps the connection when the first is closed", async () => {
  expect(await python(`${pair}
n = os.dup2(a.fileno(), 77); a.close(); os.write(77, b"x"); print(b.recv(9)); os.close(77); print(b.recv(9))
`)).toBe("b'x'\nb''");
});

it("the lowest free number is used, as by the host", async () => {
  expect(await python(`
r, w = os.pipe(); os.close(r); s = socket.socket(); print(s.fileno() == r)
`)).toBe("True");
});

it("a child has copies, and its parent's close does not end them", async () => {
  expect(await python(`${pair}
if os.fork() == 0:
    l.close(); b.close(); time.sleep(.2); a.send(b"child"); os._exit(0)
a.close(); print(b.recv(9)); os.wait(); print(b.recv(9))
`)).toBe("b'child'\nb''");
});

it("exec keeps what is inheritable, and closes the rest", async () => {
  expect(await python(`${pair}
c = socket.create_connection(l.getsockname()); d = l.accept()[0]
a.set_inheritable(True)
p = subprocess.Popen(["/usr/bin/python3", "-c", "import os, sys; os.write(int(sys.argv[1]), b'after')", str(a.fileno())], close_fds=False)
a.close(); c.close(); p.wait(); print(b.recv(9), b.recv(9), d.recv(9))
`)).toBe("b'after' b'' b''");
});

it.each(["poll", "select", "epoll"])("%s waits for both networks at once", async (how) => {
  const wait = {
    poll: `p = select.poll(); p.register(a, select.POLLIN); p.register(r, select.POLLIN); got = lambda t: sorted(f for f, _ in p.poll(t))`,
    select: `got = lambda t: sorted(x if isinstance(x, int) else x.fileno() for x in select.select([a, r], [], [], t / 1000)[0])`,
    epoll: `p = select.epoll(); p.register(a, select.EPOLLIN); p.register(r, select.EPOLLIN); got = lambda t: sorted(f for f, _ in p.poll(t / 1000))`,
  }[how];
  expect(await python(`${pair}
r, w = os.pipe()
${wait}
print(got(20) == [])
def later(act):
    if os.fork() == 0:
        time.sleep(.1); act(); os._exit(0)
later(lambda: b.send(b"s")); print(got(5000) == [a.fileno()]); a.recv(1)
later(lambda: os.write(w, b"h")); print(got(5000) == [r]); os.read(r, 1)
b.send(b"s"); os.write(w, b"h"); time.sleep(.1); print(got(5000) == sorted([a.fileno(), r]))
`)).toBe("True\nTrue\nTrue\nTrue");
});

it("an edge is reported once, a oneshot until it is armed again", async () => {
  expect(await python(`${pair}
p = select.epoll(); p.register(a, select.EPOLLIN | select.EPOLLET)
b.send(b"x"); print(len(p.poll(2)), len(p.poll(.05))); b.send(b"y"); print(len(p.poll(2)))
p.modify(a, select.EPOLLIN | select.EPOLLONESHOT); print(len(p.poll(2)), len(p.poll(.05)))
p.modify(a, select.EPOLLIN | select.EPOLLONESHOT); print(len(p.poll(2)))
`)).toBe("1 0\n1\n1 0\n1");
});

it("a signal ends a blocking call, or does not, as its handler was set up", async () => {
  expect(await python(`${pair}
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
signal.signal(signal.SIGALRM, lambda *_: os.write(1, b"alarm\\n"))
buf = ctypes.create_string_buffer(8)
signal.siginterrupt(signal.SIGALRM, True); signal.setitimer(signal.ITIMER_REAL, .1)
print(libc.recv(a.fileno(), buf, 8, 0), ctypes.get_errno(), flush=True)
signal.siginterrupt(signal.SIGALRM, False); signal.setitimer(signal.ITIMER_REAL, .1)
if os.fork() == 0:
    time.sleep(.5); b.send(b"data"); os._exit(0)
print(libc.recv(a.fileno(), buf, 8, 0), flush=True)
`)).toBe("alarm\n-1 4\nalarm\n4");
});

it("writing to a closed connection raises SIGPIPE", async () => {
  const { signal } = await at.bed.run("/usr/bin/python3", "-c", `import os, signal, socket, time
${pair}
signal.signal(signal.SIGPIPE, signal.SIG_DFL); b.close(); a.send(b"x"); time.sleep(.2); a.send(b"y"); a.send(b"z")`);
  expect(signal).toBe("SIGPIPE");
});

it("many threads have calls in progress at once", async () => {
  expect(await python(`
import threading
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen(64)
def serve():
    c = l.accept()[0]; c.sendall(c.recv(9))
def call(i):
    c = socket.create_connection(l.getsockname()); c.sendall(b"%d" % i); got.append(c.recv(9))
got = []
t = [threading.Thread(target=serve) for _ in range(30)] + [threading.Thread(target=call, args=(i,)) for i in range(30)]
[x.start() for x in t]; [x.join() for x in t]; print(len(set(got)))
`)).toBe("30");
});

it("data larger than the window arrives whole", async () => {
  expect(await python(`${pair}
import hashlib
data = os.urandom(5_000_000)
if os.fork() == 0:
    a.sendall(data); os._exit(0)
a.close(); got = b""
while part := b.recv(1 << 20): got += part
print(got == data)
`)).toBe("True");
});
