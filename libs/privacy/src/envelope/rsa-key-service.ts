import { LlmosError } from '@llmos/contracts';
import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  privateDecrypt,
  publicEncrypt,
  type KeyObject,
} from 'node:crypto';
import { promisify } from 'node:util';
import type { KeyLabel, KeyService } from './key-service.port.js';

/** NIST SP 800-57: 128 bits of security require 3072. */
export const MIN_MODULUS_BITS = 3072;
const HASH = 'sha256';

/** A master key of at least 3072 bits for RSA-OAEP with SHA-256 and MGF1-SHA-256 (RFC 8017, 7.1). */
export class RsaKeyService implements KeyService {
  readonly id: string;
  private readonly publicKey: KeyObject;

  private constructor(private readonly privateKey: KeyObject) {
    this.publicKey = createPublicKey(privateKey);
    const spki = this.publicKey.export({ type: 'spki', format: 'der' });
    this.id = `rsa-oaep-sha256:${createHash('sha256').update(spki).digest('hex').slice(0, 32)}`;
  }

  /** @throws Error if it is not an RSA key, or too short. */
  static fromPem(pem: string): RsaKeyService {
    const key = createPrivateKey(pem);
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
    if (key.asymmetricKeyType !== 'rsa' || bits < MIN_MODULUS_BITS) {
      throw new Error(`the master key must be an RSA key of at least ${MIN_MODULUS_BITS} bits`);
    }
    return new RsaKeyService(key);
  }

  wrap(key: Uint8Array, label: KeyLabel): Promise<Uint8Array> {
    return Promise.resolve(oaepEncrypt(this.publicKey, key, labelBytes(label)));
  }

  async unwrap(wrapped: Uint8Array, label: KeyLabel): Promise<Uint8Array> {
    try {
      return await Promise.resolve(oaepDecrypt(this.privateKey, wrapped, labelBytes(label)));
    } catch (cause) {
      throw new LlmosError('UNAVAILABLE', 'A data key cannot be unwrapped with the master key of this process.', {
        cause,
      });
    }
  }
}

/** A new master key as PKCS#8 PEM. Takes about half a second of one core. */
export async function newMasterKeyPem(modulusBits = MIN_MODULUS_BITS): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: modulusBits });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}

export function oaepEncrypt(key: KeyObject, plain: Uint8Array, label: Uint8Array): Buffer {
  return publicEncrypt(
    { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: HASH, oaepLabel: Buffer.from(label) },
    plain,
  );
}

/** @throws Error, the same for every kind of wrong padding. */
export function oaepDecrypt(key: KeyObject, wrapped: Uint8Array, label: Uint8Array): Buffer {
  return privateDecrypt(
    { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: HASH, oaepLabel: Buffer.from(label) },
    wrapped,
  );
}

function labelBytes({ tenant, version }: KeyLabel): Buffer {
  return Buffer.from(`llmos.data-key.v1/${tenant}/${version}`);
}
