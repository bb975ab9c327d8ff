import type { Fault } from '../fault.js';
import { Proxies } from '../kits/proxies.kit.js';
import type { PrivateSystem } from '../private-system.js';

const SERVICES = ['conversation', 'intent', 'retrieval', 'security', 'generation', 'recommender'];
const WITHIN_MS = 30_000;
const BINDING = '$JS.API.CONSUMER.';

/** A service starts again, and the broker dies at the moment at which it creates its consumers. */
export const killWhileBinding: Fault = {
  name: 'kill the broker while a service binds its consumers',
  promise: 'The service works again: all is whole 10 s after the kill of the broker; who waits is answered within 3 s.',
  needs: Proxies,
  async break(system) {
    const service = system.random.pick(SERVICES);
    const binding = consumerRequest(system, service, system.random.between(1, 4));
    await system.kill(service);
    await binding;
    await system.kill('broker');
  },
};

/** Resolves when the service sends its n-th request about consumers. */
function consumerRequest(system: PrivateSystem, service: string, nth: number): Promise<void> {
  const proxy = system.with(Proxies).of(service);
  return new Promise((resolve, reject) => {
    let seen = 0;
    const end = (done: () => void) => {
      proxy.onSent = undefined;
      clearTimeout(timer);
      done();
    };
    const timer = setTimeout(
      () => end(() => reject(new Error(`${service} has created no consumers in ${WITHIN_MS / 1_000} s`))),
      WITHIN_MS,
    );
    proxy.onSent = (text) => {
      seen += text.split(BINDING).length - 1 - (text.split(`${BINDING}MSG.NEXT`).length - 1);
      if (seen >= nth) end(resolve);
    };
  });
}
