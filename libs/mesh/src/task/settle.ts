import type { Delivery } from '@llmos/bus';
import { serviceOf } from '@llmos/contracts';
import { SignsOfWork } from './signs-of-work.js';
import type { ChainTools, Settlement } from './task-call.js';

/**
 * Settles each delivery as `next` decides. Until then signs of work keep the broker from delivering it to another worker.
 */
export function settle(
  next: (delivery: Delivery) => Promise<Settlement>,
  { bus, capability }: Pick<ChainTools, 'bus' | 'capability'>,
): (delivery: Delivery) => Promise<void> {
  const signs = new SignsOfWork();
  return async (delivery) => {
    const end = signs.begin(delivery);
    try {
      const settlement = await next(delivery);
      if (settlement.type === 'ack') return delivery.ack();
      if (settlement.type === 'retry') return delivery.nak(settlement.afterMs);
      const { error } = settlement;
      if (settlement.type === 'deadLetter') {
        const { subject, headers, data, storedAtMs, attempt: attempts } = delivery;
        const origin = { subject, headers, data, storedAtMs, attempts };
        const service = serviceOf(capability.name);
        await bus.deadLetters.put({ ...origin, service, id: settlement.id, error: error.toBody() });
      }
      delivery.term(error.message);
    } finally {
      end();
    }
  };
}
