/**
 * Salesforce's own rules for components, and ESLint's for what surrounds them.
 */
import lwc from '@salesforce/eslint-config-lwc/recommended.js';
import js from '@eslint/js';

const BROWSER = [
    'document',
    'location',
    'fetch',
    'addEventListener',
    'scrollTo',
    'setInterval',
    'clearInterval',
    'globalThis'
];
const JEST = ['jest', 'test', 'expect', 'afterEach', 'document', 'navigator', 'CustomEvent'];

export default [
    { ignores: ['**/node_modules/', '**/dist/'] },
    ...[lwc]
        .flat()
        .map((each) => ({ ...each, files: ['**/lwc/**/*.js', '**/host/modules/**/*.js'] })),
    {
        ...js.configs.recommended,
        files: ['**/ui/**/*.js', '**/ui/*.cjs'],
        ignores: ['**/host/modules/**']
    },
    { files: ['**/host/**/*.js'], languageOptions: { globals: globals(BROWSER) } },
    { files: ['**/tests/**/*.js'], languageOptions: { globals: globals(JEST) } },
    {
        files: ['**/ui/*.js', '**/ui/*.cjs'],
        languageOptions: {
            globals: globals(['process', 'console', 'module', 'require', '__dirname'])
        }
    }
];

function globals(names) {
    return Object.fromEntries(names.map((name) => [name, 'readonly']));
}
