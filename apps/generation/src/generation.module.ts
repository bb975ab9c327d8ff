import { Module } from '@nestjs/common';
import { GenerationLoader } from './generation.loader.js';
import { GenerationSteps } from './generation.steps.js';

@Module({ controllers: [GenerationSteps], providers: [GenerationLoader] })
export class GenerationModule {}
