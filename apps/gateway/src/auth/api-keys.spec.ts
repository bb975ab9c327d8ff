import { loadConfig } from '@llmos/config';
import { gatewayConfig } from '../gateway.config.js';

const keys = (text: string) => [...loadConfig(gatewayConfig, { LLMOS_API_KEYS: text }).apiKeys];

describe('LLMOS_API_KEYS', () => {
  it('gives each key its tenant and its role, by default the lowest role', () => {
    expect(keys('')).toEqual([]);
    expect(keys('k1:acme, k2:bank:operator,k3:operator,k4 : bank : caller')).toEqual([
      ['k1', { tenant: 'acme', role: 'caller' }],
      ['k2', { tenant: 'bank', role: 'operator' }],
      ['k3', { tenant: 'operator', role: 'caller' }],
      ['k4', { tenant: 'bank', role: 'caller' }],
    ]);
  });

  it.each([
    ...['acme', ':acme', 'k:', 'k:a.b', 'k:*', 'secret:shared', 'good:acme,bad'],
    ...['k:acme:', 'k:acme:secret', 'k:acme:Operator', 'k:2:acme:operator', 'good:acme,good:acme:operator'],
  ])('refuses %j without showing the value', (text) => {
    expect(() => keys(text)).toThrow(/LLMOS_API_KEYS/);
    expect(() => keys(text)).not.toThrow(new RegExp('secret|good'));
  });
});
