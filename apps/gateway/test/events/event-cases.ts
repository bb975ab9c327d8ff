/** What an event leads to: a run with this input, or a `failed` result. */
export type Outcome =
  { readonly input: Readonly<Record<string, unknown>> } | { readonly code: string; readonly field: string };

/** A message on `llmos.in.default.<pipeline>` and what must come of it, on `llmos.out.default.<pipeline>`. */
export interface EventCase {
  readonly what: string;
  readonly mode: 'binary' | 'structured' | 'batch' | 'unreadable';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** `detect_intent` unless stated. */
  readonly pipeline?: string;
  /** By the `ce-correlationid` of the result, as it stands in the header; '' for an event without a readable id. */
  readonly results: Readonly<Record<string, Outcome>>;
}

/** The source of all events here. A sender of its own uses another, so that its events are not repeated ones. */
export const SOURCE = '/test';

const TEXT = 'Where is my card?';
const input = { text: TEXT };
const data = JSON.stringify(input);
const base64 = (content: string | Uint8Array) => Buffer.from(content).toString('base64');
const malformed = (field: string): Outcome => ({ code: 'MALFORMED_EVENT', field });

let count = 0;
const nextId = () => `case-${++count}`;

interface Parts {
  readonly body?: string | Uint8Array;
  readonly pipeline?: string;
  readonly outcome?: Outcome;
  /** The id in the result, if it differs from that of the event. */
  readonly told?: string;
}

/** Binary mode: the attributes are headers. An attribute that is undefined is left out. */
function binary(what: string, own: Readonly<Record<string, string | undefined>>, parts: Parts = {}): EventCase {
  const id = own['ce-id'] ?? nextId();
  const all = { 'ce-specversion': '1.0', 'ce-type': 'test', 'ce-source': SOURCE, 'ce-id': id, ...own };
  const headers = Object.fromEntries(
    Object.entries(all).filter((header): header is [string, string] => header[1] !== undefined),
  );
  const { body = data, outcome = { input }, told = 'ce-id' in own && own['ce-id'] === undefined ? '' : id } = parts;
  return { what, mode: 'binary', headers, body, ...pipelineOf(parts), results: { [told]: outcome } };
}

/** Structured mode: the event is JSON. */
function structured(
  what: string,
  own: Readonly<Record<string, unknown>>,
  parts: Parts & { readonly headers?: Readonly<Record<string, string>> } = {},
): EventCase {
  const id = own['id'] ?? nextId();
  const event = { specversion: '1.0', type: 'test', source: SOURCE, id, data: input, ...own };
  const { headers = {}, outcome = { input }, body = JSON.stringify(event) } = parts;
  const told = parts.told ?? ('id' in own && typeof own['id'] !== 'string' ? '' : String(id));
  return { what, mode: 'structured', headers, body, ...pipelineOf(parts), results: { [told]: outcome } };
}

function batch(
  what: string,
  events: readonly unknown[],
  results: EventCase['results'],
  headers: EventCase['headers'] = { 'content-type': 'application/cloudevents-batch+json' },
): EventCase {
  return { what, mode: 'batch', headers, body: JSON.stringify(events), results };
}

function unreadable(what: string, body: string | Uint8Array, outcome: Outcome, headers: EventCase['headers'] = {}) {
  return { what, mode: 'unreadable' as const, headers, body, results: { '': outcome } };
}

function pipelineOf({ pipeline }: Parts): Pick<EventCase, 'pipeline'> {
  return pipeline === undefined ? {} : { pipeline };
}

const member = (id: unknown, own: object = {}) => ({
  specversion: '1.0',
  type: 'test',
  source: SOURCE,
  id,
  data: input,
  ...own,
});
const JSON_EVENT = { 'content-type': 'application/cloudevents+json' };
const WAV = Buffer.from('524946460000000057415645', 'hex');

/**
 * The messages of the NATS protocol binding of CloudEvents 1.0 (version 1.0.3-wip, with binary mode), its JSON format
 * and its JSON batch format, and those that senders send by mistake.
 */
