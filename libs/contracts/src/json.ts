/** How bytes appear in JSON: over HTTP and in server-sent events, in base64. */
export interface JsonBytes {
  readonly $bytes: string;
}

/** JSON text of a value that may hold bytes anywhere: each Uint8Array becomes a {@link JsonBytes}. */
export function toJson(value: unknown): string {
  // The holder is asked, not the item: by now the `toJSON` of a Buffer has made a list of numbers of it.
  return JSON.stringify(value, function (this: Record<string, unknown>, key, item: unknown) {
    const original = this[key];
    if (!(original instanceof Uint8Array)) return item;
    return { $bytes: Buffer.from(original.buffer, original.byteOffset, original.length).toString('base64') };
  });
}
