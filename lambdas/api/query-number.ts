import { z } from 'zod';

/**
 * A pattern of the numbers from 0 to `max`, without zeros in front: docs/openapi.json has a query's number as a text, so only the
 * pattern can say where it ends.
 */
export const numbersUpTo = (max: number): string => {
  const digits = String(max);
  const shorter = digits.length === 1 ? [] : [`\\d`, ...lengthsBelow(digits.length)];
  const sameLength = [...digits].flatMap((digit, index) => {
    const lowest = index === 0 && digits.length > 1 ? 1 : 0;
    const below = Number(digit) - 1;
    if (below < lowest) return [];
    const rest = digits.length - index - 1;
    return [`${digits.slice(0, index)}[${lowest}-${below}]${anyDigits(rest)}`];
  });
  return `(?:${[...shorter, ...sameLength, digits].join('|')})`;
};

const anyDigits = (count: number): string => (count === 0 ? '' : `\\d{${count}}`);

/** Of two digits and more, and less than `length`. */
const lengthsBelow = (length: number): readonly string[] =>
  Array.from({ length: length - 2 }, (_, index) => `[1-9]${anyDigits(index + 1)}`);

/** A number of a query from `min` (0 or 1) to `max`. */
export const queryNumber = (min: 0 | 1, max: number) =>
  z
    .string()
    .regex(
      new RegExp(`^${min === 1 ? '(?!0$)' : ''}${numbersUpTo(max)}$`),
      `must be a number from ${min} to ${max}`,
    )
    .transform(Number);
