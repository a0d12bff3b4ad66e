'use client';

import type { ReactNode } from 'react';
import type { ConsumerInfo, ProducerInfo, TransportInfo } from '@/lib/admin/api';
import type { History } from '@/lib/admin/history';
import { kReasonWords, layerWords, rateWords, sourceWords } from '@/lib/admin/words';

/** What the last change of what they may be sent came from. */
const kCauses: Record<string, string> = {
  start: 'as at the start', delay: 'by delay', loss: 'by loss', queue: 'by the server’s queue', remb: 'by what they ask for', probe: 'by a probe',
  silence: 'they report nothing',
};

function pathWords(transport: TransportInfo): string {
  if (!transport.iceConnected) return 'no path yet';
  return transport.dtlsConnected ? `by ${transport.protocol.toUpperCase()}` : 'encryption is not set up';
}

export function Transports({ transports }: { transports: TransportInfo[] }) {
  const link = transports.find((each) => each.link !== undefined)?.link;
  return (
    <dl className="grid grid-cols-[auto_1fr] content-start gap-x-4 gap-y-1.5 text-sm" data-testid="transports">
      {transports.map((each) => (
        <Row key={each.transportId} name={each.direction === 'send' ? 'Path to the server' : 'Path to them'}>{pathWords(each)}</Row>
      ))}
      {transports.length === 0 && <Row name="Paths">none: their page has not asked for media</Row>}
      {link !== undefined && (
        <>
          <Row name="May be sent">{rateWords(link.targetBps)}{kCauses[link.cause] === undefined ? '' : ` (${kCauses[link.cause]})`}</Row>
          <Row name="Waits in the network">{link.networkQueueMs} ms</Row>
          <Row name="Waits at the server">{link.serverQueuePackets} packets</Row>
          <Row name="Lost on the way">{(link.lossPermille / 10).toFixed(1)} %</Row>
        </>
      )}
      {link === undefined && transports.some((each) => each.direction === 'recv') && <Row name="Their connection">not measured: nothing is sent, or they do not report</Row>}
    </dl>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="contents">
      <dt className="text-soft">{name}</dt>
      <dd className="min-w-0 text-right break-words tabular-nums">{children}</dd>
    </div>
  );
}

function Stream({ title, state, figures, testId, trouble = false }: { title: ReactNode; state: string; figures: string[]; testId: string; trouble?: boolean }) {
  return (
    <li className="flex flex-wrap items-baseline gap-x-4 gap-y-0.5 py-2 text-sm" data-testid={testId}>
      <span className="min-w-0 flex-1 basis-44 font-medium break-words">{title}</span>
      <span className={`basis-full sm:basis-72 ${trouble ? 'text-warn' : 'text-soft'}`} data-testid={`${testId}-state`}>{state}</span>
      <span className="basis-full text-soft tabular-nums sm:basis-64 sm:text-right">{figures.join(' · ')}</span>
    </li>
  );
}

function Streams({ title, none, isEmpty, children }: { title: string; none: string; isEmpty: boolean; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h4 className="text-sm font-semibold">{title}</h4>
      {isEmpty ? <p className="mt-1 text-sm text-soft">{none}</p> : <ul className="mt-1 divide-y divide-ink-700">{children}</ul>}
    </section>
  );
}

export function Sent({ producers, history }: { producers: ProducerInfo[]; history: History | undefined }) {
  return (
    <Streams title="What they send" none="Nothing." isEmpty={producers.length === 0}>
      {producers.map((each) => (
        <Stream
          key={each.producerId}
          testId="producer"
          title={sourceWords(each.source)}
          state={each.paused === true ? 'Muted or switched off' : 'Sending'}
          figures={[each.codec.replace(/^(audio|video)\//, ''), rateWords(history?.bpsOf(each.producerId)), `${each.packetsLost} lost`, `jitter ${(each.jitterUs / 1000).toFixed(1)} ms`]}
        />
      ))}
    </Streams>
  );
}

export function Received({ consumers, history }: { consumers: ConsumerInfo[]; history: History | undefined }) {
  return (
    <Streams title="What they receive" none="Nothing." isEmpty={consumers.length === 0}>
      {consumers.map((each) => {
        const reason = each.layers?.reason;
        const held = reason !== undefined && !['none', 'client_wish', 'publisher_off', 'publisher_limited'].includes(reason) && each.paused !== true;
        return (
          <Stream
            key={each.consumerId}
            testId="consumer"
            title={<><bdi>{each.from?.name ?? 'Somebody who left'}</bdi>, {sourceWords(each.source).toLowerCase()}</>}
            state={reason === undefined ? (each.paused === true ? 'Paused' : 'All there is') : kReasonWords[reason]}
            trouble={held}
            figures={[...(each.layers === undefined ? [] : [layerWords(each)]), rateWords(history?.bpsOf(each.consumerId)), `${((each.fractionLost * 100) / 256).toFixed(1)} % lost`]}
          />
        );
      })}
    </Streams>
  );
}
