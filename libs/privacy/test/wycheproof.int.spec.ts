import { constants, createDecipheriv, createPrivateKey, privateDecrypt, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gcmOpen, gcmSeal } from '../src/envelope/aes-gcm.js';
import { oaepDecrypt } from '../src/envelope/rsa-key-service.js';

/**
 * Against Project Wycheproof's vectors, where somebody has them:
 * `LLMOS_TEST_WYCHEPROOF=/path/to/testvectors npm test`. They are not part of this repository.
 */
const folder = process.env['LLMOS_TEST_WYCHEPROOF'];

type Result = 'valid' | 'invalid' | 'acceptable';
interface GcmGroup {
  readonly ivSize: number;
  readonly keySize: number;
  readonly tagSize: number;
  readonly tests: readonly (Record<'key' | 'iv' | 'aad' | 'msg' | 'ct' | 'tag', string> & {
    readonly result: Result;
  })[];
}
interface OaepGroup {
  readonly keySize: number;
  readonly sha: string;
  readonly mgfSha: string;
  readonly privateKeyPkcs8: string;
  readonly tests: readonly (Record<'msg' | 'ct' | 'label', string> & { readonly result: Result })[];
}

const hex = (text: string) => Buffer.from(text, 'hex');
const groupsOf = <T>(file: string) =>
  (JSON.parse(readFileSync(join(folder!, file), 'utf8')) as { testGroups: T[] }).testGroups;

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

(folder ? describe : describe.skip)('Wycheproof (set LLMOS_TEST_WYCHEPROOF to the folder of its vectors)', () => {
  it('AES-256-GCM with a 96-bit nonce: every valid vector opens and is sealed the same, every other is refused', () => {
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
    expect(tally.wrong).toEqual([]);
    console.log(`aes-256-gcm/96: ${tally.accepted} accepted, ${tally.refused} refused`);
  });

  it('AES-GCM with the other key and nonce lengths, which the envelope does not use, as far as node takes them', () => {
    const tally = new Tally();
    const unsupported: string[] = [];
    for (const { keySize, ivSize, tests } of groupsOf<GcmGroup>('aes_gcm_test.json')) {
      if (keySize === 256 && ivSize === 96) continue;
      const algorithm = `aes-${keySize}-gcm` as 'aes-128-gcm';
      const start = (key: string, iv: string) => createDecipheriv(algorithm, hex(key), hex(iv), { authTagLength: 16 });
      if (outcome(() => start(tests[0]!.key, tests[0]!.iv).update(Buffer.alloc(0))) === undefined) {
        unsupported.push(`${keySize}/${ivSize} (${tests.length})`);
        continue;
      }
      for (const test of tests) {
        const open = () => {
          const decipher = start(test.key, test.iv);
          decipher.setAAD(hex(test.aad)).setAuthTag(hex(test.tag));
          return Buffer.concat([decipher.update(hex(test.ct)), decipher.final()]);
        };
        tally.count(test, outcome(open));
      }
    }
    expect(tally.wrong).toEqual([]);
    console.log(
      `aes-gcm, other lengths: ${tally.accepted} accepted, ${tally.refused} refused; not supported: ${unsupported.join(', ')}`,
    );
  });

  for (const file of [
    'rsa_oaep_2048_sha256_mgf1sha256_test.json',
    'rsa_oaep_4096_sha256_mgf1sha256_test.json',
    'rsa_oaep_misc_test.json',
  ]) {
    it(`${file}: what node can be asked for (MGF1 with the hash of the padding) is decided rightly`, () => {
      const tally = new Tally();
      let unsupported = 0;
      for (const group of groupsOf<OaepGroup>(file)) {
        if (group.sha !== group.mgfSha) {
          unsupported += group.tests.length;
          continue;
        }
        const key = createPrivateKey({ key: hex(group.privateKeyPkcs8), format: 'der', type: 'pkcs8' });
        for (const test of group.tests)
          tally.count(
            test,
            outcome(() => decrypt(group.sha, key, test)),
          );
      }
      expect(tally.wrong).toEqual([]);
      expect(tally.accepted).toBeGreaterThan(0);
      console.log(`${file}: ${tally.accepted} accepted, ${tally.refused} refused, ${unsupported} of other MGF1 hashes`);
    });
  }
});

function decrypt(sha: string, key: KeyObject, { ct, label }: { ct: string; label: string }): Buffer {
  if (sha === 'SHA-256') return oaepDecrypt(key, hex(ct), hex(label));
  const oaepHash = sha.replace('-', '').replace('/', '-');
  return privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash, oaepLabel: hex(label) }, hex(ct));
}
