// What TypeScript does not see: the rules of React's hooks and compiler, promises that nobody waits
// for, values of no known type; and which folder may import which (CONTRIBUTING.md).
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const kReact = ['react', 'react-dom', 'next', 'radix-ui'];
// From the bottom up: a folder and what it may use of the app beside itself. Tests see everything.
const kMayUse = {
  'lib/util': [],
  'lib/protocol': ['lib/util'],
  'lib/media': ['lib/util', 'lib/protocol'],
  'lib/store': ['lib/util', 'lib/protocol', 'lib/media'],
  'lib/session': ['lib/util', 'lib/protocol', 'lib/media', 'lib/store'],
  'lib/check': ['lib/util', 'lib/protocol', 'lib/media'],
  'lib/logs': ['lib/util', 'lib/protocol'],
  'components/ui': ['lib/util', 'lib/media'],
};

const layers = Object.entries(kMayUse).map(([folder, uses]) => {
  const mine = [folder, ...uses].map((each) => `${each}/`).join('|');
  const patterns = [{ regex: `^@/(?!${mine})`, message: `${folder} may use: ${uses.join(', ') || 'nothing of the app'}` }];
  if (folder.startsWith('lib/')) patterns.push({ regex: `^(${kReact.join('|')})(/|$)`, message: 'lib/ knows no React' });
  return {
    files: [`src/${folder}/**/*.{ts,tsx}`],
    ignores: ['src/**/*.test.{ts,tsx}'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
  };
});

export default tseslint.config(
  { ignores: ['out/', '.next/', 'shots/', 'next-env.d.ts'] },
  {
    files: ['src/**/*.{ts,tsx}'],
    extends: [...tseslint.configs.recommendedTypeChecked, reactHooks.configs.flat.recommended],
    languageOptions: { parserOptions: { projectService: true } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: { '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }] },
  },
  ...layers,
  {
    files: ['src/**/*.test.{ts,tsx}'],
    // `expect.stringMatching` and its like are of type any.
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off' },
  },
);
