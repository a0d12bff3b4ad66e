/**
 * Plays the others' sound. Its elements live beside the page, not in tiles: paging or pinning must
 * never mute anyone.
 */
export class AudioSink {
  private readonly elements = new Map<string, HTMLAudioElement>();
  private speakerId: string | undefined;
  private host: HTMLElement | undefined;

  constructor(private readonly onBlocked: (blocked: boolean) => void) {}

  add(id: string, track: MediaStreamTrack): void {
    const element = new Audio();
    element.autoplay = true;
    element.srcObject = new MediaStream([track]);
    element.dataset['testid'] = 'remote-audio';
    element.dataset['producer'] = id;
    this.elements.get(id)?.remove();
    this.elements.set(id, element);
    this.container().append(element);
    void this.start(element);
  }

  remove(id: string): void {
    const element = this.elements.get(id);
    if (element === undefined) return;
    element.srcObject = null;
    element.remove();
    this.elements.delete(id);
  }

  clear(): void {
    [...this.elements.keys()].forEach((id) => this.remove(id));
    this.host?.remove();
    this.host = undefined;
    this.onBlocked(false);
  }

  /** After a gesture: what the browser's autoplay rules held back may play now. */
  async unblock(): Promise<void> {
    this.onBlocked(false);
    await Promise.all([...this.elements.values()].map((element) => this.play(element)));
  }

  async setSpeaker(deviceId: string | undefined): Promise<void> {
    this.speakerId = deviceId;
    await Promise.all([...this.elements.values()].map((element) => this.route(element)));
  }

  private async start(element: HTMLAudioElement): Promise<void> {
    await this.route(element);
    // Its producer may have gone meanwhile.
    if (element.srcObject !== null) await this.play(element);
  }

  private async play(element: HTMLAudioElement): Promise<void> {
    try {
      await element.play();
    } catch (error) {
      // AbortError only says that the element went away meanwhile.
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.onBlocked(true);
    }
  }

  private async route(element: HTMLAudioElement): Promise<void> {
    if (!('setSinkId' in element) || this.speakerId === undefined) return;
    // An unplugged speaker: the default one is better than silence.
    await element.setSinkId(this.speakerId).catch(() => element.setSinkId(''));
  }

  private container(): HTMLElement {
    if (this.host === undefined) {
      this.host = document.createElement('div');
      this.host.hidden = true;
      document.body.append(this.host);
    }
    return this.host;
  }
}
