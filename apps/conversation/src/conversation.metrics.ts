import { counter } from '@llmos/telemetry';

export const conversationMetrics = {
  degraded: counter('llmos_conversation_degraded_total', 'Steps that went on without the memory of conversations', [
    'capability',
  ]),
};
