import { create } from 'zustand';

export interface NoticeAction {
  label: string;
  run: () => void;
}

export interface Notice {
  id: number;
  tone: 'info' | 'warn' | 'error';
  text: string;
  action?: NoticeAction;
  /** What it tells of whom: more of the same joins it. */
  news?: string;
  who?: string[];
}

interface NewsStore {
  /** Beside the faces, one at a time. */
  notices: Notice[];
  /** For screen readers. */
  announcement: { id: number; text: string };
}

export const kNoNews: NewsStore = { notices: [], announcement: { id: 0, text: '' } };

/** What is told in passing. Written by lib/session/notices.ts alone. */
export const useNews = create<NewsStore>()(() => kNoNews);
