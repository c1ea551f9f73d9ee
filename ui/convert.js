/**
 * Converts both packages with the library that Salesforce's own CLI converts with.
 *
 * It ends with 1 where the library refuses something, or leaves a file behind that belongs to no
 * component. It sends nothing.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ComponentSet, MetadataConverter } from '@salesforce/source-deploy-retrieve';

const packages = join(dirname(fileURLToPath(import.meta.url)), '../salesforce');
const out = mkdtempSync(join(tmpdir(), 'converted-'));

try {
    for (const source of ['main', 'translations/main']) {
        await convert(join(packages, source), source);
    }
} catch (error) {
    console.error(`The package cannot be converted: ${error.message}`);
    process.exitCode = 1;
} finally {
    rmSync(out, { recursive: true, force: true });
}

async function convert(folder, name) {
    const components = ComponentSet.fromSource(folder);
    const found = components.getSourceComponents().toArray();
    const left = filesBelow(folder).filter((file) => !new Set(found.flatMap(filesOf)).has(file));
    if (left.length > 0 || found.length === 0) {
        throw new Error(`these files belong to no component: ${left.join(', ')}`);
    }
    const { packagePath } = await new MetadataConverter().convert(components, 'metadata', {
        type: 'directory',
        outputDirectory: out,
        packageName: name.replace('/', '-')
    });
    if (!existsSync(join(packagePath, 'package.xml'))) {
        throw new Error(`${name} has no package.xml`);
    }
    console.log(`salesforce/${name}: ${found.length} components convert`);
}

function filesBelow(folder) {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return entries.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
}

function filesOf(component) {
    const children = component.getChildren().flatMap((child) => filesOf(child));
    return [component.xml, ...component.walkContent(), ...children].filter(Boolean);
}
