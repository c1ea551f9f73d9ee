/**
 * Builds the local page: the components of salesforce/, their base components, the host around them.
 *
 * What the platform gives to a component (records, GraphQL, navigation, labels, locale) comes from
 * host/adapters here; the components are compiled as they are, with Salesforce's own compiler.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import lwc from '@lwc/rollup-plugin';
import nodeResolve from '@rollup/plugin-node-resolve';
import replace from '@rollup/plugin-replace';

const here = dirname(fileURLToPath(import.meta.url));
const components = join(here, '../salesforce/main/default/lwc');
const slds = join(here, 'node_modules/@salesforce-ux/design-system/assets/styles');
const out = process.env.CONNECTOR_UI_OUT ?? join(here, 'dist');

const PLATFORM = {
    'lightning/uiRecordApi': 'uiRecordApi.js',
    'lightning/graphql': 'graphql.js',
    'lightning/navigation': 'navigation.js'
};
const FROM_PAGE = /^@salesforce\/(label\/c\.|customPermission\/|i18n\/(lang|dir|locale|timeZone)$)/;
/** A base component's feature that synthetic shadow has no API for; the platform decides alike. */
const NATIVE_SHADOW_ONLY = '@salesforce/gate/bc.260.enableComboboxElementInternals';
const ICONS = /lightning\/iconSvgTemplates(Action|Custom|Doctype|Standard|Utility)(Rtl)?$/;
const SHOWN_ICONS = {
    standard: [
        'connected_apps',
        'email',
        'feedback',
        'link',
        'metrics',
        'opportunity',
        'record',
        'settings',
        'store',
        'incident',
        'process'
    ],
    utility: [
        'arrowdown',
        'arrowup',
        'check',
        'close',
        'copy',
        'dash',
        'down',
        'error',
        'info',
        'warning'
    ]
};

export default {
    input: join(here, 'host/main.js'),
    output: { dir: out, entryFileNames: 'page.js', format: 'es', inlineDynamicImports: true },
    plugins: [
        platform(),
        lwc({
            rootDir: here,
            modules: [
                ...readdirSync(components).map((name) => ({
                    name: `c/${name}`,
                    path: entryOf(join(components, name, name))
                })),
                { dir: join(here, 'host/modules') },
                { npm: 'lightning-base-components' }
            ],
            enableDynamicComponents: true
        }),
        nodeResolve(),
        replace({
            'process.env.NODE_ENV': JSON.stringify('production'),
            'import.meta.env.SSR': 'false',
            preventAssignment: true
        }),
        copyStyles(),
        tellLicences()
    ]
};

/** Resolves what a component imports from the platform, and its icons. */
function platform() {
    return {
        name: 'platform',
        resolveId: {
            order: 'pre',
            handler(id, importer, options) {
                if (id in PLATFORM) {
                    return join(here, 'host/adapters', PLATFORM[id]);
                }
                if (FROM_PAGE.test(id) || ICONS.test(id) || id === NATIVE_SHADOW_ONLY) {
                    return `\0${id}`;
                }
                // The compiler looks for its configuration above the importer; above the package
                // there is none, so the package's modules are looked up from here.
                const isFromPackage = importer?.startsWith(components) && !id.startsWith('.');
                return isFromPackage && !id.startsWith('/')
                    ? this.resolve(id, join(here, 'host/main.js'), { ...options, skipSelf: true })
                    : null;
            }
        },
        load(id) {
            if (id === `\0${NATIVE_SHADOW_ONLY}`) {
                return 'export default { isOpen: () => false };';
            }
            if (ICONS.test(id.slice(1))) {
                return iconsOf(id.match(ICONS)[1].toLowerCase());
            }
            return id.startsWith('\0@salesforce/')
                ? valueOf(id.slice('\0@salesforce/'.length))
                : null;
        }
    };
}

/** A module is its script, or its styles where it has no script. */
function entryOf(stem) {
    return existsSync(`${stem}.js`) ? `${stem}.js` : `${stem}.css`;
}

/** The page sets `platform` before the bundle is read: labels, locale, permissions of the person. */
function valueOf(name) {
    const [kind, word] = name.split('/');
    const source = {
        label: `globalThis.platform.labels[${JSON.stringify(word.replace(/^c\./, ''))}]`,
        customPermission: `globalThis.platform.customPermissions.includes(${JSON.stringify(word)})`,
        i18n: `globalThis.platform.i18n[${JSON.stringify(word)}]`
    }[kind];
    return `export default ${source};`;
}

/** Only the icons that are shown here: all of them are seven megabytes. */
function iconsOf(family) {
    const names = SHOWN_ICONS[family] ?? [];
    const folder = `iconSvgTemplates${family[0].toUpperCase()}${family.slice(1)}`;
    const path = (name) =>
        join(
            here,
            'node_modules/lightning-base-components/src/lightning',
            folder,
            'buildTemplates',
            family,
            `${name}.html`
        );
    return [
        ...names.map((name) => `import ${family}_${name} from ${JSON.stringify(path(name))};`),
        `export default { ${names.map((name) => `${family}_${name}`).join(', ')} };`
    ].join('\n');
}

function copyStyles() {
    return {
        name: 'copy-styles',
        writeBundle() {
            mkdirSync(out, { recursive: true });
            cpSync(join(slds, 'salesforce-lightning-design-system.min.css'), join(out, 'slds.css'));
            cpSync(join(here, 'host/page.css'), join(out, 'page.css'));
        }
    };
}

/** What the page is built of is others' work too: their licences go where it goes. */
function tellLicences() {
    const files = {
        lwc: 'lwc/LICENSE.md',
        'lightning-base-components': 'lightning-base-components/LICENSE.txt',
        '@salesforce-ux/design-system, icons':
            '@salesforce-ux/design-system/assets/icons/License-for-icons.txt',
        '@salesforce-ux/design-system': '@salesforce-ux/design-system/scss/License-for-Sass.txt'
    };
    return {
        name: 'tell-licences',
        writeBundle() {
            const texts = Object.entries(files).map(
                ([name, file]) =>
                    `${name}\n\n${readFileSync(join(here, 'node_modules', file), 'utf8')}`
            );
            writeFileSync(join(out, 'LICENCES.txt'), texts.join('\n\n'));
        }
    };
}
