import { Bus } from '@llmos/bus';
import { natsServerPath } from '@llmos/testing';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NatsBroker } from '../src/broker/nats-broker.js';
import { serverLines } from '../src/broker/nats-config.js';
import { storageKeyFile } from '../src/broker/storage-key.js';

const SECRET = 'Ferdinand the parrot eats nine walnuts';
const NOTES = 300;

describe('the files of the broker', () => {
  let home: string;
  beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'llmos-broker-encryption-'))));
  afterEach(() => rmSync(home, { recursive: true }));

  /** Runs a broker on the data of this home, as `llmos up` does with encryption on or off. */
  async function withBroker<Result>(encryption: boolean, work: (bus: Bus) => Promise<Result>): Promise<Result> {
    const folder = join(home, 'broker');
    const keyFile = storageKeyFile({ home, brokerFolder: folder, encryption });
    const broker = new NatsBroker({
      folder,
      server: {
        command: () => [natsServerPath()],
        removeLeftover: () => undefined,
        sharesSockets: true,
        found: natsServerPath(),
      },
      config: (port) => serverLines({ folder, port, isEncrypted: keyFile !== undefined, syncsAlways: true }),
      keyFile,
      onLine: () => undefined,
      onDeath: () => undefined,
    });
    try {
      await broker.start(AbortSignal.timeout(60_000));
      const bus = await Bus.connect({ url: broker.url, service: 'encryption-test' });
      try {
        return await work(bus);
      } finally {
        await bus.close(200);
      }
    } finally {
      await broker.stop(10_000);
    }
  }
  const write = async (bus: Bus, prefix: string) => {
    const notes = await bus.kv('notes');
    for (let n = 0; n < NOTES; n++) await notes.put(`${prefix}-${n}`, Buffer.from(`${SECRET} ${prefix} ${n}`));
  };
  const read = async (bus: Bus, prefix: string) => {
    const notes = await bus.kv('notes');
    const texts = await Promise.all(
      Array.from({ length: NOTES }, async (_, n) => Buffer.from((await notes.get(`${prefix}-${n}`))!.value).toString()),
    );
    return texts.filter((text, n) => text === `${SECRET} ${prefix} ${n}`).length;
  };
  const filesWith = (text: string) =>
    readdirSync(join(home, 'broker', 'data'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .filter(({ parentPath, name }) => readFileSync(join(parentPath, name)).includes(text)).length;

  it('contain no plain text once encryption is on, also of older messages, and lose no message', async () => {
    await withBroker(false, (bus) => write(bus, 'plain'));
    expect(filesWith(SECRET)).toBeGreaterThan(0);
    await withBroker(true, async (bus) => {
      expect(await read(bus, 'plain')).toBe(NOTES);
      await write(bus, 'sealed');
    });
    expect(filesWith(`${SECRET} sealed`)).toBe(0);
    await withBroker(true, async (bus) => {
      expect([await read(bus, 'plain'), await read(bus, 'sealed')]).toEqual([NOTES, NOTES]);
    });
    expect(filesWith(SECRET)).toBe(0);
  }, 120_000);

  it('stay encrypted when encryption is turned off again, and do not open with another key', async () => {
    await withBroker(true, (bus) => write(bus, 'sealed'));
    expect(await withBroker(false, (bus) => read(bus, 'sealed'))).toBe(NOTES);
    const key = join(home, 'keys', 'broker.key');
    writeFileSync(key, 'a'.repeat(43));
    await expect(withBroker(true, (bus) => read(bus, 'sealed'))).rejects.toThrow(/is encrypted with the key/);
  }, 120_000);
});
