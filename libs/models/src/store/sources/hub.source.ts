import type { FileDigest } from '../hashed-file.js';
import { HttpSource, type HttpSettings } from './http.source.js';
import type { FetchRequest, Source } from './source.port.js';

export interface HubSettings extends HttpSettings {
  /** The address of the hub or of a mirror. */
  readonly hubUrl?: string;
  /** Sent as a bearer token to the hub, never to the target of a redirect. */
  readonly hubToken?: string;
}

const REFERENCE = /^hf:(?<repository>[\w.-]+\/[\w.-]+)@(?<revision>[\w.-]+)#(?<file>[\w.+/-]+)$/;

/** Whether a source names a hub file: `hf:<org>/<repo>@<revision>#<file>`. */
export function isHubReference(reference: string): boolean {
  return REFERENCE.test(reference) && !reference.includes('..');
}

/** A file in a repository of a model hub, at `<hub>/<org>/<repo>/resolve/<revision>/<file>`. */
export class HubSource implements Source {
  readonly label: string;

  constructor(
    private readonly reference: string,
    private readonly settings: HubSettings,
  ) {
    this.label = `hub ${reference}`;
  }

  async fetch(request: FetchRequest): Promise<FileDigest> {
    const { hubUrl, hubToken } = this.settings;
    if (!hubUrl) throw new Error('no model hub is configured (hubUrl)');
    const { repository, revision, file } = REFERENCE.exec(this.reference)?.groups ?? {};
    if (!repository || !revision || !file) throw new Error('not of the form hf:<org>/<repo>@<revision>#<file>');
    const url = `${hubUrl.replace(/\/+$/, '')}/${repository}/resolve/${revision}/${file}`;
    const source = new HttpSource(url, this.settings, hubToken ? { authorization: `Bearer ${hubToken}` } : {});
    return source.fetch(request);
  }
}
