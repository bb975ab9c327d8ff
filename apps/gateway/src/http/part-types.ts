const LINE_END = '\r\n';
const HEADERS_END = '\r\n\r\n';
/** Longer headers are not read; the parser of the form refuses them. */
const MAX_HEADER_BYTES = 16_384;

/**
 * Reads the content types of the parts of a multipart form, with their parameters, while the form passes by: the
 * parser of forms drops the parameters, and `audio/L16;rate=16000` means nothing without its rate.
 *
 * @see RFC 2046, section 5.1.1, and RFC 7578
 */
export class PartTypes {
  private readonly delimiter: string;
  private readonly types = new Map<string, string>();
  /** The first delimiter may stand at the very start. */
  private pending = Buffer.from(LINE_END);
  private inHeaders = false;

  /** @param contentType of the request. */
  constructor(contentType: string | undefined) {
    const [, quoted, bare] = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType ?? '') ?? [];
    this.delimiter = `${LINE_END}--${quoted ?? bare ?? ''}`;
  }

  /** The next bytes of the request. */
  push(chunk: Buffer): void {
    this.pending = Buffer.concat([this.pending, chunk]);
    while (this.advance());
  }

  /** The content type of the part with the name; undefined if it declares none, or has not been seen. */
  of(name: string): string | undefined {
    return this.types.get(name);
  }

  /** Whether an end of a part or of its headers was found, so that there may be another. */
  private advance(): boolean {
    const mark = this.inHeaders ? HEADERS_END : this.delimiter;
    const at = this.pending.indexOf(mark, 0, 'latin1');
    if (at < 0) {
      const kept = this.inHeaders && this.pending.length <= MAX_HEADER_BYTES ? this.pending.length : mark.length - 1;
      this.pending = this.pending.subarray(Math.max(0, this.pending.length - kept));
      return false;
    }
    if (this.inHeaders) this.readHeaders(this.pending.toString('utf8', 0, at));
    // The end of the headers may be the start of a delimiter: a part may be empty.
    this.pending = this.pending.subarray(this.inHeaders ? at + LINE_END.length : at + mark.length);
    this.inHeaders = !this.inHeaders;
    return true;
  }

  private readHeaders(text: string): void {
    const [, name] = /^content-disposition:.*;\s*name="([^"]*)"/im.exec(text) ?? [];
    const [, type] = /^content-type:[ \t]*(.*?)[ \t]*$/im.exec(text) ?? [];
    if (name !== undefined && type !== undefined) this.types.set(name, type);
  }
}
