import type { Bus } from '@llmos/mesh';
import { activeTraceparent } from '@llmos/telemetry';
import type { FeedbackChannel } from '../ports/feedback-channel.port.js';

/** Publishes a CloudEvent of the type `org.llmos.feedback` on `llmos.out.<tenant>.feedback`. */
export class FeedbackEvents implements FeedbackChannel {
  constructor(private readonly bus: Pick<Bus, 'runs'>) {}

  publish: FeedbackChannel['publish'] = ({ run, tenant, lane, deadlineMs }, body) =>
    this.bus.runs.publishEvent(
      { run, tenant, lane, deadlineMs },
      { name: 'feedback', type: 'org.llmos.feedback', body },
      activeTraceparent(),
    );
}
