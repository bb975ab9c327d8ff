import { kubernetesPatches } from './kubernetes-patch.js';

describe('kubernetesPatches', () => {
  it('binds each Deployment to its nodes, with as many replicas as have a place, as evenly as planned', () => {
    const [intent, asr] = kubernetesPatches([
      { service: 'intent', node: 'node-1', replicas: 3, arriving: 0 },
      { service: 'asr', node: 'node-1', replicas: 1, arriving: 1 },
      { service: 'intent', node: 'node-2', replicas: 1, arriving: 1 },
    ]);
    expect(intent).toMatch(/^kubectl patch deployment intent --type=strategic --patch='/);
    const patch = JSON.parse(intent!.split("--patch='")[1]!.slice(0, -1)) as Record<string, unknown>;
    expect(patch).toMatchObject({
      spec: { replicas: 4, template: { spec: { topologySpreadConstraints: [{ maxSkew: 2 }] } } },
    });
    expect(intent).toContain('"values":["node-1","node-2"]');
    expect(asr).not.toContain('topologySpreadConstraints');
  });
});
