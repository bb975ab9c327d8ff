import { parseCluster } from './cluster-file.js';
import { planPicture } from './plan-picture.js';

const request = parseCluster(
  `nodes:
  - { name: node-1, cores: 4, memoryMb: 8000 }
  - { name: node-2, cores: 4, memoryMb: 8000 }
services:
  - { name: intent, replicas: 2, cores: 1, memoryMb: 2000, places: [node-1, node-2] }
`,
  'cluster.yaml',
);

describe('planPicture', () => {
  it('shows each node as bars, now and as planned, as long as what is used', () => {
    const svg = planPicture(request, [{ service: 'intent', node: 'node-1', replicas: 2, arriving: 1 }]);
    expect(svg).toMatch(/^<svg .*<\/svg>\n$/s);
    // Now one of four cores on each node; as planned two of four on the first.
    expect(svg.match(/<title>intent: 1 × 1 cores<\/title>/g)).toHaveLength(2);
    expect(svg.match(/width="90\.0"[^>]*><title>/g)?.length).toBeGreaterThanOrEqual(3);
    expect(svg.match(/width="180\.0"[^>]*><title>intent: 2 × 1 cores/g)).toHaveLength(1);
  });
});
