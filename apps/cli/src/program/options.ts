import { InvalidArgumentError, Option } from 'commander';
import { durationMs } from '../duration.js';

export const url = () => new Option('--url <address>', 'the gateway to call; by default the one that runs here');
export const json = () => new Option('--json', 'print one JSON object');

export const brokers = () =>
  new Option('--brokers <number>', 'nats-servers: 1, or a cluster of 3 that survives the death of one').argParser(
    (text) => {
      if (text !== '1' && text !== '3') throw new InvalidArgumentError('it must be 1 or 3');
      return Number(text);
    },
  );

export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('it must be a whole number');
  return Number(text);
}

export function countingNumber(text: string): number {
  const number = wholeNumber(text);
  if (number < 1) throw new InvalidArgumentError('it must be at least 1');
  return number;
}

/** `50` or `50/s` → 50. */
export function perSecond(text: string): number {
  if (!/^\d{1,9}(\/s)?$/.test(text)) throw new InvalidArgumentError('it must be so many a second, such as 50 or 50/s');
  return countingNumber(text.replace('/s', ''));
}

export function number(text: string): number {
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError('it must be a number');
  return Number(text);
}

export function portNumber(text: string): number {
  const number = wholeNumber(text);
  if (number > 65_535) throw new InvalidArgumentError('a port is at most 65535');
  return number;
}

/** `30m` → milliseconds. */
export function duration(text: string): number {
  const ms = durationMs(text);
  if (ms === undefined) throw new InvalidArgumentError('it must be a time such as 30m, 2h or 7d');
  return ms;
}
