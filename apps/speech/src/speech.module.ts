import { Module } from '@nestjs/common';
import { SpeechLoader } from './speech.loader.js';
import { SpeechService } from './speech.service.js';
import { SpeechSteps } from './speech.steps.js';

@Module({ controllers: [SpeechSteps], providers: [SpeechService, SpeechLoader] })
export class SpeechModule {}
