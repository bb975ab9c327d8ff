import { Module } from '@nestjs/common';
import { AsrLoader } from './asr.loader.js';
import { AsrService } from './asr.service.js';
import { AsrSteps } from './asr.steps.js';

@Module({ controllers: [AsrSteps], providers: [AsrService, AsrLoader] })
export class AsrModule {}
