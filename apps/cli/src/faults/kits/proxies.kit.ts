import { Kit } from './kit.js';
import { TcpProxy } from './tcp-proxy.js';

/** A proxy between each process and the broker. */
export class Proxies extends Kit {
  private readonly proxies = new Map<string, TcpProxy>();

  override async open(processes: readonly string[]): Promise<void> {
    for (const name of processes) this.proxies.set(name, await TcpProxy.listen());
  }

  override environmentOf(process: string, environment: Readonly<Record<string, string>>): Record<string, string> {
    const proxy = this.of(process);
    proxy.targetPort = Number(new URL(environment['LLMOS_NATS_URL']!).port);
    return { LLMOS_NATS_URL: `nats://127.0.0.1:${proxy.port}` };
  }

  of(process: string): TcpProxy {
    const proxy = this.proxies.get(process);
    if (!proxy) throw new Error(`there is no process '${process}'`);
    return proxy;
  }

  override async close(): Promise<void> {
    for (const proxy of this.proxies.values()) await proxy.close();
  }
}
