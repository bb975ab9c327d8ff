import { LlmosError, type InputOf, type OutputOf } from '@llmos/contracts';
import type { decrypt, encrypt, rotateKey, shred } from '@llmos/contracts/capabilities/security';
import { decodeSealedText, encodeSealedText } from '@llmos/privacy';
import type { TenantKeyring } from './ports/tenant-keyring.port.js';
import type { TenantMessages } from './ports/tenant-messages.port.js';

/** What a caller seals itself has a purpose of its own: it is never taken for what the house stores. */
const CALLERS = 'caller.';
/** What `security.decrypt` takes, as its contract says. */
const MAX_SEALED_CHARACTERS = 2_000_000;

/** Seals and opens texts for a tenant, and looks after its keys. */
export class EncryptionService {
  constructor(
    private readonly keys: TenantKeyring,
    private readonly messages: TenantMessages,
  ) {}

  /**
   * @throws LlmosError PAYLOAD_TOO_LARGE when what is sealed would be too long to be opened again (texts above about
   *   1.49 MB in UTF-8), INVALID_ARGUMENT when the text is no Unicode text and would not come back the same.
   */
  async encrypt(
    tenant: string,
    { text, purpose }: Pick<InputOf<typeof encrypt>, 'text' | 'purpose'>,
  ): Promise<OutputOf<typeof encrypt>> {
    if (!text.isWellFormed()) {
      throw new LlmosError('INVALID_ARGUMENT', 'The text holds half a character (a lone surrogate).', {
        field: 'text',
      });
    }
    const sealed = await this.keys.seal(tenant, { purpose: CALLERS + purpose }, Buffer.from(text, 'utf8'));
    const encoded = encodeSealedText(sealed);
    if (encoded.length > MAX_SEALED_CHARACTERS) {
      const message = `The text would take ${encoded.length} characters sealed; ${MAX_SEALED_CHARACTERS} is the limit. Split it.`;
      throw new LlmosError('PAYLOAD_TOO_LARGE', message, { field: 'text' });
    }
    return { sealed: encoded, keyVersion: sealed.keyVersion };
  }

  /**
   * @throws LlmosError INVALID_ARGUMENT, with one message whatever the reason, when it does not open for this tenant and
   *   purpose; NOT_FOUND when its key has been destroyed.
   */
  async decrypt(tenant: string, { sealed, purpose }: InputOf<typeof decrypt>): Promise<OutputOf<typeof decrypt>> {
    const plain = await this.keys.open(tenant, { purpose: CALLERS + purpose }, decodeSealedText(sealed));
    return { text: Buffer.from(plain).toString('utf8') };
  }

  async rotateKey(tenant: string): Promise<OutputOf<typeof rotateKey>> {
    return { keyVersion: await this.keys.rotate(tenant) };
  }

  /**
   * Destroys the keys first, so that nothing more is sealed with them, then removes what cannot be sealed because others
   * read it, such as result events. May be repeated.
   *
   * @throws LlmosError INVALID_ARGUMENT unless `confirm` is the tenant's own name.
   */
  async shred(tenant: string, { confirm }: InputOf<typeof shred>): Promise<OutputOf<typeof shred>> {
    if (confirm !== tenant) {
      throw new LlmosError(
        'INVALID_ARGUMENT',
        "To destroy the tenant's keys, 'confirm' must be its own name; nothing was destroyed.",
        { field: 'confirm' },
      );
    }
    const keys = await this.keys.shred(tenant);
    await this.messages.forgetTenant(tenant);
    return { tenant, keys };
  }
}
