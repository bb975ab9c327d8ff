import { randomBytes } from 'node:crypto';
import {
  context,
  isSpanContextValid,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
} from '@opentelemetry/api';

export type { Attributes, Span } from '@opentelemetry/api';
export { SpanKind } from '@opentelemetry/api';

let tracingOn = false;

/** Called once by {@link startTracing}. Until then spans cost a function call. */
export function markTracingOn(): void {
  tracingOn = true;
}

export interface SpanOptions {
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  /** A W3C `traceparent`. Without it, the parent is the active span. */
  readonly traceparent?: string | undefined;
  readonly startTimeMs?: number;
}

const SILENT = trace.wrapSpanContext({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 });

/** Runs `work` in a span that ends with it. An error marks the span as failed and is rethrown. */
export async function withSpan<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> {
  if (!tracingOn) return work(SILENT);
  const parent = options.traceparent === undefined ? context.active() : contextOf(options.traceparent);
  const span = trace.getTracer('llmos').startSpan(
    name,
    {
      kind: options.kind ?? SpanKind.INTERNAL,
      attributes: options.attributes ?? {},
      ...(options.startTimeMs ? { startTime: options.startTimeMs } : {}),
    },
    parent,
  );
  try {
    return await context.with(trace.setSpan(parent, span), () => work(span));
  } catch (error) {
    fail(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** Marks the active span as failed. */
export function markFailed(error: unknown): void {
  const active = trace.getActiveSpan();
  if (active) fail(active, error);
}

/** Adds an event to the active span: a decision, with what it was made on. */
export function addSpanEvent(name: string, attributes: Attributes): void {
  if (tracingOn) trace.getActiveSpan()?.addEvent(name, attributes);
}

/** Marks a span as failed with the code of the error, without its message: that may contain personal data. */
function fail(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : 'error' });
  if (error instanceof Error && 'code' in error) span.setAttribute('error.type', String(error.code));
}

export interface ModelCall {
  /** The OpenTelemetry GenAI operation: `chat`, `embeddings`, or the task's own verb. */
  readonly operation: string;
  readonly model: string;
  /** The runtime of the model: `onnxruntime`, `llama.cpp`, or a vendor. */
  readonly provider: string;
}

/** A span for a call of a model, with the name and attributes of the OpenTelemetry GenAI conventions. */
export function withModelSpan<T>(call: ModelCall, work: (span: Span) => Promise<T>): Promise<T> {
  return withSpan(
    `${call.operation} ${call.model}`,
    {
      kind: SpanKind.CLIENT,
      attributes: {
        'gen_ai.operation.name': call.operation,
        'gen_ai.provider.name': call.provider,
        'gen_ai.request.model': call.model,
      },
    },
    work,
  );
}

/** The `traceparent` of the active span, or undefined outside of one. */
export function activeTraceparent(): string | undefined {
  const active = trace.getActiveSpan()?.spanContext();
  if (!active || !isSpanContextValid(active)) return undefined;
  return `00-${active.traceId}-${active.spanId}-0${active.traceFlags & 1}`;
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Checks a received `traceparent` (W3C Trace Context, version 00). @returns undefined if it is invalid. */
export function parseTraceparent(text: string | undefined): string | undefined {
  const match = text === undefined ? null : TRACEPARENT.exec(text);
  return match && !/^0+$/.test(match[1]!) && !/^0+$/.test(match[2]!) ? text : undefined;
}

/** A new, unsampled `traceparent`: a trace id for a run while tracing is off. */
export function newTraceparent(): string {
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-00`;
}

function contextOf(traceparent: string): Context {
  const match = TRACEPARENT.exec(traceparent);
  if (!match) return context.active();
  const [, traceId, spanId, flags] = match;
  return trace.setSpanContext(context.active(), {
    traceId: traceId!,
    spanId: spanId!,
    traceFlags: Number.parseInt(flags!, 16) & 1,
    isRemote: true,
  });
}
