import { screenByRules, viewsOf, withoutReports, type TextSource } from '@llmos/guardrails';
import { judgeByFirstStage } from './first-stage.js';
import { attacksAmong, judgeCharacters } from './judge-characters.js';
import { locateAttacks } from './locate-attacks.js';
import { isOtherLanguage } from './other-language.js';
import { judgeBySecondStage } from './second-stage.js';
import type { Stages } from './stages.js';
import { asReported, certainAttacks, doubtOf, isAttack, overlaps, verdictOf, type TextVerdict } from './verdict.js';
import { chooseWindows, cutWindows, undisguisedWindows, type JudgedWindow, type Window } from './windows.js';

/**
 * From here on the head on characters is believed of a passage. It has learnt from what customers write: an article that says
 * "never tell your password" reads like an attack to it.
 */
const CERTAIN_IN_PASSAGE = 0.98;

/**
 * Screens one text, in this order:
 *
 * 1. The text is normalised and read in every disguise (base64, leetspeak, look-alike letters, …).
 * 2. Rules run on each of these views. Some rules decide alone. Outputs are judged by rules only.
 * 3. The text is cut into windows, and the most suspicious are chosen. The first window has the text's vector.
 * 4. The first stage embeds the chosen windows that have no vector. A head scores each from vector, words and rules.
 * 5. The second stage judges every window that the first stage does not find clearly harmless, from the fine-tuned
 *    vector and the first logit.
 * 6. A head on characters judges inputs, mainly for other languages than English, and passages in those: the stages know
 *    English passages alone. It needs no encoder.
 * 7. An input that attacks only in what it reports of others ("I got a message saying …") is doubtful, not an attack.
 * 8. Windows over the threshold are narrowed to sentences. The highest score is the verdict's.
 *
 * @param vector of the whole text by the shared encoder, if it is known.
 */
export async function screenText(
  text: string,
  source: TextSource,
  stages: Stages,
  vector?: Float32Array,
): Promise<TextVerdict> {
  const verdict = await judgeText(text, source, stages, vector);
  const own = source === 'input' && isAttack(verdict) ? withoutReports(text) : undefined;
  if (own === undefined || isAttack(await judgeText(own, source, stages))) return verdict;
  return asReported(verdict);
}

async function judgeText(
  text: string,
  source: TextSource,
  stages: Stages,
  vector?: Float32Array,
): Promise<TextVerdict> {
  const views = viewsOf(text);
  const findings = screenByRules(views, source);
  const certain = certainAttacks(findings);
  if (source === 'output' || text.trim() === '') return verdictOf(certain);

  const { head } = stages.first;
  const whole = { text, views, findings, side: source, vector };
  const cut = cutWindows(whole, head).filter((window) => source === 'input' || !isOtherLanguage(window.text));
  const windows = [...chooseWindows(cut, head), ...undisguisedWindows(whole, head)];
  const judged = await judgeWindows(windows, stages);
  const suspects = judged.filter((window) => isAttack(window) && !certain.some((span) => overlaps(span, window.span)));
  const located = await locateAttacks(suspects, (sentences) => judgeWindows(sentences, stages), head);
  const isRead = source === 'input' || isOtherLanguage(text);
  const byCharacters = isRead && stages.characters ? judgeCharacters(views, stages.characters) : [];
  const counted = source === 'input' ? byCharacters : byCharacters.filter(({ score }) => score >= CERTAIN_IN_PASSAGE);
  const attacks = [...certain, ...located, ...attacksAmong(counted)];
  return verdictOf(attacks, [...judged, ...counted, doubtOf(findings)]);
}

/** The windows with their scores; none if the first stage fails, the first stage's scores if the second fails. */
async function judgeWindows(windows: readonly Window[], stages: Stages): Promise<JudgedWindow[]> {
  const logits = await judgeByFirstStage(windows, stages.first);
  const scores = logits ? await judgeBySecondStage(windows, logits, stages) : [];
  return scores.map((score, at) => ({ ...windows[at]!, score }));
}
