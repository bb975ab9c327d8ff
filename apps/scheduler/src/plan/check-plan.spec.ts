import { planInputSchema } from '@llmos/contracts/capabilities/scheduler-plan';
import { checkPlan, type Placement } from './check-plan.js';

const NODES = [
  { name: 'n1', cores: 4, memoryMb: 1_000, zone: 'east', labels: { disk: 'ssd' }, accelerators: [{ memoryMb: 8_000 }] },
  { name: 'n2', cores: 4, memoryMb: 1_000, zone: 'east' },
  { name: 'n3', cores: 4, memoryMb: 1_000 },
];

/** The faults of a plan for services a and b, on top of harmless ones. */
function faults(a: object, b: object, ...placements: [service: string, node: string, replicas: number][]): string {
  const services = [
    { name: 'a', cores: 1, replicas: 3, ...a },
    { name: 'b', cores: 1, replicas: 3, ...b },
  ];
  const plan = placements.map(([service, node, replicas]): Placement => ({ service, node, replicas }));
  return checkPlan(planInputSchema.parse({ nodes: NODES, services }), plan).join('\n');
}

describe('checkPlan', () => {
  it('passes a plan that keeps every limit', () => {
    const near = { affinity: [{ with: 'b', within: 'zone' }], antiAffinity: [{ with: 'a' }] };
    expect(faults(near, {}, ['a', 'n1', 1], ['b', 'n2', 2])).toBe('');
  });

  it.each<[string, object, object, [string, string, number][], RegExp]>([
    ['cores', { cores: 2 }, {}, [['a', 'n1', 3]], /4 cores, and 6/],
    ['memory', { memoryMb: 400 }, {}, [['a', 'n1', 3]], /1000 MB, and 1200/],
    ['accelerators', { accelerator: {} }, {}, [['a', 'n1', 2]], /too few accelerators/],
    ['the memory of accelerators', { accelerator: { memoryMb: 9_000 } }, {}, [['a', 'n1', 1]], /too few accelerators/],
    ['labels', { nodeSelector: { disk: 'ssd' } }, {}, [['a', 'n2', 1]], /needs disk=ssd/],
    ['zones', { zones: ['east'] }, {}, [['a', 'n3', 1]], /is to be in east/],
    [
      'affinity',
      { affinity: [{ with: 'b' }] },
      {},
      [
        ['a', 'n1', 1],
        ['b', 'n2', 1],
      ],
      /needs b in the same node/,
    ],
    [
      'affinity to itself',
      { affinity: [{ with: 'a' }] },
      {},
      [
        ['a', 'n1', 1],
        ['a', 'n2', 1],
      ],
      /needs a in the same/,
    ],
    [
      'anti-affinity',
      { antiAffinity: [{ with: 'b', within: 'zone' }] },
      {},
      [
        ['a', 'n1', 1],
        ['b', 'n2', 1],
      ],
      /may not have b/,
    ],
    ['spread', { antiAffinity: [{ with: 'a' }] }, {}, [['a', 'n1', 2]], /may not have a/],
    ['gangs', { gang: true }, {}, [['a', 'n1', 2]], /only 2 of it/],
    ['the number of replicas', {}, {}, [['a', 'n1', 4]], /has 3 replicas, and 4/],
    ['unknown nodes', {}, {}, [['a', 'n9', 1]], /no node n9/],
    ['unknown services', {}, {}, [['z', 'n1', 1]], /no service z/],
  ])('finds what breaks %s', (_, a, b, placements, fault) => {
    expect(faults(a, b, ...placements)).toMatch(fault);
  });
});
