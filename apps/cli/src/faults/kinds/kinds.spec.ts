import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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
