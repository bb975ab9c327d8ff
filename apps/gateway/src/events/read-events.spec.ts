import fc from 'fast-check';
import { readEvents } from './read-events.js';

const names = fc.constantFrom(
  'ce-id',
  'Ce-Source',
  'ce-specversion',
  'content-type',
  'ce-datacontenttype',
  'ce-x',
  'x',
);
const values = fc.oneof(
  fc.constantFrom('1.0', 'a', 'application/json', 'Application/CloudEvents+JSON', 'text/plain; charset=x', '%ff', ''),
  fc.constantFrom('application/cloudevents-batch+json', 'application/cloudevents', 'application/vnd.llmos.frame'),
  fc.string(),
);
const member = fc.record(
  {
    specversion: fc.oneof(fc.constant('1.0'), fc.jsonValue()),
    id: fc.oneof(fc.string(), fc.jsonValue()),
    source: fc.oneof(fc.constant('/s'), fc.jsonValue()),
    datacontenttype: fc.oneof(fc.constantFrom('text/plain', 'a/b+json'), fc.jsonValue()),
    data: fc.jsonValue(),
    data_base64: fc.oneof(fc.base64String(), fc.jsonValue()),
  },
  { requiredKeys: [] },
);
const body = fc.oneof(
  fc.uint8Array(),
  fc
    .oneof(member, fc.array(member, { maxLength: 4 }), fc.jsonValue())
    .map((value) => Buffer.from(JSON.stringify(value))),
);

describe('readEvents', () => {
  it('finds an event or its error in every message', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(names, values), { maxLength: 5 }), body, (headers, bytes) => {
        const { isBatch, events } = readEvents({ headers, body: Buffer.from(bytes) });
        if (!isBatch) expect(events).toHaveLength(1);
        for (const each of events) {
          const code = 'error' in each ? each.error.code : 'none';
          expect(['none', 'MALFORMED_EVENT', 'MALFORMED_JSON', 'UNSUPPORTED_MEDIA']).toContain(code);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads at most 1,000 events of a batch', () => {
    const read = (count: number) =>
      readEvents({
        headers: [['content-type', 'application/cloudevents-batch+json']],
        body: Buffer.from(`[${Array(count).fill('{}').join()}]`),
      }).events;
    expect(read(1_000)).toHaveLength(1_000);
    expect(read(1_001)).toMatchObject([{ error: { code: 'PAYLOAD_TOO_LARGE', field: 'body' } }]);
  });

  it('finds JSON behind any white space', () => {
    const event = JSON.stringify({ specversion: '1.0', id: '1', source: '/s', type: 't' });
    const { events } = readEvents({ headers: [], body: Buffer.from(`${' \n\t'.repeat(200)}${event}`) });
    expect(events).toMatchObject([{ event: { id: '1' } }]);
  });

  it('names the event that was sent as a batch', () => {
    const body = Buffer.from(JSON.stringify({ specversion: '1.0', id: '7', source: '/s', type: 't' }));
    const headers = [['content-type', 'application/cloudevents-batch+json']] as const;
    expect(readEvents({ headers, body }).events).toMatchObject([
      { id: '7', error: { code: 'MALFORMED_EVENT', field: 'body' } },
    ]);
  });

  it.each([
    ['ends too early', '{"specversion":"1.0","id":"7","data":{'],
    ['goes on behind its end', '{"data":{"id":"9"},"id":"7"}x'],
    ['is too deep', `{"id":"7","data":${'['.repeat(100)}`],
    ['has an escape', '{"a":[1,{"id":"8"}],"id":"\\u0037",}'],
  ])('tells the id of an event whose JSON %s', (_, json) => {
    for (const headers of [[], [['content-type', 'application/cloudevents+json'] as const]])
      expect(readEvents({ headers, body: Buffer.from(json) }).events).toMatchObject([
        { id: '7', error: { code: 'MALFORMED_JSON' } },
      ]);
  });

  it.each(['{"data":{"id":"7"', '[{"id":"7"', '{"id":7,', '{"id":"", x', `{"id":"${'\\"'.repeat(400_000)}`])(
    'knows no id if there is none: %#',
    (json) => expect(readEvents({ headers: [], body: Buffer.from(json) }).events).toMatchObject([{ id: undefined }]),
  );
});
