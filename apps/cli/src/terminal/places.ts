import type { Terminal } from './terminal.js';

/** The gateway's port unless another is set. */
const DEFAULT_PORT = 8000;

/** The addresses of a running instance. */
export interface Places {
  readonly gateway?: string;
  /** The port that was asked for: 8000 by default; 0 for any port. */
  readonly wantedPort?: number;
  readonly members: readonly { readonly name: string; readonly url?: string }[];
  readonly broker?: string;
  readonly traces?: string;
  readonly log: string;
}

/** Shows each address on a line, and whether the gateway had to use another port than the one asked for. */
export function showPlaces(terminal: Terminal, { gateway, wantedPort, members, broker, traces, log }: Places): void {
  terminal.line();
  if (gateway) terminal.line(`Gateway  ${gateway}${otherPort(gateway, wantedPort)}`);
  for (const { name, url } of members) if (url && url !== gateway) terminal.line(`Health   ${url}/readyz  ${name}`);
  if (broker) terminal.line(`Broker   ${broker}`);
  if (traces) terminal.line(`Traces   ${traces}`);
  terminal.line(`Log      ${log}`);
}

function otherPort(gateway: string, wanted = DEFAULT_PORT): string {
  if (wanted === 0) return '';
  const { port, protocol } = new URL(gateway);
  const taken = Number(port || (protocol === 'https:' ? 443 : 80));
  return taken === wanted ? '' : `  (port ${wanted} is taken)`;
}
