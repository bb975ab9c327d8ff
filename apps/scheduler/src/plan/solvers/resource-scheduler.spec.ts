import { ResourceScheduler } from './resource-scheduler.js';

describe('ResourceScheduler', () => {
  it('gives each task to the first node whose cores still hold it', () => {
    expect(new ResourceScheduler(2, 4, [3, 2, 2, 1]).allocateResources()).toEqual([0, 1, 1, 0]);
  });

  it('gives no node to a task that fits nowhere, and goes on with the next', () => {
    expect(new ResourceScheduler(1, 4, [3, 2, 1]).allocateResources()).toEqual([0, undefined, 0]);
  });
});
