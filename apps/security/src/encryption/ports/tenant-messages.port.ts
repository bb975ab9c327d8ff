/** The messages of a tenant in the streams of the broker. */
export interface TenantMessages {
  /** Deletes the tenant's results, dead letters, schedules and answers; running work continues. May be repeated. */
  forgetTenant(tenant: string): Promise<unknown>;
}
