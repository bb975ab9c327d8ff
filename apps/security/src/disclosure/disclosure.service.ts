import { hasCode, LlmosError, type InputOf, type OutputOf } from '@llmos/contracts';
import type { release } from '@llmos/contracts/capabilities/security';
import { epsilonOf, NANO, nanoRho, SystemRandom, type RandomSource } from '@llmos/privacy';
import { answerNoisily } from './noisy-answer.js';
import type { BudgetStore, Ledger } from './ports/budget-store.port.js';

export interface DisclosureOptions {
  readonly budgets: BudgetStore;
  /** The total of each budget, in zCDP. */
  readonly totalRho: number;
  /** The δ at which the spent total is reported as ε. */
  readonly delta: number;
  readonly random?: RandomSource;
}

/** The number of latest answers kept per budget, so that a redelivered step gets its answer again. */
const MAX_ANSWERS = 256;

/** Publishes numbers about users with noise. The budget pays for each answer before the answer leaves. */
export class DisclosureService {
  private readonly random: RandomSource;
  private readonly totalNano: bigint;
  private readonly queues = new Map<string, Promise<unknown>>();

  constructor(private readonly options: DisclosureOptions) {
    this.random = options.random ?? new SystemRandom();
    this.totalNano = nanoRho(options.totalRho);
  }

  /**
   * Answers one query. The same `id` gets the same answer and pays once.
   *
   * @param id of the run and its step.
   * @throws LlmosError BUDGET_SPENT if the budget has less left than the answer costs, INVALID_ARGUMENT if the query
   *   contradicts itself, OVERLOADED if too many requests use the same budget at once.
   */
  release(tenant: string, id: string, input: InputOf<typeof release>): Promise<OutputOf<typeof release>> {
    const name = `${tenant}.${input.budget}`;
    // Sequential within this process; the store resolves conflicts with other processes.
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
    let answer: OutputOf<typeof release> | undefined;
    const pay = (ledger: Ledger): Ledger | undefined => {
      const known = ledger.answers.find((each) => each.id === id);
      answer = known?.answer;
      if (answer) return undefined;
      const nano = nanoRho(input.rho);
      const spentNano = ledger.spentNano + nano;
      if (spentNano > this.totalNano) throw spent(input.budget, this.totalNano - ledger.spentNano, nano);
      answer = this.answer(input, nano, spentNano);
      return { spentNano, answers: [...ledger.answers, { id, answer }].slice(-MAX_ANSWERS) };
    };
    try {
      // Not given out before it is paid for: an answer for which another process was quicker is discarded unseen.
      await this.options.budgets.change(tenant, input.budget, pay);
      return answer!;
    } catch (error) {
      if (!hasCode(error, 'CONFLICT')) throw error;
      throw new LlmosError('OVERLOADED', `Too many requests use the budget '${input.budget}' at once. Try again.`);
    }
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

function spent(budget: string, leftNano: bigint, asked: bigint): LlmosError {
  const remaining = rhoOf(leftNano < 0n ? 0n : leftNano);
  const left = `The privacy budget '${budget}' has ${remaining} of rho left`;
  const message = `${left}, and this answer costs ${rhoOf(asked)}. The budget is not refilled.`;
  return new LlmosError('BUDGET_SPENT', message, { field: 'rho' });
}
