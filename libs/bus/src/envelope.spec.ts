import { newRunId } from '@llmos/contracts';
import { headers } from '@nats-io/transport-node';
import { readHeaders, repeatedHeaders, writeHeaders } from './envelope.js';

describe('the headers of a message', () => {
  const envelope = {
    id: 'r:0',
    type: 'org.llmos.task.text.shout',
    source: '/llmos/test',
    run: newRunId(),
    tenant: 'acme',
    lane: 'durable' as const,
    deadlineMs: Date.parse('2026-01-02T03:04:05.678Z'),
    traceparent: undefined,
  };
  const parsed = (written: object) => {
    const text = new TextDecoder().decode((written as { encode(): Uint8Array }).encode());
    const read = headers();
    for (const line of text.trimEnd().split('\r\n').slice(1)) {
      const at = line.indexOf(': ');
      read.append(line.slice(0, at), line.slice(at + 2));
    }
    return readHeaders(read);
  };

  it('say of another attempt to publish it that it is one', () => {
    const first = writeHeaders(envelope, { contentType: 'application/json', timeMs: 0, messageId: envelope.id });
    expect(parsed(first)).toMatchObject({ ...envelope, isRepeated: false });
    expect(parsed(repeatedHeaders(first))).toMatchObject({ ...envelope, isRepeated: true });
  });
});
