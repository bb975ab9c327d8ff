import { InvalidArgumentError, Option } from 'commander';

export const url = () => new Option('--url <address>', 'the gateway, when it is not the one running here');
export const json = () => new Option('--json', 'one JSON object in place of text');

export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number is needed');
  return Number(text);
}

export function countingNumber(text: string): number {
  const number = wholeNumber(text);
  if (number < 1) throw new InvalidArgumentError('it must be at least 1');
  return number;
}

/** Any number. */
export function number(text: string): number {
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError('a number is needed');
  return Number(text);
}

export function portNumber(text: string): number {
  const number = wholeNumber(text);
  if (number > 65_535) throw new InvalidArgumentError('a port is at most 65535');
  return number;
}
