import { z } from 'zod';

/** A stored data key, under `<tenant>.<version>`: always wrapped. */
const keyRecordSchema = z.object({
  /** The id of the master key that wrapped it. */
  master: z.string(),
  wrapped: z.base64(),
  createdAt: z.iso.datetime(),
});
export type KeyRecord = z.infer<typeof keyRecordSchema>;

/** The entry `<tenant>.shredded`: every version up to this one is destroyed. */
const shreddedSchema = z.object({ upTo: z.number().int().nonnegative(), at: z.iso.datetime() });

/** The last destruction of a tenant's keys. */
export interface Shredding {
  readonly upTo: number;
  readonly atMs: number;
}

/** The entry `<tenant>.<version>.messages`: how many values all processes together may have sealed. */
const messagesSchema = z.object({ allowed: z.number().int().nonnegative() });

const KEY = /^([^.]+)\.([1-9][0-9]{0,8})$/;
const SHREDDED = /^([^.]+)\.shredded$/;

export const keyName = (tenant: string, version: number) => `${tenant}.${version}`;
export const messagesName = (tenant: string, version: number) => `${tenant}.${version}.messages`;
export const shreddedName = (tenant: string) => `${tenant}.shredded`;

/** The tenant and key version that an entry of the bucket belongs to; undefined for the counts. */
export function subjectOf(name: string): { tenant: string; version?: number } | undefined {
  const [, keyTenant, version] = KEY.exec(name) ?? [];
  if (keyTenant !== undefined) return { tenant: keyTenant, version: Number(version) };
  const [, tenant] = SHREDDED.exec(name) ?? [];
  return tenant === undefined ? undefined : { tenant };
}

export const readKey = (value: Uint8Array): KeyRecord => keyRecordSchema.parse(parse(value));
export const readShredded = (value: Uint8Array): Shredding => {
  const { upTo, at } = shreddedSchema.parse(parse(value));
  return { upTo, atMs: Date.parse(at) };
};
export const readMessages = (value: Uint8Array): number => messagesSchema.parse(parse(value)).allowed;

export const writeKey = (record: KeyRecord): Uint8Array => write(record);
export const writeShredded = ({ upTo, atMs }: Shredding): Uint8Array =>
  write({ upTo, at: new Date(atMs).toISOString() });
export const writeMessages = (allowed: number): Uint8Array => write({ allowed });

function parse(value: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(value));
}

function write(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
