/** The part of Node's WebAssembly that dot products use: TypeScript declares it with the types of browsers only. */
declare namespace WebAssembly {
  interface Module {
    readonly [Symbol.toStringTag]: string;
  }
  interface Memory {
    /** A new one each time the memory grows. */
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  interface Instance {
    readonly exports: Readonly<Record<string, unknown>>;
  }
  const Module: new (code: Uint8Array<ArrayBuffer>) => Module;
  const Memory: new (size: { readonly initial: number; readonly maximum: number }) => Memory;
  const Instance: new (module: Module, imports: { readonly js: { readonly memory: Memory } }) => Instance;
}
