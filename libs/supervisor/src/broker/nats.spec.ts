import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../processes/find-program.js';
import { atLeast, versionIn } from '../processes/program-version.js';
import { OLDEST_NATS } from './nats-binary.js';
import { natsConfig, portIn } from './nats-config.js';

describe('versionIn and atLeast', () => {
  it.each([
    ['nats-server: v2.15.1', '2.15.1', true],
    ['nats-server: v2.12.6', '2.12.6', true],
    ['nats-server: v2.12.5', '2.12.5', false],
    ['nats-server: v2.9.25', '2.9.25', false],
    ['nats-server: v3.0.0', '3.0.0', true],
    ['nats-server: v2.12.6-RC.1', '2.12.6-RC.1', false],
    ['nats-server: v2.14.0-beta.2', '2.14.0-beta.2', true],
  ])('read %p as %p, new enough: %p', (text, version, enough) => {
    expect(versionIn(text)).toBe(version);
    expect(atLeast(version, OLDEST_NATS)).toBe(enough);
  });

  it('find no version in other text', () => {
    expect(versionIn('command not found')).toBeUndefined();
  });
});

describe('natsConfig', () => {
  const text = natsConfig({
    folder: '/home/a "b"/nats',
    port: -1,
    credentials: {
      services: 'secret-of-services',
      tenants: { default: 'secret-of-default' },
      operators: { default: 'secret-of-operators' },
      processes: { asr: 'secret-of-asr' },
    },
    isEncrypted: true,
    operatorPipelines: ['export_user', 'shred_tenant'],
    capabilities: [{ name: 'asr.transcribe' }, { name: 'intent.detect' }],
  });

  it('listens on loopback only, syncs before it acknowledges, and encrypts', () => {
    expect(text).toContain('host: 127.0.0.1\nport: -1\n');
    expect(text).toContain('sync_interval: always');
    expect(text).toContain('max_payload: 2MB');
    expect(text).toContain('store_dir: "/home/a \\"b\\"/nats/data"');
    expect(text).toMatch(/jetstream \{[^}]*cipher: aes\n {2}key: \$LLMOS_BROKER_KEY\n\}/);
  });

  const userNamed = (user: string) => text.slice(text.indexOf(`user: "${user}"`)).split('\n    }')[0]!;

  it('gives each process a user that can pull its own capabilities and listen to its own inboxes only', () => {
    const user = userNamed('service-asr');
    expect(user).toContain('password: "secret-of-asr"');
    expect(user).toContain('"$JS.API.CONSUMER.MSG.NEXT.TASKS_LIVE.asr_transcribe"');
    expect(user).not.toContain('intent_detect');
    expect(user).toContain(
      'subscribe { allow: ["_INBOX_service-asr.>","llmos.cancel.*","llmos.callers.*","llmos.leave.asr.*","llmos.replica.>"]',
    );
  });

  it('lets the callers of a tenant publish its events and read the results of its pipelines for callers', () => {
    const user = userNamed('default');
    expect(user).toContain('password: "secret-of-default"');
    expect(user).toContain('publish { allow: ["llmos.in.default.>"] }');
    expect(user).toContain('subscribe { allow: ["llmos.out.default.>","_INBOX_default.>"]');
    expect(user).toContain('deny: ["llmos.out.default.export_user","llmos.out.default.shred_tenant"] }');
  });

  it('lets the operators of a tenant publish operator events and read all of its results', () => {
    const user = userNamed('default-operator');
    expect(user).toContain('password: "secret-of-operators"');
    expect(user).toContain('publish { allow: ["llmos.in.default.>","llmos.in.~operator.default.>"] }');
    expect(user).toContain('subscribe { allow: ["llmos.out.default.>","_INBOX_default-operator.>"], deny: [] }');
  });
});

it('portIn reads the port from the ports file of nats-server', () => {
  expect(portIn('{"nats":["nats://127.0.0.1:40601"]}')).toBe(40601);
  expect(portIn('')).toBeUndefined();
});

it('findProgram finds the first executable file in the path, as a shell does', () => {
  const folder = mkdtempSync(join(tmpdir(), 'llmos-path-'));
  for (const name of ['a', 'b', 'c']) mkdirSync(join(folder, name));
  mkdirSync(join(folder, 'a', 'tool'));
  writeFileSync(join(folder, 'b', 'tool'), '');
  writeFileSync(join(folder, 'c', 'tool'), '');
  chmodSync(join(folder, 'c', 'tool'), 0o755);
  expect(findProgram('tool', ['a', 'b', 'c'].map((name) => join(folder, name)).join(':'))).toBe(
    join(folder, 'c', 'tool'),
  );
  expect(findProgram('tool', '')).toBeUndefined();
  rmSync(folder, { recursive: true });
});
