// Before each test of components: what happy-dom lacks of a browser, and a clean page.
import { cleanup } from '@testing-library/react';
import { afterEach, vi } from 'vitest';
import { useLocal } from '@/lib/store/local';
import { kInitialMeeting, useMeeting } from '@/lib/store/meeting';
import { kNoNews, useNews } from '@/lib/store/news';
import { kDefaultSettings, useSettings } from '@/lib/store/settings';

vi.stubGlobal('ResizeObserver', class {
  observe() {}
  unobserve() {}
  disconnect() {}
});
// Any track will do: nothing is shown.
Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', { value: null, writable: true });
HTMLMediaElement.prototype.play = () => Promise.resolve();
Element.prototype.scrollIntoView = () => {};
Element.prototype.hasPointerCapture = () => false;

afterEach(() => {
  cleanup();
  useMeeting.setState(kInitialMeeting, true);
  useNews.setState(kNoNews);
  useLocal.setState({ camera: null, microphone: null });
  useSettings.getState().update(kDefaultSettings);
  localStorage.clear();
  sessionStorage.clear();
  vi.useRealTimers();
});
