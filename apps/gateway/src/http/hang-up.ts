import type { FastifyReply } from 'fastify';

/** Aborts when the client disconnects before the reply is complete. */
export function hangUpSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  const onClose = () => {
    if (!reply.raw.writableFinished) controller.abort();
  };
  // The client may have disconnected while the body was read.
  if (reply.raw.closed || reply.raw.destroyed || reply.request.raw.socket.destroyed) onClose();
  else reply.raw.on('close', onClose);
  return controller.signal;
}
