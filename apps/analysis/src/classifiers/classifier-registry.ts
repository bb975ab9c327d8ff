import { isToken, LlmosError } from '@llmos/contracts';
import { FewShotClassifier } from '../classifiers/few-shot-classifier.js';
import type { ClassifierRef, ClassifierStore } from '../ports/classifier-store.port.js';

/** Classifiers one tenant may have. */
export const MAX_PER_TENANT = 100;
/** Unpacked classifiers kept at hand; the others are unpacked when they are asked for. */
const UNPACKED = 32;

/** Every tenant's classifiers, the same in each replica: the store tells of each change. */
export class ClassifierRegistry {
  private readonly stored = new Map<string, Uint8Array>();
  private readonly unpacked = new Map<string, FewShotClassifier>();
  private watching?: { stop(): void };

  constructor(private readonly store: ClassifierStore) {}

  /** Resolves once every stored classifier is at hand. */
  async start(): Promise<void> {
    this.stop();
    this.watching = await this.store.watch({ onEntry: (ref, bytes) => this.take(keyOf(ref), bytes) });
  }

  stop(): void {
    this.watching?.stop();
  }

  /** @throws LlmosError NOT_FOUND when the tenant has no classifier of this name. */
  get(ref: ClassifierRef): FewShotClassifier {
    const key = keyOf(ref);
    const bytes = this.stored.get(key);
    if (!bytes) {
      const message = `There is no classifier '${ref.name}'. Train it first, or check its name.`;
      throw new LlmosError('NOT_FOUND', message, { field: 'classifier' });
    }
    const classifier = this.unpacked.get(key) ?? FewShotClassifier.parse(bytes);
    this.unpacked.delete(key);
    this.unpacked.set(key, classifier);
    if (this.unpacked.size > UNPACKED) this.unpacked.delete(this.unpacked.keys().next().value!);
    return classifier;
  }

  /** @throws LlmosError CONFLICT when the tenant has as many as it may have. */
  admit(ref: ClassifierRef): void {
    const key = keyOf(ref);
    const mine = [...this.stored.keys()].filter((other) => other.startsWith(`${ref.tenant}.`) && other !== key);
    if (mine.length >= MAX_PER_TENANT)
      throw new LlmosError('CONFLICT', `There are ${MAX_PER_TENANT} classifiers already. Delete one first.`, {
        field: 'name',
      });
  }

  /** Stored, and used by this replica from now on; the others follow within moments. */
  async put(ref: ClassifierRef, classifier: FewShotClassifier): Promise<void> {
    const bytes = classifier.serialise();
    await this.store.put(ref, bytes);
    this.take(keyOf(ref), bytes);
  }

  /** @returns whether there was one. */
  async delete(ref: ClassifierRef): Promise<boolean> {
    const key = keyOf(ref);
    if (!this.stored.has(key)) return false;
    await this.store.delete(ref);
    this.take(key, undefined);
    return true;
  }

  private take(key: string, bytes: Uint8Array | undefined): void {
    this.unpacked.delete(key);
    if (bytes) this.stored.set(key, bytes);
    else this.stored.delete(key);
  }
}

/** Both become a key of the store: anything else in them would name somebody else's classifier. */
function keyOf({ tenant, name }: ClassifierRef): string {
  if (!isToken(tenant))
    throw new LlmosError('INVALID_ARGUMENT', "A tenant is 1 to 64 letters, digits, '_' or '-'.", { field: 'tenant' });
  if (!/^[a-z][a-z0-9_-]{0,62}$/.test(name)) {
    const message = "A classifier's name is lower-case letters, digits, '-' and '_', starting with a letter.";
    throw new LlmosError('INVALID_ARGUMENT', message, { field: 'classifier' });
  }
  return `${tenant}.${name}`;
}
