/**
 * Brings something into agreement with what is wanted, however often that changes meanwhile: rounds
 * never overlap, and whoever asks during one gets another after it.
 */
export class Lane {
  private running: Promise<void> | undefined;
  private again = false;

  constructor(private readonly round: () => Promise<void>) {}

  /** Resolves when nobody asks for another round. The first begins after this call, never inside it. */
  run(): Promise<void> {
    this.again = true;
    this.running ??= Promise.resolve().then(() => this.rounds());
    return this.running;
  }

  private async rounds(): Promise<void> {
    try {
      while (this.again) {
        this.again = false;
        await this.round();
      }
    } finally {
      this.running = undefined;
    }
  }
}
