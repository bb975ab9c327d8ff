// 05: a service of your own that joins the mesh of a running instance and asks itself once. Ctrl-C stops it.
//
//     . <folder of the instance>/services.env && npx node examples/05-own-service.ts
import { baseConfig, defineConfig, loadConfig } from '@llmos/config';
import { capability, pipelineSchema } from '@llmos/contracts';
import { bootstrapService, Bus, MeshClient, RunRecords, Step } from '@llmos/mesh';
import { Controller, Module } from '@nestjs/common';
import { z } from 'zod';

const text = z.object({ text: z.string().max(1_000) });
const example = { input: { text: 'hello' }, output: { text: 'HELLO' } };
const shout = capability({ name: 'example.shout', summary: 'Shouts.', input: text, output: text, example });

class ShoutSteps {
  shout(input: z.infer<typeof text>): z.infer<typeof text> {
    return { text: input.text.toUpperCase() };
  }
}
class ShoutModule {}

// Decorators as function calls: Node runs this file without a build.
Step(shout)(ShoutSteps.prototype, 'shout', Object.getOwnPropertyDescriptor(ShoutSteps.prototype, 'shout')!);
Controller()(ShoutSteps);
Module({ controllers: [ShoutSteps] })(ShoutModule);
await bootstrapService('example', ShoutModule, defineConfig({}));

const steps = [{ id: 'shout', uses: 'example.shout', with: { text: '${input.text}' } }];
const pipeline = pipelineSchema.parse({ name: 'example', version: 1, steps, result: '${shout.text}' });
const { natsUrl: url, natsUser: user, natsPassword: password } = loadConfig(baseConfig);
const bus = await Bus.connect({ url, user, password, service: 'example' });
const client = new MeshClient(bus, await RunRecords.open(bus));
const run = { run: client.newRun(), tenant: 'default', lane: 'live', deadlineMs: Date.now() + 10_000 } as const;
const request = { ...run, pipeline, input: { text: 'it works' }, traceparent: undefined };
console.log(await client.converse(request, () => undefined, AbortSignal.timeout(10_000)));
