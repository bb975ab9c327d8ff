import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Instance, isSupervisor } from './instance.js';
import { LogFile } from './log-file.js';
import { commandOf, memoryOf } from './process-identity.js';
import { StateFile, type InstanceState } from './state-file.js';

const state = (pid: number): InstanceState => ({ pid, startedAt: '2026-01-01T00:00:00Z', services: [] });

describe('an instance', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'llmos-instance-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it('is one folder for one checkout', () => {
    expect(new Instance(home, process.cwd()).folder).toBe(new Instance(home, `${process.cwd()}/.`).folder);
    expect(new Instance(home, process.cwd()).folder).not.toBe(new Instance(home, home).folder);
  });

  it('keeps its passwords for itself and over restarts', () => {
    const instance = new Instance(home, process.cwd());
    const first = instance.credentials();
    expect(first.services).not.toBe(first.tenants.default);
    expect(statSync(join(instance.folder, 'credentials.json')).mode & 0o777).toBe(0o600);
    expect(new Instance(home, process.cwd()).credentials()).toEqual(first);
  });

  it('adds the passwords that an older file lacks, and keeps those it has', () => {
    const instance = new Instance(home, process.cwd());
    const { services, tenants } = instance.credentials();
    writeFileSync(join(instance.folder, 'credentials.json'), JSON.stringify({ services, tenants }));
    const grown = instance.credentials();
    expect(grown).toMatchObject({ services, tenants, operators: { default: expect.any(String) as string } });
    expect(grown.operators.default).not.toBe(tenants.default);
    expect(instance.credentials()).toEqual(grown);
  });

  it('is claimed by one process only', () => {
    const file = new StateFile(join(home, 'deep', 'state.json'));
    expect(file.create(state(1))).toBe(true);
    expect(new StateFile(file.path).create(state(2))).toBe(false);
    file.write({ ...state(1), url: 'http://127.0.0.1:8000' });
    expect(file.read()).toMatchObject({ pid: 1, url: 'http://127.0.0.1:8000' });
    file.remove();
    expect(file.read()).toBeUndefined();
  });

  it('is freed of a dead claim, but not of one made since', () => {
    const file = new StateFile(join(home, 'state.json'));
    file.create(state(1));
    const dead = file.find()!;
    file.discard(dead);
    expect(file.create(state(2))).toBe(true);
    file.discard(dead);
    expect(file.read()?.pid).toBe(2);
    expect(readdirSync(home)).toEqual(['state.json']);
  });

  it('is not running because a file says so: the process must be a supervisor', () => {
    const instance = new Instance(home, process.cwd());
    instance.state.create(state(process.pid));
    expect(instance.running()).toBeUndefined();
  });

  it('does not mind half a state file', () => {
    const file = new StateFile(join(home, 'state.json'));
    writeFileSync(file.path, '{"pid": 12');
    expect(file.read()).toBeUndefined();
  });

  it('logs JSON lines as they are and wraps the others', () => {
    const log = new LogFile(join(home, 'log.jsonl'));
    log.append('asr', '{"msg":"as it is"}');
    log.append('asr', 'Error: no model');
    log.append('nats-server', '[1] 2026/01/01 00:00:00.1 [INF] Server is ready');
    log.append('asr', '');
    log.close();
    log.close();
    expect(() => log.append('asr', 'a late line')).not.toThrow();
    const lines = readFileSync(log.path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toMatchObject([
      { msg: 'as it is' },
      { level: 'warn', service: 'asr', msg: 'Error: no model' },
      { level: 'info', service: 'nats-server' },
    ]);
  });
});

it('knows a supervisor by its command line', () => {
  expect(isSupervisor('node /a/apps/cli/dist/main.js up --ask')).toBe(true);
  expect(isSupervisor('node /a/node_modules/.bin/llmos up')).toBe(true);
  expect(isSupervisor('/usr/bin/node /a/llmos.mjs up --port 1')).toBe(true);
  expect(isSupervisor('node /a/llmos.mjs restore monday.bak')).toBe(true);
  expect(isSupervisor('node /a/llmos.mjs status')).toBe(false);
  expect(isSupervisor('vim up.txt')).toBe(false);
  expect(isSupervisor('')).toBe(false);
});

it('reads what the system knows of a process', () => {
  expect(commandOf(process.pid)).toContain('node');
  expect(memoryOf(process.pid)).toBeGreaterThan(10_000_000);
  expect(commandOf(2 ** 30)).toBe('');
  expect(memoryOf(2 ** 30)).toBeUndefined();
});
