import { planInputSchema } from '@llmos/contracts/capabilities/scheduler-plan';
import { finishPlan } from '../finish-plan.js';
import { problemOf } from '../model/problem-of.js';
import { greedy } from '../solvers/greedy.solver.js';
import type { Candidate, Finished } from '../threads/plan-job.js';

/** The finished plan of first fit. */
async function planOf(nodes: object[], services: object[], objective = {}): Promise<Finished['output']> {
  const input = planInputSchema.parse({ nodes, services, objective: { nodes: 1, ...objective } });
  const candidates: Candidate[] = [];
  await greedy(problemOf(input), {
    ...{ seed: 1, budgetMs: 1_000 },
    onFound: ({ places, score }) => candidates.push({ solver: 'greedy', places: places!, score: score! }),
  });
  return finishPlan(input, { candidates }).output;
}

const NODE = { name: 'n1', cores: 4, memoryMb: 1_000 };

describe('What has no place', () => {
  it.each<[string, object, RegExp, RegExp]>([
    ['cores', { cores: 9 }, /needs 9 cores; the largest node .* n1, has 4/, /A node with 9 cores/],
    ['memory', { memoryMb: 5_000 }, /needs 5000 MB/, /at most 1000/],
    ['accelerators', { accelerator: { memoryMb: 8_000 } }, /1 accelerators of 8000 MB; .* has 0/, /A node with 1/],
    ['nodeSelector', { nodeSelector: { disk: 'ssd' } }, /No node has the label disk=ssd/, /A node with disk=ssd/],
    ['zones', { zones: ['west'] }, /No node is in the zone west/, /A node in west/],
    ['gang', { replicas: 6, gang: true }, /Not all 6 of its replicas fit/, /Room for all of them/],
    ['antiAffinity', { replicas: 2, antiAffinity: [{ with: 's' }] }, /s and s may not meet on 1/, /Another node/],
    [
      'affinity',
      { affinity: [{ with: 'huge' }] },
      /needs huge in the same node, and huge has no place/,
      /A place for huge/,
    ],
  ])('is named with its limit: %s', async (limit, service, why, change) => {
    const services = [
      { name: 's', cores: 1, ...service },
      { name: 'huge', cores: 99 },
    ];
    const { unplaced } = await planOf([NODE], services);
    const [found] = unplaced.filter((each) => each.service === 's');
    expect(found).toMatchObject({ limit, why: expect.stringMatching(why), change: expect.stringMatching(change) });
  });

  it('says what is used up, and on which node least is missing', async () => {
    const services = [
      { name: 'first', cores: 3 },
      { name: 'second', cores: 2 },
    ];
    const { unplaced } = await planOf([NODE], services);
    expect(unplaced).toMatchObject([{ service: 'second', limit: 'cores', change: '1 more cores on n1.' }]);
  });
});

describe('A decision', () => {
  const dear = { ...NODE, name: 'n2', price: 3 };

  it('says which other node comes next, and what it would take', async () => {
    const { placements } = await planOf([NODE, dear], [{ name: 's', cores: 1, places: ['n1'] }], { nodes: 0, cost: 1 });
    expect(placements[0]).toMatchObject({ node: 'n1', why: expect.stringMatching(/here already; n2.*adds 2/) });
    expect(placements[0]!.change).toBe('A price of n2 that is lower by 2.');
  });

  it('says what full nodes lack', async () => {
    const services = [
      { name: 's', cores: 3 },
      { name: 't', cores: 3 },
    ];
    const { placements } = await planOf([NODE, dear], services);
    expect(placements[0]).toMatchObject({ why: 'n1 was free; the other node cannot take it.' });
    expect(placements[0]!.change).toBe('2 more cores on n2.');
  });

  it('says if labels, zone or size leave no choice', async () => {
    const { placements } = await planOf([NODE, { ...dear, cores: 1 }], [{ name: 's', cores: 3 }]);
    expect(placements[0]!.why).toMatch(/No other node/);
  });
});

describe('A finished plan', () => {
  it('refuses a candidate that breaks a limit, says so, and takes the next', () => {
    const input = planInputSchema.parse({ nodes: [NODE], services: [{ name: 's', cores: 3, replicas: 2 }] });
    const candidates = [
      { solver: 'broken', places: Int32Array.from([0, 0]), score: 1 },
      { solver: 'sound', places: Int32Array.from([0, -1]), score: 3 },
    ];
    const { output, refused } = finishPlan(input, { candidates });
    expect(output).toMatchObject({ solver: 'sound', placements: [{ replicas: 1 }], unplaced: [{ replicas: 1 }] });
    expect(refused).toEqual([{ solver: 'broken', message: expect.stringContaining('4 cores, and 6 are used') }]);
  });
});
