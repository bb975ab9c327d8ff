import { replay, replayInputSchema } from '@llmos/contracts/capabilities/scheduler-replay';
import { runStep } from '@llmos/testing';
import { ReplayService } from './replay.service.js';
import { ReplaySteps } from './replay.steps.js';

const service = new ReplayService();

describe('The replay service', () => {
  it("returns the output of its contract's example", async () => {
    const steps = new ReplaySteps(service);
    const { output } = await runStep(replay, (each, context) => steps.replay(each, context), replay.example.input);
    const boundCoreSeconds = Math.round(1e6 * output.boundCoreSeconds!) / 1e6;
    expect({ ...output, boundCoreSeconds }).toEqual(replay.example.output);
  });

  it('stops when its run is cancelled, and goes on with the next request', async () => {
    const times = Array.from({ length: 20_000 }, (_, at) => at * 150);
    const long = replayInputSchema.parse({ arrivalsMs: times, servicesMs: times.map((at) => at % 7_000) });
    const stopping = new AbortController();
    const replayed = service.replay(long, stopping.signal);
    stopping.abort(new Error('cancelled'));
    await expect(replayed).rejects.toThrow('cancelled');
    const short = replayInputSchema.parse({ ...replay.example.input, policy: 'queue' });
    const { result } = await service.replay(short, new AbortController().signal);
    expect(result).toMatchObject({ policy: 'queue', requests: 1, late: 0 });
  }, 30_000);
});

describe('A request', () => {
  it.each([
    [{ servicesMs: [1] }, 'servicesMs'],
    [{ arrivalsMs: [5, 4] }, 'arrivalsMs.1'],
    [{ least: 5, most: 4 }, 'least'],
    [{ objectiveMs: 0 }, 'objectiveMs'],
    [{ tuning: { goal: 1 } }, 'tuning'],
  ])('is refused with the field that is wrong: %j', (change, field) => {
    const { error } = replayInputSchema.safeParse({ arrivalsMs: [0, 1], servicesMs: [1, 1], ...change });
    expect(error!.issues[0]!.path.join('.')).toBe(field);
  });
});
