import fc from 'fast-check';
import { clientAddressOf, isLoopback, parseNetworks } from './client-address.js';

const proxies = parseNetworks('10.0.0.0/8, 2001:db8::1')!;

describe('clientAddressOf', () => {
  it.each([
    ['the address of the socket', '198.51.100.7', undefined, '198.51.100.7'],
    ['the address of the socket if it is no trusted proxy', '198.51.100.7', '203.0.113.1', '198.51.100.7'],
    ['the address that a trusted proxy reports', '10.0.0.2', '203.0.113.1', '203.0.113.1'],
    [
      'the last reported address that is no proxy, not those that the client put before it',
      '10.0.0.2',
      '1.1.1.1, 203.0.113.1, 10.1.1.1',
      '203.0.113.1',
    ],
    ['the address of the proxy if it reports something else', '10.0.0.2', 'unknown', '10.0.0.2'],
    ['the IPv4 address of its IPv6 form', '::ffff:198.51.100.7', undefined, '198.51.100.7'],
    ['the network of an IPv6 address', '2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2::/64'],
    ['the same network however the address is written', '2001:0DB8:0001::9', undefined, '2001:db8:1:0::/64'],
    ['the network of an address with a zone', 'fe80::1%eth-0', undefined, 'fe80:0:0:0::/64'],
    ['the address of this machine', '::1', undefined, '::1'],
  ])('returns %s', (_, socket, forwarded, expected) => {
    expect(clientAddressOf(socket, forwarded, proxies).address).toBe(expected);
  });

  it('accepts any text, and is local only for a loopback socket without a proxy', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()),
        fc.option(fc.oneof(fc.string(), fc.ipV4(), fc.array(fc.ipV6()).map(String)), { nil: undefined }),
        (socket, forwarded) => {
          const { address, isLocal } = clientAddressOf(socket, forwarded, proxies);
          expect(address).not.toBe('');
          if (forwarded !== undefined) expect(isLocal).toBe(false);
        },
      ),
    );
  });
});

describe('parseNetworks', () => {
  it.each(['10.0.0.0/33', 'proxy.example.org', '10.0.0.1/', '::1/129', '10.1', '0x0a000001'])('refuses %j', (text) => {
    expect(parseNetworks(text)).toBeUndefined();
  });
});

describe('isLoopback', () => {
  it('knows every form of a loopback address', () => {
    for (const address of ['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1']) expect(isLoopback(address)).toBe(true);
    for (const address of ['10.0.0.1', '127.1', 'localhost', '', undefined]) expect(isLoopback(address)).toBe(false);
  });
});
