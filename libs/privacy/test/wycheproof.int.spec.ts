import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { gcmOpen, gcmSeal } from '../src/envelope/aes-gcm.js';
import { oaepDecrypt } from '../src/envelope/rsa-key-service.js';

/** Project Wycheproof's vectors; where they are from is told in their folder. */
const folder = new URL('wycheproof/', import.meta.url);

type Result = 'valid' | 'invalid' | 'acceptable';
interface GcmGroup {
  readonly ivSize: number;
  readonly keySize: number;
  readonly tests: readonly (Record<'key' | 'iv' | 'aad' | 'msg' | 'ct' | 'tag', string> & {
    readonly result: Result;
  })[];
}
interface OaepGroup {
  readonly privateKeyPkcs8: string;
  readonly tests: readonly (Record<'msg' | 'ct' | 'label', string> & { readonly result: Result })[];
}

const hex = (text: string) => Buffer.from(text, 'hex');
const groupsOf = <T>(file: string) =>
  (JSON.parse(gunzipSync(readFileSync(new URL(`${file}.gz`, folder))).toString()) as { testGroups: T[] }).testGroups;

/** What `attempt` gives, as hex; undefined when it is refused. */
function outcome(attempt: () => Buffer): string | undefined {
  try {
    return attempt().toString('hex');
  } catch {
    return undefined;
  }
}

class Tally {
  accepted = 0;
  refused = 0;
  readonly wrong: unknown[] = [];

  count(test: { result: Result; msg: string }, opened: string | undefined): void {
    if (opened === undefined) this.refused++;
    else this.accepted++;
    const right =
      test.result === 'invalid'
        ? opened === undefined
        : opened === test.msg || (test.result === 'acceptable' && opened === undefined);
    if (!right) this.wrong.push(test);
  }
}

describe('the vectors of Wycheproof', () => {
  it('for AES-256-GCM with a 96-bit nonce: valid vectors open and are sealed to the same bytes, all others are refused', () => {
    const tally = new Tally();
    for (const group of groupsOf<GcmGroup>('aes_gcm_test.json')) {
      if (group.keySize !== 256 || group.ivSize !== 96) continue;
      for (const test of group.tests) {
        const parts = { key: hex(test.key), nonce: hex(test.iv), aad: hex(test.aad) };
        tally.count(
          test,
          outcome(() => gcmOpen(parts, hex(test.ct + test.tag))),
        );
        if (test.result === 'valid') expect(gcmSeal(parts, hex(test.msg)).toString('hex')).toBe(test.ct + test.tag);
      }
    }
    expect(tally).toMatchObject({ accepted: 39, refused: 27, wrong: [] });
  });

  it.each([2048, 3072, 4096])(
    'for RSA-OAEP with SHA-256 and %d bits: valid vectors are unwrapped, all others are refused',
    (bits) => {
      const tally = new Tally();
      for (const group of groupsOf<OaepGroup>(`rsa_oaep_${bits}_sha256_mgf1sha256_test.json`)) {
        const key = createPrivateKey({ key: hex(group.privateKeyPkcs8), format: 'der', type: 'pkcs8' });
        for (const test of group.tests)
          tally.count(
            test,
            outcome(() => oaepDecrypt(key, hex(test.ct), hex(test.label))),
          );
      }
      expect(tally).toMatchObject({ accepted: 18, refused: 19, wrong: [] });
    },
  );
});
