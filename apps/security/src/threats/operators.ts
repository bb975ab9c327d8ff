import { LlmosError } from '@llmos/contracts';

/** The tenant of the gateways; no API key has it. */
const GATEWAYS = 'system';

/**
 * The tenants that may send observations to the threat detection, and see or lift restrictions. Restrictions concern
 * the whole installation. The role `operator` within a tenant, which the gateway checks, is not enough: tenants could
 * lift their own restrictions and cause those of others.
 */
export class Operators {
  private readonly tenants: ReadonlySet<string>;

  constructor(tenants: readonly string[]) {
    this.tenants = new Set([...tenants, GATEWAYS]);
  }

  /** @throws LlmosError FORBIDDEN */
  require(tenant: string): void {
    if (this.tenants.has(tenant)) return;
    throw new LlmosError(
      'FORBIDDEN',
      "Only operators of the installation may do this. Use an operator's key of a tenant in LLMOS_SECURITY_OPERATORS.",
    );
  }
}
