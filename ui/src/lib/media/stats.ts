// From the browser's statistics to what a person can read. Pure: reports in, figures out.

/** The fields used, of the many in an RTCStats; all as the browser measured them. */
export interface StatEntry {
  id: string;
  type: string;
  timestamp: number;
  [field: string]: unknown;
}

export interface StreamStats {
  kind: string | undefined;
  /** As `video/VP8`. */
  codec: string | undefined;
  kbps: number | undefined;
  width: number | undefined;
  height: number | undefined;
  fps: number | undefined;
  packetsLost: number | undefined;
  /** Of the last interval, in percent. */
  lossPercent: number | undefined;
  jitterMs: number | undefined;
  framesDecoded: number | undefined;
  framesDropped: number | undefined;
  freezes: number | undefined;
  nacks: number | undefined;
  plis: number | undefined;
  layers: { rid: string; width: number | undefined; height: number | undefined; fps: number | undefined; kbps: number | undefined }[];
  audioLevel: number | undefined;
  /** Of all that was heard so far (totalAudioEnergy of webrtc-stats). */
  audioEnergy: number | undefined;
  limitation: string | undefined;
}

export interface TransportStats {
  state: string | undefined;
  dtlsState: string | undefined;
  dtlsVersion: string | undefined;
  srtpCipher: string | undefined;
  rttMs: number | undefined;
  availableKbps: number | undefined;
  kbpsIn: number | undefined;
  kbpsOut: number | undefined;
  protocol: string | undefined;
  /** host, srflx, prflx or relay. */
  localType: string | undefined;
  remoteType: string | undefined;
  localAddress: string | undefined;
  remoteAddress: string | undefined;
}

/** Counters of the last look, by stat id: rates are differences. */
export class RateMemory {
  private readonly last = new Map<string, { at: number; value: number }>();

  /** Per second since the last call with this key; undefined the first time. */
  rate(key: string, at: number, value: number | undefined): number | undefined {
    if (value === undefined) return undefined;
    const before = this.last.get(key);
    this.last.set(key, { at, value });
    if (before === undefined || at <= before.at || value < before.value) return undefined;
    return ((value - before.value) * 1000) / (at - before.at);
  }
}

function num(entry: StatEntry | undefined, field: string): number | undefined {
  const value = entry?.[field];
  return typeof value === 'number' ? value : undefined;
}

function str(entry: StatEntry | undefined, field: string): string | undefined {
  const value = entry?.[field];
  return typeof value === 'string' ? value : undefined;
}

function kbps(memory: RateMemory, entry: StatEntry | undefined, field: string): number | undefined {
  if (entry === undefined) return undefined;
  const perSecond = memory.rate(`${entry.id}.${field}`, entry.timestamp, num(entry, field));
  return perSecond === undefined ? undefined : Math.round((perSecond * 8) / 1000);
}

function codecOf(entries: readonly StatEntry[], rtp: StatEntry): string | undefined {
  const codec = entries.find((each) => each.id === str(rtp, 'codecId'));
  return str(codec, 'mimeType');
}

export function inboundStats(entries: readonly StatEntry[], memory: RateMemory): StreamStats | null {
  const rtp = entries.find((each) => each.type === 'inbound-rtp');
  if (rtp === undefined) return null;
  const lost = memory.rate(`${rtp.id}.lost`, rtp.timestamp, num(rtp, 'packetsLost'));
  const received = memory.rate(`${rtp.id}.received`, rtp.timestamp, num(rtp, 'packetsReceived'));
  const expected = (lost ?? 0) + (received ?? 0);
  const jitter = num(rtp, 'jitter');
  return {
    kind: str(rtp, 'kind'),
    codec: codecOf(entries, rtp),
    kbps: kbps(memory, rtp, 'bytesReceived'),
    width: num(rtp, 'frameWidth'),
    height: num(rtp, 'frameHeight'),
    fps: num(rtp, 'framesPerSecond'),
    packetsLost: num(rtp, 'packetsLost'),
    lossPercent: lost === undefined || expected === 0 ? undefined : (100 * lost) / expected,
    jitterMs: jitter === undefined ? undefined : jitter * 1000,
    framesDecoded: num(rtp, 'framesDecoded'),
    framesDropped: num(rtp, 'framesDropped'),
    freezes: num(rtp, 'freezeCount'),
    nacks: num(rtp, 'nackCount'),
    plis: num(rtp, 'pliCount'),
    layers: [],
    audioLevel: num(rtp, 'audioLevel'),
    audioEnergy: num(rtp, 'totalAudioEnergy'),
    limitation: undefined,
  };
}

