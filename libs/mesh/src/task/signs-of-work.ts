import type { Delivery } from '@llmos/bus';

/** Shows the broker that deliveries are still worked on. One timer for all, because most are settled before it fires. */
export class SignsOfWork {
  private readonly open = new Map<number, Set<Delivery>>();

  /** Sends a sign of the delivery as often as it asks for. @returns ends it. */
  begin(delivery: Delivery): () => void {
    const { signEveryMs } = delivery;
    let open = this.open.get(signEveryMs);
    if (!open) this.open.set(signEveryMs, (open = this.every(signEveryMs)));
    open.add(delivery);
    return () => open.delete(delivery);
  }

  private every(signEveryMs: number): Set<Delivery> {
    const open = new Set<Delivery>();
    const timer = setInterval(() => {
      for (const delivery of open) delivery.working();
      if (open.size > 0) return;
      clearInterval(timer);
      this.open.delete(signEveryMs);
    }, signEveryMs).unref();
    return open;
  }
}
