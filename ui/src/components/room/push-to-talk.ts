interface Microphone {
  /** What the person wants, whether or not the server has heard of it yet. */
  isOn: () => boolean;
  set: (on: boolean) => void;
}

/**
 * Talking while a key is held. It begins only from muted and can only end muted: whatever else
 * happens between press and release, the release mutes.
 */
export class PushToTalk {
  private talking = false;

  constructor(private readonly microphone: Microphone) {}

  /** Whether the microphone is open now because the key is held. */
  begin(): boolean {
    if (!this.talking && !this.microphone.isOn()) {
      this.talking = true;
      this.microphone.set(true);
    }
    return this.talking;
  }

  end(): void {
    if (!this.talking) return;
    this.talking = false;
    this.microphone.set(false);
  }
}
