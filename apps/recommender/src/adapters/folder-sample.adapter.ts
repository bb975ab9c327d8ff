import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LlmosError } from '@llmos/contracts';
import { itemSchema, type Item } from '@llmos/contracts/capabilities/recommender';
import { readRows } from '../intake/file-rows.js';
import type { SentRow } from '../intake/row-check.js';
import { interactionFields, itemFields } from '../intake/row-fields.js';
import type { SampleShop } from '../ports/sample-shop.port.js';

/** A folder with `products.jsonl` and `interactions.jsonl`; invalid rows are skipped. */
export class FolderSample implements SampleShop {
  constructor(private readonly path: string) {}

  async read(): Promise<{ items: Item[]; interactions: SentRow[] }> {
    const items: Item[] = [];
    for await (const { value } of readRows(await this.file('products.jsonl'), 'jsonl')) {
      const parsed = value && itemSchema.safeParse(itemFields(value));
      if (parsed?.success) items.push(parsed.data);
    }
    const interactions: SentRow[] = [];
    for await (const { line, value } of readRows(await this.file('interactions.jsonl'), 'jsonl'))
      if (value) interactions.push({ row: line, value: interactionFields(value) });
    return { items, interactions };
  }

  private async file(name: string): Promise<Uint8Array> {
    return readFile(join(this.path, name)).catch((cause: unknown) => {
      const message = `The sample ${join(this.path, name)} cannot be read. Set LLMOS_RECOMMENDER_SAMPLE_FOLDER to one that can, or LLMOS_RECOMMENDER_SAMPLE to off.`;
      throw new LlmosError('NOT_FOUND', message, { cause });
    });
  }
}
