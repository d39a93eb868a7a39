// SPDX-License-Identifier: GPL-2.0-only
// Files of the library kernel, which mounts /proc and /sys itself.

import { atCurrentDirectory, open } from "./syscalls.js";
import { cString } from "./task.js";
import type { Task } from "./task.js";

const chunk = 65536;

async function withFile<T>(task: Task, path: string, mode: number, work: (fd: number) => Promise<T>): Promise<T> {
  const fd = await task.call(`open ${path}`, "openat", atCurrentDirectory, cString(path), mode | open.closeOnExec, 0);
  try {
    return await work(fd);
  } finally {
    await task.tryCall("close", fd);
  }
}

/** The whole of a file. */
export function readFile(task: Task, path: string): Promise<string> {
  return withFile(task, path, open.readOnly, async (fd) => {
    const parts: Buffer[] = [];
    for (;;) {
      const buffer = Buffer.alloc(chunk);
      const length = await task.call(`read ${path}`, "read", fd, buffer, buffer.length);
      if (length === 0) return Buffer.concat(parts).toString();
      parts.push(buffer.subarray(0, length));
    }
  });
}

/** Write `text` in one piece, as sysctls need it. */
export async function writeFile(task: Task, path: string, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  await withFile(task, path, open.writeOnly, (fd) =>
    task.call(`write ${path}`, "write", fd, bytes, bytes.length),
  );
}
