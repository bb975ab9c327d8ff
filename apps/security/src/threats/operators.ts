import { LlmosError } from '@llmos/contracts';

/** The gateways' own tenant, which no key speaks for. */
const GATEWAYS = 'system';

/** Who may feed the threat detection and see or lift restrictions: else callers could free themselves or frame others. */
export class Operators {
  private readonly tenants: ReadonlySet<string>;

  constructor(tenants: readonly string[]) {
    this.tenants = new Set([...tenants, GATEWAYS]);
  }

  /** @throws LlmosError UNAUTHORIZED */
  require(tenant: string): void {
    if (this.tenants.has(tenant)) return;
    throw new LlmosError('UNAUTHORIZED', 'This is for operators: use a key of a tenant in LLMOS_SECURITY_OPERATORS.');
  }
}
