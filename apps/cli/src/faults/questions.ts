import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Question } from './fault.js';

const json = (fields: object): Question => ({ body: () => JSON.stringify(fields) });

/** Needs conversation, intent, retrieval, security and generation. */
export const BANK_QUESTION = json({ name: 'customer_service', text: 'How do I change my PIN?' });

/** A question for each of the services that a written question to customer_service does not need. */
export function questionFor(service: string, samplesDir: string): Question {
  if (service === 'analysis') return json({ name: 'text_analysis', text: 'The tea in Leeds was excellent.' });
  if (service === 'recommender') return json({ name: 'recommendation_system', user_id: 'faults' });
  if (service === 'speech') return json({ name: 'speak', text: 'Hello.' });
  if (service !== 'asr') return BANK_QUESTION;
  return {
    body() {
      const audio = readFileSync(join(samplesDir, 'questions', 'change-pin.wav'));
      const form = new FormData();
      form.set('name', 'transcribe');
      form.set('audio', new Blob([audio], { type: 'audio/wav' }), 'question.wav');
      return form;
    },
  };
}