export function outboundStats(entries: readonly StatEntry[], memory: RateMemory): StreamStats | null {
  const all = entries.filter((each) => each.type === 'outbound-rtp');
  // The largest layer that is really being sent speaks for the whole.
  const top = [...all].sort((a, b) => (num(b, 'frameWidth') ?? 0) - (num(a, 'frameWidth') ?? 0))[0];
  if (top === undefined) return null;
  const remote = entries.find((each) => each.type === 'remote-inbound-rtp');
  const layers = all
    .filter((each) => str(each, 'rid') !== undefined)
    .map((each) => ({
      rid: str(each, 'rid') ?? '',
      width: num(each, 'frameWidth'),
      height: num(each, 'frameHeight'),
      fps: num(each, 'framesPerSecond'),
      kbps: kbps(memory, each, 'bytesSent'),
    }))
    .sort((a, b) => a.rid.localeCompare(b.rid));
  const rates = layers.length > 0 ? layers.map((each) => each.kbps) : [kbps(memory, top, 'bytesSent')];
  const fraction = num(remote, 'fractionLost');
  const jitter = num(remote, 'jitter');
  const sum = (field: string) => all.reduce((total, each) => total + (num(each, field) ?? 0), 0);
  return {
    kind: str(top, 'kind'),
    codec: codecOf(entries, top),
    kbps: rates.some((each) => each !== undefined) ? rates.reduce<number>((a, b) => a + (b ?? 0), 0) : undefined,
    width: num(top, 'frameWidth'),
    height: num(top, 'frameHeight'),
    fps: num(top, 'framesPerSecond'),
    packetsLost: num(remote, 'packetsLost'),
    lossPercent: fraction === undefined ? undefined : fraction * 100,
    jitterMs: jitter === undefined ? undefined : jitter * 1000,
    framesDecoded: undefined,
    framesDropped: undefined,
    freezes: undefined,
    nacks: sum('nackCount'),
    plis: str(top, 'kind') === 'video' ? sum('pliCount') : undefined,
    layers,
    audioLevel: undefined,
    audioEnergy: undefined,
    limitation: str(top, 'qualityLimitationReason'),
  };
}

export function transportStats(entries: readonly StatEntry[], memory: RateMemory): TransportStats | null {
  const transport = entries.find((each) => each.type === 'transport');
  // Firefox has no transport entry: take the pair it nominated.
  const pair =
    entries.find((each) => each.type === 'candidate-pair' && each.id === str(transport, 'selectedCandidatePairId')) ??
    entries.find((each) => each.type === 'candidate-pair' && each['nominated'] === true && each['state'] === 'succeeded');
  if (transport === undefined && pair === undefined) return null;
  const candidate = (field: string) => entries.find((each) => each.id === str(pair, field));
  const local = candidate('localCandidateId');
  const remote = candidate('remoteCandidateId');
  const rtt = num(pair, 'currentRoundTripTime');
  const available = estimateOf(num(pair, 'availableOutgoingBitrate'));
  const counted = transport ?? pair;
  return {
    state: str(transport, 'iceState') ?? str(pair, 'state'),
    dtlsState: str(transport, 'dtlsState'),
    dtlsVersion: dtlsVersion(str(transport, 'tlsVersion')),
    srtpCipher: str(transport, 'srtpCipher'),
    rttMs: rtt === undefined ? undefined : rtt * 1000,
    availableKbps: available === undefined ? undefined : Math.round(available / 1000),
    kbpsIn: kbps(memory, counted, 'bytesReceived'),
    kbpsOut: kbps(memory, counted, 'bytesSent'),
    protocol: str(local, 'protocol'),
    localType: str(local, 'candidateType'),
    remoteType: str(remote, 'candidateType'),
    localAddress: str(local, 'address'),
    remoteAddress: str(remote, 'address'),
  };
}

// What Chromium (156 seen) names before it has measured anything: kDefaultStartBitrate, not an estimate.
const kStartBitrate = 300_000;

function estimateOf(bitsPerSecond: number | undefined): number | undefined {
  return bitsPerSecond === kStartBitrate ? undefined : bitsPerSecond;
}

/** DTLS counts downwards: FEFD is 1.2 (RFC 6347), FEFC 1.3 (RFC 9147). */
function dtlsVersion(hex: string | undefined): string | undefined {
  switch (hex?.toUpperCase()) {
    case undefined:
      return undefined;
    case 'FEFF':
      return 'DTLS 1.0';
    case 'FEFD':
      return 'DTLS 1.2';
    case 'FEFC':
      return 'DTLS 1.3';
    default:
      return hex;
  }
}
