// The text of --help, in one shape for every command. Loads no package.

/** What follows a command's name on its command line. */
export type Usage = {
  /** As it is called: `npm run sync`. */
  command: string;
  /** Lines of up to 120 characters. */
  about: string;
  /** Flags without a value, and what each does. */
  flags?: Readonly<Record<string, string>>;
  /** Options with a value: the value's name in capitals, and what the option does. */
  options?: Readonly<Record<string, readonly [value: string, about: string]>>;
  /** Stands for the one operand that the program needs; without it there must be none. */
  operand?: string;
  /** Follows the options. */
  more?: string;
};

const exitCodes = 'Ends with 0 where all is well, 1 where somebody has to act, and 2 for a command line that is wrong.';

function lineOfUse({ command, operand }: Usage, names: readonly string[]): string {
  const optional = names.length > 1 ? '[OPTIONS]' : names.map(name => `[${name}]`).join('');
  const given = [operand, optional].filter(Boolean);
  if (given.length === 0) return command;
  return operand ? `${command} -- ${given.join(' ')}` : `${command} [-- ${optional.slice(1, -1)}]`;
}

/** The command line, what it does, each option, and the exit codes. */
export function renderHelp(usage: Usage): string {
  const flags = Object.entries(usage.flags ?? {}).map(([name, about]) => [`--${name}`, about] as const);
  const options = Object.entries(usage.options ?? {}).map(
    ([name, [value, about]]) => [`--${name} ${value}`, about] as const,
  );
  const own = [...options, ...flags];
  const all = [...own, ['--help', 'this text'] as const];
  const width = Math.max(...all.map(([name]) => name.length));
  const rows = all.map(
    ([name, about]) => `  ${name.padEnd(width)}  ${about.replaceAll('\n', `\n${' '.repeat(width + 4)}`)}`,
  );
  const paragraphs = [
    lineOfUse(
      usage,
      own.map(([name]) => name),
    ),
    usage.about,
    rows.join('\n'),
    usage.more,
    exitCodes,
  ];
  return paragraphs.filter(Boolean).join('\n\n');
}
