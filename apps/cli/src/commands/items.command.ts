import { z } from 'zod';
import { gatewayClient, type CommandContext } from './context.js';

const deletedSchema = z.object({ deleted: z.boolean() });

/** `llmos items delete`: these items are no longer recommended. Exit code 1 if there is no such item. */
export async function deleteItems(
  context: CommandContext,
  ids: readonly string[],
  { url }: { readonly url?: string },
): Promise<number> {
  const client = gatewayClient(context, url);
  let missing = 0;
  for (const id of ids) {
    const { deleted } = deletedSchema.parse((await client.process('delete_item', { id })).details);
    if (!deleted) missing++;
    context.terminal.line(deleted ? `Deleted ${id}` : `There is no item '${id}' of this tenant`);
  }
  return missing > 0 ? 1 : 0;
}
