import { wantsEvents } from './accepts.js';

describe('wantsEvents', () => {
  it.each([
    ['text/event-stream', true],
    ['TEXT/Event-Stream', true],
    ['text/event-stream; charset=utf-8', true],
    ['text/event-stream, application/json', true],
    ['application/json;q=0.5, text/event-stream', true],
    ['text/event-stream;q=0.9, */*;q=0.1', true],
    ['text/event-stream, */*', true],
    ['text/*', true],
    ['text/event-stream;q=0.9, application/json', false],
    ['APPLICATION/JSON;q=1.0 , Text/Event-Stream ; Q=0.3', false],
    ['application/json, text/event-stream', false],
    ['text/event-stream;q=0', false],
    ['text/event-stream;q=0, */*', false],
    ['*/*', false],
    ['application/*', false],
    ['text/html, application/xhtml+xml, */*;q=0.8', false],
    ['text/html', false],
    ['application/problem+json', false],
    ['', false],
    ['garbage;;,=', false],
    [undefined, false],
  ])('for Accept: %s, %s', (accept, events) => expect(wantsEvents({ headers: { accept } })).toBe(events));
});
