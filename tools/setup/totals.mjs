/** Results of one suite from Jest's JSON report; a suite without a report counts as one failure. */
export function suiteTotals(name, report, durationMs) {
  if (!report) return { name, passed: 0, failed: 1, skipped: 0, durationMs, note: 'no results' };
  const broken = report.numRuntimeErrorTestSuites ?? 0;
  const totals = {
    name,
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken,
    skipped: (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0),
    durationMs,
    note: broken > 0 ? `${broken} file${broken === 1 ? '' : 's'} could not run` : '',
  };
  // Jest can fail without a failed test: coverage below its limit, an open handle, no test found.
  return report.success || totals.failed > 0 ? totals : { ...totals, failed: 1, note: 'failed as a whole' };
}

/** Lint and the type check count as one test each. */
export function checkTotals(name, succeeded, durationMs) {
  return { name, passed: succeeded ? 1 : 0, failed: succeeded ? 0 : 1, skipped: 0, durationMs, note: '' };
}

export function sumTotals(suites) {
  const sum = (key) => suites.reduce((total, suite) => total + suite[key], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

export function summaryTable(suites) {
  const rows = [
    ['suite', 'passed', 'failed', 'skipped', 'time', ''],
    ...suites.map((suite) => [
      suite.name,
      suite.passed,
      suite.failed,
      suite.skipped,
      `${(suite.durationMs / 1000).toFixed(1)} s`,
      suite.note,
    ]),
  ].map((row) => row.map(String));
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 || column === 5 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function lastLine({ passed, failed }) {
  return `${passed} passed, ${failed} failed`;
}
