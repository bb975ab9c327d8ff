/** One event of a `text/event-stream` (WHATWG HTML, section 9.2). */
export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
  /** Where in the stream it was, for `Last-Event-ID`. */
  readonly id?: string;
}

/** Reads events as their last line arrives, wherever the network cuts the bytes. */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).replaceAll('\r\n', '\n').split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = parse(block);
      if (event) yield event;
    }
  }
}

function parse(block: string): ServerSentEvent | undefined {
  const lines = block.split('\n').map((line) => /^(\w+):\s?(.*)$/.exec(line));
  const values = (field: string) => lines.flatMap((match) => (match?.[1] === field ? [match[2] ?? ''] : []));
  const data = values('data');
  return data.length === 0
    ? undefined
    : {
        event: values('event')[0] ?? 'message',
        data: data.join('\n'),
        ...(values('id')[0] === undefined ? {} : { id: values('id')[0] }),
      };
}
