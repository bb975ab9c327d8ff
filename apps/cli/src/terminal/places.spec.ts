import { showPlaces } from './places.js';

function gatewayLine(gateway: string, wantedPort?: number): string | undefined {
  const lines: string[] = [];
  const terminal = {
    line: (text = '') => void lines.push(text),
    write: () => undefined,
    note: () => undefined,
    interactive: false,
  };
  showPlaces(terminal, { gateway, wantedPort, members: [], broker: 'nats://127.0.0.1:4222', log: '/tmp/log' });
  return lines.find((line) => line.startsWith('Gateway'));
}

describe('showPlaces', () => {
  it('shows when the gateway listens on another port than the one asked for', () => {
    expect(gatewayLine('http://127.0.0.1:8001')).toBe('Gateway  http://127.0.0.1:8001  (port 8000 is taken)');
    expect(gatewayLine('http://127.0.0.1:9001', 9000)).toBe('Gateway  http://127.0.0.1:9001  (port 9000 is taken)');
  });

  it('shows no remark for the port that was asked for, or when any port was allowed', () => {
    expect(gatewayLine('http://127.0.0.1:8000')).toBe('Gateway  http://127.0.0.1:8000');
    expect(gatewayLine('http://127.0.0.1:80', 80)).toBe('Gateway  http://127.0.0.1:80');
    expect(gatewayLine('http://127.0.0.1:41234', 0)).toBe('Gateway  http://127.0.0.1:41234');
  });
});
