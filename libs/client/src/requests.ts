/** A file to send. */
export interface Upload {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The input fields of a pipeline by name. Undefined fields are not sent; at most one file, `audio`, can be sent. */
export type RunInput = Readonly<Record<string, unknown>> & { readonly audio?: Upload };

/** The body of a request that starts a run: JSON, or a multipart form when there is a file. */
export function bodyOf(pipeline: string, { audio, ...input }: RunInput): string | FormData {
  const fields = { name: pipeline, ...input };
  if (!audio) return JSON.stringify(fields);
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) form.append(name, String(value));
  form.append('audio', new Blob([audio.bytes]), audio.name);
  return form;
}
