import { LlmosError, type InputOf, type OutputOf } from '@llmos/contracts';
import type { decrypt, encrypt, rotateKey, shred } from '@llmos/contracts/capabilities/security';
import { decodeSealedText, encodeSealedText } from '@llmos/privacy';
import type { TenantKeyring } from './ports/tenant-keyring.port.js';
import type { TenantMessages } from './ports/tenant-messages.port.js';

/** Separates the purposes of callers from those of LLM OS itself. */
const CALLERS = 'caller.';
/** The limit of `security.decrypt`'s contract. */
const MAX_SEALED_CHARACTERS = 2_000_000;

/** Seals and opens texts for a tenant, and manages its keys. */
export class EncryptionService {
  constructor(
    private readonly keys: TenantKeyring,
    private readonly messages: TenantMessages,
  ) {}

  /**
   * @throws LlmosError PAYLOAD_TOO_LARGE if the sealed text would be too long for `decrypt` (texts above about 1.49 MB
   *   in UTF-8), INVALID_ARGUMENT if the text is not valid Unicode and would not be returned unchanged.
   */
  async encrypt(
    tenant: string,
    { text, purpose }: Pick<InputOf<typeof encrypt>, 'text' | 'purpose'>,
  ): Promise<OutputOf<typeof encrypt>> {
    if (!text.isWellFormed()) {
      throw new LlmosError('INVALID_ARGUMENT', 'The text is not valid Unicode: it contains half a surrogate pair.', {
        field: 'text',
      });
    }
    const sealed = await this.keys.seal(tenant, { purpose: CALLERS + purpose }, Buffer.from(text, 'utf8'));
    const encoded = encodeSealedText(sealed);
    if (encoded.length > MAX_SEALED_CHARACTERS) {
      const limit = `the limit is ${MAX_SEALED_CHARACTERS}`;
      const message = `The sealed text would have ${encoded.length} characters; ${limit}. Split the text.`;
      throw new LlmosError('PAYLOAD_TOO_LARGE', message, { field: 'text' });
    }
    return { sealed: encoded, keyVersion: sealed.keyVersion };
  }

  /**
   * @throws LlmosError INVALID_ARGUMENT, with the same message for each reason, if it does not open for this tenant and
   *   purpose; NOT_FOUND if its key was destroyed.
   */
  async decrypt(tenant: string, { sealed, purpose }: InputOf<typeof decrypt>): Promise<OutputOf<typeof decrypt>> {
    const plain = await this.keys.open(tenant, { purpose: CALLERS + purpose }, decodeSealedText(sealed));
    return { text: Buffer.from(plain).toString('utf8') };
  }

  async rotateKey(tenant: string): Promise<OutputOf<typeof rotateKey>> {
    return { keyVersion: await this.keys.rotate(tenant) };
  }

  /**
   * Destroys the keys first, so that nothing more is sealed with them, then deletes the tenant's unsealed messages,
   * such as result events. May be repeated.
   *
   * @throws LlmosError INVALID_ARGUMENT unless `confirm` is the tenant's name.
   */
  async shred(tenant: string, { confirm }: InputOf<typeof shred>): Promise<OutputOf<typeof shred>> {
    if (confirm !== tenant) {
      throw new LlmosError(
        'INVALID_ARGUMENT',
        "To destroy the tenant's keys, 'confirm' must be the tenant's name. Nothing was destroyed.",
        { field: 'confirm' },
      );
    }
    const keys = await this.keys.shred(tenant);
    await this.messages.forgetTenant(tenant);
    return { tenant, keys };
  }
}
