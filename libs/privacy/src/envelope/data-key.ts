import { LlmosError } from '@llmos/contracts';
import { randomBytes } from 'node:crypto';
import { gcmOpen, gcmSeal, KEY_BYTES, NONCE_BYTES } from './aes-gcm.js';
import { associatedData, type Binding } from './associated-data.js';
import { cannotOpen, type Sealed } from './sealed-format.js';

/**
 * The most values that one key may seal: with random 96-bit nonces, P(a nonce repeats) < 2⁻³² (NIST SP 800-38D, 8.3).
 */
export const MESSAGES_PER_KEY = 2 ** 32;

/**
 * One version of a tenant's data key, in memory. It seals as many values as {@link allowMessages} allowed, until
 * destroyed.
 */
export class DataKey {
  private readonly bytes: Buffer;
  private allowed = 0;
  private destroyed = false;

  /** @param bytes 32 bytes, which are copied. */
  constructor(
    readonly tenant: string,
    readonly version: number,
    bytes: Uint8Array,
  ) {
    if (bytes.length !== KEY_BYTES) throw new RangeError(`a data key has ${KEY_BYTES} bytes`);
    this.bytes = Buffer.from(bytes);
  }

  /** The bytes of a new key. */
  static newBytes(): Buffer {
    return randomBytes(KEY_BYTES);
  }

  /** The number of values that this key may still seal in this process. */
  get messagesLeft(): number {
    return this.allowed;
  }

  /** Allows `count` more values. The caller counts them over all processes. */
  allowMessages(count: number): void {
    this.allowed += count;
  }

  /** @throws LlmosError UNAVAILABLE if the key is used up or destroyed: use the current key of the tenant. */
  seal(binding: Omit<Binding, 'tenant'>, plain: Uint8Array): Sealed {
    if (this.destroyed || this.allowed < 1) {
      throw new LlmosError('UNAVAILABLE', 'The data key is used up. Try again with the current one.');
    }
    this.allowed--;
    const nonce = randomBytes(NONCE_BYTES);
    const aad = associatedData({ ...binding, tenant: this.tenant }, this.version);
    return { keyVersion: this.version, body: gcmSeal({ key: this.bytes, nonce, aad }, plain, nonce) };
  }

  /** @throws LlmosError INVALID_ARGUMENT, always with the same message, if the value does not open. */
  open(binding: Omit<Binding, 'tenant'>, { keyVersion, body }: Sealed): Uint8Array {
    if (this.destroyed || keyVersion !== this.version || body.length < NONCE_BYTES) throw cannotOpen();
    const aad = associatedData({ ...binding, tenant: this.tenant }, this.version);
    try {
      return gcmOpen({ key: this.bytes, nonce: body.subarray(0, NONCE_BYTES), aad }, body.subarray(NONCE_BYTES));
    } catch (cause) {
      throw cannotOpen(cause);
    }
  }

  /** Overwrites the bytes of the key. It neither seals nor opens afterwards. */
  destroy(): void {
    this.destroyed = true;
    this.bytes.fill(0);
  }
}
