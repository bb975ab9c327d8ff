import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { CpuBinding, cpuShares, parseCpuList } from './cpu-shares.js';

describe('cpuShares', () => {
  it('lets a single replica use every processor', () => {
    expect(cpuShares(1, [0, 1, 2])).toEqual([undefined]);
  });

  it('divides the processors, each for one replica', () => {
    expect(cpuShares(2, [0, 1, 2, 3])).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(cpuShares(3, [0, 1, 2, 3])).toEqual([[0], [1], [2, 3]]);
  });

  it('gives one to each of more replicas than processors', () => {
    expect(cpuShares(3, [4, 6])).toEqual([[4], [6], [4]]);
  });

  it('binds nothing where there is one processor, or none is known', () => {
    expect(cpuShares(2, [0])).toEqual([undefined, undefined]);
    expect(cpuShares(2, [])).toEqual([undefined, undefined]);
  });
});

it('parseCpuList reads the list of the kernel', () => {
  expect(parseCpuList('0-2,5')).toEqual([0, 1, 2, 5]);
  expect(parseCpuList('')).toEqual([]);
});

describe('CpuBinding', () => {
  const binding = CpuBinding.find(process.env['PATH'] ?? '');
  const onLinux = binding ? it : it.skip;

  onLinux('starts a process on its processors, and moves it to all of them', async () => {
    const first = binding!.cpus[0]!;
    const [program, ...args] = [...binding!.prefix([first]), process.execPath, '-e', 'process.stdin.resume()'];
    const child = spawn(program!, args, { stdio: ['pipe', 'ignore', 'inherit'] });
    const allowed = () => {
      const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
      return parseCpuList(list ?? '');
    };
    while (allowed().length !== 1) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(allowed()).toEqual([first]);
    await binding!.move(child.pid!, undefined);
    expect(allowed()).toEqual(binding!.cpus);
    child.stdin!.end();
  });

  onLinux('makes Node count the processors of the share, from which threads are divided', () => {
    const count = 'console.log(require("node:os").availableParallelism())';
    const [program, ...args] = [...binding!.prefix([binding!.cpus[0]!]), process.execPath, '-e', count];
    expect(execFileSync(program!, args, { encoding: 'utf8' }).trim()).toBe('1');
  });

  it('is not there without taskset', () => {
    expect(CpuBinding.find('/nowhere')).toBeUndefined();
  });
});
