import clsx from 'clsx';

/** A meeting in miniature; decoration, so hidden from assistive technology. */
const kTiles = [
  { letter: 'A', tone: 'from-[#6b3f2a] to-[#2a1a1d]', speaking: true, span: 'col-span-2 row-span-2' },
  { letter: 'M', tone: 'from-[#1f4d46] to-[#12211f]', speaking: false, span: '' },
  { letter: 'J', tone: 'from-[#3a3a6b] to-[#191a2b]', speaking: false, span: '' },
  { letter: 'K', tone: 'from-[#5a2f4d] to-[#241722]', speaking: false, span: '' },
  { letter: 'S', tone: 'from-[#2c4a66] to-[#141e29]', speaking: false, span: '' },
  { letter: 'O', tone: 'from-[#5b5424] to-[#232113]', speaking: false, span: '' },
];

export function Mosaic() {
  return (
    <div aria-hidden="true" className="hairline hidden rounded-[1.75rem] bg-ink-900/70 p-3 shadow-2xl shadow-black/50 sm:block">
      <div className="grid aspect-[4/3] grid-cols-3 grid-rows-3 gap-3">
        {kTiles.map(({ letter, tone, speaking, span }) => (
          <div
            key={letter}
            className={clsx('relative grid place-items-center overflow-hidden rounded-2xl bg-gradient-to-br', tone, span, speaking && 'speaking-ring')}
          >
            <span className={clsx('grid place-items-center rounded-full bg-white/10 font-semibold text-white/90', speaking ? 'size-28 text-5xl' : 'size-12 text-xl')}>
              {letter}
            </span>
            {speaking && (
              <span className="absolute bottom-3 left-3 flex h-7 items-center gap-[3px] rounded-full bg-black/50 px-3">
                <i className="h-2 w-[3px] animate-pulse-soft rounded-full bg-live" />
                <i className="h-3.5 w-[3px] animate-pulse-soft rounded-full bg-live [animation-delay:150ms]" />
                <i className="h-2.5 w-[3px] animate-pulse-soft rounded-full bg-live [animation-delay:300ms]" />
              </span>
            )}
          </div>
        ))}
      </div>
    </div>
  );
}
