import { headersOf } from '@llmos/bus';
import { subjects } from '@llmos/contracts';
import { setTimeout as pause } from 'node:timers/promises';
import { ORDER, TENANT } from '../event-senders.js';
import type { Fault } from '../fault.js';
import type { PrivateSystem } from '../private-system.js';

const EVENT = 'application/cloudevents+json';
/** Durable work gives way to callers, so on a busy machine the last ones take their time. */
const DEAD_WITHIN_MS = 90_000;
const intake = subjects.intake(TENANT, ORDER);
const task = (capability: string) => subjects.task('durable', capability);

/** Messages that cannot be used: where they are published, their type and their body. */
const POISON: readonly (readonly [subject: string, type: string, body: string])[] = [
  [intake, EVENT, '{'],
  [intake, EVENT, '[]'],
  [intake, EVENT, 'null'],
  [intake, EVENT, '{"specversion":"1.0","id":"x","source":"/x","type":"order"}'],
  [intake, EVENT, '{"specversion":"1.0","id":"y","source":"/x","type":"order","data":{"text":7,"user":[],"item":{}}}'],
  [intake, EVENT, `{"specversion":"0.1","id":"z","source":"/x","type":"order","data":{}}`],
  [intake, EVENT, '['.repeat(10_000)],
  [intake, EVENT, 'x'.repeat(900_000)],
  [intake, 'application/json', '{"text":"no event"}'],
  [intake, 'nonsense', '\u0000\uffff'],
  [subjects.intake(TENANT, 'no_such_pipeline'), EVENT, '{"specversion":"1.0","id":"w","source":"/x","type":"order"}'],
  [task('intent.detect'), 'application/json', '{"itinerary":"none"}'],
  [task('security.redact'), 'application/json', ''],
];
const ROUNDS = 8;

/** Messages that no process can use, among good ones. */
export function poison(): Fault {
  let before = 0;
  let sent = 0;
  return {
    name: 'poison messages',
    promise: 'Each becomes a dead letter with a reason; nobody else notices.',
    async break(system) {
      before = await deadLetters(system);
      sent = 0;
      for (let round = 0; round < ROUNDS; round++)
        for (const [subject, type, body] of system.random.shuffled(POISON)) {
          await system.bus.nc.request(subject, body, {
            headers: headersOf([['content-type', [type]]]),
            timeout: 5_000,
          });
          sent++;
        }
    },
    async check(system) {
      let letters = 0;
      for (const end = Date.now() + DEAD_WITHIN_MS; letters < sent && Date.now() < end; await pause(200))
        letters = (await deadLetters(system)) - before;
      return letters === sent ? undefined : `${sent} poison messages became ${letters} dead letters`;
    },
  };
}

/** Those that have a reason. */
async function deadLetters({ bus }: PrivateSystem): Promise<number> {
  let count = 0;
  for await (const { code, reason } of bus.deadLetterAdmin.list()) if (code && reason) count++;
  return count;
}
