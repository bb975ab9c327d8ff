export { gcmOpen, gcmSeal, type GcmParts } from './aes-gcm.js';
export type { Binding } from './associated-data.js';
export { DataKey, MESSAGES_PER_KEY } from './data-key.js';
export { rewrap, type KeyLabel, type KeyService } from './key-service.port.js';
export { MIN_MODULUS_BITS, newMasterKeyPem, RsaKeyService } from './rsa-key-service.js';
export {
  cannotOpen,
  decodeSealed,
  decodeSealedText,
  encodeSealed,
  encodeSealedText,
  isSealed,
  type Sealed,
} from './sealed-format.js';
