import { toKnown } from './errors.js';

const unsupported = Object.assign(new Error('Unsupported Media Type'), { statusCode: 415 });

describe('a body of a type that is not read', () => {
  it.each([
    ['text/xml', "'text/xml' is not read here. Send application/json"],
    [undefined, 'The request names no Content-Type. Send application/json'],
    [' ', 'The request names no Content-Type. Send application/json'],
  ])('is refused by its name: %s', (contentType, message) => {
    expect(toKnown(unsupported, contentType).message).toContain(message);
  });
});
