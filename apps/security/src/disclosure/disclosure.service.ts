import { LlmosError, type InputOf, type OutputOf } from '@llmos/contracts';
import type { release } from '@llmos/contracts/capabilities/security';
import { epsilonOf, NANO, nanoRho, SystemRandom, type RandomSource } from '@llmos/privacy';
import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { answerNoisily } from './noisy-answer.js';
import type { BudgetStore } from './ports/budget-store.port.js';

export interface DisclosureOptions {
  readonly budgets: BudgetStore;
  /** What each budget has to spend, in zCDP. */
  readonly totalRho: number;
  /** With which all spending is said as ε. */
  readonly delta: number;
  readonly random?: RandomSource;
}

/** So many of the latest answers of a budget are remembered: a step that is delivered again is within them. */
const REMEMBERED = 256;
const ATTEMPTS = 40;
const MAX_PAUSE_MS = 20;

/** Publishes numbers about users with noise, and pays for each out of a budget before it is given out. */
export class DisclosureService {
  private readonly random: RandomSource;
  private readonly totalNano: bigint;
  private readonly queues = new Map<string, Promise<unknown>>();

  constructor(private readonly options: DisclosureOptions) {
    this.random = options.random ?? new SystemRandom();
    this.totalNano = nanoRho(options.totalRho);
  }

  /**
   * Answers one query. The same `id` gets the same answer, and pays once.
   *
   * @param id of the run and step that asks.
   * @throws LlmosError BUDGET_SPENT when the budget has less left than the answer costs, INVALID_ARGUMENT when the query
   *   contradicts itself, OVERLOADED when too many ask of the same budget at once.
   */
  release(tenant: string, id: string, input: InputOf<typeof release>): Promise<OutputOf<typeof release>> {
    const name = `${tenant}.${input.budget}`;
    // One after another in this process; other processes are met at the store.
    const turn = (this.queues.get(name) ?? Promise.resolve()).then(
      () => this.pay(tenant, id, input),
      () => this.pay(tenant, id, input),
    );
    this.queues.set(name, turn);
    const leave = () => {
      if (this.queues.get(name) === turn) this.queues.delete(name);
    };
    turn.then(leave, leave);
    return turn;
  }

  private async pay(tenant: string, id: string, input: InputOf<typeof release>): Promise<OutputOf<typeof release>> {
    const { budgets } = this.options;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const { ledger, revision } = await budgets.read(tenant, input.budget);
      const known = ledger.answers.find((each) => each.id === id);
      if (known) return known.answer;
      const nano = nanoRho(input.rho);
      const spentNano = ledger.spentNano + nano;
      if (spentNano > this.totalNano) throw spent(input.budget, this.totalNano - ledger.spentNano, nano);
      const answer = this.answer(input, nano, spentNano);
      const answers = [...ledger.answers, { id, answer }].slice(-REMEMBERED);
      // Not given out before it is paid for: an answer that somebody else was quicker than is thrown away unseen.
      if (await budgets.write(tenant, input.budget, { spentNano, answers }, revision)) return answer;
      await delay(randomInt(MAX_PAUSE_MS));
    }
    throw new LlmosError('OVERLOADED', `Too many ask of the budget '${input.budget}' at once. Try again.`);
  }

  private answer(input: InputOf<typeof release>, nano: bigint, spentNano: bigint): OutputOf<typeof release> {
    const { mechanism, contributions, query } = input;
    const { delta } = this.options;
    return {
      ...answerNoisily(query, { mechanism, contributions, nano, random: this.random }),
      mechanism,
      spentRho: rhoOf(nano),
      remainingRho: rhoOf(this.totalNano - spentNano),
      epsilon: epsilonOf(rhoOf(spentNano), delta),
      delta,
    };
  }
}

function rhoOf(nano: bigint): number {
  return Number(nano) / Number(NANO);
}

function spent(budget: string, left: bigint, asked: bigint): LlmosError {
  const remaining = rhoOf(left < 0n ? 0n : left);
  const message = `The privacy budget '${budget}' has ${remaining} of rho left, and this answer costs ${rhoOf(asked)}. It is not refilled.`;
  return new LlmosError('BUDGET_SPENT', message, { field: 'rho' });
}
