import { lookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** IPv4 addresses in the first form of IPv6 for them (RFC 4291, 2.5.5.1): the library does not know it. */
const IPV4_COMPATIBLE = ipaddr.IPv6.parseCIDR('::/96');

/** Whether an address belongs to the public internet, and not to this machine, its network or a cloud's own services. */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv6 && parsed.match(IPV4_COMPATIBLE)) return false;
  return parsed.range() === 'unicast';
}

/** The error of a name that leads to a private address. */
export class PrivateAddressError extends Error {}

/**
 * Resolves names for a connection and refuses private addresses. The connection is made to the address that was checked,
 * so that a name cannot lead elsewhere a moment later.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error) return callback(error, '');
    const addresses: LookupAddress[] = found;
    const first = addresses[0];
    if (!first || !addresses.every(({ address }) => isPublic(address)))
      return callback(new PrivateAddressError(`${hostname} leads to a private address`), '');
    return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
  });
};
