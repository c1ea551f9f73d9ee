/**
 * Converts the package with the library that Salesforce's own CLI converts with, and counts.
 *
 * It ends with 1 where the library refuses something or leaves a component behind. Sends nothing.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ComponentSet, MetadataConverter } from '@salesforce/source-deploy-retrieve';

const source = join(dirname(fileURLToPath(import.meta.url)), '../salesforce/main');
const out = mkdtempSync(join(tmpdir(), 'converted-'));
try {
    const components = ComponentSet.fromSource(source);
    const found = components.getSourceComponents().toArray();
    const result = await new MetadataConverter().convert(components, 'metadata', {
        type: 'directory',
        outputDirectory: out,
        packageName: 'trustpilot'
    });
    const types = new Set(found.map((each) => each.type.name));
    console.log(`${found.length} components of ${types.size} types: ${[...types].sort().join(', ')}`);
    if (!result.packagePath || found.length === 0) {
        throw new Error('nothing was converted');
    }
} catch (error) {
    console.error(`The package cannot be converted: ${error.message}`);
    process.exitCode = 1;
} finally {
    rmSync(out, { recursive: true, force: true });
}
