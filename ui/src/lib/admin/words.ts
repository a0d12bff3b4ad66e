import type { LayerReason } from '@/lib/protocol/types';
import type { ConsumerInfo, MediaInfo } from './api';

/** Why somebody is not sent more of a video than they are, for who looks after the server. */
export const kReasonWords: Record<LayerReason, string> = {
  none: 'All there is',
  estimate: 'Their connection carries no more',
  draining: 'A queue in their connection runs empty',
  probe_wait: 'Trying whether their connection carries more',
  server_limit: 'They fell behind: the server’s queue ran over',
  paused_estimate: 'Paused: their connection carries not even the lowest layer',
  client_wish: 'As their page asked: paused, or as large as its tile',
  publisher_off: 'Switched off by the sender',
  publisher_limited: 'The sender sends no higher layer',
  waiting_key_frame: 'Waiting for a whole picture from the sender',
};

/** Of the connection: what an operator looks for. */
const kTroubles: readonly LayerReason[] = ['paused_estimate', 'server_limit', 'estimate', 'draining', 'probe_wait', 'waiting_key_frame'];

/** The worst of what somebody's videos are held back by; null where nothing is. */
export function worstReason(media: MediaInfo): LayerReason | null {
  const found = new Set(media.consumers.filter((each) => each.paused !== true).map((each) => each.layers?.reason));
  return kTroubles.find((each) => found.has(each)) ?? null;
}

export function layerWords({ layers }: ConsumerInfo): string {
  if (layers === undefined) return '–';
  const name = (spatial: number | null, temporal: number | null) =>
    spatial === null ? 'nothing' : `layer ${spatial + 1}${temporal === null ? '' : `, rate ${temporal + 1}`}`;
  const now = name(layers.spatialLayer, layers.temporalLayer);
  const wanted = name(layers.targetSpatialLayer, layers.targetTemporalLayer);
  return now === wanted ? now : `${now} → ${wanted}`;
}

const kSources: Record<string, string> = { camera: 'Camera', microphone: 'Microphone', screen: 'Screen', 'screen-audio': 'Sound of a screen' };
export const sourceWords = (source: string | undefined): string => kSources[source ?? ''] ?? source ?? 'Unknown';

const kRoles: Record<string, string> = { host: 'Host', cohost: 'Co-host', member: 'Participant', viewer: 'Viewer' };
export const roleWords = (role: string): string => kRoles[role] ?? role;

const kRefusals: Record<string, string> = {
  invalid_argument: 'Malformed: a name or a field that is not valid',
  unauthenticated: 'A token or password that is wrong or too old',
  forbidden: 'Not allowed: locked, removed or banned, or not what their token says',
  not_found: 'There is no such room',
  conflict: 'Already inside, or in another state than they thought',
  too_large: 'A field that is too long',
  rate_limited: 'Too many tries',
  full: 'The room or the server is full',
  unsupported: 'A client that speaks something else',
  unavailable: 'The database or a media node was away',
  timeout: 'The database or a media node did not answer in time',
  internal: 'A fault of the server',
};
export const refusalWords = (code: string): string => kRefusals[code] ?? code;

const kSteps: Record<string, string> = {
  socket: 'Connecting to the server',
  join: 'Joining',
  ice: 'Finding a path for media (ICE)',
  dtls: 'Encryption of media (DTLS)',
  first_media: 'The first sound or picture',
  first_frame: 'The first whole picture',
};
export const stepWords = (step: string): string => kSteps[step] ?? step;

export function rateWords(bps: number | undefined): string {
  if (bps === undefined) return '–';
  if (bps >= 1_000_000) return `${(bps / 1_000_000).toFixed(1)} Mbit/s`;
  return `${Math.round(bps / 1000)} kbit/s`;
}

/** "3 min", "2 h 5 min", "4 d 3 h". */
export function ageWords(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 1) return `${Math.max(0, Math.floor(ms / 1000))} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${Math.floor(hours / 24)} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export const timeWords = (ms: number): string =>
  new Date(ms).toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'medium' });
