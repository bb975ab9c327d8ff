import { availability, availabilityInputSchema } from '@llmos/contracts/capabilities/scheduler-availability';
import { seededRandom } from '@llmos/learning';
import { AvailabilityService } from './availability.service.js';
import { sharesOf } from './availability-model.js';
import { steadyState } from './birth-death.js';
import { simulate } from './simulation.js';

const service = new AvailabilityService();
const parse = (input: unknown) => availabilityInputSchema.parse(input);
const intent = { name: 'intent', failuresPerHour: 36, repairSeconds: 100 };
const search = { name: 'retrieval', failuresPerHour: 6, repairSeconds: 60 };

describe('The availability of a pipeline', () => {
  it("is that of its contract's example, and the simulation agrees within four standard errors", async () => {
    const { simulated, ...got } = await service.availability(parse(availability.example.input));
    expect(rounded({ ...got, simulated: 0 })).toEqual(rounded({ ...availability.example.output, simulated: 0 }));
    expect(Math.abs(simulated.answered - got.answered)).toBeLessThan(4 * simulated.error);
  });

  it('has the closed forms of one replica, of independent repairs and of one repair at a time', () => {
    const [failureRate, repairRate] = [2, 10];
    const ratio = failureRate / repairRate;
    const last = (replicas: number, repairedAtOnce: number) =>
      steadyState({ replicas, failureRate, repairRate, repairedAtOnce }).at(-1)!;
    expect(last(1, 1)).toBeCloseTo(failureRate / (failureRate + repairRate), 12);
    expect(last(3, 3)).toBeCloseTo((failureRate / (failureRate + repairRate)) ** 3, 12);
    // Two machines and one who repairs: 2ρ² ÷ (1 + 2ρ + 2ρ²).
    expect(last(2, 1)).toBeCloseTo((2 * ratio ** 2) / (1 + 2 * ratio + 2 * ratio ** 2), 12);
  });

  it('multiplies services in a row, but counts one that serves two steps once', () => {
    const { services, steps } = parse({
      steps: [
        { id: 'detect', service: 'intent' },
        { id: 'search', service: 'retrieval' },
        { id: 'again', service: 'intent' },
      ],
      services: [intent, search],
    });
    expect(sharesOf(steps, services).answered).toBeCloseTo(0.5 * (1 / 1.1), 12);
  });

  it('answers without an optional step and with a fallback, but not as a whole', () => {
    const shares = (step: object) => {
      const { steps, services } = parse({
        steps: [{ id: 'a', service: 'intent', ...step }],
        services: [intent, search],
      });
      return sharesOf(steps, services);
    };
    expect(shares({ optional: true })).toEqual({ answered: 1, whole: 0.5 });
    expect(shares({ fallback: { output: true } })).toEqual({ answered: 1, whole: 0.5 });
    expect(shares({ fallback: { service: 'retrieval' } }).answered).toBeCloseTo(1 - 0.5 * (0.1 / 1.1), 12);
  });

  it('agrees with the simulation within 1 %, on systems made by chance', async () => {
    const random = seededRandom(11);
    for (let at = 0; at < 4; at++) {
      const input = parse({ ...system(random), simulatedEvents: 400_000, seed: at });
      const computed = sharesOf(input.steps, input.services);
      const { answered, whole, error } = await simulate(input);
      expect(Math.abs(answered / computed.answered - 1)).toBeLessThan(0.01);
      expect(Math.abs(whole / computed.whole - 1)).toBeLessThan(0.01);
      expect(Math.abs(answered - computed.answered)).toBeLessThan(Math.max(4 * error, 1e-9));
    }
  });

  it('never gets worse by a replica, a faster repair, a fallback or more repairs at once', () => {
    const random = seededRandom(5);
    for (let at = 0; at < 50; at++) {
      const input = parse(system(random));
      const { answered } = sharesOf(input.steps, input.services);
      const better = [
        input.services.map((each) => ({ ...each, replicas: each.replicas + 1 })),
        input.services.map((each) => ({ ...each, repairSeconds: each.repairSeconds / 2 })),
        input.services.map((each) => ({ ...each, repairedAtOnce: each.replicas })),
      ].map((services) => sharesOf(input.steps, services).answered);
      const steps = input.steps.map((step) => ({ ...step, fallback: { output: true as const } }));
      for (const after of [...better, sharesOf(steps, input.services).answered])
        expect(after).toBeGreaterThanOrEqual(answered - 1e-12);
    }
  });

  it('names a service that no one describes', () => {
    const { success, error } = availabilityInputSchema.safeParse({
      steps: [{ id: 'a', service: 'nobody' }],
      services: [intent],
    });
    expect([success, error?.issues[0]?.path.join('.')]).toEqual([false, 'steps.0.service']);
  });

  it('stops when its run is cancelled', async () => {
    const reason = new Error('cancelled');
    await expect(service.availability(parse(availability.example.input), AbortSignal.abort(reason))).rejects.toBe(
      reason,
    );
  });
});

/** Three services and four steps with failures that are frequent enough to be seen. */
function system(random: () => number) {
  const services = ['one', 'two', 'three'].map((name) => ({
    ...{ name, replicas: 1 + Math.floor(random() * 3), failuresPerHour: 2 + 10 * random() },
    ...{ repairSeconds: 30 + 120 * random(), ...(random() < 0.5 ? { repairedAtOnce: 1 } : {}) },
  }));
  const any = () => services[Math.floor(random() * services.length)]!.name;
  const steps = Array.from({ length: 4 }, (_, at) => ({
    ...{ id: `step-${at}`, service: any(), optional: random() < 0.3 },
    ...(random() < 0.4 ? { fallback: { service: any() } } : {}),
  }));
  return { steps, services };
}

/** Numbers to nine digits. */
const rounded = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, each: unknown) => (typeof each === 'number' ? Number(each.toPrecision(9)) : each)),
  );
