import { Bus } from '@llmos/bus';
import { newMasterKeyPem, RsaKeyService } from '@llmos/privacy';
import { startNatsServer } from '@llmos/testing';
import { AtRest, TenantKeys } from '@llmos/vault';

export interface SealingKeys {
  readonly keys: TenantKeys;
  readonly atRest: AtRest;
  stop(): Promise<void>;
}

/** The tenants' keys over a broker of their own. */
export async function startSealingKeys(): Promise<SealingKeys> {
  const nats = await startNatsServer();
  const master = RsaKeyService.fromPem(await newMasterKeyPem());
  const bus = await Bus.connect({ url: nats.url, service: 'test' });
  const keys = await TenantKeys.open(bus, { openMaster: () => Promise.resolve(master) });
  return {
    keys,
    atRest: new AtRest(keys, true),
    async stop() {
      await bus.close(200);
      await nats.stop();
    },
  };
}
