import { BlockList, isIP } from 'node:net';
import { LlmosError } from '@llmos/contracts';
import type { Subject } from './subject-table.js';

/**
 * The subjects that cause alerts but are never restricted.
 *
 * @param entries `address:192.0.2.7`, `address:10.0.0.0/8`, `key:<sha256 in hex>`, `tenant:<name>`.
 * @throws LlmosError INVALID_ARGUMENT if an entry has another form.
 */
export class Exemptions {
  private readonly names = new Set<string>();
  private readonly addresses = new BlockList();

  constructor(entries: readonly string[], options: { restrictLoopback: boolean }) {
    if (!options.restrictLoopback) {
      this.addresses.addSubnet('127.0.0.0', 8, 'ipv4');
      this.addresses.addAddress('::1', 'ipv6');
    }
    for (const entry of entries) this.add(entry);
  }

  covers({ kind, id }: Subject): boolean {
    if (kind !== 'address') return this.names.has(`${kind}:${id}`);
    const [address] = id.split('/');
    const family = isIP(address ?? '');
    return family !== 0 && this.addresses.check(address!, family === 6 ? 'ipv6' : 'ipv4');
  }

  private add(entry: string): void {
    const [, kind, value] = /^(address|key|tenant):(.+)$/.exec(entry) ?? [];
    if (kind === undefined || value === undefined) throw notAnExemption();
    if (kind !== 'address') {
      this.names.add(entry);
      return;
    }
    const [address, bits] = value.split('/');
    const family = isIP(address ?? '');
    const prefix = bits === undefined ? (family === 6 ? 128 : 32) : Number(bits);
    if (family === 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > (family === 6 ? 128 : 32))
      throw notAnExemption();
    this.addresses.addSubnet(address!, prefix, family === 6 ? 'ipv6' : 'ipv4');
  }
}

function notAnExemption(): LlmosError {
  const message = "An exemption is 'address:<address or network>', 'key:<sha256>' or 'tenant:<name>'.";
  return new LlmosError('INVALID_ARGUMENT', message);
}
