import ipaddr from 'ipaddr.js';
import { isIP } from 'node:net';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Networks as pairs of an address and a prefix length in bits. */
export type Networks = readonly [Address, number][];

/** Where a request comes from. */
export interface ClientAddress {
  /** The address that is counted: an IPv4 address, or the /64 network of an IPv6 address, which one customer has. */
  readonly address: string;
  /** Sent from this machine directly, not through a proxy. */
  readonly isLocal: boolean;
}

const MAX_HOPS = 16;

/** Reads comma-separated addresses and networks; returns undefined if one of them is neither. */
export function parseNetworks(text: string): Networks | undefined {
  const entries = text.split(',').map((entry) => entry.trim());
  try {
    return entries.filter((entry) => entry !== '').map(parseNetwork);
  } catch {
    return undefined;
  }
}

/**
 * The address of the client: that of the socket, unless it is a trusted proxy. Then it is the last entry of
 * `X-Forwarded-For` that is not a trusted proxy; entries further left can be made up by the client.
 */
export function clientAddressOf(
  socketAddress: string | undefined,
  forwardedFor: string | string[] | undefined,
  trusted: Networks,
): ClientAddress {
  const socket = parse(socketAddress);
  let address = socket;
  if (forwardedFor !== undefined) {
    const hops = String(forwardedFor).slice(-1_024).split(',').slice(-MAX_HOPS);
    while (address && contains(trusted, address) && hops.length > 0) {
      const hop = parse(hops.pop()!.trim());
      if (!hop) break;
      address = hop;
    }
  }
  return {
    address: address ? networkOf(address) : socketAddress || 'unknown',
    isLocal: forwardedFor === undefined && socket?.range() === 'loopback',
  };
}

/** Whether an address is one of this machine; an IPv4 address may be written as an IPv6 address. */
export function isLoopback(address: string | undefined): boolean {
  return parse(address)?.range() === 'loopback';
}

function parseNetwork(entry: string): [Address, number] {
  if (entry.includes('/')) return ipaddr.parseCIDR(entry);
  if (isIP(entry) === 0) throw new Error('not an address');
  const address = ipaddr.parse(entry);
  return [address, address.kind() === 'ipv6' ? 128 : 32];
}

/** Without its zone. The library also accepts octal, hexadecimal and short forms of IPv4: only the usual form counts. */
function parse(text = ''): Address | undefined {
  const [address = ''] = text.split('%');
  return isIP(address) === 0 ? undefined : ipaddr.process(address);
}

function contains(networks: Networks, address: Address): boolean {
  return networks.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));
}

function networkOf(address: Address): string {
  if (address instanceof ipaddr.IPv4 || address.range() === 'loopback') return address.toString();
  return `${address.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
