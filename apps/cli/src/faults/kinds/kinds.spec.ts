import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PrivateSystem } from '../private-system.js';
import { calm } from './calm.fault.js';
import { allFaults } from './index.js';

const SERVICES = ['gateway', 'intent', 'retrieval', 'generation', 'security'];

describe('allFaults', () => {
  const names = allFaults(SERVICES, 'deploy/samples').map(({ name }) => name);

  it('kills and freezes each process, the broker and Redis', () => {
    for (const victim of [...SERVICES, 'broker', 'redis'])
      expect(names).toEqual(expect.arrayContaining([`kill ${victim}`, `freeze ${victim}`]));
  });

  it.each([
    /^kill a service while it starts$/,
    /^kill the broker while it starts$/,
    /^kill the broker while a service binds/,
    /^kill during a restore$/,
    /^cut network/,
    /^slow network/,
    /^stalled model$/,
    /^full disk$/,
    /^poison messages$/,
    /clock/,
    /^slow consumers$/,
    /^calm$/,
  ])('has a fault %s', (name) => {
    expect(names.some((each) => name.test(each))).toBe(true);
  });

  it('has each of the files beside it, under names of their own', () => {
    const folder = import.meta.dirname;
    const index = readFileSync(join(folder, 'index.ts'), 'utf8');
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.fault.ts')))
      expect(index).toContain(`'./${file.replace('.ts', '.js')}'`);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('calm, the soak', () => {
  const hours = (overMs: number, memoryMbPerHour: number, openFilesMore = 0) =>
    calm.check!({
      growth: { growths: () => [{ process: 'intent', overMs, memoryMb: 300, memoryMbPerHour, openFilesMore }] },
    } as unknown as PrivateSystem);

  it('breaks its promise by a process that grows by more than 1 MB an hour, or by open files', async () => {
    expect(await hours(7_200_000, 0.9)).toBeUndefined();
    expect(await hours(7_200_000, 1.1)).toBe('intent grows by over 1 MB an hour');
    expect(await hours(7_200_000, 0, 6)).toBe('intent has over 5 more open files');
  });

  it('does not judge what has run for less than an hour', async () => {
    expect(await hours(3_000_000, 50, 50)).toBeUndefined();
  });
});
