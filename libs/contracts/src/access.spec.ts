import { storeAccessOf } from './access.js';
import { BUCKETS, OBJECT_STORES } from './buckets.js';
import { loadCapabilities, serviceOf } from './capability.js';

describe('storeAccessOf', () => {
  it('lets some process write each bucket and each object store', async () => {
    const processes = new Set(['gateway', ...[...(await loadCapabilities()).keys()].map(serviceOf)]);
    const writable = [...processes].flatMap((process) => {
      const { buckets, objects, keys } = storeAccessOf(process);
      const whole = Object.entries({ ...buckets, ...objects }).flatMap(([name, right]) =>
        right === 'read' ? [] : [name],
      );
      return [...whole, ...Object.keys(keys)];
    });
    expect(new Set(writable)).toEqual(new Set([...Object.values(BUCKETS), ...Object.values(OBJECT_STORES)]));
  });

  it('gives a service without buckets of its own only what every process has', () => {
    const { buckets, objects } = storeAccessOf('asr');
    expect(storeAccessOf('text')).toMatchObject({ buckets, objects });
    expect(storeAccessOf('text').buckets).not.toHaveProperty(BUCKETS.interactions);
  });
});
