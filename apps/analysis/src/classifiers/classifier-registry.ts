import type { Bus } from '@llmos/bus';
import { BUCKETS, isToken, LlmosError } from '@llmos/contracts';
import { trainClassifier } from '@llmos/contracts/capabilities/analysis';
import { Registry, versionSchema, type RegistryOptions } from '@llmos/registry';
import { SealedBucket, type AtRest } from '@llmos/vault';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { FewShotClassifier } from './few-shot-classifier.js';

/** A tenant and one of its classifiers. */
export interface ClassifierRef {
  readonly tenant: string;
  readonly name: string;
}

const classifierVersionSchema = versionSchema.extend({
  /** The output of {@link FewShotClassifier.serialise}. */
  classifier: z.string(),
  /** Absent for classifiers that were stored before there were version records, or with a report of another form. */
  report: trainClassifier.output.optional().catch(undefined),
});
type ClassifierVersion = z.output<typeof classifierVersionSchema>;

export interface ClassifierRegistryOptions extends Pick<
  RegistryOptions<ClassifierVersion>,
  'records' | 'atRest' | 'onError'
> {
  /** The size limit of a stored classifier. */
  readonly maxBytes: number;
}

export const MAX_PER_TENANT = 100;
const MAX_PARSED = 32;
/** There is no rollback of classifiers: only the serving version is kept. */
const KEPT_VERSIONS = 1;

/** The classifiers of all tenants, the same on every replica. */
export class ClassifierRegistry {
  private readonly registry: Registry<ClassifierVersion>;
  private readonly parsed = new LRUCache<string, FewShotClassifier>({ max: MAX_PARSED });

  constructor(private readonly options: ClassifierRegistryOptions) {
    this.registry = new Registry({ ...options, version: classifierVersionSchema, keep: KEPT_VERSIONS, fromLegacy });
  }

  /** Opens the bucket of classifiers. Its keys are `<tenant>.<name>`. */
  static async open(
    bus: Bus,
    atRest: AtRest,
    onError: ClassifierRegistryOptions['onError'],
  ): Promise<ClassifierRegistry> {
    const kv = { history: 1, storage: 'file' } as const;
    const purpose = BUCKETS.classifiers;
    const records = await SealedBucket.open(bus, BUCKETS.classifiers, { kv, purpose, atRest });
    return new ClassifierRegistry({ records, atRest, onError, maxBytes: bus.maxMessageBytes });
  }

  /** Resolves when all stored classifiers are in memory; changes follow. */
  start(): Promise<void> {
    return this.registry.start({ onChange: (key) => this.parsed.delete(key), onForgotten: () => this.parsed.clear() });
  }

  stop(): void {
    this.registry.stop();
  }

  /** @throws LlmosError NOT_FOUND if the tenant has no classifier of this name. */
  get(ref: ClassifierRef): FewShotClassifier {
    const key = keyOf(ref);
    const serving = this.registry.servingOf(key);
    if (!serving) {
      const message = `There is no classifier '${ref.name}'. Train it first, or check its name.`;
      throw new LlmosError('NOT_FOUND', message, { field: 'classifier' });
    }
    const classifier = this.parsed.get(key) ?? FewShotClassifier.parse(serving.classifier);
    this.parsed.set(key, classifier);
    return classifier;
  }

  /** What the run reported if it has trained this classifier before. */
  reportOf(ref: ClassifierRef, run: string): z.output<typeof trainClassifier.output> | undefined {
    const serving = this.registry.servingOf(keyOf(ref));
    return serving?.version === run ? serving.report : undefined;
  }

  /** @throws LlmosError CONFLICT if the tenant has the maximum number of classifiers. */
  admit(ref: ClassifierRef): void {
    const key = keyOf(ref);
    const others = this.registry.keys().filter((other) => other.startsWith(`${ref.tenant}.`) && other !== key);
    if (others.length >= MAX_PER_TENANT) {
      const message = `There are ${MAX_PER_TENANT} classifiers already. Delete one first.`;
      throw new LlmosError('CONFLICT', message, { field: 'name' });
    }
  }

  /**
   * Stores a new version, which serves on this replica when the promise resolves, and on the others within moments.
   *
   * @throws LlmosError NOT_FOUND if the tenant's keys were destroyed after the run began, PAYLOAD_TOO_LARGE.
   */
  async add(
    tenant: string,
    classifier: FewShotClassifier,
    report: z.output<typeof trainClassifier.output>,
    signal?: AbortSignal,
  ): Promise<void> {
    const key = keyOf({ tenant, name: report.name });
    const serialised = classifier.serialise();
    const { maxBytes } = this.options;
    if (serialised.length > maxBytes) {
      const message = `The classifier has ${serialised.length} bytes; the limit is ${maxBytes}. Use fewer labels.`;
      throw new LlmosError('PAYLOAD_TOO_LARGE', message, { field: 'examples' });
    }
    const version = { version: report.version, classifier: serialised, report };
    const revision = await this.registry.add(key, version, { replaces: true });
    await this.registry.reached(key, revision, signal);
  }

  /** @returns whether there was one. */
  async delete(ref: ClassifierRef): Promise<boolean> {
    const key = keyOf(ref);
    if (!this.registry.recordOf(key)) return false;
    await this.registry.delete(key);
    return true;
  }
}

/** Rejects a tenant or a name that would result in the key of another tenant's classifier. */
function keyOf({ tenant, name }: ClassifierRef): string {
  if (!isToken(tenant))
    throw new LlmosError('INVALID_ARGUMENT', "A tenant is 1 to 64 letters, digits, '_' or '-'.", { field: 'tenant' });
  if (!/^[a-z][a-z0-9_-]{0,62}$/.test(name)) {
    const message = "A classifier's name is lower-case letters, digits, '-' and '_', starting with a letter.";
    throw new LlmosError('INVALID_ARGUMENT', message, { field: 'classifier' });
  }
  return `${tenant}.${name}`;
}

const legacySchema = z.looseObject({ format: z.string().startsWith('llmos-few-shot/') });

/** Before there were version records, a stored value was the classifier itself. */
function fromLegacy(value: unknown): ClassifierVersion | undefined {
  return legacySchema.safeParse(value).success
    ? { version: 'unversioned', classifier: JSON.stringify(value) }
    : undefined;
}
