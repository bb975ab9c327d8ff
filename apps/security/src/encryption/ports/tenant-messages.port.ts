/** What the broker's streams hold of each tenant. */
export interface TenantMessages {
  /** Removes results, dead letters, schedules and answers of the tenant; work under way goes on. May be repeated. */
  forgetTenant(tenant: string): Promise<unknown>;
}
