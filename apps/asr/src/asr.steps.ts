import type { InputOf, OutputOf } from '@llmos/contracts';
import { transcribe } from '@llmos/contracts/capabilities/asr';
import { Step, type StepContext } from '@llmos/mesh';
import { Controller } from '@nestjs/common';
import { AsrService } from './asr.service.js';

@Controller()
export class AsrSteps {
  constructor(private readonly asr: AsrService) {}

  @Step(transcribe)
  transcribe(input: InputOf<typeof transcribe>, context: StepContext): Promise<OutputOf<typeof transcribe>> {
    return this.asr.transcribe(input, context.signal);
  }
}
