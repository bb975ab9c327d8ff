import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './find-program.js';
import { natsConfig, portIn } from './nats-config.js';
import { atLeast, OLDEST_NATS, versionIn } from './version.js';

describe('versions', () => {
  it.each([
    ['nats-server: v2.15.1', '2.15.1', true],
    ['nats-server: v2.12.6', '2.12.6', true],
    ['nats-server: v2.12.5', '2.12.5', false],
    ['nats-server: v2.9.25', '2.9.25', false],
    ['nats-server: v3.0.0', '3.0.0', true],
    ['nats-server: v2.12.6-RC.1', '2.12.6-RC.1', false],
    ['nats-server: v2.14.0-beta.2', '2.14.0-beta.2', true],
  ])('%p is %p; new enough: %p', (text, version, enough) => {
    expect(versionIn(text)).toBe(version);
    expect(atLeast(version, OLDEST_NATS)).toBe(enough);
  });

  it('finds none in other words', () => {
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
    },
    isEncrypted: true,
    operatorPipelines: ['export_user', 'shred_tenant'],
  });

  it('listens on this machine alone and syncs before it acknowledges', () => {
    expect(text).toContain('host: 127.0.0.1\nport: -1\n');
    expect(text).toContain('sync_interval: always');
    expect(text).toContain('max_payload: 2MB');
    expect(text).toContain('store_dir: "/home/a \\"b\\"/nats/data"');
    expect(text).toMatch(/jetstream \{[^}]*cipher: aes\n {2}key: \$LLMOS_BROKER_KEY\n\}/);
  });

  const userNamed = (user: string) => text.slice(text.indexOf(`user: "${user}"`)).split('\n    }')[0]!;

  it('lets a tenant publish its events as a caller and read what callers may, nothing else', () => {
    const user = userNamed('default');
    expect(user).toContain('password: "secret-of-default"');
    expect(user).toContain('publish { allow: ["llmos.in.default.>"] }');
    expect(user).toContain(
      'subscribe { allow: ["llmos.out.default.>","_INBOX_default.>"], deny: ["llmos.out.default.export_user","llmos.out.default.shred_tenant"] }',
    );
  });

  it('lets its operator publish as one, and read everything of the tenant', () => {
    const user = userNamed('default-operator');
    expect(user).toContain('password: "secret-of-operators"');
    expect(user).toContain('publish { allow: ["llmos.in.default.>","llmos.in.~operator.default.>"] }');
    expect(user).toContain('subscribe { allow: ["llmos.out.default.>","_INBOX_default-operator.>"], deny: [] }');
  });
});

it('reads the port from what nats-server wrote', () => {
  expect(portIn('{"nats":["nats://127.0.0.1:40601"]}')).toBe(40601);
  expect(portIn('')).toBeUndefined();
});

it('finds programs as a shell does: the first in the path that may be run', () => {
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
