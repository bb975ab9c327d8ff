/** `nats-server: v2.15.1` → `2.15.1`, `Redis server v=6.2.14 sha=…` → `6.2.14`; undefined when there is none. */
export function versionIn(text: string): string | undefined {
  return /\bv?(\d+\.\d+\.\d+(?:-[\w.]+)?)/.exec(text)?.[1];
}

/** Whether `version` is `oldest` or newer. A pre-release comes before its release (semver 2.0, section 11). */
export function atLeast(version: string, oldest: string): boolean {
  const [parts, floor] = [version, oldest].map((text) => text.split('-')[0]!.split('.').map(Number)) as [
    number[],
    number[],
  ];
  for (let index = 0; index < 3; index++) {
    const difference = (parts[index] ?? 0) - (floor[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return oldest.includes('-') || !version.includes('-');
}
