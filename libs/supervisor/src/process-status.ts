import { checkSchema, type Check } from '@llmos/contracts';
import { z } from 'zod';
import type { ProcessStatus } from './process-supervisor.port.js';

const PROBE_LIMIT_MS = 1_000;
/** The gateway has a check for each capability, and a line has room for a few. */
const CHECKS_SHOWN = 2;

/** A connection that stays open would delay a gateway that leaves: it waits for its callers. */
export const ONE_REQUEST = { connection: 'close' };

const readyzSchema = z.object({ ready: z.boolean(), checks: z.array(checkSchema).default([]) });

/** Asks a process for its `/readyz`. */
export async function probe(member: { name: string; pid?: number; url?: string }): Promise<ProcessStatus> {
  const process = (state: 'loading' | 'failed', message: string): ProcessStatus => ({
    ...member,
    state,
    canWork: false,
    checks: [{ name: 'process', state, message }],
  });
  if (member.pid === undefined) return process('failed', 'has stopped and will be restarted; see the log');
  if (!member.url) return process('loading', 'starting');
  try {
    const signal = AbortSignal.timeout(PROBE_LIMIT_MS);
    const response = await fetch(new URL('/readyz', member.url), { signal, headers: ONE_REQUEST });
    const { ready, checks } = readyzSchema.parse(await response.json());
    const canWork = ready && response.ok;
    const isReady = canWork && checks.every(({ state }) => state === 'ready');
    const hasFailed = checks.some(({ state }) => state === 'failed');
    return { ...member, state: isReady ? 'ready' : hasFailed ? 'failed' : 'loading', canWork, checks };
  } catch {
    return process('failed', 'does not answer');
  }
}

/** What a process is waiting for, such as `model moonshine-tiny loading 40 %, about 12 s left`. */
export function describeChecks(checks: readonly Check[]): string {
  const open = checks.filter(({ state }) => state !== 'ready');
  if (open.length === 0) return 'not ready yet';
  const shown = open
    .slice(0, CHECKS_SHOWN)
    .map(({ name, state, progress, etaSeconds, message }) => {
      const parts = [`${name} ${state}${progress === undefined ? '' : ` ${Math.round(progress * 100)} %`}`];
      if (etaSeconds !== undefined) parts.push(`about ${Math.ceil(etaSeconds)} s left`);
      if (message) parts.push(message);
      return parts.join(', ');
    })
    .join('; ');
  return open.length > CHECKS_SHOWN ? `${shown}; and ${open.length - CHECKS_SHOWN} more` : shown;
}
