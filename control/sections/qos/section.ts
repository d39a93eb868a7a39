// SPDX-License-Identifier: GPL-2.0-only
// Traffic control. The configuration owns what has a handle of somebody's giving,
// on every interface that it names; the kernel's own default qdiscs have none.

import type { Config } from "../../config/model.js";
import type { Kernel } from "../../kernel/kernel.js";
import {
  addClass, addFilter, addQdisc, changeClass, decodeClass, decodeFilter, decodeQdisc, deleteClass, deleteFilter, deleteQdisc,
  getClasses, getFilters, getQdiscs, ingressFilters, ingressParent, replaceQdisc, root,
} from "../../netlink/tc.js";
import type { TrafficObject } from "../../netlink/tc.js";
import type { RunningLinks } from "../links/state.js";
import type { Section, Step } from "../section.js";
import { ifbOf } from "../../config/build/qos.js";
import { ifb } from "../../netlink/kinds.js";
import { createLink, decodeLink, deleteLink, getLinks } from "../../netlink/link.js";
import { isAsWanted, rootHandle, wantedTraffic } from "./objects.js";
import { redirectOptions } from "./options.js";
import type { WantedFilter, WantedObject, WantedQos } from "./objects.js";
import type { RunningQos } from "./state.js";

type Action =
  | { readonly kind: "link.create" | "link.delete" }
  | { readonly kind: "qdisc.add" | "qdisc.change" | "class.add" | "class.change"; readonly wanted: WantedObject }
  | { readonly kind: "qdisc.renew"; readonly is: TrafficObject; readonly wanted: WantedObject }
  | { readonly kind: "filter.add"; readonly wanted: WantedFilter }
  | { readonly kind: "qdisc.delete" | "class.delete" | "filter.delete"; readonly is: TrafficObject };

export interface QosStep extends Step {
  readonly section: "qos";
  readonly link: string;
  readonly action: Action;
}

const nothing: WantedQos = { qdiscs: [], classes: [], filters: [] };
/** These have no way to be changed: they are put up anew. */
const unchangeable = new Set(["htb"]);

export const qos: Section<"qos", QosStep> = {
  name: "qos",

  async read(kernel, wanted) {
    const all = (await kernel.netlink.dump(getQdiscs(), decodeQdisc)).filter(({ handle }) => handle >>> 16 !== 0);
    const found = new Map<string, RunningQos>();
    for (const name of namesOf(wanted)) {
      const qdiscs = all.filter(({ index }) => kernel.name(index) === name);
      if (qdiscs.length > 0) found.set(name, await readQos(kernel, name, qdiscs));
    }
    return found;
  },

  plan({ links, qos: running }, wanted) {
    const settings = wantedTraffic(wanted.qos, (name) => links.get(name)?.index ?? 0);
    return [
      ...planShapers(links, wanted),
      ...namesOf(wanted).flatMap((name) =>
        planQos(name, running.get(name) ?? { qdiscs: [], classes: [], filters: [] }, settings.get(name) ?? nothing)),
    ];
  },

  async carryOut(kernel, { link: name, action }) {
    const send = kernel.netlink.request.bind(kernel.netlink);
    if (action.kind === "link.create") {
      await send(createLink(name, ifb(), { up: true }));
      return kernel.knowLinks(await kernel.netlink.dump(getLinks(), decodeLink));
    }
    const link = { name, index: kernel.index(name) };
    switch (action.kind) {
      case "link.delete": return send(deleteLink(link));
      case "qdisc.add": return send(addQdisc(link, action.wanted.where, action.wanted.kind));
      case "qdisc.change": return send(replaceQdisc(link, action.wanted.where, action.wanted.kind));
      case "qdisc.renew":
        await send(deleteQdisc(link, action.is));
        return send(addQdisc(link, action.wanted.where, action.wanted.kind));
      case "qdisc.delete": return send(deleteQdisc(link, action.is));
      case "class.add": return send(addClass(link, action.wanted.where, action.wanted.kind));
      case "class.change": return send(changeClass(link, action.wanted.where, action.wanted.kind));
      case "class.delete": return send(deleteClass(link, action.is));
      case "filter.add": {
        const { where, kind, redirect } = action.wanted;
        const options = redirect === undefined ? kind : redirectOptions({ name: redirect, index: kernel.index(redirect) }).kind;
        return send(addFilter(link, where, options));
      }
      case "filter.delete": return send(deleteFilter(link, action.is, action.is.kind));
    }
  },
};

const namesOf = ({ ports, interfaces, qos: wanted }: Config): string[] =>
  [...new Set([...ports.map(({ name }) => name), ...interfaces.map(({ name }) => name), ...wanted.flatMap((one) => (one.shape ? [one.interface, ifbOf(one.interface)] : [one.interface]))])];

/** Interfaces for what comes and is to wait: each is there when it is wanted, and only then. */
function planShapers(links: RunningLinks, { ports, interfaces, qos: wanted }: Config): QosStep[] {
  const shapers = wanted.filter(({ shape }) => shape).map((one) => ifbOf(one.interface));
  const possible = [...ports, ...interfaces].map(({ name }) => ifbOf(name));
  const absent = shapers.filter((name) => !links.has(name));
  const gone = [...new Set(possible)].filter((name) => links.has(name) && !shapers.includes(name));
  return [
    ...absent.map((link): QosStep => ({ section: "qos", phase: "link.create", words: `create ${link}`, link, action: { kind: "link.create" } })),
    ...gone.map((link): QosStep => ({
      section: "qos", phase: "link.delete", words: `delete ${link}`, loss: "what waits in it", link, action: { kind: "link.delete" },
    })),
  ];
}

