import { LlmosError } from '@llmos/contracts';

/** The gateways' own tenant, which no key speaks for. */
const GATEWAYS = 'system';

/**
 * The tenants that may feed the threat detection and see or lift restrictions. Restrictions are the whole house's: a
 * role within a tenant, which the gateway asks for, is not enough, or tenants could free themselves and frame others.
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
      "This is for those who run the house: use an operator's key of a tenant in LLMOS_SECURITY_OPERATORS.",
    );
  }
}
