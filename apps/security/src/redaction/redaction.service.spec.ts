import { RedactionService } from './redaction.service.js';
import type { Sealer } from './ports/sealer.port.js';

/** Checks tenant, purpose and aad as the port requires, without encryption. */
const openSealer: Sealer = {
  seal: (tenant, purpose, aad, bytes) =>
    Promise.resolve(
      Buffer.from(JSON.stringify([tenant, purpose, aad, Buffer.from(bytes).toString('base64')])).toString('base64'),
    ),
  open: (tenant, purpose, aad, sealed) => {
    const parts = JSON.parse(Buffer.from(sealed, 'base64').toString()) as string[];
    if (parts[0] !== tenant || parts[1] !== purpose || parts[2] !== aad) return Promise.reject(new Error('not yours'));
    return Promise.resolve(Buffer.from(parts[3] ?? '', 'base64'));
  },
};
const scope = { tenant: 'acme', run: 'run-1' };

describe('RedactionService', () => {
  const service = new RedactionService(openSealer);

  it('returns no sealed values unless the request is reversible', async () => {
    const reply = await service.redact({ texts: ['ada@example.org'], reversible: false }, scope);
    expect(reply).toMatchObject({ texts: ['[EMAIL_1]'] });
    expect(reply).not.toHaveProperty('sealed');
  });

  it('returns no sealed values if nothing was redacted', async () => {
    expect(await service.redact({ texts: ['Hello.'], reversible: true }, scope)).not.toHaveProperty('sealed');
  });

  it('restores values in any text with their tokens, only within the same run', async () => {
    const { sealed = '' } = await service.redact({ texts: ['I am ada@example.org'], reversible: true }, scope);
    const request = { texts: ['Dear [EMAIL_1], about [EMAIL_9]'], sealed };
    expect(await service.restore(request, scope)).toEqual({ texts: ['Dear ada@example.org, about [EMAIL_9]'] });
    await expect(service.restore(request, { ...scope, run: 'run-2' })).rejects.toThrow('not yours');
    await expect(service.restore(request, { ...scope, tenant: 'other' })).rejects.toThrow('not yours');
  });

  it('redacts secrets, and leaves what is said about them', async () => {
    const texts = ['My PIN is 4821 and the code is 339102.', 'My PIN is wrong.', 'password: hunter2'];
    const redacted = await service.redact({ texts, reversible: false }, scope);
    expect(redacted.texts).toEqual([
      'My PIN is [PIN_1] and the code is [SECURITY_CODE_1].',
      'My PIN is wrong.',
      'password: [PASSWORD_1]',
    ]);
  });

  it('redacts only the requested types', async () => {
    const texts = ['ada@example.org, 192.0.2.7'];
    const { texts: redacted } = await service.redact({ texts, types: ['ip_address'], reversible: false }, scope);
    expect(redacted).toEqual(['ada@example.org, [IP_ADDRESS_1]']);
  });

  it('redacts persons that the analysis has found, but no other entities and none outside the text', async () => {
    const entities = [
      null,
      [
        { start: 0, end: 14, type: 'person', confidence: 0.9 },
        { start: 19, end: 24, type: 'place', confidence: 0.9 },
        { start: 19, end: 99, type: 'person', confidence: 0.9 },
      ],
    ];
    const texts = ['Hello.', 'Grace Okonkwo\u2019s at Lagos'];
    const redacted = await service.redact({ texts, entities, reversible: false }, scope);
    expect(redacted.texts).toEqual(['Hello.', '[PERSON_1]s at Lagos']);
  });

  it('rejects values that are too large for a message', async () => {
    const texts = Array.from({ length: 40 }, (_, text) =>
      Array.from({ length: 1_400 }, (_, mail) => `m${text}x${mail}@example.org`).join(' '),
    );
    await expect(service.redact({ texts, reversible: true }, scope)).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
    });
  });
});