async function readQos(kernel: Kernel, name: string, qdiscs: readonly TrafficObject[]): Promise<RunningQos> {
  const link = { name, index: kernel.index(name) };
  const classes = (await kernel.netlink.dump(getClasses(link), decodeClass)).filter(({ kind }) => kind === "htb");
  const parents = qdiscs.flatMap(({ parent, handle, kind }) => (parent === root && kind === "htb" ? [handle] : parent === ingressParent ? [ingressFilters] : []));
  const filters: TrafficObject[] = [];
  for (const parent of parents) {
    const found = await kernel.netlink.dump(getFilters(link, parent), decodeFilter);
    filters.push(...found.filter(({ handle }) => handle !== 0));
  }
  return { qdiscs, classes, filters };
}

function planQos(link: string, is: RunningQos, wanted: WantedQos): QosStep[] {
  const step = (words: string, action: Action, loss?: string): QosStep => ({ section: "qos", phase: "qos", words: `${words} ${link}`, loss, link, action });
  const top = (qdiscs: readonly { readonly parent: number }[]) => qdiscs.find(({ parent }) => parent === root);
  const isRoot = top(is.qdiscs) as TrafficObject | undefined;
  const wantedRoot = wanted.qdiscs.find(({ where }) => where.parent === root);
  const anew = isRoot !== undefined && (wantedRoot === undefined || mustRenew(isRoot, wantedRoot));
  // What hangs on a root that goes, goes with it.
  const survives = ({ parent }: { readonly parent: number }): boolean => !anew || parent === ingressFilters || parent === ingressParent;
  const filters = is.filters.filter(survives);
  const classes = is.classes.filter(() => !anew);
  const qdiscs = is.qdiscs.filter((qdisc) => qdisc.parent === root || survives(qdisc));

  const goneFilters = filters.filter((filter) => !wanted.filters.some((one) => sameFilter(filter, one) && isAsWanted(filter, one)));
  const goneClasses = classes.filter(({ handle }) => !wanted.classes.some(({ where }) => where.handle === handle));
  const goneQdiscs = qdiscs.filter((qdisc) =>
    !wanted.qdiscs.some(({ where }) => where.parent === qdisc.parent) && !goneClasses.some(({ handle }) => handle === qdisc.parent));
  return [
    ...goneFilters.map((filter) => step("delete a filter of", { kind: "filter.delete", is: filter })),
    ...goneClasses.map((one) => step(`delete class ${(one.handle & 0xffff).toString(16)} of`, { kind: "class.delete", is: one }, "what waits in it")),
    ...goneQdiscs.map((qdisc) => step(`delete ${qdisc.kind} of`, { kind: "qdisc.delete", is: qdisc }, "what waits in it")),
    ...wanted.qdiscs.filter(({ where }) => where.parent === root || where.parent === ingressParent).flatMap((one) => planQdisc(step, qdiscs, one)),
    ...wanted.classes.flatMap((one) => planClass(step, classes, one)),
    ...wanted.qdiscs.filter(({ where }) => where.parent !== root && where.parent !== ingressParent).flatMap((one) => planQdisc(step, qdiscs, one)),
    ...wanted.filters
      .filter((one) => !filters.some((filter) => sameFilter(filter, one) && isAsWanted(filter, one)))
      .map((one) => step(`add ${one.words} to`, { kind: "filter.add", wanted: one })),
  ];
}

type MakeStep = (words: string, action: Action, loss?: string) => QosStep;

const sameFilter = (is: TrafficObject, { where }: WantedFilter): boolean =>
  is.parent === where.parent && is.priority === where.priority && is.protocol === where.protocol && (where.handle === undefined || is.handle === where.handle);

const mustRenew = (is: TrafficObject, wanted: WantedObject): boolean =>
  is.kind !== wanted.kind.kind || is.handle !== wanted.where.handle || (unchangeable.has(is.kind) && !isAsWanted(is, wanted));

function planQdisc(step: MakeStep, running: readonly TrafficObject[], wanted: WantedObject): QosStep[] {
  const is = running.find(({ parent }) => parent === wanted.where.parent);
  if (!is) return [step(`add ${wanted.words} to`, { kind: "qdisc.add", wanted })];
  if (mustRenew(is, wanted)) {
    const loss = is.handle === rootHandle && is.kind === "htb" ? "what waits in it and in its classes" : "what waits in it";
    return [step(`replace ${is.kind} by ${wanted.words} on`, { kind: "qdisc.renew", is, wanted }, loss)];
  }
  return isAsWanted(is, wanted) ? [] : [step(`change ${wanted.words} of`, { kind: "qdisc.change", wanted })];
}

function planClass(step: MakeStep, running: readonly TrafficObject[], wanted: WantedObject): QosStep[] {
  const is = running.find(({ handle }) => handle === wanted.where.handle);
  if (!is) return [step(`add ${wanted.words} to`, { kind: "class.add", wanted })];
  return isAsWanted(is, wanted) ? [] : [step(`change ${wanted.words} of`, { kind: "class.change", wanted })];
}
