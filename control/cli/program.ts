// SPDX-License-Identifier: GPL-2.0-only
// The words that nuse knows. What a command needs is loaded when it is run.

import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { programVersion } from "../api/version.js";
import { codes } from "../errors.js";
import type { ErrorCode } from "../errors.js";
import { defaultSocket } from "../config/socket.js";
import { Client } from "./client.js";
import type { Target } from "./client.js";
import type { ShortTable } from "./commands/tables.js";
import { configCommands } from "./program-config.js";
import { runProgram } from "./run.js";

type Global = Target & { readonly json?: true };

const integer = (least: number) => (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least) throw new InvalidArgumentError(`a number of ${least} or more`);
  return value;
};

const worker = (): Option => new Option("--worker <n>", "of this worker's kernel alone").argParser(integer(0));

const tables: readonly (readonly [name: ShortTable, words: string])[] = [
  ["interfaces", "interfaces with addresses and counters"],
  ["neighbours", "neighbours (ARP, neighbour discovery)"],
  ["rules", "rules that choose a routing table"],
  ["nat", "rules that translate addresses, with counts"],
  ["qos", "queues, classes and filters with counts"],
  ["drops", "dropped frames, by reason and place"],
];

const exits = (): string => {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const [code, status] of Object.entries(codes)) byStatus.set(status, [...(byStatus.get(status) ?? []), code as ErrorCode]);
  return [...byStatus].sort(([a], [b]) => a - b).map(([status, list]) => `  ${String(status).padEnd(4)} ${list.join(", ")}`).join("\n");
};

const help = `
Anything else is a program, which runs on the stack of nused:
  nuse ping 192.0.2.1
  nuse ip route
  nuse tcpdump -i wan0

Exit status: 0, or the kind of what went wrong:
${exits()}

Environment: NUSE_API is the socket of nused, NO_COLOR forbids colour.`;

export function createProgram(): Command {
  const program = new Command("nuse")
    .description("looks at nused, the router in user space, and tells it what to do")
    .version(programVersion)
    .option("--json", "print JSON, for programs")
    .addOption(new Option("--socket <path>", "socket of nused").env("NUSE_API").default(defaultSocket))
    .option("--url <url>", "reach nused over TCP: https://HOST:PORT")
    .option("--token-file <file>", "the token for it")
    .option("--ca <file>", "PEM file of the authority to trust")
    .option("--cert <file>", "PEM file of our certificate")
    .option("--key <file>", "PEM file of its key")
    .configureHelp({ showGlobalOptions: true })
    .addHelpText("after", help)
    .exitOverride();
  const reach = () => {
    const { json, ...target } = program.opts<Global>();
    return { client: new Client(target), json };
  };

  program.command("status").description("what runs, and how it is").action(async () => {
    const { client, json } = reach();
    await (await import("./commands/status.js")).showStatus(client, { json });
  });
  for (const [name, words] of tables) {
    program.command(name).description(words).addOption(worker()).action(async (options: { worker?: number }) => {
      const { client, json } = reach();
      await (await import("./commands/tables.js")).showTable(client, name, { json, ...options });
    });
  }
  program.command("routes").description("routes, of the main table if nothing else is said")
    .addOption(new Option("--family <n>", "IPv4 or IPv6 only").choices(["4", "6"]))
    .addOption(new Option("--table <n>", "of this table").argParser(integer(1)))
    .option("--protocol <name>", "of this origin: static, kernel, bgp ...")
    .option("--interface <name>", "that leave by this interface")
    .option("--to <address>", "that lead to this address")
    .addOption(worker())
    .action(async (options: object) => {
      const { client, json } = reach();
      await (await import("./commands/tables.js")).showRoutes(client, { json, ...options });
    });
  program.command("firewall").description("the firewall's rules, as nft lists them").addOption(worker()).action(async (options: { worker?: number }) => {
    const { client, json } = reach();
    await (await import("./commands/tables.js")).showFirewall(client, { json, ...options });
  });
  program.command("conntrack").description("tracked connections").addOption(worker()).action(async (options: { worker?: number }) => {
    const { client, json } = reach();
    await (await import("./commands/tables.js")).showConntrack(client, { json, ...options });
  });
  configCommands(program, reach);
  program.command("monitor").description("live rates of workers, ports and interfaces")
    .addOption(new Option("-c, --count <n>", "end after so many seconds").argParser(integer(1)))
    .action(async (options: { count?: number }) => {
      const { client, json } = reach();
      await (await import("./commands/monitor.js")).monitor(client, { json, ...options });
    });
  program.command("capture").description("packets as they pass, as a pcapng file")
    .addArgument(new Argument("[filter...]", "which, as pcap-filter(7) has it"))
    .option("-i, --interface <name>", "on this interface; on all without it")
    .option("-w, --write <file>", "to this file", "-")
    .addOption(new Option("-c, --count <n>", "end after so many packets").argParser(integer(1)))
    .addOption(new Option("-s, --snaplen <bytes>", "keep so much of each").argParser(integer(14)))
    .addOption(new Option("--seconds <n>", "end after so many").argParser(integer(1)))
    .addOption(worker())
    .action(async (filter: string[], options: { write: string }) => {
      const { client } = reach();
      await (await import("./commands/capture.js")).capture(client, filter.join(" "), options);
    });
  program.command("log").description("the last lines of nused's log")
    .option("-f, --follow", "and those that come")
    .addOption(new Option("-l, --level <level>", "the least grave to show").choices(["trace", "debug", "info", "warn", "error", "fatal"]).default("info"))
    .addOption(new Option("-n, --lines <n>", "at most so many").argParser(integer(1)).default(100))
    .action(async (options: { level: "info"; lines: number; follow?: true }) => {
      const { client, json } = reach();
      await (await import("./commands/log.js")).showLog(client, { json, ...options });
    });
  program.command("doctor").description("whether this host is fit for nused, and what to do")
    .option("-c, --config <file>", "look at the devices of this configuration")
    .action(async (options: { config?: string }) => {
      const { json } = reach();
      await (await import("./commands/doctor.js")).doctor({ json, ...options });
    });
  program.command("completion").description("completion for bash: source <(nuse completion)").action(async () => {
    process.stdout.write((await import("./commands/completion.js")).bashCompletion(program));
  });
  return program;
}

/** Run a command, or hand what is none of ours on. */
export async function run(argv: readonly string[]): Promise<void> {
  const program = createProgram();
  const own = new Set(program.commands.flatMap((command) => [command.name(), ...command.aliases()]).concat("help"));
  const word = firstWord(argv.slice(2));
  if (word !== undefined && !own.has(argv[word + 2]!)) {
    process.exitCode = await runProgram(argv.slice(word + 2));
    return;
  }
  if (argv.length <= 2) {
    program.outputHelp();
    return;
  }
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : codes.usage;
  }
}

const withValue = new Set(["--socket", "--url", "--token-file", "--ca", "--cert", "--key"]);

/** Where the first word stands that is no option of nuse's. */
function firstWord(args: readonly string[]): number | undefined {
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!;
    if (withValue.has(word)) at++;
    else if (!word.startsWith("-")) return at;
  }
  return undefined;
}
