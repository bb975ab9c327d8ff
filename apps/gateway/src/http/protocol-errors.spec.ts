import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { refuseUnreadable } from './protocol-errors.js';

let server: Server;

beforeAll(async () => {
  server = createServer((_, response) => response.end()).on('clientError', (error, socket) =>
    refuseUnreadable(error, socket as never),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(() => server.close());

/** What is answered to bytes. */
function answerTo(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () => socket.write(bytes));
    socket.setEncoding('utf8').on('data', (piece: string) => (answer += piece));
    socket.on('end', () => resolve(answer)).on('error', reject);
  });
}

describe('what is no HTTP request', () => {
  it.each([
    ['a method in small letters', 'get / HTTP/1.1\r\n\r\n', 400, 'Invalid method'],
    ['TLS', '\x16\x03\x01\x00\x05abcde', 400, 'http and not https'],
    ['a negative length', 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: -5\r\n\r\n', 400, 'Content-Length'],
    ['a null character', 'GET / HTTP/1.1\r\nhost: a\r\nx: a\0b\r\n\r\n', 400, 'header value'],
    ['a long address', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n\r\n`, 431, 'address and the headers together'],
  ])('is told why and what to do: %s', async (_, bytes, status, words) => {
    const answer = await answerTo(bytes);
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    expect(answer).toContain(words);
  });
});
