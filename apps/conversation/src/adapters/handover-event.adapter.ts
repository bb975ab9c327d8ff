import type { Bus } from '@llmos/mesh';
import { activeTraceparent } from '@llmos/telemetry';
import type { HandoverChannel } from '../ports/handover-channel.port.js';

/** Publishes a CloudEvent of the type `org.llmos.handover` on `llmos.out.<tenant>.handover`. */
export class HandoverEvents implements HandoverChannel {
  constructor(private readonly bus: Pick<Bus, 'runs'>) {}

  publish: HandoverChannel['publish'] = ({ run, tenant, lane, deadlineMs }, body) =>
    this.bus.runs.publishEvent(
      { run, tenant, lane, deadlineMs },
      { name: 'handover', type: 'org.llmos.handover', body },
      activeTraceparent(),
    );
}
