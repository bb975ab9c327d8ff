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
import { PARTS, SCREENING_PARTS } from './security.parts.js';
import { Operators } from './threats/operators.js';
import { ThreatService } from './threats/threat.service.js';

const WITHOUT_BASELINES = { doesNotNeed: [PARTS.baselines] };
const WITHOUT_SCREENING = { doesNotNeed: SCREENING_PARTS };
const WITHOUT_BOTH = { doesNotNeed: [PARTS.baselines, ...SCREENING_PARTS] };

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

  @Step(screen, WITHOUT_BASELINES)
  screen(input: InputOf<typeof screen>, { signal }: StepContext): Promise<OutputOf<typeof screen>> {
    return this.screening.screen(input, signal);
  }

  @Step(redact, WITHOUT_BOTH)
  redact(input: InputOf<typeof redact>, context: StepContext): Promise<OutputOf<typeof redact>> {
    return this.redaction.redact(input, context);
  }

  @Step(restore, WITHOUT_BOTH)
  restore(input: InputOf<typeof restore>, context: StepContext): Promise<OutputOf<typeof restore>> {
    return this.redaction.restore(input, context);
  }

  @Step(detectThreats, WITHOUT_SCREENING)
  detect(
    { observations }: InputOf<typeof detectThreats>,
    { tenant, run }: StepContext,
  ): Promise<OutputOf<typeof detectThreats>> {
    this.operators.require(tenant);
    return this.threats.detect(observations, run);
  }

  @Step(lift, WITHOUT_BOTH)
  async lift({ id }: InputOf<typeof lift>, { tenant }: StepContext): Promise<OutputOf<typeof lift>> {
    this.operators.require(tenant);
    return { id, lifted: await this.threats.lift(id) };
  }

  @Step(listRestrictions, WITHOUT_BOTH)
  async restrictions(
    _: InputOf<typeof listRestrictions>,
    { tenant }: StepContext,
  ): Promise<OutputOf<typeof listRestrictions>> {
    this.operators.require(tenant);
    return { restrictions: await this.threats.restrictions() };
  }

  @Step(encrypt, WITHOUT_BOTH)
  encrypt(input: InputOf<typeof encrypt>, { tenant }: StepContext): Promise<OutputOf<typeof encrypt>> {
    return this.encryption.encrypt(tenant, input);
  }

  @Step(decrypt, WITHOUT_BOTH)
  decrypt(input: InputOf<typeof decrypt>, { tenant }: StepContext): Promise<OutputOf<typeof decrypt>> {
    return this.encryption.decrypt(tenant, input);
  }

  @Step(rotateKey, WITHOUT_BOTH)
  rotateKey(_: InputOf<typeof rotateKey>, { tenant }: StepContext): Promise<OutputOf<typeof rotateKey>> {
    return this.encryption.rotateKey(tenant);
  }

  @Step(shred, WITHOUT_BOTH)
  shred(input: InputOf<typeof shred>, { tenant }: StepContext): Promise<OutputOf<typeof shred>> {
    return this.encryption.shred(tenant, input);
  }

  @Step(release, WITHOUT_BOTH)
  release(input: InputOf<typeof release>, { tenant, run, step }: StepContext): Promise<OutputOf<typeof release>> {
    return this.disclosure.release(tenant, `${run}:${step}`, input);
  }
}
