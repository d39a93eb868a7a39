// SPDX-License-Identifier: GPL-2.0-only
// Events as they happen, for any number of listeners. What has to be looked for
// is looked for once a second, and only while somebody listens.

import type { Revision as RevisionHere } from "../daemon/operations.js";
import type { LogBook } from "./logbook.js";
import { linkChanges, rates } from "./rates.js";
import type { Sample } from "./rates.js";
import { showRevision } from "./schema/config.js";
import type { Event } from "./schema/events.js";

export interface FeedSources {
  sample(): Promise<Sample>;
  /** Newest first. */
  revisions(): Promise<readonly RevisionHere[]>;
  readonly log: LogBook;
}

type Listener = (event: Event) => void;

interface Look {
  readonly sample: Sample;
  readonly revision: RevisionHere | undefined;
}

const period = 1000;

export class EventFeed {
  readonly #sources: FeedSources;
  readonly #listeners = new Set<Listener>();
  #stop: (() => void) | undefined;

  constructor(sources: FeedSources) {
    this.#sources = sources;
  }

  /** Hear of every event, until the function that is returned is called. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    this.#stop ??= this.#start();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#stop?.();
      this.#stop = undefined;
    };
  }

  #start(): () => void {
    const stopLog = this.#sources.log.listen((content) => this.#tell({ name: "log", content }));
    let last = this.#look();
    const timer = setInterval(() => {
      const before = last;
      // One that fails (the kernel has died) tells nothing; the next is compared with what was before it.
      last = before.then(async (was) => {
        const is = await this.#look();
        if (was && is) this.#compare(was, is);
        return is ?? was;
      });
    }, period);
    return () => {
      clearInterval(timer);
      stopLog();
    };
  }

  async #look(): Promise<Look | undefined> {
    try {
      const [sample, [revision]] = await Promise.all([this.#sources.sample(), this.#sources.revisions()]);
      return { sample, revision };
    } catch {
      return undefined;
    }
  }

  #compare(was: Look, is: Look): void {
    linkChanges(was.sample, is.sample).forEach((content) => this.#tell({ name: "link", content }));
    const { revision } = is;
    if (revision && (revision.number !== was.revision?.number || revision.state !== was.revision.state)) {
      this.#tell({ name: "config", content: showRevision(revision) });
    }
    this.#tell({ name: "rates", content: rates(was.sample, is.sample) });
  }

  #tell(event: Event): void {
    this.#listeners.forEach((listener) => listener(event));
  }
}
