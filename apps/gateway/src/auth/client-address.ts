import { BlockList, isIP, isIPv6 } from 'node:net';
import { contains } from './networks.js';

/** Where a request comes from. */
export interface ClientAddress {
  /** What it is counted under: an IPv4 address, or the /64 network of an IPv6 one, which is one customer's. */
  readonly address: string;
  /** Sent from this machine, by nobody's proxy. */
  readonly isLocal: boolean;
}

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');
const MOST_HOPS = 16;

/**
 * The address a request is counted under: the socket's, unless that is a trusted proxy's; then the last one in
 * `X-Forwarded-For` that is not a trusted proxy. What stands further left can be made up by the caller.
 */
export function clientAddressOf(
  socketAddress: string | undefined,
  forwardedFor: string | string[] | undefined,
  trusted: BlockList | undefined,
): ClientAddress {
  let address = plain(socketAddress ?? '');
  const isLocal = forwardedFor === undefined && isLoopback(address);
  if (trusted && forwardedFor !== undefined && contains(trusted, address)) {
    const hops = String(forwardedFor).slice(-1_024).split(',').slice(-MOST_HOPS);
    while (contains(trusted, address) && hops.length > 0) {
      const hop = plain(hops.pop()!.trim());
      if (isIP(hop) === 0) break;
      address = hop;
    }
  }
  return { address: networkOf(address), isLocal };
}

/** Whether an address, also an IPv4 one in IPv6 dress, is this machine's own. */
export function isLoopback(address: string | undefined): boolean {
  return contains(LOOPBACK, plain(address ?? ''));
}

function plain(address: string): string {
  return MAPPED.exec(address)?.[1] ?? address;
}

function networkOf(address: string): string {
  if (!isIPv6(address) || address === '::1') return address === '' ? 'unknown' : address;
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
