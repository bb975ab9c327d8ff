import { runningCluster } from './running-cluster.js';

const process = (service: string, cores: number, memoryBytes: number) => ({
  ...{ node: `${service}-node`, service, pid: 1, ready: true, upSeconds: 60, loopDelaySeconds: 0, loopBusy: 0 },
  ...{ cores, memoryBytes, memoryGrowthPerMinute: 0 },
});
const MACHINE = { name: 'laptop', cores: 8, freeBytes: 4_000_000_000 };

describe('the services that run as a request for a plan', () => {
  it('asks for what the busiest replica of a service has used', () => {
    const processes = [
      process('intent', 0.25, 300_000_000),
      process('intent', 0.5004, 200_000_000),
      process('asr', 0, 1),
    ];
    expect(runningCluster({ processes }, MACHINE).services).toMatchObject([
      { name: 'intent', replicas: 2, cores: 0.501, memoryMb: 300, places: ['laptop', 'laptop'] },
      { name: 'asr', replicas: 1, cores: 0, memoryMb: 1, places: ['laptop'] },
    ]);
  });

  it('counts the memory that the services use as there for them', () => {
    const processes = [process('intent', 0.25, 300_000_000)];
    expect(runningCluster({ processes }, MACHINE).nodes).toMatchObject([{ name: 'laptop', cores: 8, memoryMb: 4_300 }]);
  });
});
