import type { Terminal } from './terminal.js';

/** What the gateway asks for when nobody says otherwise. */
const USUAL_PORT = 8000;

/** Where a running house can be reached and looked at. */
export interface Places {
  readonly gateway?: string;
  /** The port that was asked for; 8000 unless it is given, any at all when it is 0. */
  readonly wantedPort?: number;
  readonly members: readonly { readonly name: string; readonly url?: string }[];
  readonly broker: string;
  readonly traces?: string;
  readonly log: string;
}

/** Shows each address on a line; says plainly when the gateway had to take another port than the one asked for. */
export function showPlaces(terminal: Terminal, { gateway, wantedPort, members, broker, traces, log }: Places): void {
  terminal.line();
  if (gateway) terminal.line(`Gateway  ${gateway}${otherPort(gateway, wantedPort)}`);
  for (const { name, url } of members) if (url && url !== gateway) terminal.line(`Health   ${url}/readyz  ${name}`);
  terminal.line(`Broker   ${broker}`);
  if (traces) terminal.line(`Traces   ${traces}`);
  terminal.line(`Log      ${log}`);
}

function otherPort(gateway: string, wanted = USUAL_PORT): string {
  if (wanted === 0) return '';
  const { port, protocol } = new URL(gateway);
  const taken = Number(port || (protocol === 'https:' ? 443 : 80));
  return taken === wanted ? '' : `  (port ${wanted} is taken)`;
}
