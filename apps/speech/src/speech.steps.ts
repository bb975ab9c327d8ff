import type { InputOf, OutputOf } from '@llmos/contracts';
import { synthesize } from '@llmos/contracts/capabilities/speech';
import { Step, type StepContext } from '@llmos/mesh';
import { Controller } from '@nestjs/common';
import { SpeechService } from './speech.service.js';

@Controller()
export class SpeechSteps {
  constructor(private readonly speech: SpeechService) {}

  @Step(synthesize)
  synthesize(input: InputOf<typeof synthesize>, context: StepContext): Promise<OutputOf<typeof synthesize>> {
    return this.speech.synthesize(input, { signal: context.signal, emit: (piece) => context.emit(piece) });
  }
}