export const EVENT_CASES: readonly EventCase[] = [
  // Binary mode
  binary('the attributes are headers', {}),
  binary('`content-type: application/json`', { 'content-type': 'application/json' }),
  binary('`ce-datacontenttype: application/json`', { 'ce-datacontenttype': 'application/json' }),
  binary('header names in other case', {
    'ce-specversion': undefined,
    'CE-SpecVersion': '1.0',
    'ce-source': undefined,
    'Ce-Source': SOURCE,
    'Content-Type': 'application/json',
  }),
  {
    ...binary('`Ce-Id`', { 'ce-id': undefined, 'Ce-Id': 'other-case' }),
    results: { 'other-case': { input } },
  },
  binary('a media type in other case with parameters', { 'content-type': 'Application/JSON ; Charset="UTF-8"' }),
  binary('a media type that ends in `+json`', { 'content-type': 'application/vnd.shop.order+json' }),
  binary(
    'data in another charset',
    { 'content-type': 'application/json; charset=utf-16le' },
    {
      body: Buffer.from(data, 'utf16le'),
    },
  ),
  binary('a byte order mark', {}, { body: `\ufeff${data}` }),
  binary('percent-encoded values', { 'ce-id': 'Euro%20%E2%82%AC%20%F0%9F%98%80' }),
  binary('lower-case escapes', { 'ce-id': 'caf%c3%a9' }, { told: 'caf%C3%A9' }),
  binary('a percent sign that is no escape', { 'ce-id': '100%' }, { told: '100%25' }),
  binary('a value in quotation marks', { 'ce-id': '"a \\"quoted\\" id"' }, { told: 'a%20%22quoted%22%20id' }),
  binary('white space around a value', { 'ce-specversion': ' 1.0 ' }),
  binary('extensions and other headers', { 'ce-partitionkey': 'k', 'ce-time': '2026-01-31T08:00:00Z', 'x-own': 'y' }),
  binary('plain text for a pipeline with one text', { 'content-type': 'text/plain; charset=utf-8' }, { body: TEXT }),
  binary(
    'plain text in Latin-1',
    { 'content-type': 'text/plain; charset=iso-8859-1' },
    {
      body: Buffer.from('où est ma carte ?', 'latin1'),
      outcome: { input: { text: 'où est ma carte ?' } },
    },
  ),
  binary('a JSON text for a pipeline with one text', {}, { body: JSON.stringify(TEXT) }),
  binary(
    'a recording',
    { 'content-type': 'audio/wav' },
    {
      body: WAV,
      pipeline: 'transcribe',
      outcome: { input: { audio: WAV, audio_type: 'audio/wav' } },
    },
  ),
  binary(
    'a JSON list for a pipeline with one list',
    {},
    {
      body: '[{"user":"u","item":"i"}]',
      pipeline: 'record_interactions',
      outcome: { input: { interactions: [{ user: 'u', item: 'i' }] } },
    },
  ),
  binary('`expirytime` in lower case', { 'ce-expirytime': '2099-01-31t08:00:00z' }),
  binary('`expirytime` in a leap second', { 'ce-expirytime': '2098-12-31T23:59:60Z' }),
  binary('a source and an id that part at another colon', { 'ce-id': '7:8' }),
  binary('the same letters as another source and id', { 'ce-source': `${SOURCE}:7`, 'ce-id': '8' }),
  binary('another version', { 'ce-specversion': '0.3' }, { outcome: malformed('ce-specversion') }),
  binary('no version', { 'ce-specversion': undefined }, { outcome: malformed('ce-specversion') }),
  binary('no id', { 'ce-id': undefined }, { outcome: malformed('ce-id') }),
  binary('an id that is too long', { 'ce-id': 'x'.repeat(1_100) }, { outcome: malformed('ce-id'), told: '' }),
  binary('no source', { 'ce-source': undefined }, { outcome: malformed('ce-source') }),
  binary('an escape that is not UTF-8', { 'ce-source': '/%C0%A0' }, { outcome: malformed('ce-source') }),
  binary('data that are not JSON', {}, { body: '{"text":', outcome: { code: 'MALFORMED_JSON', field: 'data' } }),
  binary(
    'data that are not in the declared charset',
    {},
    {
      body: Buffer.from([0x22, 0xff, 0x22]),
      outcome: { code: 'MALFORMED_JSON', field: 'data' },
    },
  ),
  binary(
    'an unknown charset',
    { 'content-type': 'application/json; charset=klingon' },
    {
      outcome: { code: 'UNSUPPORTED_MEDIA', field: 'datacontenttype' },
    },
  ),
  binary(
    'bytes for a pipeline that takes none',
    { 'content-type': 'image/png' },
    {
      body: WAV,
      outcome: { code: 'INVALID_ARGUMENT', field: 'data' },
    },
  ),
  binary(
    'a number for a pipeline that takes none',
    {},
    {
      body: '7',
      outcome: { code: 'INVALID_ARGUMENT', field: 'data' },
    },
  ),
  binary('JSON that is too deep', {}, { body: '['.repeat(100), outcome: { code: 'MALFORMED_JSON', field: 'data' } }),
  binary('no data, which the pipeline needs', {}, { body: '', outcome: { code: 'INVALID_ARGUMENT', field: 'text' } }),
  binary('a field of the wrong type', {}, { body: '{"text":5}', outcome: { code: 'INVALID_ARGUMENT', field: 'text' } }),
  binary('an unknown field', {}, { body: '{"other":1}', outcome: { code: 'INVALID_ARGUMENT', field: 'other' } }),
  binary(
    'a text that is too large',
    {},
    {
      body: JSON.stringify({ text: 'x'.repeat(500_000) }),
      outcome: { code: 'PAYLOAD_TOO_LARGE', field: 'text' },
    },
  ),
  binary('an unknown pipeline', {}, { pipeline: 'nope', outcome: { code: 'UNKNOWN_PIPELINE', field: 'subject' } }),
  binary('a pipeline of operators', {}, { pipeline: 'rotate_key', outcome: { code: 'FORBIDDEN', field: 'subject' } }),
  // Structured mode
  structured('`content-type: application/cloudevents+json`', {}, { headers: JSON_EVENT }),
  structured('no headers', {}),
  structured('`content-type: application/json` alone', {}, { headers: { 'content-type': 'application/json' } }),
  structured('`content-type: application/cloudevents`', {}, { headers: { 'content-type': 'application/cloudevents' } }),
  structured(
    'header name and media type in other case, with parameters',
    {},
    {
      headers: { 'Content-Type': 'Application/CloudEvents+JSON; charset=utf-8' },
    },
  ),
  structured('attributes also as headers', {}, { headers: { ...JSON_EVENT, 'ce-id': 'ignored' } }),
  structured('`datacontenttype`', { datacontenttype: 'application/json; charset=utf-8' }),
  structured(
    'a byte order mark',
    { id: 'marked' },
    {
      headers: JSON_EVENT,
      body: `\ufeff${JSON.stringify(member('marked'))}`,
    },
  ),
  structured('an id in other letters, quotes and spaces', { id: 'Größe "7"' }, { told: 'Gr%C3%B6%C3%9Fe%20%227%22' }),
  structured('unset attributes as null', { subject: null, time: null, datacontenttype: null, dataschema: null }),
  structured('extensions of every type', { mytext: 'a', mynumber: 5, mybool: true, partitionkey: 'k' }),
  structured('`data_base64` with JSON', { data: undefined, data_base64: base64(data) }),
  structured('`data_base64` with text', { data: undefined, datacontenttype: 'text/plain', data_base64: base64(TEXT) }),
  structured(
    '`data_base64` with a recording',
    { data: undefined, datacontenttype: 'audio/wav', data_base64: base64(WAV) },
    {
      pipeline: 'transcribe',
      outcome: { input: { audio: WAV, audio_type: 'audio/wav' } },
    },
  ),
  structured('`data_base64` in lines', { data: undefined, data_base64: base64(data).replace(/.{8}/g, '$&\r\n') }),
  structured('data as text', { data: TEXT }),
  structured('data as text of a type', { datacontenttype: 'text/plain', data: TEXT }),
  structured(
    'data as list',
    { data: [{ id: 'i', title: 'T' }] },
    {
      pipeline: 'upsert_items',
      outcome: { input: { items: [{ id: 'i', title: 'T' }] } },
    },
  ),
  structured('another version', { specversion: '2.0' }, { outcome: malformed('specversion') }),
  structured('no version', { specversion: undefined }, { headers: JSON_EVENT, outcome: malformed('specversion') }),
  structured('no id', { id: undefined }, { outcome: malformed('id'), told: '' }),
  structured('an id that is a number', { id: 7 }, { outcome: malformed('id'), told: '7' }),
  structured('an id of half a character', { id: '\ud800' }, { outcome: malformed('id'), told: '' }),
  structured('no source', { source: undefined }, { outcome: malformed('source') }),
  structured('`data` and `data_base64`', { data_base64: base64(data) }, { outcome: malformed('data_base64') }),
  structured(
    '`data_base64` that is not base64',
    { data: undefined, data_base64: '@@' },
    {
      outcome: malformed('data_base64'),
    },
  ),
  structured(
    '`data_base64` that is not JSON',
    { data: undefined, data_base64: base64('{') },
    {
      outcome: { code: 'MALFORMED_JSON', field: 'data_base64' },
    },
  ),
  structured('an object as data of another type', { datacontenttype: 'text/plain' }, { outcome: malformed('data') }),
  structured('no data', { data: undefined }, { outcome: { code: 'INVALID_ARGUMENT', field: 'text' } }),
  structured('a wrong field', { data: { text: '' } }, { outcome: { code: 'INVALID_ARGUMENT', field: 'text' } }),
  structured(
    'bad base64 in a field',
    { data: { audio: '@@' } },
    {
      pipeline: 'transcribe',
      outcome: { code: 'INVALID_ARGUMENT', field: 'audio' },
    },
  ),
  structured('an unknown pipeline', {}, { pipeline: 'nope', outcome: { code: 'UNKNOWN_PIPELINE', field: 'subject' } }),
  // Batches
  batch('each event becomes a run', [member('b-1'), member('b-2')], { 'b-1': { input }, 'b-2': { input } }),
  batch('no headers', [member('b-3'), member('b-4')], { 'b-3': { input }, 'b-4': { input } }, {}),
  batch(
    'no headers and a first one that is none',
    ['no event', member('b-11')],
    { '': malformed('body'), 'b-11': { input } },
    {},
  ),
  batch(
    'a media type in other case',
    [member('b-5')],
    { 'b-5': { input } },
    {
      'CONTENT-TYPE': 'Application/CloudEvents-Batch+JSON; charset=UTF-8',
    },
  ),
  batch(
    'events that are bad do not lose the others',
    [
      member('b-6'),
      member('b-7', { specversion: '9' }),
      member('b-8', { data: { text: 5 } }),
      'no event',
      member('b-9', { data: undefined, data_base64: base64(data) }),
    ],
    {
      'b-6': { input },
      'b-7': malformed('specversion'),
      'b-8': { code: 'INVALID_ARGUMENT', field: 'text' },
      '': malformed('body'),
      'b-9': { input },
    },
  ),
  batch('the same event twice', [member('b-10'), member('b-10')], { 'b-10': { input } }),
  batch('no event', [], {}),
  batch('an object', { no: 'list' } as unknown as unknown[], { '': malformed('body') }),
  // What is no event
  unreadable('no JSON', 'garbage', malformed('body')),
  unreadable('JSON that is cut off', '{"specversion":"1.0",', { code: 'MALFORMED_JSON', field: 'body' }),
  unreadable('a type alone', data, malformed('ce-specversion'), { 'ce-type': 'test' }),
  unreadable('nothing', '', malformed('body')),
  unreadable('JSON that is no event', data, malformed('body')),
  unreadable('not JSON, as an event', '{', { code: 'MALFORMED_JSON', field: 'body' }, JSON_EVENT),
  unreadable('a list, as one event', '[]', malformed('body'), JSON_EVENT),
  unreadable(
    'another format of events',
    '<event/>',
    { code: 'UNSUPPORTED_MEDIA', field: 'content-type' },
    {
      'content-type': 'application/cloudevents+xml',
    },
  ),
];
