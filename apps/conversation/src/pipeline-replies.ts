import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, loadCapabilities, LlmosError } from '@llmos/contracts';
import { understand } from '@llmos/contracts/capabilities/conversation';
import { isPipelineFile, parsePipelineFiles } from '@llmos/pipeline';
import type { ReplyTexts } from './replies.js';

/**
 * Checks at the start that the replies that pipelines name exist, rather than in the first conversation. Faults of a
 * pipeline itself are reported by the gateway.
 *
 * @throws LlmosError UNAVAILABLE naming the pipeline file.
 */
export async function checkNamedReplies(pipelinesDir: string, texts: ReplyTexts): Promise<void> {
  const names = (await readdir(pipelinesDir).catch(() => [])).filter(isPipelineFile).sort();
  const read = async (name: string) => ({ name, text: await readFile(join(pipelinesDir, name), 'utf8') });
  const { pipelines } = parsePipelineFiles(await Promise.all(names.map(read)), await loadCapabilities());
  for (const [file, { steps }] of pipelines)
    for (const { uses, with: input } of steps) {
      const named = uses === understand.name ? input['replies'] : undefined;
      if (typeof named !== 'string' || named.includes('${')) continue;
      try {
        texts.of(named);
      } catch (cause) {
        if (!hasCode(cause, 'INVALID_ARGUMENT')) throw cause;
        throw new LlmosError('UNAVAILABLE', `The pipeline ${file} cannot be used: ${(cause as Error).message}`, {
          cause,
        });
      }
    }
}
