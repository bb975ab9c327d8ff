import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceApp } from '../service-apps.js';
import { checkReplicaCounts, parseReplicaCounts, readReplicaFile } from './replica-counts.js';

describe('parseReplicaCounts', () => {
  it('reads services with their numbers', () => {
    expect(parseReplicaCounts('generation=2, intent=3')).toEqual({ generation: 2, intent: 3 });
    expect(parseReplicaCounts('')).toEqual({});
  });

  it.each([
    ['generation', "'generation' is not <service>=<number>"],
    ['generation=two', "'generation=two' is not <service>=<number>"],
    ['intent=-1', "'intent=-1' is not <service>=<number>"],
    ['intent=1.5', "'intent=1.5' is not <service>=<number>"],
    ['__proto__=2', "'__proto__=2' is not <service>=<number>"],
    ['intent=2,intent=3', "'intent' is named twice"],
  ])('refuses %s', (text, message) => {
    expect(() => parseReplicaCounts(text)).toThrow(message);
  });
});

describe('readReplicaFile', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'llmos-replicas-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const file = (content: string) => {
    const path = join(folder, 'replicas.yaml');
    writeFileSync(path, content);
    return path;
  };

  it('reads lines, and is empty without the file or without lines', () => {
    expect(readReplicaFile(file('generation: 2\nintent: 3\n'))).toEqual({ generation: 2, intent: 3 });
    expect(readReplicaFile(file('# nothing\n'))).toEqual({});
    expect(readReplicaFile(join(folder, 'none.yaml'))).toEqual({});
  });

  it.each([
    ['intent: 2\ngeneration: many', /replicas\.yaml:2: 'generation' must be a number/],
    ['- generation', /replicas\.yaml:1: The file must be an object/],
    ['a: [', /replicas\.yaml:1: Flow sequence/],
  ])('refuses %s', (content, message) => {
    expect(() => readReplicaFile(file(content))).toThrow(message);
  });
});

describe('checkReplicaCounts', () => {
  const apps: ServiceApp[] = [
    { name: 'gateway', role: 'gateway', main: 'gateway.js' },
    { name: 'intent', role: 'service', main: 'intent.js' },
    { name: 'archive', role: 'service', main: 'archive.js', exclusive: 'its index on disk belongs to one process' },
  ];
  const check = (counts: Record<string, number>) => () => checkReplicaCounts(counts, apps);

  it('allows none of a service, one of a service with exclusive state, and several of the others', () => {
    expect(check({ intent: 0, archive: 1, gateway: 2 })).not.toThrow();
  });

  it('refuses a second process of a service whose state belongs to one, and says why and what to do', () => {
    expect(check({ archive: 2 })).toThrow(
      expect.objectContaining({
        message: 'archive cannot run as 2 processes: its index on disk belongs to one process',
        hint: expect.stringMatching(/^leave archive at 1/) as string,
      }),
    );
  });

  it.each([
    [{ intnet: 2 }, "There is no service 'intnet'"],
    [{ intent: 65 }, 'intent=65 is not possible'],
    [{ gateway: 0 }, 'gateway=0 is not possible: nobody would receive calls'],
  ])('refuses %j', (counts, message) => {
    expect(check(counts as unknown as Record<string, number>)).toThrow(message);
  });
});
