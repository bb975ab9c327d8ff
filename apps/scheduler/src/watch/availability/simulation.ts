import { seededRandom } from '@llmos/learning';
import { setImmediate } from 'node:timers/promises';
import { redundancyOf } from './availability-model.js';
import { failing, returning } from './birth-death.js';
import { outcomeOf, type AvailabilityInput } from './run-outcome.js';

/** The time is cut into so many parts, whose differences tell the error (method of batch means). */
const BATCHES = 20;
/** After so many events others in this process have their turn. */
const PAUSE_EVENTS = 10_000;

export interface Simulated {
  readonly answered: number;
  readonly whole: number;
  /** The standard error of `answered`. */
  readonly error: number;
  readonly hours: number;
}

/**
 * Lives through failures and repairs one after the other (Gillespie 1977), from a start at which all work. It knows nothing
 * of steady states, so it is a check of them.
 *
 * @throws the reason of `signal` when it aborts.
 */
export async function simulate(
  { steps, services, simulatedEvents, seed }: AvailabilityInput,
  signal?: AbortSignal,
): Promise<Simulated> {
  const random = seededRandom(seed);
  const groups = services.map(redundancyOf);
  const down = groups.map(() => 0);
  const place = new Map(services.map(({ name }, at) => [name, at]));
  const works = (name: string) => down[place.get(name)!]! < groups[place.get(name)!]!.replicas;
  const rates = new Float64Array(2 * groups.length);
  const batches = Array.from({ length: BATCHES }, () => ({ hours: 0, answered: 0, whole: 0 }));

  for (let event = 0; event < simulatedEvents; event++) {
    if (event % PAUSE_EVENTS === 0) {
      await setImmediate();
      signal?.throwIfAborted();
    }
    groups.forEach((group, at) => {
      rates[2 * at] = failing(group, down[at]!);
      rates[2 * at + 1] = returning(group, down[at]!);
    });
    const total = rates.reduce((sum, rate) => sum + rate, 0);
    const hours = -Math.log(1 - random()) / total;
    const batch = batches[Math.floor((event * BATCHES) / simulatedEvents)]!;
    const outcome = outcomeOf(steps, works);
    batch.hours += hours;
    if (outcome !== 'none') batch.answered += hours;
    if (outcome === 'whole') batch.whole += hours;
    const chosen = choose(rates, random() * total);
    down[chosen >> 1]! += chosen % 2 === 0 ? 1 : -1;
  }
  return summary(batches);
}

function choose(rates: Float64Array, point: number): number {
  let at = 0;
  for (let rest = point - rates[0]!; rest >= 0 && at < rates.length - 1; rest -= rates[at]!) at++;
  return rates[at]! > 0 ? at : rates.findIndex((rate) => rate > 0);
}

function summary(batches: readonly { hours: number; answered: number; whole: number }[]): Simulated {
  const sum = (of: 'hours' | 'answered' | 'whole') => batches.reduce((all, batch) => all + batch[of], 0);
  const hours = sum('hours');
  const answered = sum('answered') / hours;
  const spread = batches.reduce((all, batch) => all + (batch.answered / batch.hours - answered) ** 2, 0);
  const error = Math.sqrt(spread / (BATCHES * (BATCHES - 1)));
  return { answered, whole: sum('whole') / hours, error, hours };
}
