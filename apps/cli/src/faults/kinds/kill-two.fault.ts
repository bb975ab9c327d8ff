import type { Fault } from '../fault.js';

/** A service and the broker die at the same moment. */
export const killServiceAndBroker: Fault = {
  name: 'kill a service and the broker',
  promise: 'Who waits is answered, or told when to ask again, within 3 s; all is whole within 10 s.',
  async break(system) {
    const service = system.random.pick(['conversation', 'intent', 'retrieval', 'security', 'generation']);
    await Promise.all([system.kill(service), system.kill('broker')]);
  },
};
