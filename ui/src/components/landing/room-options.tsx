'use client';

import { ChevronDown } from 'lucide-react';
import { useId } from 'react';
import { Switch } from '@/components/ui/switch';
import type { NewRoom } from '@/lib/protocol/rest';

export interface Options {
  title: string;
  password: string;
  lobby: boolean;
  unmute: boolean;
  share: boolean;
  chat: boolean;
}

export const kNoOptions: Options = { title: '', password: '', lobby: false, unmute: true, share: true, chat: true };

/** Only what was changed is said: the rest is as the server has it. */
export function roomOf({ title, password, lobby, unmute, share, chat }: Options): NewRoom {
  return {
    ...(title.trim() === '' ? {} : { title: title.trim() }),
    ...(password === '' ? {} : { password }),
    ...(lobby ? { lobby } : {}),
    ...(unmute && share && chat ? {} : { permissions: { unmute, share, chat } }),
  };
}

interface RoomOptionsProps {
  options: Options;
  onChange: (options: Options) => void;
}

const kTitleLimit = 100;
const kPasswordLimit = 128;

/** What the room shall be like, before anybody is in it. */
export function RoomOptions({ options, onChange }: RoomOptionsProps) {
  const id = useId();
  const change = (some: Partial<Options>) => onChange({ ...options, ...some });
  return (
    <details data-testid="room-options" className="group mt-3">
      <summary className="inline-flex min-h-11 cursor-pointer list-none items-center gap-2 rounded-xl pr-3 text-[0.95rem] text-soft hover:text-text [&::-webkit-details-marker]:hidden">
        <ChevronDown className="size-4 transition-transform group-open:rotate-180" aria-hidden />
        Title, password and who may do what
      </summary>
      <div className="hairline mt-2 flex flex-col gap-3 rounded-2xl bg-ink-900/70 p-4">
        <div>
          <label htmlFor={`${id}-title`} className="mb-1.5 block text-sm font-medium text-soft">Title</label>
          <input
            id={`${id}-title`}
            data-testid="option-title"
            className="field"
            dir="auto"
            value={options.title}
            maxLength={kTitleLimit}
            placeholder="Weekly review"
            autoComplete="off"
            onChange={(event) => change({ title: event.target.value })}
          />
        </div>
        <div>
          <label htmlFor={`${id}-password`} className="mb-1.5 block text-sm font-medium text-soft">Password</label>
          {/* In the open: it is meant to be told to others. */}
          <input
            id={`${id}-password`}
            data-testid="option-password"
            className="field"
            value={options.password}
            maxLength={kPasswordLimit}
            placeholder="None"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            aria-describedby={`${id}-password-hint`}
            onChange={(event) => change({ password: event.target.value })}
          />
          <p id={`${id}-password-hint`} className="mt-1.5 text-sm text-soft">Asked of everybody but you.</p>
        </div>
        <Switch label="Waiting room" hint="Newcomers wait until you let them in." checked={options.lobby} onChange={(lobby) => change({ lobby })} testId="option-lobby" />
        <Switch label="Others may unmute themselves" checked={options.unmute} onChange={(unmute) => change({ unmute })} testId="option-unmute" />
        <Switch label="Others may share their screen" checked={options.share} onChange={(share) => change({ share })} testId="option-share" />
        <Switch label="Others may write in the chat" checked={options.chat} onChange={(chat) => change({ chat })} testId="option-chat" />
      </div>
    </details>
  );
}
