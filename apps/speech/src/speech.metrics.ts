import { counter, secondsHistogram } from '@llmos/telemetry';

export const speechMetrics = {
  firstSound: secondsHistogram(
    'llmos_speech_first_sound_seconds',
    'Time until the first piece of a text is spoken',
    [],
  ),
  seconds: counter('llmos_speech_audio_seconds_total', 'Seconds of sound that were spoken', []),
};
