import { GatewayClient, type Reply, type RunInput } from '@llmos/client';

/** Returns prepared answers without a network. */
export class CannedClient extends GatewayClient {
  constructor(private readonly answer: (text: string) => Pick<Reply, 'result' | 'details'>) {
    super('http://127.0.0.1:1');
  }
  override async process(_pipeline: string, { text }: RunInput): Promise<Reply> {
    return { status: 'success', run_id: 'r1', body: {}, ...this.answer(String(text)) };
  }
}

/** Returns prepared details for a batch of texts. */
export class BatchClient extends GatewayClient {
  constructor(private readonly details: (texts: readonly string[], input: RunInput) => Record<string, unknown>) {
    super('http://127.0.0.1:1');
  }
  override process(_pipeline: string, input: RunInput): Promise<Reply> {
    const texts = (input['texts'] ?? [input['text']]) as string[];
    return Promise.resolve({
      status: 'success',
      run_id: 'r1',
      result: '',
      body: {},
      details: this.details(texts, input),
    });
  }
}
