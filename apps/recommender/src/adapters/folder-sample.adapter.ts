import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LlmosError } from '@llmos/contracts';
import type { Item } from '@llmos/contracts/capabilities/recommender';
import { readItem } from '@llmos/contracts/capabilities/recommender-rows';
import { readRows } from '../intake/file-rows.js';
import type { SentRow } from '../intake/row-check.js';
import type { SampleShop } from '../ports/sample-shop.port.js';

/** A folder with `products.jsonl` and `interactions.jsonl`; invalid rows are skipped. */
export class FolderSample implements SampleShop {
  constructor(private readonly path: string) {}

  async read(): Promise<{ items: Item[]; interactions: SentRow[] }> {
    const items: Item[] = [];
    for await (const { value } of readRows(await this.file('products.jsonl'), 'jsonl', { kind: 'items' })) {
      const item = readItem(value).value;
      if (item) items.push(item);
    }
    const interactions: SentRow[] = [];
    const file = await this.file('interactions.jsonl');
    for await (const { line, value } of readRows(file, 'jsonl', { kind: 'interactions' }))
      if (value) interactions.push({ row: line, value });
    return { items, interactions };
  }

  private async file(name: string): Promise<Uint8Array> {
    return readFile(join(this.path, name)).catch((cause: unknown) => {
      const message = `The sample ${join(this.path, name)} cannot be read. Set LLMOS_RECOMMENDER_SAMPLE_FOLDER to one that can, or LLMOS_RECOMMENDER_SAMPLE to off.`;
      throw new LlmosError('NOT_FOUND', message, { cause });
    });
  }
}
