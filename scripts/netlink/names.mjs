// SPDX-License-Identifier: GPL-2.0-only
// Names of a specification as names of JavaScript.

/** "num-tx-queues" as "numTxQueues" */
export const camel = (name) =>
  name.replace(/[-_]+([a-zA-Z0-9])/g, (_, letter) => letter.toUpperCase()).replace(/^[A-Z]/, (letter) => letter.toLowerCase());

export const pascal = (name) => camel(name).replace(/^./, (letter) => letter.toUpperCase());

/** As a property's name, quoted if it must be. */
export const property = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));
