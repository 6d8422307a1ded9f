import { styleText } from 'node:util';
import { stringify } from 'yaml';
import type { OutputStream, Shell } from '../shell.ts';
import { escapeCharacter, printable } from './printable.ts';

export const outputFormats = ['text', 'json', 'yaml'] as const;
export type OutputFormat = (typeof outputFormats)[number];

export type Color = 'red' | 'yellow' | 'green' | 'cyan' | 'gray' | 'bold';
export type Paint = (color: Color, text: string) => string;

/** Lines of text for people, with what their colours are made by. */
export type Render<T> = (data: T, paint: Paint) => readonly string[];

/** Where the results and the messages of a command go. */
export interface Output {
  readonly format: OutputFormat;
  /** Data, on standard output: as the API gave it in JSON and YAML, and rendered as text. */
  print<T>(data: T, render: Render<T>): void;
  /** A line of text on standard output. */
  line(text: string): void;
  /** A message for the person, on standard error. */
  say(text: string): void;
  paint: Paint;
}

/** Colours are for terminals, and not for those who have set NO_COLOR. */
export const painter =
  (stream: OutputStream, env: Shell['env']): Paint =>
  (color, text) =>
    stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'
      ? styleText(color, text, { validateStream: false })
      : text;

export const createOutput = ({ stdout, stderr, env }: Shell, format: OutputFormat): Output => {
  const paint = painter(stdout, env);
  const line = (text: string): void => void stdout.write(`${text}\n`);
  return {
    format,
    line,
    paint,
    say: (text) => void stderr.write(`${text}\n`),
    print: (data, render) => {
      for (const text of formatData(data, format, render, paint)) line(text);
    },
  };
};

/** The lines that `print` writes. */
export const formatData = <T>(
  data: T,
  format: OutputFormat,
  render: Render<T>,
  paint: Paint,
): readonly string[] => {
  switch (format) {
    case 'json':
      return [asciiControls(JSON.stringify(data, undefined, 2))];
    case 'yaml':
      return [stringify(data).trimEnd()];
    case 'text':
      return render(printableData(data), paint);
  }
};

/** JSON may hold the control characters above ASCII as they are, which a terminal obeys. */
export const asciiControls = (json: string): string => json.replace(/[\u007f-\u009f]/g, escapeCharacter);

/** Every text in an answer as a terminal may show it. */
const printableData = <T>(data: T): T => mapTexts(data) as T;

const mapTexts = (value: unknown): unknown => {
  if (typeof value === 'string') return printable(value);
  if (Array.isArray(value)) return value.map(mapTexts);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapTexts(item)]));
  return value;
};
