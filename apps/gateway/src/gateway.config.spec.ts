import { loadConfig } from '@llmos/config';
import { gatewayConfig } from './gateway.config.js';

const keys = (text: string) => [...loadConfig(gatewayConfig, { LLMOS_API_KEYS: text }).apiKeys];

describe('LLMOS_API_KEYS', () => {
  it('gives each key its tenant', () => {
    expect(keys('')).toEqual([]);
    expect(keys('k1:acme, k:2:bank')).toEqual([
      ['k1', 'acme'],
      ['k:2', 'bank'],
    ]);
  });

  it.each(['acme', ':acme', 'k:', 'k:a.b', 'k:*', 'secret:shared', 'good:acme,bad'])(
    'refuses %j without showing it',
    (text) => {
      expect(() => keys(text)).toThrow(/LLMOS_API_KEYS/);
      expect(() => keys(text)).not.toThrow(new RegExp('secret|good'));
    },
  );
});
