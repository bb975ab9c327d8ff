import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Instance, isSupervisor } from './instance.js';
import { LogFile } from './log-file.js';
import { commandOf, memoryOf } from '../processes/process-identity.js';
import { StateFile, type InstanceState } from './state-file.js';

const state = (pid: number): InstanceState => ({ pid, startedAt: '2026-01-01T00:00:00Z', brokers: [], services: [] });

describe('Instance', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'llmos-instance-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it('has one folder per checkout', () => {
    expect(new Instance(home, process.cwd()).folder).toBe(new Instance(home, `${process.cwd()}/.`).folder);
    expect(new Instance(home, process.cwd()).folder).not.toBe(new Instance(home, home).folder);
  });

  it('keeps its passwords over restarts, readable by its user alone', () => {
    const instance = new Instance(home, process.cwd());
    const first = instance.credentials();
    expect(first.services).not.toBe(first.tenants.default);
    expect(statSync(join(instance.folder, 'credentials.json')).mode & 0o777).toBe(0o600);
    expect(new Instance(home, process.cwd()).credentials()).toEqual(first);
  });

  it('adds the passwords that an older file lacks, and keeps the others', () => {
    const instance = new Instance(home, process.cwd());
    const { services, tenants } = instance.credentials();
    writeFileSync(join(instance.folder, 'credentials.json'), JSON.stringify({ services, tenants }));
    const grown = instance.credentials();
    expect(grown).toMatchObject({ services, tenants, operators: { default: expect.any(String) as string } });
    expect(grown.operators.default).not.toBe(tenants.default);
    expect(instance.credentials()).toEqual(grown);
    const { processes } = instance.credentials(['asr', 'intent']);
    expect(Object.keys(processes)).toEqual(['asr', 'intent']);
    expect(instance.credentials(['intent', 'gateway']).processes).toMatchObject(processes);
    expect(instance.credentials()).toMatchObject({ services, tenants, processes });
  });

  it('replaces the file of its passwords as a whole: a command that reads it meanwhile never finds half of it', () => {
    const instance = new Instance(home, process.cwd());
    instance.credentials();
    const path = join(instance.folder, 'credentials.json');
    const before = readFileSync(path, 'utf8');
    const reader = openSync(path, 'r');
    instance.credentials(['asr']);
    expect(readFileSync(reader, 'utf8')).toBe(before);
    closeSync(reader);
    expect(readdirSync(instance.folder)).toEqual(['credentials.json']);
  });

  it('can be claimed by one process only', () => {
    const file = new StateFile(join(home, 'deep', 'state.json'));
    expect(file.create(state(1))).toBe(true);
    expect(new StateFile(file.path).create(state(2))).toBe(false);
    file.write({ ...state(1), url: 'http://127.0.0.1:8000' });
    expect(file.read()).toMatchObject({ pid: 1, url: 'http://127.0.0.1:8000' });
    file.remove();
    expect(file.read()).toBeUndefined();
  });

  it('discards the state of a dead process, but not a newer one', () => {
    const file = new StateFile(join(home, 'state.json'));
    file.create(state(1));
    const dead = file.find()!;
    file.discard(dead);
    expect(file.create(state(2))).toBe(true);
    file.discard(dead);
    expect(file.read()?.pid).toBe(2);
    expect(readdirSync(home)).toEqual(['state.json']);
  });

  it('is running only when the process in the state file is a supervisor', () => {
    const instance = new Instance(home, process.cwd());
    instance.state.create(state(process.pid));
    expect(instance.running()).toBeUndefined();
  });

  it('ignores a state file that is incomplete', () => {
    const file = new StateFile(join(home, 'state.json'));
    writeFileSync(file.path, '{"pid": 12');
    expect(file.read()).toBeUndefined();
  });

  it('logs JSON lines unchanged and wraps other lines in JSON', () => {
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

it('isSupervisor recognises a supervisor by its command line', () => {
  expect(isSupervisor('node /a/apps/cli/dist/main.js up --ask')).toBe(true);
  expect(isSupervisor('node /a/node_modules/.bin/llmos up')).toBe(true);
  expect(isSupervisor('/usr/bin/node /a/llmos.mjs up --port 1')).toBe(true);
  expect(isSupervisor('node /a/llmos.mjs restore monday.bak')).toBe(true);
  expect(isSupervisor('node /a/llmos.mjs status')).toBe(false);
  expect(isSupervisor('vim up.txt')).toBe(false);
  expect(isSupervisor('')).toBe(false);
});

it('commandOf and memoryOf read the command line and the memory of a process', () => {
  expect(commandOf(process.pid)).toContain('node');
  expect(memoryOf(process.pid)).toBeGreaterThan(10_000_000);
  expect(commandOf(2 ** 30)).toBe('');
  expect(memoryOf(2 ** 30)).toBeUndefined();
});
