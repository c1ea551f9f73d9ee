/**
 * Runs tests/ against the components in ../salesforce, which is the working folder (npm test).
 *
 * The platform's modules are Salesforce's own stubs; nothing of ours is replaced.
 */
const { jestConfig } = require('@salesforce/sfdx-lwc-jest/config');

module.exports = {
    ...jestConfig,
    // A module of styles alone is found by this ending only.
    moduleFileExtensions: [...jestConfig.moduleFileExtensions, 'css'],
    roots: ['<rootDir>/../ui/tests'],
    modulePaths: [`${__dirname}/node_modules`],
    collectCoverage: false
};
