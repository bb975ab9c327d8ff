import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { findProgram } from '../processes/find-program.js';

/**
 * The processors that each of `count` replicas may use: an equal share of all, or one each if there are more replicas
 * than processors. A single replica may use all: undefined. Node and the models' engines count the processors that a
 * process may use, so a share also divides the threads.
 */
export function cpuShares(count: number, cpus: readonly number[]): (readonly number[] | undefined)[] {
  return Array.from({ length: count }, (_, place) => {
    if (count === 1 || cpus.length < 2) return undefined;
    if (count > cpus.length) return [cpus[place % cpus.length]!];
    const [from, to] = [place, place + 1].map((edge) => Math.floor((edge * cpus.length) / count));
    return cpus.slice(from, to);
  });
}

/** `0-2,5` → 0, 1, 2, 5. */
export function parseCpuList(list: string): number[] {
  return list
    .split(',')
    .filter((part) => /^\d+(-\d+)?$/.test(part))
    .flatMap((part) => {
      const [from, to = from] = part.split('-').map(Number);
      return Array.from({ length: to! - from! + 1 }, (_, offset) => from! + offset);
    });
}

/** Binds processes to processors with `taskset` of util-linux. */
export class CpuBinding {
  private constructor(
    private readonly taskset: string,
    readonly cpus: readonly number[],
  ) {}

  /** Undefined where there is no taskset: other systems than Linux cannot bind a process. */
  static find(searchPath: string): CpuBinding | undefined {
    const taskset = process.platform === 'linux' ? findProgram('taskset', searchPath) : undefined;
    if (!taskset) return undefined;
    const allowed = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
    return new CpuBinding(taskset, parseCpuList(allowed));
  }

  /** What precedes a command line so that its process starts on these processors. */
  prefix(cpus: readonly number[] | undefined): readonly string[] {
    return cpus === undefined ? [] : [this.taskset, '-c', cpus.join(',')];
  }

  /** Moves a running process, with all its threads; undefined: to all processors. A process that has ended is ignored. */
  move(pid: number, cpus: readonly number[] = this.cpus): Promise<void> {
    return new Promise((resolve) => {
      execFile(this.taskset, ['-a', '-c', '-p', cpus.join(','), String(pid)], { timeout: 5_000 }, () => resolve());
    });
  }
}
