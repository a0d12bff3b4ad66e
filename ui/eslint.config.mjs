// What TypeScript does not see: the rules of React's hooks and compiler, promises that nobody waits
// for, values of no known type.
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['out/', '.next/', 'shots/', 'next-env.d.ts'] },
  {
    files: ['src/**/*.{ts,tsx}'],
    extends: [...tseslint.configs.recommendedTypeChecked, reactHooks.configs.flat.recommended],
    languageOptions: { parserOptions: { projectService: true } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: { '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }] },
  },
  {
    files: ['src/**/*.test.{ts,tsx}'],
    // `expect.stringMatching` and its like are of type any.
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off' },
  },
);
