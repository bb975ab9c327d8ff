import { LlmosError, type InputOf, type OutputOf } from '@llmos/contracts';
import type { redact, restore } from '@llmos/contracts/capabilities/security';
import type { KnownPerson } from '@llmos/privacy';
import { z } from 'zod';
import type { Sealer } from './ports/sealer.port.js';
import { detokenise, tokenise } from './tokens.js';

export type RedactRequest = InputOf<typeof redact>;
export type RedactReply = OutputOf<typeof redact>;
export type RestoreRequest = InputOf<typeof restore>;
export type RestoreReply = OutputOf<typeof restore>;

/** The owner of redacted values: only the same run of the same tenant can restore them. */
export interface RedactionScope {
  readonly tenant: string;
  readonly run: string;
}

const PURPOSE = 'redaction';
const MAX_SEALED_CHARS = 1_000_000;
const valuesSchema = z.record(z.string(), z.string());

/** Replaces personal data in texts by tokens and, if requested, restores it later in the same run. */
export class RedactionService {
  constructor(private readonly sealer: Sealer) {}

  /**
   * Replaces personal data by tokens. Unless `reversible`, the values are discarded.
   *
   * @throws LlmosError PAYLOAD_TOO_LARGE if the sealed values exceed the limit of a message.
   */
  async redact({ texts, types, reversible, entities }: RedactRequest, scope: RedactionScope): Promise<RedactReply> {
    const done = tokenise(
      texts,
      types,
      texts.map((text, at) => personsOf(text, entities?.[at] ?? [])),
    );
    const reply: RedactReply = { texts: [...done.texts], findings: done.findings.map((findings) => [...findings]) };
    // If nothing was redacted, there is nothing to restore.
    if (!reversible || done.values.size === 0) return reply;
    return { ...reply, sealed: await this.seal(done.values, scope) };
  }

  /** Restores the values that {@link redact} replaced; unknown tokens stay. Rejects as `Sealer.open` does. */
  async restore({ texts, sealed }: RestoreRequest, { tenant, run }: RedactionScope): Promise<RestoreReply> {
    const bytes = await this.sealer.open(tenant, PURPOSE, run, sealed);
    const values = new Map(Object.entries(valuesSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))));
    return { texts: texts.map((text) => detokenise(text, values)) };
  }

  private async seal(values: ReadonlyMap<string, string>, { tenant, run }: RedactionScope): Promise<string> {
    const bytes = Buffer.from(JSON.stringify(Object.fromEntries(values)), 'utf8');
    const sealed = await this.sealer.seal(tenant, PURPOSE, run, bytes);
    if (sealed.length <= MAX_SEALED_CHARS) return sealed;
    const hint = 'Redact fewer texts at once, or without `reversible`.';
    throw new LlmosError(
      'PAYLOAD_TOO_LARGE',
      `The redacted values need ${sealed.length} characters; ${MAX_SEALED_CHARS} are allowed. ${hint}`,
      { field: 'texts' },
    );
  }
}

/** The entities that are persons and lie within the text. */
function personsOf(text: string, entities: NonNullable<NonNullable<RedactRequest['entities']>[number]>): KnownPerson[] {
  return entities.filter(({ type, start, end }) => type === 'person' && start < end && end <= text.length);
}
