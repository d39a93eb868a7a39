// SPDX-License-Identifier: GPL-2.0-only

import type { Command } from "commander";

/** The commands below a command and its options, as words. */
const words = (command: Command): string =>
  [...command.commands.map((one) => one.name()), ...command.options.flatMap(({ long }) => long ?? [])].join(" ");

/** A script for bash that completes commands, options and files. */
export function bashCompletion(program: Command): string {
  const cases = program.commands.map((command) => `    ${command.name()}) words="${words(command)}" ;;`);
  return `_nuse() {
  local word words=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
${cases.map((line) => `  ${line}`).join("\n")}
    esac
  done
  [ "$words" ] || words="${words(program)}"
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _nuse nuse
`;
}
