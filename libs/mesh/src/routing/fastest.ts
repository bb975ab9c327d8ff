import { createHash } from 'node:crypto';
import type { WaitCosts } from '@llmos/contracts';
import { kilocharsOf, sharedKilochars, type Prefix } from './prefix.js';

/** What is known of one replica. */
export interface Candidate {
  readonly place: number;
  readonly tasks: number;
  readonly unreadKilochars: number;
  readonly costs: WaitCosts;
  readonly trust: number;
  readonly held: { has(key: string): boolean };
}

export interface Choice {
  readonly place: number;
  /** Until the answer begins. */
  readonly expectedMs: number;
  /** How much of what is to be read the replica holds, in thousand characters. */
  readonly heldKilochars: number;
}

/** Before anything was measured: reading costs, waiting costs, and how much does not matter yet. */
const ASSUMED: WaitCosts = { fixedMs: 0, perTaskMs: 100, perKilocharMs: 100 };
const TRUSTED = 0.5;
/** Replicas are equally fast within this share. */
const EQUAL = 0.01;

/**
 * The replica that is expected to begin its answer first. What is not known of one is assumed to be as with the best of the
 * others, so that a new or rested one is tried. Among equals the prefix decides (rendezvous hashing, Thaler & Ravishankar
 * 1998): whoever chooses for the same prefix chooses the same.
 */
export function fastest(candidates: readonly Candidate[], prefix: Prefix): Choice | undefined {
  const best = bestCosts(candidates);
  const whole = kilocharsOf(prefix);
  const choices = candidates.map(({ place, tasks, unreadKilochars, costs, trust, held }) => {
    const heldKilochars = sharedKilochars(prefix, held);
    const of = (name: keyof WaitCosts) => trust * costs[name] + (1 - trust) * best[name];
    const toRead = unreadKilochars + whole - heldKilochars;
    const expectedMs = of('fixedMs') + of('perTaskMs') * tasks + of('perKilocharMs') * toRead;
    return { place, expectedMs, heldKilochars };
  });
  const leastMs = Math.min(...choices.map(({ expectedMs }) => expectedMs));
  const equals = choices.filter(({ expectedMs }) => expectedMs <= leastMs * (1 + EQUAL));
  if (equals.length < 2) return equals[0];
  const key = prefix.at(-1)?.key ?? '';
  const rank = ({ place }: Choice) => createHash('sha256').update(`${key} ${place}`).digest('base64url');
  return equals.reduce((a, b) => (rank(a) > rank(b) ? a : b));
}

function bestCosts(candidates: readonly Candidate[]): WaitCosts {
  const trusted = candidates.filter(({ trust }) => trust >= TRUSTED).map(({ costs }) => costs);
  if (trusted.length === 0) return ASSUMED;
  const least = (name: keyof WaitCosts) => Math.min(...trusted.map((costs) => costs[name]));
  return { fixedMs: least('fixedMs'), perTaskMs: least('perTaskMs'), perKilocharMs: least('perKilocharMs') };
}
