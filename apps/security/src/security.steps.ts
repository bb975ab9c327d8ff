import type { InputOf, OutputOf } from '@llmos/contracts';
import {
  decrypt,
  detectThreats,
  encrypt,
  lift,
  listRestrictions,
  redact,
  release,
  restore,
  rotateKey,
  screen,
  shred,
} from '@llmos/contracts/capabilities/security';
import { Step, type StepContext } from '@llmos/mesh';
import { Controller } from '@nestjs/common';
import { DisclosureService } from './disclosure/disclosure.service.js';
import { EncryptionService } from './encryption/encryption.service.js';
import { RedactionService } from './redaction/redaction.service.js';
import { ScreeningService } from './screening/screening.service.js';
import { Operators } from './threats/operators.js';
import { ThreatService } from './threats/threat.service.js';

/** The capabilities of this service. */
@Controller()
export class SecuritySteps {
  constructor(
    private readonly screening: ScreeningService,
    private readonly redaction: RedactionService,
    private readonly threats: ThreatService,
    private readonly operators: Operators,
    private readonly encryption: EncryptionService,
    private readonly disclosure: DisclosureService,
  ) {}

  @Step(screen)
  screen(input: InputOf<typeof screen>, { signal }: StepContext): Promise<OutputOf<typeof screen>> {
    return this.screening.screen(input, signal);
  }

  @Step(redact)
  redact(input: InputOf<typeof redact>, context: StepContext): Promise<OutputOf<typeof redact>> {
    return this.redaction.redact(input, context);
  }

  @Step(restore)
  restore(input: InputOf<typeof restore>, context: StepContext): Promise<OutputOf<typeof restore>> {
    return this.redaction.restore(input, context);
  }

  @Step(detectThreats)
  detect(
    { observations }: InputOf<typeof detectThreats>,
    { tenant, run }: StepContext,
  ): Promise<OutputOf<typeof detectThreats>> {
    this.operators.require(tenant);
    return this.threats.detect(observations, run);
  }

  @Step(lift)
  async lift({ id }: InputOf<typeof lift>, { tenant }: StepContext): Promise<OutputOf<typeof lift>> {
    this.operators.require(tenant);
    return { id, lifted: await this.threats.lift(id) };
  }

  @Step(listRestrictions)
  async restrictions(
    _: InputOf<typeof listRestrictions>,
    { tenant }: StepContext,
  ): Promise<OutputOf<typeof listRestrictions>> {
    this.operators.require(tenant);
    return { restrictions: await this.threats.restrictions() };
  }

  @Step(encrypt)
  encrypt(input: InputOf<typeof encrypt>, { tenant }: StepContext): Promise<OutputOf<typeof encrypt>> {
    return this.encryption.encrypt(tenant, input);
  }

  @Step(decrypt)
  decrypt(input: InputOf<typeof decrypt>, { tenant }: StepContext): Promise<OutputOf<typeof decrypt>> {
    return this.encryption.decrypt(tenant, input);
  }

  @Step(rotateKey)
  rotateKey(_: InputOf<typeof rotateKey>, { tenant }: StepContext): Promise<OutputOf<typeof rotateKey>> {
    return this.encryption.rotateKey(tenant);
  }

  @Step(shred)
  shred(input: InputOf<typeof shred>, { tenant }: StepContext): Promise<OutputOf<typeof shred>> {
    return this.encryption.shred(tenant, input);
  }

  @Step(release)
  release(input: InputOf<typeof release>, { tenant, run, step }: StepContext): Promise<OutputOf<typeof release>> {
    return this.disclosure.release(tenant, `${run}:${step}`, input);
  }
}
