import { gcmOpen, gcmSeal } from './aes-gcm.js';

/**
 * McGrew and Viega, "The Galois/Counter Mode of Operation (GCM)", appendix B: the cases with a 256-bit key and a 96-bit
 * nonce.
 */
const LONG_KEY = 'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308';
const LONG_TEXT =
  'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72' +
  '1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255';
const LONG_CIPHERTEXT =
  '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa' +
  '8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad';
const ZERO_KEY = '00'.repeat(32);
const ZERO_NONCE = '00'.repeat(12);
const CASES = [
  {
    name: '13',
    key: ZERO_KEY,
    nonce: ZERO_NONCE,
    text: '',
    aad: '',
    sealed: '530f8afbc74536b9a963b4f1c4cb738b',
  },
  {
    name: '14',
    key: ZERO_KEY,
    nonce: ZERO_NONCE,
    text: '00'.repeat(16),
    aad: '',
    sealed: 'cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919',
  },
  {
    name: '15',
    key: LONG_KEY,
    nonce: 'cafebabefacedbaddecaf888',
    text: LONG_TEXT,
    aad: '',
    sealed: `${LONG_CIPHERTEXT}b094dac5d93471bdec1a502270e3cc6c`,
  },
  {
    name: '16',
    key: LONG_KEY,
    nonce: 'cafebabefacedbaddecaf888',
    text: LONG_TEXT.slice(0, 120),
    aad: 'feedfacedeadbeeffeedfacedeadbeefabaddad2',
    sealed: `${LONG_CIPHERTEXT.slice(0, 120)}76fc6ece0f4e1768cddf8853bb2d551b`,
  },
];
const hex = (text: string) => Buffer.from(text, 'hex');

describe('AES-256-GCM', () => {
  for (const { name, key, nonce, text, aad, sealed } of CASES) {
    const parts = { key: hex(key), nonce: hex(nonce), aad: hex(aad) };
    it(`seals and opens test case ${name} of the specification`, () => {
      expect(gcmSeal(parts, hex(text)).toString('hex')).toBe(sealed);
      expect(gcmOpen(parts, hex(sealed)).toString('hex')).toBe(text);
    });

    it(`refuses test case ${name} with any one bit changed`, () => {
      const bytes = hex(sealed);
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const changed = Buffer.from(bytes);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(() => gcmOpen(parts, changed)).toThrow();
      }
    });
  }

  it('refuses a truncated tag', () => {
    const parts = { key: hex(ZERO_KEY), nonce: hex(ZERO_NONCE), aad: hex('') };
    expect(() => gcmOpen(parts, hex(CASES[0]!.sealed).subarray(0, 12))).toThrow('shorter than its tag');
  });
});
