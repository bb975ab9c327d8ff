import { seededRandom } from '@llmos/learning';

const NODE_KINDS = [
  { cores: 8, memoryMb: 64_000, price: 0.7 },
  { cores: 16, memoryMb: 64_000, price: 1 },
  { cores: 32, memoryMb: 128_000, price: 1.9 },
];

/** Services with affinity to earlier ones, spread replicas, accelerators, labels and gangs; all of it can be placed. */
export function cluster(services: number, nodes: number) {
  const random = seededRandom(5);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const nodeOf = (at: number) => ({
    ...{ name: `node-${at}`, zone: `zone-${at % 3}`, labels: at % 4 === 0 ? { disk: 'ssd' } : {} },
    accelerators: at % 5 === 0 ? [{ memoryMb: 24_000 }, { memoryMb: 24_000 }] : [],
    ...pick(NODE_KINDS),
  });
  const serviceOf = (at: number) => {
    const kind = random();
    const earlier = `service-${Math.floor(random() * at)}`;
    const free = { accelerator: undefined, affinity: [], antiAffinity: [], nodeSelector: {} };
    return {
      ...{ name: `service-${at}`, replicas: 1 + Math.floor(random() * 3), gang: random() < 0.05 },
      ...{ cores: pick([0.25, 0.5, 1, 1, 2, 3]), memoryMb: pick([500, 1_000, 2_000, 4_000, 8_000]) },
      ...free,
      ...(kind < 0.15 && at > 0 ? { affinity: [{ with: earlier, within: 'zone' }] } : {}),
      ...(kind >= 0.15 && kind < 0.2 && at > 0 ? { affinity: [{ with: earlier, within: 'node' }] } : {}),
      ...(kind >= 0.2 && kind < 0.4 ? { antiAffinity: [{ with: `service-${at}`, within: 'node' }] } : {}),
      ...(kind >= 0.4 && kind < 0.43 ? { accelerator: { memoryMb: 16_000 } } : {}),
      ...(kind >= 0.43 && kind < 0.48 ? { nodeSelector: { disk: 'ssd' } } : {}),
    };
  };
  return {
    nodes: Array.from({ length: nodes }, (_, at) => nodeOf(at)),
    services: Array.from({ length: services }, (_, at) => serviceOf(at)),
    objective: { cost: 1 },
  };
}
