import { parseReplicaSubject, replicaSignSchema, subjects, type ReplicaSign } from '@llmos/contracts';
import type { Msg } from '@nats-io/transport-node';
import type { Connection } from './connection.js';

interface Subscription {
  stop(): void;
}

/**
 * What processes tell each other over core NATS. Nobody keeps it: who is not there at that moment misses it, so what
 * matters is told again and again.
 */
export class Signs {
  constructor(
    private readonly connection: Pick<Connection, 'nc' | 'usable' | 'call'>,
    private readonly report: (error: unknown) => void,
  ) {}

  /** Tells every worker to stop its work for this run. */
  cancel(run: string): void {
    this.connection.nc.publish(subjects.cancel(run));
  }

  onCancel(listener: (run: string) => void): Subscription {
    return this.listen(subjects.cancels(), ({ subject }) => listener(lastPart(subject)));
  }

  /** Shows that a process is alive. */
  tellAlive(service: string, node: string): void {
    this.tell(subjects.alive(service, node));
  }

  /** Receives the signs of all processes. */
  onAlive(listener: (node: string) => void): Subscription {
    return this.listen(subjects.aliveAll(), ({ subject }) => listener(lastPart(subject)));
  }

  /** Asks a process to finish its work and end: it is started again by whoever keeps it running. Only the scheduler may. */
  async askToLeave(service: string, node: string): Promise<void> {
    await this.connection.call(async () => {
      this.connection.nc.publish(subjects.leave(service, node));
      await this.connection.nc.flush();
    });
  }

  onAskedToLeave(service: string, node: string, listener: () => void): Subscription {
    return this.listen(subjects.leave(service, node), () => listener());
  }

  /** Asks the scheduler for a process of a service that sleeps. Only a gateway may. */
  wake(service: string): void {
    this.tell(subjects.wake(service));
  }

  onWake(listener: (service: string) => void): Subscription {
    return this.listen(subjects.wakes(), ({ subject }) => listener(lastPart(subject)));
  }

  /** Tells all processes how many callers wait at a gateway. */
  tellCallers(gateway: string, count: number): void {
    this.tell(subjects.callers(gateway), String(count));
  }

  onCallers(listener: (gateway: string, count: number) => void): Subscription {
    return this.listen(subjects.callersAll(), (message) =>
      listener(lastPart(message.subject), Number(message.string())),
    );
  }

  /** Tells all processes how busy the replica of a capability is. */
  tellReplica(capability: string, place: number, sign: ReplicaSign): void {
    this.tell(subjects.replica(capability, place), JSON.stringify(sign));
  }

  /** Receives the signs of all replicas. What is not a sign is reported and dropped. */
  onReplica(listener: (capability: string, place: number, sign: ReplicaSign) => void): Subscription {
    return this.listen(subjects.replicas(), (message) => {
      const address = parseReplicaSubject(message.subject);
      const sign = replicaSignSchema.safeParse(parseJson(message.string()));
      if (address && sign.success) listener(address.capability, address.place, sign.data);
      else this.report(new Error(`${message.subject}: this is not the sign of a replica`));
    });
  }

  private tell(subject: string, text?: string): void {
    if (this.connection.usable) this.connection.nc.publish(subject, text);
  }

  private listen(subject: string, listener: (message: Msg) => void): Subscription {
    const subscription = this.connection.nc.subscribe(subject, {
      callback: (error, message) => (error ? this.report(error) : listener(message)),
    });
    return { stop: () => subscription.unsubscribe() };
  }
}

const lastPart = (subject: string) => subject.slice(subject.lastIndexOf('.') + 1);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
