import { importedPackages, projectFolders, readManifest, runtimeClosure } from './manifests.js';

describe('The package.json', () => {
  it.each(projectFolders())('of %s lists exactly the packages that its source imports', (folder) => {
    expect(readManifest(folder).dependencies ?? {}).toEqual(importedPackages(folder));
  });

  it('of the gateway brings neither a language model nor an inference engine', () => {
    const needed = runtimeClosure('apps/gateway');
    expect([...needed]).toEqual(expect.arrayContaining(['fastify', '@llmos/bus', '@nats-io/jetstream']));
    for (const engine of ['node-llama-cpp', 'onnxruntime-node', '@llmos/models']) expect(needed).not.toContain(engine);
  });

  it('of the command line brings no Nest', () => {
    expect([...runtimeClosure('apps/cli')].filter((name) => name.startsWith('@nestjs/'))).toEqual([]);
  });
});
