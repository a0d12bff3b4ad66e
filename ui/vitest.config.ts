import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Most of the app knows no DOM, and its tests need none; what is tested by what a person sees does.
export default defineConfig({
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  test: {
    projects: [
      { extends: true, test: { name: 'plain', environment: 'node', include: ['src/**/*.test.ts'] } },
      { extends: true, test: { name: 'dom', environment: 'happy-dom', include: ['src/**/*.test.tsx'], setupFiles: ['src/testing/dom.ts'] } },
    ],
  },
});
