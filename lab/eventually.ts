// SPDX-License-Identifier: GPL-2.0-only

/** Ask again until `holds` is true of the answer; the last answer. */
export async function eventually<T>(ask: () => Promise<T>, holds: (answer: T) => boolean, seconds = 10): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (holds(answer) || Date.now() > deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
