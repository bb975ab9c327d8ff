import { parseNetworks } from './client-address.js';
import { Identities } from './identity.js';

const keys = new Map([
  ['k1', { tenant: 'acme', role: 'caller' } as const],
  ['k2', { tenant: 'bank', role: 'operator' } as const],
]);
const credentials = (authorization?: string) => ({
  socketAddress: '10.0.0.2',
  forwardedFor: '203.0.113.1',
  authorization,
});

describe('Identities', () => {
  const identities = new Identities(keys, parseNetworks('10.0.0.0/8')!);

  it('resolves a known key to its caller, the hash of the key and the address of the client', () => {
    const identity = identities.resolve(credentials('Bearer k2'));
    expect(identity).toEqual({
      address: '203.0.113.1',
      isLocal: false,
      key: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      caller: { tenant: 'bank', role: 'operator', key: identity.key },
    });
    expect(JSON.stringify(identity)).not.toContain('k2');
  });

  it.each(['bearer k2', 'BEARER  k2'])('reads the scheme of %j in any case', (authorization) => {
    expect(identities.resolve(credentials(authorization)).caller).toMatchObject({ tenant: 'bank' });
  });

  it('resolves an unknown key to its hash, and a request without a key to its address, without a caller', () => {
    expect(identities.resolve(credentials('Bearer k3'))).toEqual({
      address: '203.0.113.1',
      isLocal: false,
      key: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    for (const authorization of [undefined, '', 'Basic k1', 'k1'])
      expect(identities.resolve(credentials(authorization))).toEqual({ address: '203.0.113.1', isLocal: false });
  });

  it('resolves every request to an operator of the default tenant where no keys are set', () => {
    const { caller, key } = new Identities(new Map(), []).resolve(credentials('Bearer k1'));
    expect(caller).toEqual({ tenant: 'default', role: 'operator' });
    expect(key).toBeUndefined();
  });
});
