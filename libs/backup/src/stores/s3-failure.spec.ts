import type { BackupError } from '../backup-error.js';
import { s3Failure } from './s3-failure.js';

const REQUEST = { action: 'write', bucket: 'safe', object: 's3://safe/a.bak', endpoint: 'http://store:9000' };

describe('The failure of a request to a store', () => {
  const explained = (name: string, httpStatusCode?: number) => {
    const error = Object.assign(new Error('the words of the store'), { name, $metadata: { httpStatusCode } });
    const { message, hint } = s3Failure(error, REQUEST) as BackupError;
    return `${message} → ${hint}`;
  };

  it.each([
    ['RequestTimeTooSkewed', 'clock of this machine differs too much from that of http://store:9000 → set the clock'],
    ['SignatureDoesNotMatch', 'rejects the signature of the request → check AWS_SECRET_ACCESS_KEY'],
    ['AccessDenied', 'does not allow this key to write in the bucket safe → allow s3:ListBucket'],
    ['ExpiredToken', 'have expired → set new ones'],
    ['AuthorizationHeaderMalformed', 'is in another region → name its region in AWS_REGION'],
    ['CredentialsProviderError', 'no credentials for the store → set AWS_ACCESS_KEY_ID'],
  ])('with the code %s is explained', (name, text) => {
    expect(explained(name, 403)).toContain(text);
  });

  it('that nobody knows has its code and status', () => {
    expect(explained('SlowDown', 503)).toBe(
      'http://store:9000 did not write: SlowDown, HTTP status 503 → try again later',
    );
  });
});
