// How long the pictures of the others stand still in a page, whatever happens meanwhile: evaluated in
// it, in Chromium and in Firefox.

// From now on: when the decoded frames of each of the others last rose, by the page's own clock, and the
// longest time between two of them.
const watch = () => {
  window.lastFrame = {};
  // Firefox counts no getVideoPlaybackQuality() for streams.
  const framesOf = (video) => {
    if (video.framesSeen === undefined) {
      video.framesSeen = 0;
      const count = () => {
        video.framesSeen += 1;
        video.requestVideoFrameCallback(count);
      };
      video.requestVideoFrameCallback(count);
    }
    return video.framesSeen + video.getVideoPlaybackQuality().totalVideoFrames;
  };
  const look = () => {
    for (const video of document.querySelectorAll('[data-testid="tile"] video')) {
      const { participant } = video.closest('[data-testid="tile"]').dataset;
      if (participant === window.__confab?.snapshot().participantId) continue;
      const frames = framesOf(video);
      const last = window.lastFrame[participant];
      if (last && last.video === video && frames <= last.frames) continue;
      const gap = last ? performance.now() - last.at : 0;
      window.lastFrame[participant] = { video, frames, at: performance.now(), worst: Math.max(last?.worst ?? 0, gap) };
    }
    setTimeout(look, 20);
  };
  look();
};
const forget = () => { for (const one of Object.values(window.lastFrame)) one.worst = 0; };
const gaps = () => Object.values(window.lastFrame).map(({ worst, at }) => Math.max(worst, performance.now() - at));
const stoodStill = () => Object.values(window.lastFrame).some(({ at }) => performance.now() - at > 500);

export class Frames {
  constructor(pages) { this.pages = pages; }

  async watch() { for (const page of this.pages) await page.evaluate(watch); }
  async forget() { for (const page of this.pages) await page.evaluate(forget); }
  // Of every direction of the meeting, in milliseconds.
  async gaps() { return (await Promise.all(this.pages.map((page) => page.evaluate(gaps)))).flat(); }
  // In one of them at least.
  async standStill() { return (await Promise.all(this.pages.map((page) => page.evaluate(stoodStill)))).some(Boolean); }
}
