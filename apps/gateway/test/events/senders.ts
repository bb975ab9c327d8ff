import { headersOf, type Bus } from '@llmos/bus';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { SOURCE, type EventCase } from './event-cases.js';

/** A message as a client publishes it. */
export type Message = Pick<EventCase, 'headers' | 'body'> & { readonly subject: string };

/** A client of NATS that other systems use. */
export interface Sender {
  readonly name: string;
  /** The source of its events: each sender has its own, so that no event is a repeated one. */
  readonly source: string;
  /** Why it cannot be used here; undefined if it can. */
  readonly missing: string | undefined;
  canSend(message: Message): boolean;
  send(message: Message): void;
}

const PYTHON = process.env['LLMOS_TEST_PYTHON'] ?? 'python3';
const NATSCLI = process.env['LLMOS_TEST_NATSCLI'] ?? 'nats';

/** The client of the bus, and those that are installed: nats-py and natscli. */
export function sendersTo(bus: () => Bus, url: () => string): Sender[] {
  return [
    {
      name: 'nats.js',
      source: '/nats.js',
      missing: undefined,
      canSend: () => true,
      send: (each) => publish(bus(), each),
    },
    {
      name: 'nats-py',
      source: '/nats-py',
      missing: succeeds(PYTHON, ['-c', 'import nats']) ? undefined : 'python3 has no package nats-py',
      canSend: () => true,
      send: (each) => publishWithPython(url(), each),
    },
    {
      name: 'natscli',
      source: '/natscli',
      missing: succeeds(NATSCLI, ['--version']) ? undefined : 'there is no command nats',
      // Its bodies are arguments, which are texts of limited length.
      canSend: ({ body }) => typeof body === 'string' && body !== '' && body.length < 100_000,
      send: (each) => publishWithCommand(url(), each),
    },
  ];
}

/** The message of a case, from another source. */
export function messageFrom(source: string, { headers, body, pipeline = 'detect_intent' }: EventCase): Message {
  const named = Object.entries(headers).map(([name, value]) => [
    name,
    value.startsWith(SOURCE) ? value.replace(SOURCE, source) : value,
  ]);
  const text = typeof body === 'string' ? body.replaceAll(JSON.stringify(SOURCE), JSON.stringify(source)) : body;
  return {
    subject: `llmos.in.default.${pipeline}`,
    headers: Object.fromEntries(named) as EventCase['headers'],
    body: text,
  };
}

function publish({ nc }: Bus, { subject, headers, body }: Message): void {
  const entries = Object.entries(headers).map(([name, value]) => [name, [value]] as const);
  nc.publish(subject, body, entries.length > 0 ? { headers: headersOf(entries) } : {});
}

function publishWithPython(url: string, { subject, headers, body }: Message): void {
  const line = JSON.stringify({ subject, headers, body: Buffer.from(body).toString('base64') });
  run(PYTHON, [join(import.meta.dirname, 'publish.py'), url], line);
}

function publishWithCommand(url: string, { subject, headers, body }: Message): void {
  const named = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}:${value}`]);
  run(NATSCLI, ['--server', url, 'pub', subject, String(body), ...named]);
}

function run(command: string, parameters: readonly string[], input = ''): void {
  const { status, stderr } = spawnSync(command, parameters, { input });
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${String(stderr)}`);
}

function succeeds(command: string, parameters: readonly string[]): boolean {
  return spawnSync(command, parameters).status === 0;
}
